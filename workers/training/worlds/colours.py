"""Clothes and body colours by their ontology name, and the muted ones worn when none is named."""

from collections.abc import Sequence

import torch
from torch import Tensor

from workers.training.worlds.scene import Scenes

Rgb = tuple[float, float, float]

NAMED: dict[str, Rgb] = {
    "red": (0.86, 0.13, 0.14),
    "orange": (0.97, 0.52, 0.10),
    "yellow": (0.98, 0.83, 0.16),
    "green": (0.16, 0.62, 0.27),
    "blue": (0.13, 0.35, 0.85),
    "purple": (0.50, 0.20, 0.70),
    "pink": (0.97, 0.51, 0.70),
    "white": (0.95, 0.95, 0.94),
    "black": (0.10, 0.10, 0.12),
    "brown": (0.45, 0.27, 0.14),
}

# Greyed, so that no unnamed colour is taken for a named one.
MUTED: tuple[Rgb, ...] = (
    (0.44, 0.50, 0.58),
    (0.50, 0.60, 0.60),
    (0.58, 0.60, 0.50),
    (0.70, 0.64, 0.54),
    (0.64, 0.54, 0.52),
    (0.52, 0.48, 0.56),
)

_SHADE = 0.06


def constant(like: Tensor, rgb: Rgb) -> Tensor:
    """`rgb` as [1, 1, 3, 1, 1] on the device of `like`."""
    return torch.tensor(rgb, device=like.device, dtype=like.dtype)[None, None, :, None, None]


def blend(stops: Sequence[Rgb], position: Tensor) -> Tensor:
    """Colour [n, 1, 3, 1, 1] at `position` ([n, 1, 1, 1], 0 to 1) along evenly spaced `stops`."""
    place = position[..., None] * (len(stops) - 1)
    total = torch.zeros_like(place)
    for stop, rgb in enumerate(stops):
        total = total + (1.0 - (place - stop).abs()).clamp(min=0.0) * constant(position, rgb)
    return total


def pick(choices: Sequence[Rgb], position: Tensor) -> Tensor:
    """One of the colours, unmixed, [n, 1, 3, 1, 1], by `position` ([n, 1, 1, 1], 0 to 1)."""
    last = len(choices) - 1
    return blend(choices, (position * len(choices)).floor().clamp(max=last) / last)


def muted(scenes: Scenes, column: int) -> Tensor:
    """A greyed colour [n, 1, 3, 1, 1] between the muted ones, chosen by seed `column`."""
    return blend(MUTED, scenes.uniform(column))


def named(scenes: Scenes, column: int) -> Tensor:
    """The scenes' colour [n, 1, 3, 1, 1] in a shade of its own per scene, muted where none is named."""
    colour = scenes.attributes["colour"]
    if colour == "none":
        return muted(scenes, column)
    shade = scenes.uniform(column, -_SHADE, _SHADE)[..., None]
    return (constant(scenes.seeds, NAMED[colour]) * (1.0 + shade) + shade * 0.3).clamp(0.0, 1.0)
