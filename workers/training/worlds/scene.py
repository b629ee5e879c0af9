"""A batch of scenes as data, and the picture plane it is seen on."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from workers.training.worlds.ontology import FACTORS

SEEDS = 24


@dataclass(frozen=True)
class Scenes:
    """`n` scenes that share every named attribute, so that one compiled painter draws them all.

    `attributes` maps each factor of the ontology to its value. `seeds` is [n, SEEDS] uniform
    numbers in [0, 1): all the variety inside one description (shapes, shades, phases) is
    read from its columns, so that a scene is reproducible from its row.
    """

    field: str
    attributes: dict[str, str]
    seeds: Tensor

    def __post_init__(self) -> None:
        for factor, value in self.attributes.items():
            if value not in FACTORS[factor]:
                raise ValueError(f"{value!r} is no {factor}")

    def __len__(self) -> int:
        return self.seeds.shape[0]

    def uniform(self, column: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Column `column` of the seeds scaled to [low, high), shaped [n, 1, 1, 1]."""
        return (low + (high - low) * self.seeds[:, column])[:, None, None, None]


@dataclass(frozen=True)
class View:
    """Picture-plane coordinates of every pixel of every frame.

    `x`, `y`: [1, 1, 1, w] and [1, 1, h, 1], y up, the shorter half side is 1 (so 16:9 spans
    x in [-1.78, 1.78]). `t`: [n, f, 1, 1] seconds since the take began; `u`: the same as a
    share of the whole take in [0, 1]. `pixel`: the height of one pixel in these coordinates.
    """

    x: Tensor
    y: Tensor
    t: Tensor
    u: Tensor
    pixel: float


@dataclass(frozen=True)
class Camera:
    """Where the camera looks at each frame: `x`, `y` offsets and `zoom`, each [n, f, 1, 1]."""

    x: Tensor
    y: Tensor
    zoom: Tensor

    def layer(self, view: View, depth: float) -> tuple[Tensor, Tensor]:
        """Scene coordinates under every pixel for a layer at `depth`.

        Depth 0 is the sky (neither moves nor grows), 1 the subject's plane, above 1 nearer.
        """
        zoom = self.zoom**depth
        return view.x / zoom + self.x * depth, view.y / zoom + self.y * depth


@dataclass
class Picture:
    """What the painters fill in: `rgb` [n, f, 3, h, w] in [0, 1], `mask` [n, f, h, w] of the subject."""

    rgb: Tensor
    mask: Tensor = field(default_factory=lambda: torch.zeros(()))

    def paint(self, colour: Tensor, alpha: Tensor) -> None:
        """Lay `colour` ([n|1, f|1, 3, h|1, w|1]) over the picture with coverage `alpha` [n, f, h, w]."""
        a = alpha[:, :, None]
        self.rgb = self.rgb + (colour - self.rgb) * a

    def paint_subject(self, colour: Tensor, alpha: Tensor) -> None:
        """As `paint`, and count the covered pixels as subject."""
        self.paint(colour, alpha)
        self.mask = torch.maximum(self.mask, alpha)
