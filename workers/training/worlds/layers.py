"""Layers of a backdrop: planes at a depth, and outlines that repeat for ever along x.

Outlines are heights over x, so that only their final coverage costs a full picture.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from workers.training.worlds.scene import Camera, View
from workers.training.worlds.shapes import Number

HORIZON = -0.15


@dataclass(frozen=True)
class Plane:
    """Scene coordinates at one depth, and `scale`: how many pixels one unit spans there."""

    x: Tensor
    y: Tensor
    scale: Tensor

    def cover(self, distance: Tensor, softness: Number = 1.0) -> Tensor:
        """Coverage of a signed distance given in this plane's units."""
        return (0.5 - distance * (self.scale / softness)).clamp(0.0, 1.0)

    def below(self, height: Number, steepness: float = 0.0) -> Tensor:
        """Coverage under an outline that rises by `steepness` at its steepest."""
        return self.cover(self.y - height, (1.0 + steepness**2) ** 0.5)

    def band(self, low: Number, high: Number) -> Tensor:
        """Coverage of the rows between two heights."""
        return self.cover(self.y - high) * self.cover(low - self.y)


def plane(view: View, camera: Camera, depth: float) -> Plane:
    """The plane at `depth`: 0 the sky, 1 the subject's.

    Sideways it moves as `Camera.layer` has it; up and down the far planes move nearly as
    much as the near ones, or a tilt would lift the subject's feet over the horizon.
    """
    zoom = camera.zoom**depth
    x = view.x / zoom + camera.x * depth
    y = view.y / zoom + camera.y * (0.6 + 0.4 * depth)
    return Plane(x, y, zoom / view.pixel)


def floor(view: View, camera: Camera) -> tuple[Plane, Tensor, Tensor]:
    """The ground in perspective: its far plane, how far below the horizon each row is, and x on the ground.

    x on the ground is that of the subject's plane where the subject stands, so lines along
    it meet at the horizon and the ground slides with its feet.
    """
    far = plane(view, camera, 0.3)
    down = (HORIZON - far.y).clamp(min=0.0)
    near = 0.3 + 1.75 * down
    return far, down, view.x / (camera.zoom**0.7 * near) + camera.x


def cells(x: Tensor, period: float, offset: Number = 0.0) -> tuple[Tensor, Tensor]:
    """Divide x into cells: the position from the centre of each, and its number."""
    number = torch.floor((x - offset) / period + 0.5)
    return x - offset - number * period, number


def chance(number: Tensor, seed: Tensor, salt: float) -> Tensor:
    """A fixed random number in [0, 1) for each cell."""
    raw = torch.sin(number * 12.9898 + seed * 61.7 + salt * 7.233) * 437.585
    return raw - torch.floor(raw)


@dataclass(frozen=True)
class Ridge:
    """Sharp summits: `top`, how far right of its summit each x is, and how far above the next flank."""

    top: Tensor
    across: Tensor
    clear: Tensor

    def sunny(self, at: Plane, sun_side: Tensor, lean: Tensor | float) -> Tensor:
        """Coverage of the sunlit faces; their edges run down from the summits by `lean`."""
        below = self.top - at.y
        face = at.cover((self.across + lean * below) * sun_side * -1.0, 2.0)
        # In the valleys the sunlit flank stands in front of its neighbour's shaded one.
        return torch.maximum(face, at.cover(self.clear - below, 3.0))


def peaks(x: Tensor, seed: Tensor, period: float, low: float, high: float, slope: float) -> Ridge:
    """A ridge with one summit, between `low` and `high`, to each period."""
    local, number = cells(x, period, seed * 5.0)
    top, across = torch.full_like(x, -9.0), torch.zeros_like(x)
    second = top
    # A high summit reaches into its neighbours' cells.
    for neighbour in (-1.0, 0.0, 1.0):
        summit = number + neighbour
        away = local - period * (neighbour + 0.55 * (chance(summit, seed, 1.0) - 0.5))
        height = low + (high - low) * chance(summit, seed, 2.0) - slope * away.abs()
        second = torch.maximum(second, torch.minimum(top, height))
        across = torch.where(height > top, away, across)
        top = torch.maximum(top, height)
    return Ridge(top, across, top - second)


def bumps(x: Tensor, seed: Tensor, period: float, radius: float) -> Tensor:
    """The top of a row of round crowns, about `radius` high; some cells stay nearly bare."""
    top = torch.zeros_like(x)
    for turn in range(2):
        local, number = cells(x, period, seed * 3.0 + turn * period * 0.43)
        size = radius * (0.35 + 0.65 * chance(number, seed, 5.0 + turn))
        across = local - (chance(number, seed, 8.0 + turn) - 0.5) * 0.3 * period
        top = torch.maximum(top, torch.sqrt((size**2 - across**2).clamp(min=0.0)) * 1.1)
    return top


def conifers(
    x: Tensor, seed: Tensor, period: float, height: float, slope: float, share: float = 1.0
) -> Tensor:
    """The top of a row of firs, jagged at the sides; about `share` of the places have one."""
    top = torch.full_like(x, -1.0)
    for turn in range(2):
        local, number = cells(x, period, seed * 3.0 + turn * period / 2)
        tall = height * (0.6 + 0.4 * chance(number, seed, 5.0 + turn))
        tall = torch.where(chance(number, seed, 11.0 + turn) < share, tall, -1.0)
        across = (local - (chance(number, seed, 8.0 + turn) - 0.5) * 0.4 * period).abs()
        top = torch.maximum(top, tall - slope * across)
    return top
