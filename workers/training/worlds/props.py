"""What people hold: a cup to drink from, a product to show."""

import torch
from torch import Tensor

from workers.training.worlds import colours, shapes
from workers.training.worlds.colours import Rgb
from workers.training.worlds.figure import Point, Stage
from workers.training.worlds.looks import Looks

CUP: Rgb = (0.93, 0.94, 0.96)
BAND: Rgb = (0.10, 0.50, 0.55)
PACKS: tuple[Rgb, ...] = ((0.05, 0.62, 0.62), (0.95, 0.42, 0.32), (0.98, 0.74, 0.20), (0.42, 0.36, 0.80))
LABEL: Rgb = (0.97, 0.97, 0.93)


def cup(stage: Stage, centre: Point, tilt: Tensor) -> None:
    """A banded cup, its opening turned left by `tilt` radians."""
    x, y = shapes.rotate(stage.x, stage.y, centre.x, centre.y, tilt)
    body = shapes.box(x, y, 0.0, 0.0, 0.105, 0.13, 0.03)
    stage.fill(colours.constant(tilt, CUP), body)
    band = torch.maximum(body, (y + 0.015).abs() - 0.055)
    stage.fill(colours.constant(tilt, BAND), band)
    rim = shapes.box(x, y, 0.0, 0.115, 0.10, 0.018, 0.015)
    stage.fill(colours.constant(tilt, BAND) * 0.55, rim)


def product(stage: Stage, looks: Looks, centre: Point, turn: Tensor, tilt: Tensor) -> None:
    """A box, a bottle or a phone, by `looks.product`, turned about its upright axis by `turn` radians."""
    kind = looks.product
    pack = colours.blend(PACKS, looks.product * 7.0 % 1.0)
    half = torch.where(kind < 1 / 3, 0.19, torch.where(kind < 2 / 3, 0.115, 0.135))
    tall = torch.where(kind < 1 / 3, 0.175, torch.where(kind < 2 / 3, 0.185, 0.235))
    deep = torch.where(kind < 1 / 3, 0.13, torch.where(kind < 2 / 3, 0.05, 0.03))
    neck = torch.where((kind - 0.5).abs() < 1 / 6, 0.048, -1.0)
    seen = half * torch.cos(turn)
    side = deep * torch.sin(turn)
    x, y = shapes.rotate(stage.x, stage.y, centre.x, centre.y, tilt)
    back = shapes.box(x, y, side * 0.5, 0.0, seen + side.abs() * 0.5, tall, 0.03)
    stopper = shapes.box(x, y, 0.0, tall + 0.05, neck, 0.07, 0.02)
    stage.fill(pack * 0.62, torch.minimum(back, stopper))
    front = shapes.box(x, y, -side * 0.5, 0.0, seen, tall, 0.03)
    stage.fill(pack, front)
    low = torch.where(kind < 2 / 3, 0.45, 0.84)
    label = shapes.box(x, y, -side * 0.5, 0.0, seen * 0.82, tall * low, 0.02)
    stage.fill(colours.constant(kind, LABEL), label)
    mark = shapes.circle(x, y, -side * 0.5, 0.0, seen * 0.36)
    stage.fill(pack * 0.9, mark)
