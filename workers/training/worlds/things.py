"""Things under way: where each is on its path, its shadow and speed lines, and who draws it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from workers.training.worlds import movers, palette, vehicles
from workers.training.worlds.colours import constant, named
from workers.training.worlds.scene import Camera, Picture, Scenes, View
from workers.training.worlds.shapes import rotate, smoothstep
from workers.training.worlds.sprite import Sprite

GROUND, WATER, AIR = -0.55, -0.35, 0.25
OFFSHORE = -0.26  # a boat off a beach floats clear of the sand
WATERY = frozenset({"sea", "beach"})
CROSSING = RISING = TURNING = 3.0  # s
BOUNCE = 0.9  # s
HOP_HEIGHT, BOUNCE_HEIGHT = 0.6, 0.75
OWN_LIGHT = 0.45  # share of white light on a thing, so that its colour can be told at night
SIZES = (1.08, 1.24)
CEILING = 0.95
HOP = (0.32, 0.68)  # the share of a crossing spent off the ground
CLEAR = 0.5  # how far beyond the picture's edge a crossing begins and ends
PAN_LEAD = {"pan_left": -0.4, "pan_right": 0.4}  # so that a pan of 3 s passes a thing that stays
NARROWEST = 0.4  # a thing seen end on still has this share of its length


@dataclass(frozen=True)
class Kind:
    """How one kind of thing sits in a scene; lengths in scene units.

    `level` is where its origin rests, `centre` how far its middle is above that, `rest` how far
    a flyer's origin is above the ground it lands on, `tilts` how much of a path's slope it takes
    on, `streaks` at which heights speed lines trail behind it.
    """

    paint: Callable[[Sprite, Tensor], None]
    level: float
    half_length: float
    centre: float
    rest: float = 0.0
    tilts: float = 1.0
    streaks: tuple[float, ...] = ()
    mirrored: bool = True


KINDS: dict[str, Kind] = {
    "car": Kind(vehicles.car, GROUND, 0.42, 0.2, streaks=(0.12, 0.24, 0.36)),
    "motorcycle": Kind(vehicles.motorcycle, GROUND, 0.4, 0.41, streaks=(0.14, 0.36, 0.58)),
    "boat": Kind(vehicles.boat, WATER, 0.45, 0.38, tilts=0.6),
    "rocket": Kind(vehicles.rocket, AIR, 0.4, 0.0, rest=0.38),
    "ball": Kind(movers.ball, GROUND, 0.27, 0.27, tilts=0.0, streaks=(0.13, 0.27, 0.41), mirrored=False),
    "bird": Kind(movers.bird, AIR, 0.36, 0.0, rest=0.14, streaks=(-0.08, 0.06)),
    "skier": Kind(movers.skier, GROUND, 0.4, 0.42, tilts=0.6, streaks=(0.3, 0.5)),
    "runner": Kind(movers.runner, GROUND, 0.24, 0.44, tilts=0.35, streaks=(0.28, 0.48, 0.68)),
}


@dataclass
class Motion:
    """A thing's pose at every frame, each [n, f, 1, 1]: its origin in the scene, and the rest.

    `height` is above its level, `facing` 1 right to -1 left, `tilt` radians nose up, `near` 1
    nearest to -1 farthest, `contact` 1 at the moment it hits the ground.
    """

    x: Tensor
    height: Tensor
    travel: Tensor
    facing: Tensor
    tilt: Tensor
    near: Tensor
    contact: Tensor


def paint(picture: Picture, scenes: Scenes, view: View, camera: Camera) -> None:
    """Draw the scenes' thing, doing its action, with its shadow on the ground."""
    kind = KINDS[scenes.attributes["subject"]]
    ambient = palette.ambient(scenes, view)
    ambient = ambient + OWN_LIGHT * (1.0 - ambient)
    motion = _move(scenes, view, camera, kind)
    size = scenes.uniform(10, *SIZES) * (1.0 + 0.16 * motion.near)
    level = _level(scenes, kind) - 0.09 * motion.near
    x, y = camera.layer(view, 1.0)
    floor = _floor(scenes, kind) - 0.09 * motion.near
    below_x, below_y = x - motion.x, y - floor
    if kind.level == WATER and scenes.attributes["place"] not in WATERY:
        _pond(picture, below_x, below_y, ambient)
    if scenes.attributes["action"] != "rising":
        _shadow(picture, below_x, below_y, motion.height + level - floor, size * kind.half_length)
    squash = 1.0 - 0.2 * motion.contact
    rest = kind.rest * size * squash if _lands(scenes) else 0.0
    local_x = (x - motion.x) / (size * motion.facing * (1.0 + 0.15 * motion.contact))
    local_y = (y - level - motion.height - rest) / (size * squash)
    if _swift(scenes) and kind.streaks:
        _streaks(picture, local_x, local_y, view.t, kind, ambient)
    lift = ((local_y - kind.centre) / (2.0 * max(kind.centre, 0.2)) + 0.5).clamp(0.0, 1.0)
    if kind.tilts:
        local_x, local_y = rotate(local_x, local_y, 0.0, 0.0, motion.tilt)
    sharpness = size * camera.zoom / view.pixel
    travel = motion.travel * motion.facing.sign()
    touch = smoothstep(0.2, 0.04, motion.height.abs())
    pace = 1.0 if _under_way(scenes) else 0.0
    sprite = Sprite(picture, scenes, local_x, local_y, view.t, travel, touch, lift, sharpness, ambient, pace)
    kind.paint(sprite, named(scenes, 9))


