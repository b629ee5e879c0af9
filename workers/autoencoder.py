"""The learned tokeniser: frames <-> latents.

Each patch of 8 x 8 pixels becomes 16 numbers, its principal components, which costs next to
nothing and stays put while the decoder is trained further. The decoder begins as their
inverse; its convolutions add what patches cannot know, at twice the size that went in (it is
trained against renders of that size), and look a little along time, which quiets flicker.
"""

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn

from app.contract import AspectRatio
from workers.layers import zeroed

PATCH = 8
UPSCALE = 2
# Size (height, width) that the encoder takes for each picture shape; pixels are nearly square.
FRAME_SIZES: dict[AspectRatio, tuple[int, int]] = {
    AspectRatio.WIDE: (64, 112),
    AspectRatio.TALL: (112, 64),
    AspectRatio.SQUARE: (80, 80),
}


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions around a skip; starts as the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = zeroed(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """[b, c, h, w] -> [b, c, h, w]."""
        return x + self.second(F.silu(self.first(F.silu(x))))


class TemporalBlock(nn.Module):
    """A residual convolution over three neighbouring frames at each place."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = zeroed(nn.Conv1d(channels, channels, 3, padding=1))

    def forward(self, x: Tensor, frames: int) -> Tensor:
        """[b * frames, c, h, w] -> the same."""
        bf, c, h, w = x.shape
        columns = x.view(bf // frames, frames, c, h * w).permute(0, 3, 2, 1).reshape(-1, c, frames)
        mixed = self.mix(F.silu(columns)).view(bf // frames, h * w, c, frames)
        return x + mixed.permute(0, 3, 2, 1).reshape(bf, c, h, w)


class Decoder(nn.Module):
    """Latents to frames of twice the encoder's size: the linear inverse, and convolutions that refine it."""

    def __init__(self, channels: int, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        w8, w4, w2, w1 = widths
        self.linear = nn.ConvTranspose2d(channels, 3, PATCH, stride=PATCH)
        self.inward = nn.Conv2d(channels, w8, 3, padding=1)
        self.early = nn.ModuleList(
            [ResidualBlock(w8), TemporalBlock(w8), ResidualBlock(w8), TemporalBlock(w8)]
        )
        self.up4 = nn.Conv2d(w8, 4 * w4, 1)
        self.block4 = nn.Sequential(ResidualBlock(w4), ResidualBlock(w4))
        self.up2 = nn.Conv2d(w4, 4 * w2, 1)
        self.block2 = ResidualBlock(w2)
        self.up1 = nn.Conv2d(w2, 4 * w1, 1)
        self.block1 = ResidualBlock(w1)
        self.out = zeroed(nn.Conv2d(w1, 3 * UPSCALE**2, 3, padding=1))

    def forward(self, latents: Tensor, frames: int) -> Tensor:
        """[b * frames, c, h, w] -> [b * frames, 3, 16 h, 16 w], about [-1, 1]."""
        x = self.inward(latents)
        for block in self.early:
            x = block(x, frames) if isinstance(block, TemporalBlock) else block(x)
        x = self.block4(F.pixel_shuffle(self.up4(x), 2))
        x = self.block2(F.pixel_shuffle(self.up2(x), 2))
        x = self.block1(F.pixel_shuffle(self.up1(x), 2))
        patches = F.interpolate(self.linear(latents), scale_factor=UPSCALE, mode="bilinear")
        return patches + F.pixel_shuffle(self.out(F.silu(x)), UPSCALE)


class Autoencoder(ModelMixin, ConfigMixin):
    """Encoder and decoder; latents have zero mean and unit deviation per channel."""

    deviation: Tensor

    @register_to_config
    def __init__(
        self, channels: int = 16, decoder_widths: tuple[int, int, int, int] = (160, 96, 48, 24)
    ) -> None:
        super().__init__()
        self.encoder = nn.Conv2d(3, channels, PATCH, stride=PATCH)
        self.decoder = Decoder(channels, decoder_widths)
        # Of each component in pixels: how much of the picture it carries.
        self.register_buffer("deviation", torch.ones(channels))

    def encode(self, clip: Tensor) -> Tensor:
        """Clip [b, f, 3, h, w] in [0, 1] -> latents [b, c, f, h / 8, w / 8]."""
        b, f = clip.shape[:2]
        return self.encoder(clip.flatten(0, 1) * 2 - 1).unflatten(0, (b, f)).transpose(1, 2)

    def decode(self, latents: Tensor, *, clamp: bool = True) -> Tensor:
        """Latents [b, c, f, h, w] -> clip [b, f, 3, 16 h, 16 w] in [0, 1] (only about so unless clamped)."""
        b, _, f = latents.shape[:3]
        frames = self.decoder(latents.transpose(1, 2).flatten(0, 1), f)
        clip = frames.unflatten(0, (b, f)) * 0.5 + 0.5
        return clip.clamp(0.0, 1.0) if clamp else clip
