"""Whole-figure poses as functions of time alone; every one repeats with the period it is known by."""

import math

import torch
from torch import Tensor

from workers.training.worlds import shapes
from workers.training.worlds.figure import Limb, Point, Pose, reach, still

THIGH, SHIN, UPPER_ARM, FOREARM = 0.32, 0.31, 0.21, 0.20
LEG = THIGH + SHIN
CHEST, HEAD = 0.40, 0.60  # heights over the hips
_SIDES = (-1.0, 1.0)


def cycle(t: Tensor, period: float) -> Tensor:
    """Angle that goes round once per `period` seconds."""
    return t * (2 * math.pi / period)


def hold(t: Tensor, period: float, rise: float, top: float, fall: float) -> Tensor:
    """0 to 1 in `rise` s, there for `top` s, back in `fall` s, at 0 until the `period` is over."""
    now = t % period
    return shapes.smoothstep(0.0, rise, now) - shapes.smoothstep(rise + top, rise + top + fall, now)


def _bump(phase: Tensor, centre: float, width: float) -> Tensor:
    """Smooth hill around `centre` of a phase in [0, 1) that wraps."""
    apart = (phase - centre + 0.5) % 1.0 - 0.5
    return torch.exp(-((apart / width) ** 2))


def _shoulders(chest: Point, half: float) -> tuple[Point, Point]:
    return chest.shifted(-half, -0.02), chest.shifted(half, -0.02)


def _foreshortened(limb: Limb) -> Limb:
    """A limb seen from the front: its joint goes to and from the camera more than sideways."""
    straight = Point((limb.root.x + limb.end.x) / 2, (limb.root.y + limb.end.y) / 2)
    return Limb(limb.root, limb.middle.towards(straight, torch.full_like(straight.x, 0.6)), limb.end)


def _front_leg(hip: Point, foot: Point, side: float) -> Limb:
    return _foreshortened(reach(hip, foot, THIGH, SHIN, side))


def walk_front(t: Tensor, half: float) -> Pose:
    """Walking on the spot towards the camera, one second per pair of steps."""
    phase = cycle(t, 1.0)
    hips = Point(0.022 * torch.sin(phase), 0.605 + 0.014 * torch.cos(2 * phase))
    chest = hips.shifted(-0.01 * torch.sin(phase), CHEST)
    legs, arms = [], []
    for side, shoulder in zip(_SIDES, _shoulders(chest, half), strict=True):
        swing = torch.sin(phase) * side
        lift = 0.13 * (0.5 + 0.5 * torch.cos(phase) * side) ** 2
        foot = Point(side * 0.08 + 0.01 * swing, lift - 0.06 * swing)
        legs.append(_front_leg(hips.shifted(side * 0.065, 0.0), foot, side))
        wrist = shoulder.shifted(side * (0.06 + 0.04 * swing), -0.31 - 0.09 * swing)
        arms.append(_foreshortened(reach(shoulder, wrist, UPPER_ARM, FOREARM, side)))
    head = chest.shifted(0.0, HEAD - CHEST)
    return Pose(hips, chest, head, (arms[0], arms[1]), (legs[0], legs[1]))


def dance(t: Tensor, half: float) -> Pose:
    """Hips from side to side, arms up, once a second."""
    phase = cycle(t, 1.0)
    sway = torch.sin(phase)
    hips = Point(0.085 * sway, 0.585 + 0.025 * torch.cos(2 * phase))
    chest = hips.shifted(-0.11 * sway, CHEST)
    legs, arms = [], []
    for side, shoulder in zip(_SIDES, _shoulders(chest, half), strict=True):
        lift = 0.09 * (-side * sway).clamp(min=0.0) ** 2
        foot = Point(side * 0.13 + 0.0 * sway, lift)
        legs.append(_front_leg(hips.shifted(side * 0.065, 0.0), foot, side))
        wrist = shoulder.shifted(side * 0.17 + 0.10 * sway, 0.28 + 0.09 * side * sway)
        arms.append(reach(shoulder, wrist, UPPER_ARM, FOREARM, -side))
    head = chest.shifted(-0.02 * sway, HEAD - CHEST)
    return Pose(hips, chest, head, (arms[0], arms[1]), (legs[0], legs[1]))


def jump(t: Tensor, half: float) -> Pose:
    """Crouch, leap with the arms thrown up, land and rise, every 1.2 s."""
    phase = (t / 1.2) % 1.0
    air = ((phase - 0.36) / 0.44).clamp(0.0, 1.0)
    flight = 4 * air * (1 - air)
    crouch = _bump(phase, 0.20, 0.13) + 0.7 * _bump(phase, 0.88, 0.07)
    raised = shapes.smoothstep(0.22, 0.46, phase) - shapes.smoothstep(0.66, 0.95, phase)
    hips = Point(0.0 * phase, 0.61 - 0.22 * crouch + 0.27 * flight)
    chest = hips.shifted(0.0, CHEST - 0.04 * crouch)
    legs, arms = [], []
    for side, shoulder in zip(_SIDES, _shoulders(chest, half), strict=True):
        foot = Point(side * (0.09 + 0.05 * flight), 0.33 * flight)
        legs.append(_front_leg(hips.shifted(side * 0.065, 0.0), foot, side))
        upper = math.radians(-65) + raised * math.radians(115)
        lower = math.radians(-95) + raised * math.radians(165)
        elbow = shoulder.shifted(side * UPPER_ARM * torch.cos(upper), UPPER_ARM * torch.sin(upper))
        wrist = elbow.shifted(side * FOREARM * torch.cos(lower), FOREARM * torch.sin(lower))
        arms.append(Limb(shoulder, elbow, wrist))
    head = chest.shifted(0.0, HEAD - CHEST - 0.02 * crouch)
    return Pose(hips, chest, head, (arms[0], arms[1]), (legs[0], legs[1]))


def _hang(root: Point, first: Tensor, second: Tensor, upper: float, lower: float) -> Limb:
    """Limb whose bones stand at these angles from straight down, forwards positive."""
    middle = root.polar(upper, first - math.pi / 2)
    return Limb(root, middle, middle.polar(lower, second - math.pi / 2))


def stride(t: Tensor, speed: Tensor) -> Pose:
    """Walking to the right in profile, one second per pair of steps.

    The legs open just so wide that the standing foot keeps its place at `speed` heights a second.
    """
    phase = cycle(t, 1.0)
    opening = (speed / (4 * LEG)).clamp(0.2, 0.5)
    origin = still(phase, 0.0, 0.0)
    angles = []
    for offset in (0.0, math.pi):
        thigh = opening * torch.sin(phase + offset) + 0.06
        knee = 0.10 + 2.0 * opening * (0.5 + 0.5 * torch.cos(phase + offset)) ** 2
        angles.append((thigh, thigh - knee))
    drops = [-_hang(origin, *pair, THIGH, SHIN).end.y for pair in angles]
    hips = still(phase, 0.0, 0.03).shifted(0.0, torch.maximum(drops[0], drops[1]))
    chest = hips.shifted(0.03, CHEST)
    legs = [_hang(hips, *pair, THIGH, SHIN) for pair in angles]
    arms = []
    for offset in (math.pi, 0.0):
        upper = 1.2 * opening * torch.sin(phase + offset)
        lower = upper + 0.35 + opening * 0.4 * torch.sin(phase + offset)
        arms.append(_hang(chest.shifted(0.0, -0.03), upper, lower, UPPER_ARM, FOREARM))
    head = chest.shifted(0.025, HEAD - CHEST)
    return Pose(hips, chest, head, (arms[0], arms[1]), (legs[0], legs[1]), profile=True)
