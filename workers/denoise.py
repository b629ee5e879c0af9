"""The denoising loop: from a noise volume to clean latents, through a diffusers flow-matching scheduler."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from torch import Tensor

from workers.transformer import VideoTransformer

OnStep = Callable[[int, Tensor], None]
"""Called after each step with its number from 1 and the clean latents predicted so far."""


@dataclass(frozen=True)
class ChunkConditioning:
    """What a chunk is made under.

    slots and negative [1, m, k]; context [1, c, context_frames, h, w]; given [1] says what the
    context is; seconds [1, groups] and duration_s [1] place the chunk in its take.
    """

    slots: Tensor
    negative: Tensor
    context: Tensor
    given: Tensor
    seconds: Tensor
    duration_s: Tensor


def make_scheduler(shift: float) -> FlowMatchEulerDiscreteScheduler:
    """Euler steps along the rectified flow (Esser et al., arXiv 2403.03206).

    `shift` spends the steps where the picture takes shape: sigma = shift s / (1 + (shift - 1) s).
    """
    return FlowMatchEulerDiscreteScheduler(shift=shift)


def predict_clean(
    transformer: VideoTransformer,
    latents: Tensor,
    sigma: Tensor,
    conditioning: ChunkConditioning,
    guidance_scale: float,
) -> Tensor:
    """Clean latents as the network sees them through noise `sigma`, guided away from the negative prompt."""
    time = (1 - sigma).expand(latents.shape[0])
    place = (conditioning.seconds, conditioning.duration_s)
    with torch.autocast(latents.device.type, torch.bfloat16):
        clean = transformer(
            latents, conditioning.context, conditioning.given, time, conditioning.slots, *place
        ).float()
        if guidance_scale == 1.0:
            return clean
        other = transformer(
            latents, conditioning.context, conditioning.given, time, conditioning.negative, *place
        ).float()
    return other + guidance_scale * (clean - other)


@torch.no_grad()
def denoise(
    transformer: VideoTransformer,
    noise: Tensor,
    conditioning: ChunkConditioning,
    scheduler: FlowMatchEulerDiscreteScheduler,
    *,
    steps: int,
    guidance_scale: float,
    on_step: OnStep,
) -> Tensor:
    """Turn `noise` [1, c, f, h, w] into clean latents in `steps` steps."""
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1.0 / steps, steps), device=noise.device)
    latents = noise
    for number, timestep in enumerate(scheduler.timesteps):
        sigma = scheduler.sigmas[number]
        clean = predict_clean(transformer, latents, sigma, conditioning, guidance_scale)
        velocity = (latents - clean) / sigma
        latents = scheduler.step(velocity, timestep, latents, return_dict=False)[0]
        on_step(number + 1, clean)
    return latents
