"""What every video transformer has around its blocks: tokens in, clean latents out.

A backbone subclasses `VideoTransformer` and says how its tokens attend to one another.
"""

from typing import Any

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn

from workers.layers import (
    PLACE_DIM,
    Block,
    Conditioner,
    RMSNorm,
    fold,
    place_features,
    rotary_table,
    unfold,
    zeroed,
)

# What the context frames before a chunk are: nothing, one given image, or the chunk before.
ABSENT, IMAGE, CONTINUATION = 0, 1, 2


def group_seconds(start: Tensor, config: Any, fps: float) -> Tensor:
    """Seconds into the take at which each group of frames begins, the context before `start` included.

    start [b] s of the chunk; `config` is the transformer's -> [b, context_groups + chunk_groups].
    """
    groups = torch.arange(config.context_groups + config.chunk_groups, device=start.device)
    return start[:, None] + (groups - config.context_groups)[None] * config.fold_frames / fps


class VideoTransformer(ModelMixin, ConfigMixin):
    """Predicts the clean latents of a chunk from noisy ones (x-prediction, arXiv 2511.13720).

    `fold_frames` latent frames by 2 x 2 places make one token. The first `context_groups`
    groups are context: given clean, never predicted. `shift` moves training and sampling towards
    noise: the more frames say the same, the more noise it takes to hide it (arXiv 2403.03206, 5.3.2).
    """

    @register_to_config
    def __init__(
        self,
        *,
        channels: int = 16,
        fold_frames: int = 8,
        chunk_groups: int = 6,  # noqa: ARG002 - kept in the config
        context_groups: int = 1,  # noqa: ARG002
        width: int = 256,
        depth: int = 8,
        shift: float = 5.0,  # noqa: ARG002
        slots: int = 7,
        slot_dim: int = 192,
    ) -> None:
        super().__init__()
        numbers = channels * fold_frames * 4
        self.embed = nn.Linear(numbers, width)
        self.place = nn.Linear(PLACE_DIM, width)
        self.given = nn.Embedding(3, width)
        self.conditioner = Conditioner(width, slots, slot_dim)
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.norm = RMSNorm(width)
        self.final = zeroed(nn.Linear(width, numbers))

    @property
    def context_frames(self) -> int:
        """Frames of context before a chunk."""
        return int(self.config.context_groups * self.config.fold_frames)

    @property
    def chunk_frames(self) -> int:
        """Frames denoised at once."""
        return int(self.config.chunk_groups * self.config.fold_frames)

    def forward(
        self,
        latents: Tensor,
        context: Tensor,
        given: Tensor,
        time: Tensor,
        slots: Tensor,
        seconds: Tensor,
        duration_s: Tensor,
    ) -> Tensor:
        """Noisy chunk -> clean chunk.

        latents [b, c, F, h, w]; context [b, c, context_frames, h, w] clean (zeros when absent);
        given [b] one of ABSENT, IMAGE, CONTINUATION; time [b], 0 is pure noise; slots [b, m, k];
        seconds [b, groups] start of each group, context included; duration_s [b] of the take.
        """
        folded = self.config.fold_frames
        channels, height, width = latents.shape[1], latents.shape[3], latents.shape[4]
        modulation, text, clock = self.conditioner(time, slots, seconds, duration_s)
        t = time[:, None, None, None, None].to(latents.dtype)
        # The linear estimate of the clean latents: what is nothing but noise stays out of the tokens.
        estimate = latents * (t / (t**2 + (1 - t) ** 2))
        tokens = self.embed(fold(torch.cat((context, estimate), dim=2), folded))
        places = self.place(place_features(height // 2, width // 2, tokens.device))
        tokens = tokens + clock[:, :, None] + places
        marks = torch.zeros_like(tokens[:, :, :1])
        groups = self.config.context_groups
        marks = torch.cat((marks[:, :groups] + self.given(given)[:, None, None], marks[:, groups:]), dim=1)
        tokens = tokens + marks
        angles = rotary_table(tokens.shape[1], height // 2, width // 2, tokens.device)
        angles = angles.view(tokens.shape[1], tokens.shape[2], -1)
        tokens = self.attend(tokens, text, angles, modulation[:, :6])[:, groups:]
        shift, scale = modulation[:, 6:, None, None].to(tokens.dtype).unbind(1)
        return unfold(self.final(self.norm(tokens) * (1 + scale) + shift), folded, channels, height, width)

    def attend(self, tokens: Tensor, text: Tensor, angles: Tensor, modulation: Tensor) -> Tensor:
        """Run the blocks over tokens [b, f, s, d], angles [f, s, HEAD_DIM / 2]: the backbone's own part."""
        raise NotImplementedError