def _tracked(scenes: Scenes) -> bool:
    return scenes.attributes["camera"] == "tracking"


def _swift(scenes: Scenes) -> bool:
    return scenes.attributes["action"] in ("rightward", "leftward", "jumping")


def _lands(scenes: Scenes) -> bool:
    return scenes.attributes["action"] == "bouncing"


def _under_way(scenes: Scenes) -> bool:
    return _tracked(scenes) or scenes.attributes["action"] in (
        "rightward",
        "leftward",
        "jumping",
        "rising",
        "turning",
    )


def _floor(scenes: Scenes, kind: Kind) -> float:
    """Where the shadow falls."""
    if kind.level == WATER:
        return OFFSHORE if scenes.attributes["place"] == "beach" else WATER
    return GROUND


def _headroom(scenes: Scenes, kind: Kind, height: float) -> float:
    """The part of `height` that a thing can leave the ground by and stay in a wide picture."""
    return min(height, CEILING - _floor(scenes, kind) - 2.0 * SIZES[1] * max(kind.centre, kind.rest))


def _level(scenes: Scenes, kind: Kind) -> float:
    """Height of the thing's origin when its motion adds none."""
    action = scenes.attributes["action"]
    if action == "bouncing" or kind.level != AIR:
        return _floor(scenes, kind)
    if action == "jumping":
        return AIR - HOP_HEIGHT / 2  # else the hop would leave the picture
    return kind.level


def _move(scenes: Scenes, view: View, camera: Camera, kind: Kind) -> Motion:
    """The thing's pose at every frame of `view`."""
    motion = _idle(scenes, view)
    action = scenes.attributes["action"]
    if action in ("rightward", "leftward", "jumping"):
        _cross(motion, scenes, view, camera, kind)
    elif action == "bouncing":
        _bounce(motion, scenes, view, kind)
    elif action == "rising":
        _rise(motion, scenes, view, camera, kind)
    elif action == "turning":
        _turn(motion, scenes, view, kind)
    if kind.level == WATER:
        motion.height = motion.height + 0.02 * torch.sin(2 * math.pi * view.t / 1.5)
        motion.tilt = motion.tilt + 0.06 * torch.sin(2 * math.pi * view.t / 1.5 + 1.0)
    if _tracked(scenes):
        motion.travel = motion.facing.sign() * view.t * 1.3
        if action != "turning":
            motion.x = 0.06 * torch.sin(2 * math.pi * view.t / 2.4)
    if _tracked(scenes) or _swift(scenes) or action == "rising":
        motion.x = motion.x + camera.x
    else:
        motion.x = motion.x + PAN_LEAD.get(scenes.attributes["camera"], 0.0)
    if scenes.attributes["subject"] == "rocket":
        motion.tilt = _nose(scenes, motion.tilt)
    if not kind.mirrored:
        motion.facing = torch.ones_like(motion.facing)
    return motion


def _nose(scenes: Scenes, tilt: Tensor) -> Tensor:
    """A rocket's tilt: upright at rest, when it bounces and when it rises, else nearly level."""
    action = scenes.attributes["action"]
    if action in ("bouncing", "rising") or not _under_way(scenes):
        return torch.full_like(tilt, math.pi / 2)
    return tilt + 0.18


def _idle(scenes: Scenes, view: View) -> Motion:
    """Resting: a ball rocks a little, a flyer drifts up and down, the rest stand."""
    zero, one = torch.zeros_like(view.t), torch.ones_like(view.t)
    beat = torch.sin(2 * math.pi * (view.t / 2.4 + scenes.uniform(8)))
    subject = scenes.attributes["subject"]
    sway = 0.06 * beat if subject == "ball" else zero
    bob = 0.04 * beat if subject in ("bird", "rocket") else zero
    return Motion(sway, bob, sway, one, zero, zero, zero)


