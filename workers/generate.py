"""The recipe: an order becomes frames. Reads top to bottom."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from app import storage
from app.contract import AspectRatio, TakeOrder
from workers import finish, noise
from workers.autoencoder import FRAME_SIZES
from workers.denoise import ChunkConditioning, denoise, make_scheduler
from workers.pipeline import Pipeline
from workers.transformer import ABSENT, CONTINUATION, IMAGE, group_seconds
from workers.video import Frames

PREVIEW_FRAMES = 8


class Canceled(Exception):  # noqa: N818 - an event, not an error
    """Raised by a progress callback to stop the loop between two steps."""


@dataclass(frozen=True)
class Step:
    """One denoising step done: its number over all chunks, and the clip as seen so far."""

    number: int
    of: int
    clean: Tensor


OnProgress = Callable[[Step], None]


def count_steps(order: TakeOrder, chunk_frames: int) -> int:
    """Denoising steps of an order: those of every chunk its length needs."""
    return order.steps * -(-order.num_frames // chunk_frames)


def first_context(order: TakeOrder, pipeline: Pipeline) -> tuple[Tensor, int]:
    """Context of the first chunk: the reference image where there is one, else nothing."""
    frames = pipeline.transformer.context_frames
    if order.reference_image_key is None:
        volume = noise.Volume.of(
            order.aspect_ratio, channels=pipeline.transformer.config.channels, frames=frames
        )
        return torch.zeros(volume.shape, device=pipeline.device), ABSENT
    picture = fit(storage.get(order.reference_image_key), order.aspect_ratio).to(pipeline.device)
    latents = pipeline.autoencoder.encode(picture[None, None])
    return latents.expand(-1, -1, frames, -1, -1), IMAGE


def fit(image: bytes, aspect: AspectRatio) -> Tensor:
    """A reference image cropped about its centre to the picture shape: [3, h, w] in [0, 1]."""
    height, width = FRAME_SIZES[aspect]
    ratio_w, ratio_h = (int(side) for side in aspect.value.split(":"))
    with Image.open(io.BytesIO(image)) as opened:
        picture = opened.convert("RGB")
    scale = min(picture.width / ratio_w, picture.height / ratio_h)
    crop_w, crop_h = scale * ratio_w, scale * ratio_h
    left, top = (picture.width - crop_w) / 2, (picture.height - crop_h) / 2
    sized = picture.resize(
        (width, height), Image.Resampling.LANCZOS, box=(left, top, left + crop_w, top + crop_h)
    )
    return torch.from_numpy(np.asarray(sized).copy()).permute(2, 0, 1).float() / 255


@torch.no_grad()
def generate(order: TakeOrder, pipeline: Pipeline, on_progress: OnProgress) -> Frames:
    """Denoise the take chunk by chunk, each conditioned on the last frames of the one before."""
    transformer, config = pipeline.transformer, pipeline.transformer.config
    length = transformer.chunk_frames
    steps = count_steps(order, length)
    slots = pipeline.encoder.encode([order.prompt, order.negative_prompt]).slots.to(pipeline.device)
    volume = noise.Volume.of(order.aspect_ratio, channels=config.channels, frames=length)
    generator = noise.seeded(order.seed)
    context, given = first_context(order, pipeline)
    duration_s = torch.tensor([order.num_frames / order.fps])
    chunks: list[Tensor] = []
    while len(chunks) * length < order.num_frames:
        start = torch.tensor([len(chunks) * length / order.fps])
        conditioning = ChunkConditioning(
            slots=slots[:1],
            negative=slots[1:],
            context=context,
            given=torch.tensor([given], device=pipeline.device),
            seconds=group_seconds(start, config, order.fps).to(pipeline.device),
            duration_s=duration_s.to(pipeline.device),
        )
        latents = denoise(
            transformer,
            noise.draw(volume, generator).to(pipeline.device),
            conditioning,
            make_scheduler(config.shift),
            steps=order.steps,
            guidance_scale=order.guidance_scale,
            on_step=partial(_step_done, on_progress, len(chunks) * order.steps, steps),
        )
        chunks.append(latents)
        context, given = latents[:, :, -transformer.context_frames :], CONTINUATION
    clip = finish.decode(pipeline.autoencoder, torch.cat(chunks, dim=2)[:, :, : order.num_frames])
    return finish.resize(clip, order.height, order.width)


def _step_done(on_progress: OnProgress, before: int, of: int, number: int, clean: Tensor) -> None:
    on_progress(Step(before + number, of, clean))


def preview(clean: Tensor, pipeline: Pipeline, order: TakeOrder) -> Frames:
    """A few frames of the chunk at hand, at half of the ordered size."""
    frames = clean.shape[2]
    chosen = torch.linspace(0, frames - 1, min(frames, PREVIEW_FRAMES)).round().long()
    clip = finish.decode(pipeline.autoencoder, clean[:, :, chosen])
    return finish.resize(clip, order.height // 2, order.width // 2)
