"""One thing being drawn: its own coordinates, how it is lit, and strokes onto the picture."""

from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

from workers.training.worlds.colours import Rgb, constant
from workers.training.worlds.scene import Picture, Scenes


@dataclass(frozen=True)
class Sprite:
    """A thing facing right in coordinates `x`, `y` around its foot (or its middle when it flies).

    `sharpness` turns a local distance into pixels, `lift` runs from 0 at its underside to 1 at
    its top, `ambient` is the light's colour; `t` is in seconds, `travel` is the way rolled so
    far (in local units, forward), `touch` is 1 on the ground or water and 0 well above it, each
    [n, f, 1, 1]. `pace` is 0 for a thing at rest, 1 under way.
    """

    picture: Picture
    scenes: Scenes
    x: Tensor
    y: Tensor
    t: Tensor
    travel: Tensor
    touch: Tensor
    lift: Tensor
    sharpness: Tensor
    ambient: Tensor
    pace: float

    def cover(self, distance: Tensor) -> Tensor:
        """Share of each pixel inside the shape at local `distance`."""
        return (0.5 - distance * self.sharpness).clamp(0.0, 1.0)

    def rgb(self, colour: Rgb | Tensor) -> Tensor:
        """`colour` as a tensor [n|1, 1, 3, 1, 1], not yet lit."""
        return colour if isinstance(colour, Tensor) else constant(self.t, colour)

    def fill(self, distance: Tensor, colour: Rgb | Tensor) -> None:
        """Fill a shape with one colour, lit."""
        self.picture.paint_subject(self.rgb(colour) * self.ambient, self.cover(distance))

    def mould(self, distance: Tensor, colour: Rgb | Tensor) -> None:
        """Fill a shape, lighter towards the thing's top and darker underneath, lit."""
        lift = self.lift[:, :, None]
        form = self.rgb(colour) * (0.8 + 0.3 * lift) + 0.07 * lift
        self.picture.paint_subject(form * self.ambient, self.cover(distance))

    def lamp(self, distance: Tensor, colour: Rgb) -> None:
        """Fill a shape that gives its own light."""
        self.picture.paint_subject(self.rgb(colour), self.cover(distance))

    def haze(self, alpha: Tensor, colour: Rgb) -> None:
        """Lay something soft that is no part of the thing (spray, smoke, foam), lit."""
        self.picture.paint(self.rgb(colour) * self.ambient, alpha)

    def glow(self, alpha: Tensor, colour: Rgb) -> None:
        """Lay soft light that is no part of the thing."""
        self.picture.paint(self.rgb(colour), alpha)


def union(*distances: Tensor) -> Tensor:
    """Distance to the nearest of several shapes."""
    return reduce(torch.minimum, distances)


def common(*distances: Tensor) -> Tensor:
    """Distance to what several shapes share (a bound)."""
    return reduce(torch.maximum, distances)


def swing(x: Tensor | float, y: Tensor | float, length: float, angle: Tensor) -> tuple[Tensor, Tensor]:
    """End of a limb hung at (x, y), `angle` radians forward of straight down."""
    return x + length * torch.sin(angle), y - length * torch.cos(angle)
