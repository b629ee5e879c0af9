"""Drawing one figure: its own coordinates over the picture, joints, and the whole body head to foot."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import torch
from torch import Tensor

from workers.training.worlds import shapes
from workers.training.worlds.looks import Looks
from workers.training.worlds.scene import Picture
from workers.training.worlds.shapes import Number


class Point(NamedTuple):
    """A joint's place at each frame, both [n, f, 1, 1]."""

    x: Tensor
    y: Tensor

    def shifted(self, dx: Number, dy: Number) -> "Point":
        """The place `dx`, `dy` further."""
        return Point(self.x + dx, self.y + dy)

    def polar(self, length: Number, angle: Tensor) -> "Point":
        """The place `length` away at `angle`, counted from the right, counter-clockwise."""
        return self.shifted(length * torch.cos(angle), length * torch.sin(angle))

    def towards(self, other: "Point", share: Tensor) -> "Point":
        """The place at `share` of the way to `other`."""
        return Point(torch.lerp(self.x, other.x, share), torch.lerp(self.y, other.y, share))


class Limb(NamedTuple):
    """Shoulder, elbow and wrist; or hip, knee and ankle."""

    root: Point
    middle: Point
    end: Point


def still(like: Tensor, x: Number, y: Number) -> Point:
    """A place on the same frames as `like` [n, f, 1, 1]."""
    zero = torch.zeros_like(like)
    return Point(zero + x, zero + y)


def reach(root: Point, end: Point, upper: float, lower: float, side: float) -> Limb:
    """Limb from `root` to `end`; its joint lies on the left of that line for `side` 1, right for -1."""
    dx, dy = end.x - root.x, end.y - root.y
    straight = torch.sqrt(dx * dx + dy * dy + 1e-6)
    distance = straight.clamp(max=upper + lower)
    along = (distance**2 + upper**2 - lower**2) / (2 * distance)
    off = torch.sqrt((upper**2 - along**2).clamp(min=0.0) + 1e-9) * side
    middle = root.shifted((dx * along - dy * off) / straight, (dy * along + dx * off) / straight)
    return Limb(root, middle, end)


@dataclass(frozen=True)
class Stage:
    """A figure's own coordinates `x` [n, f, 1, w], `y` [n, f, h, 1] and its light [n|1, f|1, 3, 1, w|1]."""

    picture: Picture
    x: Tensor
    y: Tensor
    pixel: float
    light: Tensor

    def fill(self, colour: Tensor, distance: Tensor) -> None:
        """Paint what lies inside the distance as part of the subject."""
        self.picture.paint_subject(colour * self.light, shapes.coverage(distance, self.pixel))

    def shade(self, distance: Tensor, within: Tensor, softness: float, strength: float) -> None:
        """Darken the parts of the figure inside `within` that lie near the shape at `distance`."""
        near = (1.0 - distance / softness).clamp(0.0, 1.0)
        alpha = near * near * strength * shapes.coverage(within, self.pixel)
        self.picture.rgb = self.picture.rgb * (1.0 - alpha[:, :, None])

    def bone(self, a: Point, b: Point, ra: float, rb: float) -> Tensor:
        """Distance to a tapered bone between two joints."""
        return shapes.capsule(self.x, self.y, a.x, a.y, b.x, b.y, ra, rb)

    def disc(self, centre: Point, radius: Number) -> Tensor:
        """Distance to a disc."""
        return shapes.circle(self.x, self.y, centre.x, centre.y, radius)

    def limb(self, limb: Limb, root: float, middle: float, end: float) -> Tensor:
        """Distance to a limb with these radii at its joints."""
        return torch.minimum(
            self.bone(limb.root, limb.middle, root, middle), self.bone(limb.middle, limb.end, middle, end)
        )

    def ground_shadow(self, x: Tensor, y: Number, width: Number, strength: Number) -> None:
        """Soft shadow on the ground; no part of the subject."""
        across = torch.exp(-(((self.x - x) / width) ** 2))
        along = torch.exp(-(((self.y - y) / 0.05) ** 2))
        self.picture.rgb = self.picture.rgb * (1.0 - across * along * strength)[:, :, None]


def union(*distances: Tensor) -> Tensor:
    """Distance to all the shapes together."""
    return reduce(torch.minimum, distances)


def lathe(x: Tensor, y: Tensor, centre: Tensor, half_width: Callable[[Tensor], Tensor]) -> Tensor:
    """Distance to a symmetrical silhouette whose half width is a function of height.

    Cheap because only the last step is as large as the picture. Dividing by the slope
    keeps the edge equally sharp where the silhouette widens fast.
    """
    step = 0.01
    slope = (half_width(y + step) - half_width(y - step)) / (2 * step)
    return ((x - centre).abs() - half_width(y)) / torch.sqrt(1.0 + slope * slope)


@dataclass(frozen=True)
class Pose:
    """Joints of a whole figure, feet at 0 and about 1.3 tall; of each pair the far limb comes first."""

    hips: Point
    chest: Point
    head: Point
    arms: tuple[Limb, Limb]
    legs: tuple[Limb, Limb]
    profile: bool = False


