"""The training objective: rectified flow with x-prediction, weighted as a velocity error."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from workers.training.pool import Batch
from workers.transformer import ABSENT, CONTINUATION, IMAGE, VideoTransformer, group_seconds

Forward = Callable[..., Tensor]

PROMPT_DROPOUT = 0.1
IMAGE_SHARE = 0.25  # of first chunks, which are conditioned on their own first frame
CONTEXT_NOISE = 0.15  # so that a continuation forgives what the chunk before got wrong
SMALLEST_NOISE = 0.05


def sample_times(size: int, shift: float) -> Tensor:
    """Training times in [0, 1): logit-normal, moved towards noise by `shift`; one in twenty is 0."""
    times = torch.sigmoid(torch.randn(size) - math.log(shift))
    return torch.where(torch.rand(size) < 0.05, torch.zeros(()), times)


def make_context(batch: Batch, frames: int) -> tuple[Tensor, Tensor]:
    """Context latents [b, c, frames, h, w] and what they are [b]: absent, an image or the chunk before."""
    size = len(batch.start)
    later = batch.start > 0
    image = ~later & (torch.rand(size) < IMAGE_SHARE)
    given = torch.full((size,), ABSENT)
    given[later], given[image] = CONTINUATION, IMAGE
    before = batch.latents[:, :, :frames]
    still = batch.latents[:, :, frames : frames + 1].expand_as(before)
    blurred = before + CONTEXT_NOISE * torch.rand(size, 1, 1, 1, 1) * torch.randn_like(before)
    pick = given[:, None, None, None, None]
    context = torch.where(pick == CONTINUATION, blurred, still)
    return torch.where(pick == ABSENT, torch.zeros(()), context), given


@dataclass(frozen=True)
class Objective:
    """What a backbone is trained for.

    `empty` [m, k] are the slots of an empty prompt; `channel_weight` [c] weighs the latents'
    channels, coarse ones more; the subject's places weigh 1 + `subject_weight`.
    """

    empty: Tensor
    channel_weight: Tensor
    subject_weight: float
    fps: float


def loss_of(model: VideoTransformer, forward: Forward, batch: Batch, objective: Objective) -> Tensor:
    """Mean weighted error of the predicted clean latents over (1 - t)^2; `forward` may be compiled.

    One sample in ten sees an empty prompt, so that the network can be guided
    (Ho & Salimans, arXiv 2207.12598).
    """
    size = len(batch.start)
    clean = batch.latents[:, :, model.context_frames :]
    context, given = make_context(batch, model.context_frames)
    time = sample_times(size, model.config.shift)
    t = time[:, None, None, None, None]
    noisy = t * clean + (1 - t) * torch.randn_like(clean)
    slots = torch.where(torch.rand(size, 1, 1) < PROMPT_DROPOUT, objective.empty, batch.slots)
    seconds = group_seconds(batch.start, model.config, objective.fps)
    with torch.autocast(clean.device.type, torch.bfloat16):
        predicted = forward(noisy, context, given, time, slots, seconds, batch.duration)
    weight = (1 + objective.subject_weight * batch.mask[:, None]) / (1 - t).clamp(min=SMALLEST_NOISE) ** 2
    weight = weight * objective.channel_weight[None, :, None, None, None]
    return ((predicted.float() - clean) ** 2 * weight).mean()