def _cross(motion: Motion, scenes: Scenes, view: View, camera: Camera, kind: Kind) -> None:
    """From beyond one edge of the picture to beyond the other, with a hop in the middle to jump."""
    action = scenes.attributes["action"]
    share = torch.remainder(view.t / CROSSING + scenes.uniform(8, 0.02, 0.12), 1.0)
    half = view.x[..., -1:] / camera.zoom.clamp(max=1.0) + CLEAR
    direction = -1.0 if action == "leftward" else 1.0
    motion.x = motion.travel = direction * half * (2.0 * share - 1.0)
    motion.facing = direction * motion.facing
    if action == "jumping":
        hop = ((share - HOP[0]) / (HOP[1] - HOP[0])).clamp(0.0, 1.0)
        motion.height = _headroom(scenes, kind, HOP_HEIGHT) * 4.0 * hop * (1.0 - hop)
        motion.tilt = kind.tilts * 0.5 * torch.sin(2 * math.pi * hop)
        landing = torch.minimum((share - HOP[0]).abs(), (share - HOP[1]).abs())
        motion.contact = 0.5 * torch.exp(-((landing / 0.03) ** 2))
    elif kind.level == AIR:
        wave = 2 * math.pi * view.t / 1.5
        motion.height = 0.05 * torch.sin(wave)
        motion.tilt = 0.13 * torch.cos(wave)


def _bounce(motion: Motion, scenes: Scenes, view: View, kind: Kind) -> None:
    """Ballistic bounces nearly on the spot."""
    share = torch.remainder(view.t / BOUNCE + scenes.uniform(8), 1.0)
    motion.height = _headroom(scenes, kind, BOUNCE_HEIGHT) * 4.0 * share * (1.0 - share)
    motion.contact = torch.exp(-((torch.minimum(share, 1.0 - share) / 0.08) ** 2))
    motion.x = motion.travel = 0.08 * torch.sin(2 * math.pi * view.t / (4 * BOUNCE))


def _rise(motion: Motion, scenes: Scenes, view: View, camera: Camera, kind: Kind) -> None:
    """From below the picture to above it."""
    share = torch.remainder(view.t / RISING + scenes.uniform(8, 0.02, 0.12), 1.0)
    half = view.y[:, :, :1] / camera.zoom.clamp(max=1.0) + CLEAR + 0.1
    motion.height = camera.y + half * (2.0 * share - 1.0) - kind.centre - kind.level
    motion.x = 0.06 * torch.sin(2 * math.pi * view.t / RISING)
    motion.tilt = kind.tilts * 0.5 * torch.ones_like(view.t)
    motion.travel = 0.8 * view.t


def _turn(motion: Motion, scenes: Scenes, view: View, kind: Kind) -> None:
    """Round an ellipse on the ground (or in the air), seen a little from above."""
    angle = 2 * math.pi * (view.t / TURNING + scenes.uniform(8))
    radius = (view.x[..., -1:] - kind.half_length).clamp(max=0.8)
    motion.x = motion.travel = radius * torch.cos(angle)
    motion.near = -torch.sin(angle)
    ahead = (1.6 * motion.near).clamp(-1.0, 1.0)
    sign = torch.where(ahead < 0.0, -1.0, 1.0)
    motion.facing = sign * ahead.abs().clamp(min=NARROWEST)


def _shadow(picture: Picture, dx: Tensor, dy: Tensor, height: Tensor, half_length: Tensor) -> None:
    """Soft shadow on the ground, smaller and fainter the higher the thing is above it."""
    away = (height.abs() / 1.1).clamp(max=1.0)
    width = half_length * (1.0 - 0.4 * away)
    across = torch.exp(-((dx / width) ** 4))
    strength = 0.42 * (1.0 - away) ** 1.5 + 0.05 * smoothstep(1.6, 0.9, height.abs())
    along = strength * torch.exp(-((dy / 0.05) ** 2))
    picture.paint(constant(dx, (0.05, 0.06, 0.12)), across * along)


def _pond(picture: Picture, dx: Tensor, dy: Tensor, ambient: Tensor) -> None:
    """Water for a boat to float on in a place that has none."""
    inside = smoothstep(1.0, 0.7, torch.sqrt((dx / 0.9) ** 2 + ((dy + 0.06) / 0.17) ** 2))
    picture.paint(constant(dx, (0.30, 0.55, 0.74)) * ambient, 0.9 * inside)


def _streaks(picture: Picture, x: Tensor, y: Tensor, t: Tensor, kind: Kind, ambient: Tensor) -> None:
    """Speed lines trailing behind, each of a length of its own that flutters."""
    alpha = torch.zeros_like(t)
    for line, height in enumerate(kind.streaks):
        reach = 0.5 + 0.1 * torch.sin(9.0 * t + 2.1 * line) - 0.12 * (line % 2)
        behind = -kind.half_length - 0.06 - x
        fade = smoothstep(-0.05, 0.03, behind) * (1.0 - behind / reach).clamp(0.0, 1.0)
        alpha = alpha + fade * torch.exp(-(((y - height) / 0.016) ** 2))
    picture.paint(0.4 + 0.6 * ambient, 0.4 * alpha)
