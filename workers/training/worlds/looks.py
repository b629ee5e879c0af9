"""What a person looks like: skin, hair and clothes that stay the same for a whole take."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workers.training.worlds import colours
from workers.training.worlds.colours import Rgb
from workers.training.worlds.scene import Scenes

SKIN: tuple[Rgb, ...] = ((0.98, 0.82, 0.70), (0.91, 0.69, 0.53), (0.70, 0.47, 0.33), (0.45, 0.29, 0.20))
HAIR: tuple[Rgb, ...] = (
    (0.10, 0.08, 0.08),
    (0.27, 0.16, 0.10),
    (0.52, 0.22, 0.09),
    (0.91, 0.69, 0.24),
    (0.74, 0.73, 0.73),
)
TROUSERS: tuple[Rgb, ...] = ((0.16, 0.20, 0.32), (0.30, 0.28, 0.30), (0.52, 0.46, 0.38))
SHOES: Rgb = (0.17, 0.13, 0.14)
INK: Rgb = (0.13, 0.09, 0.09)
LIPS: Rgb = (0.80, 0.20, 0.24)
MOUTH: Rgb = (0.50, 0.20, 0.18)


@dataclass(frozen=True)
class Looks:
    """One person per scene: colours [n, 1, 3, 1, 1]; `style` and `product` [n, 1, 1, 1] in
    [0, 1) pick the hair cut and what the person shows."""

    woman: bool
    skin: Tensor
    hair: Tensor
    clothes: Tensor
    trousers: Tensor
    shoes: Tensor
    ink: Tensor
    mouth: Tensor
    style: Tensor
    product: Tensor

    def styled(self, first: float, second: float, third: float) -> Tensor:
        """One of three numbers [n, 1, 1, 1], by the person's hair cut."""
        one, two, three = (torch.full_like(self.style, value) for value in (first, second, third))
        return torch.where(self.style < 1 / 3, one, torch.where(self.style < 2 / 3, two, three))


def scattered(scenes: Scenes, column: int, index: int) -> Tensor:
    """The `index`-th of any number of uniforms [n, 1, 1, 1] drawn from one seed column."""
    return (scenes.uniform(column, 0.0, 7.0) + index * 0.618034) % 1.0


def choose(scenes: Scenes, index: int, woman: bool, clothes: Tensor) -> Looks:
    """Looks of the scene's `index`-th person, dressed in `clothes`."""
    seeds = scenes.seeds
    return Looks(
        woman=woman,
        skin=colours.blend(SKIN, scattered(scenes, 9, index)),
        hair=colours.pick(HAIR, scattered(scenes, 10, index)),
        clothes=clothes,
        trousers=colours.blend(TROUSERS, scattered(scenes, 13, index)),
        shoes=colours.constant(seeds, SHOES),
        ink=colours.constant(seeds, INK),
        mouth=colours.constant(seeds, LIPS if woman else MOUTH),
        style=scattered(scenes, 11, index),
        product=scattered(scenes, 16, index),
    )
