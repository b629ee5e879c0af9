"""Half figures: a person from the head down, large, with hands whose gestures can be read."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from workers.training.worlds import faces, props, shapes
from workers.training.worlds.figure import Limb, Point, Stage, lathe, reach, still, union
from workers.training.worlds.gestures import cycle, hold
from workers.training.worlds.looks import Looks

UPPER_ARM, FOREARM = 0.42, 0.38
PALM = 0.088
FINGER = 0.032


@dataclass(frozen=True)
class Build:
    """Half widths of a body in its own units (head centre at 0.45, shoulders near 0)."""

    shoulder: float
    waist: float
    hips: float
    arm: float

    @property
    def joint(self) -> float:
        """How far the shoulder joints lie from the middle."""
        return self.shoulder - self.arm * 0.75


WOMAN = Build(shoulder=0.31, waist=0.205, hips=0.30, arm=0.072)
MAN = Build(shoulder=0.40, waist=0.315, hips=0.31, arm=0.095)


@dataclass(frozen=True)
class Bust:
    """A person whose head and body are drawn: `body` is the torso's distance, `joints` the shoulders."""

    stage: Stage
    looks: Looks
    build: Build
    body: Tensor
    joints: tuple[Point, Point]


def draw(stage: Stage, looks: Looks, action: str, t: Tensor, room: Tensor) -> None:
    """One person doing `action`; `room` [n|1, ...] is how far right the picture goes in the stage's units."""
    build = WOMAN if looks.woman else MAN
    breath = 0.008 * torch.sin(cycle(t, 3.4))
    raised = hold(t, 3.0, 0.7, 1.0, 0.7) if action == "drinking" else torch.zeros_like(t)
    nod = Point(0.014 * torch.sin(t * 0.9), 0.45 + breath + 0.008 * torch.sin(t * 1.7) + 0.012 * raised)
    face = faces.at(t, nod)
    faces.draw_back(stage, face, looks)
    body = _body(stage, looks, build, breath)
    faces.draw(stage, face, looks)
    left, right = (still(t, side * build.joint, -0.01).shifted(0.0, breath) for side in (-1.0, 1.0))
    bust = Bust(stage, looks, build, body, (left, right))
    if action == "clapping":
        _clap(bust, t)
    elif action == "showing":
        _show(bust, t)
    else:
        _arm(bust, _hanging(left, -1.0))
        if action == "waving":
            _wave(bust, t)
        elif action == "pointing":
            _point(bust, t, room)
        elif action == "drinking":
            _drink(bust, raised)
        else:
            _arm(bust, _hanging(right, 1.0))


def _body(stage: Stage, looks: Looks, build: Build, breath: Tensor) -> Tensor:
    """Legs or skirt for pictures tall enough to show them, torso, neck; returns the torso's distance."""
    flare = 0.15 if looks.woman else 0.0

    def half_width(y: Tensor) -> Tensor:
        top = 1.0 - ((y + 0.03).clamp(min=0.0) / 0.21) ** 2
        drop = (build.shoulder - build.waist) * shapes.smoothstep(-0.05, -0.55, y)
        hips = (build.hips - build.waist) * shapes.smoothstep(-0.55, -0.92, y)
        return build.shoulder * top - drop + hips + flare * (-0.9 - y).clamp(min=0.0)

    if not looks.woman:
        leg = (stage.x.abs() - 0.165).abs() - (0.148 + 0.02 * stage.y)
        stage.fill(looks.trousers, torch.maximum(leg, stage.y + 0.8))
    y = stage.y - breath
    torso = lathe(stage.x, y, torch.zeros_like(breath), half_width)
    if not looks.woman:
        torso = torch.maximum(torso, -0.95 - y)
    stage.fill(looks.clothes, torso)
    width = 0.078 if looks.woman else 0.105
    neck = shapes.capsule(stage.x, y, 0.0, 0.25, 0.0, 0.10, width, width * 1.05)
    opening = shapes.ellipse(stage.x, y, 0.0, 0.135, 0.15, 0.155 if looks.woman else 0.085)
    stage.fill(looks.skin * 0.86, union(neck, opening))
    return torso


def _hanging(shoulder: Point, side: float) -> Limb:
    elbow = shoulder.shifted(side * 0.075, -0.42)
    return Limb(shoulder, elbow, elbow.shifted(side * 0.015, -0.38))


def _arm(bust: Bust, arm: Limb) -> None:
    """Forearm and wrist, then the sleeve, set off from the body by a soft shadow."""
    stage, looks, width = bust.stage, bust.looks, bust.build.arm
    forearm = stage.bone(arm.middle, arm.end, width * 0.86, width * 0.62)
    cuff = arm.root.towards(arm.middle, torch.full_like(arm.root.x, 0.88))
    sleeve = stage.bone(arm.root, cuff, width * 1.08, width)
    stage.shade(union(forearm, sleeve), bust.body, 0.10, 0.34)
    hand = stage.disc(arm.end.towards(arm.middle, torch.full_like(arm.end.x, -0.12)), PALM * 0.85)
    stage.fill(looks.skin, union(forearm, hand))
    stage.fill(looks.clothes * 0.92, sleeve)


def _fingers(stage: Stage, palm: Point, angle: Tensor, spread: float, length: float) -> Tensor:
    """Distance to four fingers fanned out around `angle`."""
    tips = (palm.polar(length - 0.02 * abs(i), angle + spread * i) for i in (-1.5, -0.5, 0.5, 1.5))
    return union(*(stage.bone(palm, tip, FINGER * 1.1, FINGER * 0.9) for tip in tips))