def _torso(stage: Stage, pose: Pose, woman: bool) -> Tensor:
    """Distance to a dress down to the knees, or to a shirt."""
    girth = 0.72 if pose.profile else 1.0
    shoulder, waist, hem = (0.135, 0.088, -0.25) if woman else (0.175, 0.125, -0.06)
    hips = 0.125 if woman else 0.13
    swing = (pose.legs[0].middle.x - pose.legs[1].middle.x).abs() * (0.35 if pose.profile else 0.0)

    def half_width(y: Tensor) -> Tensor:
        top = 1.0 - ((y - 0.36).clamp(min=0.0) / 0.10) ** 2
        chest = shoulder * girth * top - (shoulder - waist) * girth * shapes.smoothstep(0.34, 0.14, y)
        skirt = (hips - waist) * shapes.smoothstep(0.14, 0.0, y)
        return chest + skirt + ((0.45 + swing) * (-y).clamp(min=0.0) if woman else 0.0)

    y = stage.y - pose.hips.y
    bend = pose.hips.x + (pose.chest.x - pose.hips.x) * (y / 0.4)
    return torch.maximum(lathe(stage.x, y, bend, half_width), hem - y)


def _legs(stage: Stage, pose: Pose, looks: Looks) -> None:
    """Far leg a little darker, near leg, shoes pointing where the figure walks."""
    toe = 0.085 if pose.profile else 0.0
    colour = looks.skin if looks.woman else looks.trousers
    radii = (0.07, 0.05, 0.032) if looks.woman else (0.085, 0.066, 0.05)
    far, near = (stage.limb(leg, *radii) for leg in pose.legs)
    shoes = (
        stage.bone(leg.end.shifted(-0.01, -0.005), leg.end.shifted(toe, -0.012), 0.042, 0.034)
        for leg in pose.legs
    )
    if pose.profile:
        stage.fill(colour * 0.72, far)
        stage.fill(colour, near)
    else:
        stage.fill(colour, union(far, near))
    stage.fill(looks.shoes, union(*shoes))


def _arm(stage: Stage, arm: Limb, looks: Looks, shade: float) -> None:
    """Sleeve, forearm and a round hand."""
    width = 0.045 if looks.woman else 0.056
    skin = union(
        stage.bone(arm.middle, arm.end, width * 0.85, width * 0.7), stage.disc(arm.end, width * 0.95)
    )
    stage.fill(looks.skin * shade, skin)
    stage.fill(looks.clothes * shade * 0.9, stage.bone(arm.root, arm.middle, width * 1.1, width))


def _head(stage: Stage, pose: Pose, looks: Looks) -> None:
    """Round head with hair, eyes and a mouth, seen from the front or looking right."""
    head, facing = pose.head, (1.0 if pose.profile else 0.0)
    neck = stage.bone(head, pose.chest.shifted(0.0, 0.02), 0.05, 0.05)
    face = stage.disc(head, 0.118)
    nose = [stage.disc(head.shifted(0.118, -0.01), 0.022)] if pose.profile else []
    stage.fill(looks.skin, union(face, neck, *nose))
    cut = stage.disc(head.shifted(facing * 0.085, -0.065), 0.118 if looks.woman else 0.127)
    cap = torch.maximum(stage.disc(head.shifted(-0.012 * facing, 0.014), 0.13), -cut)
    if looks.woman:
        bun = stage.disc(head.shifted(-0.08 * facing, 0.145), looks.styled(-1.0, -1.0, 0.062))
        cap = union(cap, bun)
    stage.fill(looks.hair, cap)
    side = (stage.x - head.x - facing * 0.075).abs() if not pose.profile else stage.x - head.x - 0.03
    eyes = shapes.ellipse(side, stage.y, 0.042, head.y, 0.017, 0.022)
    mouth = shapes.ellipse(side, stage.y, facing * 0.055, head.y - 0.06, 0.028, 0.010)
    stage.fill(looks.ink, union(eyes, mouth))


def _back_hair(stage: Stage, pose: Pose, looks: Looks) -> None:
    """A woman's hair behind neck and shoulders."""
    length = looks.styled(0.27, 0.12, 0.0)
    back, root, end = (-0.05, 0.095, 0.06) if pose.profile else (0.0, 0.13, 0.105)
    tip = pose.head.shifted(back * 1.9, 0.0 - length)
    stage.fill(looks.hair * 0.86, stage.bone(pose.head.shifted(back, 0.01), tip, root, end))


def draw(stage: Stage, pose: Pose, looks: Looks) -> None:
    """The whole figure, back to front."""
    far, near = pose.arms
    if pose.profile:
        _arm(stage, far, looks, 0.72)
    if looks.woman and not pose.profile:
        _back_hair(stage, pose, looks)
    _legs(stage, pose, looks)
    stage.fill(looks.clothes, _torso(stage, pose, looks.woman))
    if looks.woman and pose.profile:
        _back_hair(stage, pose, looks)
    _head(stage, pose, looks)
    if not pose.profile:
        _arm(stage, far, looks, 1.0)
    _arm(stage, near, looks, 1.0)
