"""Latents to frames of the ordered size."""

import torch
import torch.nn.functional as F
from torch import Tensor

from workers.autoencoder import Autoencoder
from workers.video import Frames

PIECE = 48
MARGIN = 2  # The decoder looks two frames to either side.


@torch.no_grad()
def decode(autoencoder: Autoencoder, latents: Tensor) -> Tensor:
    """Latents [1, c, f, h, w] -> clip [f, 3, 16 h, 16 w] in [0, 1], piece by piece to bound memory."""
    frames = latents.shape[2]
    pieces = []
    for start in range(0, frames, PIECE):
        before, after = max(0, start - MARGIN), min(frames, start + PIECE + MARGIN)
        with torch.autocast(latents.device.type, torch.bfloat16):
            clip = autoencoder.decode(latents[:, :, before:after])[0].float()
        pieces.append(clip[start - before : start - before + PIECE])
    return torch.cat(pieces)


def resize(clip: Tensor, height: int, width: int) -> Frames:
    """Clip [f, 3, h, w] in [0, 1] -> frames of the given size, as bytes."""
    sized = F.interpolate(clip, (height, width), mode="bicubic", antialias=True, align_corners=False)
    bytes_ = (sized.clamp(0, 1) * 255).round().to(torch.uint8)
    return bytes_.permute(0, 2, 3, 1).contiguous().cpu().numpy()