def _wave(bust: Bust, t: Tensor) -> None:
    """Forearm up, swinging like a pendulum with an open hand on top, every 0.9 s."""
    stage, shoulder = bust.stage, bust.joints[1]
    swing = torch.sin(cycle(t, 0.9))
    elbow = shoulder.shifted(0.22 + 0.01 * swing, -0.25)
    angle = math.radians(66) - math.radians(28) * swing
    wrist = elbow.polar(FOREARM, angle)
    _arm(bust, Limb(shoulder, elbow, wrist))
    tilt = angle - 0.25 * swing
    palm = wrist.polar(0.07, tilt)
    thumb = stage.bone(palm, palm.polar(0.145, tilt + 1.25), FINGER * 1.2, FINGER)
    stage.fill(bust.looks.skin, union(_fingers(stage, palm, tilt, 0.30, 0.22), stage.disc(palm, PALM), thumb))


def _point(bust: Bust, t: Tensor, room: Tensor) -> None:
    """The arm shoots out to the right with the index finger stretched, and holds, every 2 s."""
    stage, shoulder = bust.stage, bust.joints[1]
    out = hold(t, 2.0, 0.35, 1.05, 0.4)
    length = UPPER_ARM + FOREARM - 0.02
    # Where the picture ends too soon, the arm points up and to the right instead.
    across = torch.minimum(room - 0.32 - shoulder.x, torch.full_like(t, length))
    up = 0.05 + 0.75 * torch.sqrt((length * length - across * across).clamp(min=1e-6))
    wrist = still(t, bust.build.joint + 0.26, -0.07).towards(shoulder.shifted(across, up), out)
    arm = reach(shoulder, wrist, UPPER_ARM, FOREARM, -1.0)
    _arm(bust, arm)
    aim = 0.9 * (1 - out) + torch.atan2(up, across) * out
    fist = wrist.polar(0.06, aim)
    knuckle = fist.shifted(0.0, 0.03)
    index = stage.bone(knuckle, knuckle.polar(0.25, aim), FINGER * 1.15, FINGER)
    thumb = stage.bone(fist, fist.polar(0.11, aim + 1.2), FINGER * 1.1, FINGER)
    stage.fill(bust.looks.skin, union(stage.disc(fist, PALM * 0.95), index, thumb))


def _clap(bust: Bust, t: Tensor) -> None:
    """Both hands meet in front of the chest every 0.6 s."""
    stage = bust.stage
    apart = 0.055 + 0.21 * (0.5 - 0.5 * torch.cos(cycle(t, 0.6)))
    for side, shoulder in zip((-1.0, 1.0), bust.joints, strict=True):
        wrist = Point(side * (apart + 0.06), -0.36 + 0.10 * apart)
        _arm(bust, reach(shoulder, wrist, UPPER_ARM, FOREARM, side))
        lean = math.pi / 2 + side * (0.32 - 1.0 * (apart - 0.055))
        palm = wrist.polar(0.08, lean)
        fingers = stage.bone(palm, palm.polar(0.19, lean), PALM * 0.8, FINGER * 1.3)
        thumb = stage.bone(palm, palm.polar(0.12, lean + side * 0.9), FINGER * 1.2, FINGER)
        hand = union(stage.disc(palm, PALM * 0.9), fingers, thumb)
        stage.shade(hand, bust.body, 0.09, 0.38)
        stage.fill(bust.looks.skin * (1.0 if side > 0 else 0.93), hand)


def _drink(bust: Bust, raised: Tensor) -> None:
    """A cup goes from the chest to the mouth, tips and comes down, every 3 s."""
    stage, shoulder = bust.stage, bust.joints[1]
    elbow = shoulder.shifted(0.09, -0.38).towards(shoulder.shifted(0.20, -0.13), raised)
    wrist = still(raised, 0.10, -0.34).towards(still(raised, 0.17, 0.17), raised)
    _arm(bust, Limb(shoulder, elbow, wrist))
    cup = wrist.shifted(-0.095, 0.06)
    props.cup(stage, cup, 0.15 + 0.75 * raised * raised)
    fist = wrist.shifted(-0.015, 0.05)
    grip = (
        stage.bone(fist.shifted(0.0, dy), cup.shifted(0.03, dy - 0.05), 0.036, 0.033) for dy in (0.04, -0.02)
    )
    stage.fill(bust.looks.skin, union(stage.disc(fist, PALM * 0.8), *grip))


def _show(bust: Bust, t: Tensor) -> None:
    """A product held up to the camera in both hands, turning and tilting."""
    stage = bust.stage
    turn = 0.75 * torch.sin(cycle(t, 4.0))
    centre = still(t, 0.0, -0.20).shifted(0.02 * turn, 0.025 * torch.sin(cycle(t, 2.0)))
    wrists = [centre.shifted(side * 0.24, -0.19) for side in (-1.0, 1.0)]
    for side, shoulder, wrist in zip((-1.0, 1.0), bust.joints, wrists, strict=True):
        _arm(bust, reach(shoulder, wrist, UPPER_ARM, FOREARM, side))
    stage.shade(stage.disc(centre.shifted(0.03, -0.04), 0.2), bust.body, 0.16, 0.45)
    props.product(stage, bust.looks, centre, turn, 0.12 * torch.sin(cycle(t, 3.0)))
    for side, wrist in zip((-1.0, 1.0), wrists, strict=True):
        palm = wrist.shifted(-side * 0.035, 0.045)
        grip = (
            stage.bone(palm.shifted(0.0, dy), palm.shifted(-side * 0.12, dy + 0.05), FINGER * 1.15, FINGER)
            for dy in (-0.03, 0.045)
        )
        stage.fill(bust.looks.skin, union(stage.disc(palm, PALM * 0.85), *grip))
