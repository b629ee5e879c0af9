"""A crowd: small people at three depths who stroll past each other, the farthest drawn first."""

import math

import torch
from torch import Tensor

from workers.training.worlds import colours, looks, shapes
from workers.training.worlds.figure import Stage, lathe, union
from workers.training.worlds.looks import Looks
from workers.training.worlds.scene import Camera, Picture, Scenes, View

# Height of the feet in the picture and the size of each row of people, back to front.
ROWS: tuple[tuple[float, float], ...] = ((-0.36, 0.45), (-0.58, 0.60), (-0.86, 0.78))
OUT_OF_SIGHT = 0.3  # how far beyond the picture's edge they turn up again
GAIT_PERIOD = 1.5  # seconds for a pair of steps at the usual pace
STEP = 0.23  # how far a foot swings to either side
STRIDE_SPEED = 4 * STEP / GAIT_PERIOD  # so that the standing foot does not slide
ROW_OF: tuple[int, ...] = (0, 0, 0, 1, 1, 1, 2, 2)


def paint(picture: Picture, scenes: Scenes, view: View, camera: Camera, ambient: Tensor) -> None:
    """Paint eight walkers under `ambient` light, each the same person throughout."""
    x, y = camera.layer(view, 1.0)
    edge = view.x.abs().max() + OUT_OF_SIGHT
    for index, row in enumerate(ROW_OF):
        feet, size = ROWS[row]
        direction = -1.0 if row == 1 else 1.0
        pace = looks.scattered(scenes, 18, row) * 0.4 + 0.8
        walked = view.t * pace * direction * STRIDE_SPEED * size
        # They loop around the camera, so that no one turns up in sight while it moves.
        across = camera.x + _track(scenes, index, walked - camera.x, edge)
        stage = Stage(
            picture, (x - across) * (direction / size), (y - feet) / size, view.pixel / size, ambient
        )
        person = looks.choose(scenes, index, index % 2 == 0, _clothes(scenes, index))
        _walker(stage, person, view.t * pace + index * 0.37)


def _track(scenes: Scenes, index: int, moved: Tensor, edge: Tensor) -> Tensor:
    """Place across the picture, looping at `edge`; a row keeps its pace, so that it stays spread."""
    row = ROW_OF[index]
    jitter = looks.scattered(scenes, 12, index) * 0.16
    start = index / ROW_OF.count(row) + looks.scattered(scenes, 15, row) + jitter
    return ((start + moved / (2 * edge)) % 1.0) * 2 * edge - edge


def _clothes(scenes: Scenes, index: int) -> Tensor:
    """The scene's colour for every other person, a greyed one for the rest."""
    if scenes.attributes["colour"] != "none" and index % 4 in (1, 2):
        return colours.named(scenes, 8)
    return colours.blend(colours.MUTED, looks.scattered(scenes, 8, index))


def _walker(stage: Stage, person: Looks, t: Tensor) -> None:
    """A simple figure 1.3 tall walking to the right on straight legs."""
    stage.ground_shadow(torch.zeros_like(t), 0.0, 0.24, 0.28)
    swing = torch.sin(t * 2 * math.pi / GAIT_PERIOD)
    rise = 0.02 * (1.0 - swing * swing)
    x, y = stage.x, stage.y - rise
    hem, flare = (0.36, 0.42) if person.woman else (0.55, 0.0)

    def widths(y: Tensor) -> Tensor:
        top = ((y - 0.96).clamp(min=0.0) / 0.12) ** 2
        waist = 0.09 * shapes.smoothstep(0.95, 0.72, y)
        return 0.115 - 0.115 * top + flare * ((0.72 - y).clamp(min=0.0) - waist)

    # The legs mirror each other, so that one distance draws both.
    legs = shapes.capsule(x.abs(), stage.y, 0.0, 0.62, STEP * swing.abs(), 0.03, 0.075, 0.048)
    stage.fill(person.skin * 0.9 if person.woman else person.trousers, legs)
    stage.fill(person.clothes, torch.maximum(lathe(x, y, 0.0 * rise, widths), hem - y))
    arm = shapes.capsule(x, y, 0.0, 0.96, -0.18 * swing, 0.62, 0.05, 0.04)
    stage.fill(person.clothes * 0.74, arm)
    hair = shapes.circle(x, y, -0.03, 1.215, 0.125)
    if person.woman:
        length = person.styled(0.2, 0.1, 0.0)
        hair = union(hair, shapes.capsule(x, y, -0.06, 1.18, -0.10, 1.20 - length, 0.09, 0.07))
    stage.fill(person.hair, hair)
    stage.fill(person.skin, shapes.circle(x, y, 0.025, 1.185, 0.10))
