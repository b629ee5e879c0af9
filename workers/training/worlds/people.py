"""Women, men, couples and crowds, and what they do."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workers.training.worlds import colours, crowd, figure, gestures, looks, palette, portraits, shapes
from workers.training.worlds.figure import Pose, Stage
from workers.training.worlds.looks import Looks
from workers.training.worlds.scene import Camera, Picture, Scenes, View

CROSSING_PERIOD = 4.0  # seconds
FEET = -0.75
OUT_OF_SIGHT = 0.4  # how far beyond the picture's edge a crossing begins and ends
STROLL = 1.05  # speed over ground while the camera follows
KEY_LIGHT = 0.3  # share of white light on people, so that clothes and gestures are read at night too
_CROSSINGS = ("rightward", "leftward")
MAKES_ROOM = {"waving": 0.14, "pointing": 0.34}  # how far aside people step in a narrow picture
_WHOLE = frozenset({"walking", "dancing", "jumping", *_CROSSINGS})


@dataclass(frozen=True)
class Role:
    """One person of a scene: where they stand, how large, which way round and how late they are.

    `x` and `scale` are [] or [n, f, 1, 1]; `mirror` is -1 for someone whose gestures go left.
    """

    looks: Looks
    x: Tensor
    scale: Tensor
    mirror: float
    lag: float


@dataclass(frozen=True)
class Shot:
    """What a role is drawn on and in: `edge` [] is the picture's largest |x|.

    `follow` [n, f|1, 1, 1] is where the camera has taken the people along.
    """

    picture: Picture
    scenes: Scenes
    view: View
    camera: Camera
    ambient: Tensor
    edge: Tensor
    follow: Tensor


def paint(picture: Picture, scenes: Scenes, view: View, camera: Camera) -> None:
    """Draw the scenes' people, doing and wearing what the attributes say, over the picture."""
    ambient = palette.ambient(scenes, view)
    ambient = ambient + (1.0 - ambient) * KEY_LIGHT
    if scenes.attributes["subject"] == "crowd":
        crowd.paint(picture, scenes, view, camera, ambient)
        return
    edge = view.x.abs().max()
    action = scenes.attributes["action"]
    # Whoever is followed keeps their place in the picture, whatever they do.
    follow = camera.x if scenes.attributes["camera"] == "tracking" else torch.zeros_like(camera.x)
    shot = Shot(picture, scenes, view, camera, ambient, edge, follow)
    for role in _cast(scenes, edge, tall=view.pixel * view.y.shape[-2] > 2.5):
        t = view.t + scenes.uniform(12, 0.0, 0.4) + role.lag
        if action in _WHOLE:
            _draw_whole(shot, role, t, action)
        else:
            stage = _stage(shot, role, follow + role.x, 0.0, role.mirror)
            portraits.draw(stage, role.looks, action, t, (edge - role.x * role.mirror) / role.scale)


def _cast(scenes: Scenes, edge: Tensor, tall: bool) -> list[Role]:
    """The people of a scene: one in the middle, or a woman and a man side by side."""
    clothes = colours.named(scenes, 8)
    subject = scenes.attributes["subject"]
    size = scenes.uniform(14, 0.98, 1.08)
    room = ((edge - 1.0) / 0.78).clamp(0.0, 1.0)  # 0 in a square or upright picture, 1 in a wide one
    if subject != "couple":
        person = looks.choose(scenes, 0, subject == "woman", clothes)
        aside = MAKES_ROOM.get(scenes.attributes["action"], 0.0) * (1.0 - room)
        x = scenes.uniform(15, -0.12, 0.12) * room - aside
        return [Role(person, x, size * (1.06 if tall else 1.0), 1.0, 0.0)]
    apart, size = 0.38 + 0.11 * room, size * (0.67 + 0.15 * room)
    return [
        Role(looks.choose(scenes, 1, True, clothes), -apart, size, -1.0, 0.12),
        Role(looks.choose(scenes, 2, False, clothes * 0.92), apart, size * 1.03, 1.0, 0.0),
    ]


def _stage(shot: Shot, role: Role, at: Tensor, floor: float, facing: float) -> Stage:
    """The role's own coordinates with its origin at `at`, `floor`, lit softly from the left."""
    x, y = shot.camera.layer(shot.view, 1.0)
    x, y = (x - at) / role.scale, (y - floor) / role.scale
    shade = 1.05 - 0.24 * shapes.smoothstep(-0.35, 0.35, x)
    return Stage(shot.picture, x * facing, y, shot.view.pixel, shot.ambient * shade[:, :, None])


def _draw_whole(shot: Shot, role: Role, t: Tensor, action: str) -> None:
    """A figure from head to foot with its shadow on the ground."""
    at, facing = shot.follow + role.x, 1.0
    if action in _CROSSINGS:
        tracked = shot.scenes.attributes["camera"] == "tracking"
        facing = 1.0 if action == "rightward" else -1.0
        crossing = 2 * (shot.edge + OUT_OF_SIGHT) / CROSSING_PERIOD
        speed = torch.full_like(shot.edge, STROLL) if tracked else crossing
        pose = gestures.stride(t, speed / role.scale)
        at = at if tracked else _crossing(shot, role, facing)
    else:
        pose = _pose(action, t, role)
    stage = _stage(shot, role, at, FEET, facing)
    height = (pose.hips.y - 0.60).clamp(0.0, 0.5)
    stage.ground_shadow(pose.hips.x, -0.03, 0.30 - 0.2 * height, 0.38 - 0.5 * height)
    figure.draw(stage, pose, role.looks)


def _pose(action: str, t: Tensor, role: Role) -> Pose:
    half = 0.11 if role.looks.woman else 0.15
    if action == "dancing":
        return gestures.dance(t, half)
    if action == "jumping":
        return gestures.jump(t, half)
    return gestures.walk_front(t, half)


def _crossing(shot: Shot, role: Role, facing: float) -> Tensor:
    """Where a looping walk across the picture has come, from out of sight to out of sight."""
    length = 2 * (shot.edge + OUT_OF_SIGHT)
    start = shot.scenes.uniform(18, 0.08, 0.28) + role.x / length
    # The loop goes around the camera, so that no one turns up in sight while it pans.
    along = shot.view.t / CROSSING_PERIOD + start - facing * shot.camera.x / length
    return shot.camera.x + facing * (along % 1.0 - 0.5) * length
