"""Building blocks that the three transformers share: norms, positions, attention, modulation.

Shapes: b batch, f latent frames (groups of folded frames), s places in a frame, n = f * s
tokens, d width, m prompt tokens.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HEAD_DIM = 128  # On CPU, bf16 products over 128 run twice as fast as over 64.


def zeroed(layer: nn.Module) -> nn.Module:
    """`layer` with every parameter at zero, so that a residual branch starts as nothing."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


class RMSNorm(nn.Module):
    """Root-mean-square norm (Zhang & Sennrich, arXiv 1910.07467)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        """[..., dim] -> [..., dim]."""
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), 1e-6)


class SwiGLU(nn.Module):
    """Gated feed-forward layer (Shazeer, arXiv 2002.05202)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        hidden = round(width * 8 / 3 / 64) * 64
        self.gate_up = nn.Linear(width, 2 * hidden, bias=False)
        self.down = zeroed(nn.Linear(hidden, width, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        """[..., d] -> [..., d]."""
        gate, up = self.gate_up(x).chunk(2, dim=-1)
        return self.down(F.silu(gate) * up)


def rotary_table(frames: int, rows: int, columns: int, device: torch.device) -> Tensor:
    """Angles of 3D rotary positions for every token: [n, HEAD_DIM / 2].

    A quarter of the pairs turn with time, the rest with row and column (RoFormer,
    arXiv 2104.09864, one axis per share of the pairs).
    """
    pairs = HEAD_DIM // 2
    shares = (pairs // 4, (pairs - pairs // 4) // 2, (pairs - pairs // 4) // 2)
    t, y, x = torch.meshgrid(
        torch.arange(frames, device=device, dtype=torch.float32),
        torch.arange(rows, device=device, dtype=torch.float32),
        torch.arange(columns, device=device, dtype=torch.float32),
        indexing="ij",
    )
    angles = []
    for axis, share in zip((t, y, x), shares, strict=True):
        speeds = math.pi / 2 * torch.logspace(0, -2, share, device=device)
        angles.append(axis.reshape(-1, 1) * speeds)
    return torch.cat(angles, dim=-1)


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Turn the pairs of `x` [..., n, HEAD_DIM] by `angles` [..., n, HEAD_DIM / 2]."""
    first, second = x.float().chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((first * cos - second * sin, first * sin + second * cos), dim=-1).to(x.dtype)


class Attention(nn.Module):
    """Self-attention over the tokens of a window, which also look at the prompt's tokens."""

    def __init__(self, width: int) -> None:
        super().__init__()
        if width % HEAD_DIM:
            raise ValueError(f"width {width} is no multiple of the head dimension {HEAD_DIM}")
        self.heads = width // HEAD_DIM
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.text_kv = nn.Linear(width, 2 * width, bias=False)
        self.out = zeroed(nn.Linear(width, width, bias=False))
        self.query_norm = RMSNorm(HEAD_DIM)
        self.key_norm = RMSNorm(HEAD_DIM)

    def forward(self, x: Tensor, text: Tensor, angles: Tensor) -> Tensor:
        """x [b, w, k, d] in w windows of k tokens, text [b, m, d], angles [w, k, HEAD_DIM / 2]."""
        b, w, k, d = x.shape
        q, key, v = self.qkv(x).view(b, w, k, 3, self.heads, HEAD_DIM).permute(3, 0, 1, 4, 2, 5)
        turned = angles[:, None]
        q = rotate(self.query_norm(q), turned)
        key = rotate(self.key_norm(key), turned)
        m = text.shape[1]
        text_k, text_v = self.text_kv(text).view(b, 1, m, 2, self.heads, HEAD_DIM).permute(3, 0, 1, 4, 2, 5)
        key = torch.cat((key, self.key_norm(text_k).expand(b, w, -1, -1, -1)), dim=3)
        v = torch.cat((v, text_v.expand(b, w, -1, -1, -1)), dim=3)
        # Written out: on CPU this is faster in bf16 than scaled_dot_product_attention.
        scores = torch.softmax((q @ key.transpose(-1, -2)) * HEAD_DIM**-0.5, dim=-1)
        return self.out((scores @ v).permute(0, 1, 3, 2, 4).reshape(b, w, k, d))


class Block(nn.Module):
    """Pre-norm attention and feed-forward, both modulated by the conditioning.

    The modulation comes from one MLP shared by all blocks plus a table of the block's own
    (PixArt, arXiv 2310.00426). Branches start at nothing through their output matrices, not
    through their gates as in adaLN-zero: closed gates let so little through to Muon's matrices
    that after 450 steps the tokens still did not look at one another.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1 = RMSNorm(width)
        self.attention = Attention(width)
        self.norm2 = RMSNorm(width)
        self.feed_forward = SwiGLU(width)
        self.modulation = nn.Parameter(torch.zeros(6, width))

    def forward(self, x: Tensor, text: Tensor, angles: Tensor, modulation: Tensor) -> Tensor:
        """x [b, w, k, d], modulation [b, 6, d] -> [b, w, k, d]."""
        table = (modulation + self.modulation)[:, :, None, None].to(x.dtype)
        shift1, scale1, gate1, shift2, scale2, gate2 = table.unbind(1)
        x = x + (1 + gate1) * self.attention(self.norm1(x) * (1 + scale1) + shift1, text, angles)
        return x + (1 + gate2) * self.feed_forward(self.norm2(x) * (1 + scale2) + shift2)


# Periods (s) of things that repeat: steps, gestures, bounces, crossings, and slow light.
CLOCK_PERIODS_S = (0.5, 0.6, 0.7, 0.9, 1.0, 1.2, 2.0, 3.0, 4.0, 8.0, 20.0)


def clock_features(seconds: Tensor, duration_s: Tensor) -> Tensor:
    """Where in the take each latent frame lies: [b, f] s and [b] s -> [b, f, 2 * periods + 2]."""
    periods = torch.tensor(CLOCK_PERIODS_S, device=seconds.device)
    phase = 2 * math.pi * seconds[..., None] / periods
    share = (seconds / duration_s[:, None])[..., None]
    length = (duration_s[:, None, None] / 10).expand_as(share)
    return torch.cat((phase.sin(), phase.cos(), share, length), dim=-1)


PLACE_FREQUENCIES = (0.5, 1.0, 2.0, 4.0)
PLACE_DIM = 4 * len(PLACE_FREQUENCIES) + 2


def place_features(rows: int, columns: int, device: torch.device) -> Tensor:
    """Where in the picture each token lies: [rows * columns, PLACE_DIM].

    Rotary positions only tell tokens apart from one another; that the sky is above needs these.
    Coordinates are in half short sides from the centre, so that they mean the same in every shape.
    """
    half = min(rows, columns) / 2
    y = (torch.arange(rows, device=device) + 0.5 - rows / 2) / half
    x = (torch.arange(columns, device=device) + 0.5 - columns / 2) / half
    grid = torch.stack(torch.meshgrid(y, x, indexing="ij"), dim=-1).view(-1, 2)
    waves = math.pi / 2 * grid[:, :, None] * torch.tensor(PLACE_FREQUENCIES, device=device)
    return torch.cat((grid, waves.sin().flatten(1), waves.cos().flatten(1)), dim=-1)


CLOCK_DIM = 2 * len(CLOCK_PERIODS_S) + 2


class Conditioner(nn.Module):
    """Noise level, prompt and clock -> what modulates the blocks and joins the tokens."""

    def __init__(self, width: int, slots: int, slot_dim: int) -> None:
        super().__init__()
        self.time = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        self.pooled = nn.Linear(slots * slot_dim, width)
        self.text = nn.Linear(slot_dim, width)
        self.slot = nn.Parameter(torch.randn(slots, width) * 0.02)
        self.modulation = nn.Sequential(nn.SiLU(), zeroed(nn.Linear(width, 8 * width)))
        self.clock = nn.Sequential(nn.Linear(CLOCK_DIM, width), nn.SiLU(), nn.Linear(width, width))

    def forward(
        self, time: Tensor, slots: Tensor, seconds: Tensor, duration_s: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """time [b] in [0, 1], slots [b, m, c] -> modulation [b, 8, d], text [b, m, d], clock [b, f, d].

        Six rows of the modulation are the blocks', the last two shift and scale the output.
        """
        frequencies = torch.exp(torch.linspace(0, math.log(1000), 128, device=time.device))
        wave = time.float()[:, None] * frequencies
        vector = self.time(torch.cat((wave.sin(), wave.cos()), dim=-1)) + self.pooled(slots.flatten(1))
        modulation = self.modulation(vector).unflatten(1, (8, -1))
        return modulation, self.text(slots) + self.slot, self.clock(clock_features(seconds, duration_s))


def fold(latents: Tensor, frames: int) -> Tensor:
    """Latents [b, c, F, h, w] -> tokens [b, F/frames, (h/2) * (w/2), c * frames * 4]."""
    b, c, total, h, w = latents.shape
    x = latents.view(b, c, total // frames, frames, h // 2, 2, w // 2, 2)
    return x.permute(0, 2, 4, 6, 1, 3, 5, 7).reshape(b, total // frames, (h // 2) * (w // 2), -1)


def unfold(tokens: Tensor, frames: int, channels: int, height: int, width: int) -> Tensor:
    """Undo `fold`: tokens -> latents [b, c, F, height, width]."""
    b, f = tokens.shape[:2]
    x = tokens.view(b, f, height // 2, width // 2, channels, frames, 2, 2)
    return x.permute(0, 4, 1, 5, 2, 6, 3, 7).reshape(b, channels, f * frames, height, width)
