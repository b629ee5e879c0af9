"""A pool of rendered clips as latents, from which training batches are drawn and which is kept fresh."""

import random
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from app.contract import AspectRatio
from workers.autoencoder import FRAME_SIZES, PATCH, Autoencoder
from workers.text import PromptEncoder
from workers.training.captions import caption
from workers.training.worlds.fields import mixed
from workers.training.worlds.render import ASPECTS, render
from workers.training.worlds.scene import SEEDS, Scenes

TWINS = 2  # Scenes of one description drawn at once: cheaper, and they differ by seed alone.
FIRST_CHUNK_SHARE = 0.5


@dataclass(frozen=True)
class Format:
    """What a backbone's clips look like: frame rate, context and chunk length in frames."""

    field: str
    fps: int
    context_frames: int
    chunk_frames: int

    @property
    def frames(self) -> int:
        """Frames rendered for one sample."""
        return self.context_frames + self.chunk_frames


@dataclass(frozen=True)
class Batch:
    """Samples of one picture shape.

    latents [b, c, context + chunk, h, w], mask [b, chunk, h, w], slots [b, m, k], start [b] s of
    the chunk within the take, duration [b] s.
    """

    latents: Tensor
    mask: Tensor
    slots: Tensor
    start: Tensor
    duration: Tensor


class Pool:
    """Latents of `size` clips of one picture shape; `refresh` replaces the oldest."""

    def __init__(
        self, format_: Format, aspect: AspectRatio, size: int, channels: int, slot_shape: tuple[int, int]
    ) -> None:
        rows, columns = (side // PATCH for side in FRAME_SIZES[aspect])
        self.format, self.aspect, self.size = format_, aspect, size
        self.latents = torch.zeros(size, channels, format_.frames, rows, columns, dtype=torch.bfloat16)
        self.mask = torch.zeros(size, format_.chunk_frames, rows, columns, dtype=torch.bfloat16)
        self.slots = torch.zeros(size, *slot_shape)
        self.start = torch.zeros(size)
        self.duration = torch.zeros(size)
        self.written = 0

    @torch.no_grad()
    def refresh(self, autoencoder: Autoencoder, encoder: PromptEncoder, rng: random.Random) -> None:
        """Draw TWINS new clips of one description in place of the oldest ones."""
        spec = self.format
        field, attributes = mixed(spec.field, rng)
        height, width = FRAME_SIZES[self.aspect]
        duration = torch.tensor([rng.uniform(2.0, 10.0) for _ in range(TWINS)])
        start = torch.tensor(
            [
                0.0
                if rng.random() < FIRST_CHUNK_SHARE
                else rng.uniform(0, max(0.0, float(d) - spec.chunk_frames / spec.fps))
                for d in duration
            ]
        )
        times = start[:, None] + (torch.arange(spec.frames) - spec.context_frames)[None] / spec.fps
        scenes = Scenes(field, attributes, torch.rand(TWINS, SEEDS))
        rgb, mask = render(scenes, times.clamp(min=0), duration, height, width, ASPECTS[self.aspect])
        with torch.autocast("cpu", torch.bfloat16):
            latents = autoencoder.encode(rgb)
        slots = encoder.encode([caption(attributes, rng)[0] for _ in range(TWINS)]).slots
        places = [(self.written + twin) % self.size for twin in range(TWINS)]
        self.latents[places] = latents.to(torch.bfloat16)
        self.mask[places] = F.max_pool2d(mask[:, spec.context_frames :], PATCH).to(torch.bfloat16)
        self.slots[places] = slots
        self.start[places], self.duration[places] = start, duration
        self.written += TWINS

    def draw(self, size: int) -> Batch:
        """A random batch of the clips drawn so far."""
        chosen = torch.randint(min(self.written, self.size), (size,))
        return Batch(
            self.latents[chosen].float(),
            self.mask[chosen].float(),
            self.slots[chosen],
            self.start[chosen],
            self.duration[chosen],
        )
