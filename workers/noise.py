"""The seeded noise volume that a take is denoised from."""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.contract import AspectRatio
from workers.autoencoder import FRAME_SIZES, PATCH


@dataclass(frozen=True)
class Volume:
    """Shape of a chunk's latents: channels x frames x rows x columns."""

    channels: int
    frames: int
    rows: int
    columns: int

    @classmethod
    def of(cls, aspect: AspectRatio, *, channels: int, frames: int) -> "Volume":
        """The volume for `frames` frames of a picture shape."""
        height, width = FRAME_SIZES[aspect]
        return cls(channels, frames, height // PATCH, width // PATCH)

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """As a batch of one."""
        return (1, self.channels, self.frames, self.rows, self.columns)


def seeded(seed: int) -> torch.Generator:
    """Source of all noise of one take; on the CPU, so that a seed means the same on every device."""
    return torch.Generator().manual_seed(seed)


def draw(volume: Volume, generator: torch.Generator) -> Tensor:
    """The next noise volume from `generator`."""
    return torch.randn(volume.shape, generator=generator)
