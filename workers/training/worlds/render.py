"""Scenes in, pictures out: place, light and weather around the subject, seen by the camera."""

import torch
from torch import Tensor

from app.contract import AspectRatio
from workers.training.worlds import backdrops, cameras, people, things, weather
from workers.training.worlds.scene import Picture, Scenes, View

ASPECTS = {AspectRatio.WIDE: 16 / 9, AspectRatio.TALL: 9 / 16, AspectRatio.SQUARE: 1.0}
PEOPLE = frozenset({"woman", "man", "couple", "crowd"})


def view(times: Tensor, durations: Tensor, height: int, width: int, aspect: float) -> View:
    """Picture plane for frames at `times` [n, f] s of takes lasting `durations` [n] s.

    `aspect` is the picture's width over its height; pixels need not be square.
    """
    half_x, half_y = (aspect, 1.0) if aspect >= 1 else (1.0, 1.0 / aspect)
    x = (torch.arange(width, device=times.device) + 0.5) / width * 2 - 1
    y = 1 - (torch.arange(height, device=times.device) + 0.5) / height * 2
    t = times[:, :, None, None]
    return View(
        x=(x * half_x)[None, None, None, :],
        y=(y * half_y)[None, None, :, None],
        t=t,
        u=t / durations[:, None, None, None],
        pixel=2 * half_y / height,
    )


def draw(scenes: Scenes, view: View) -> Picture:
    """Paint the scenes back to front."""
    camera = cameras.move(scenes, view)
    picture = backdrops.paint(scenes, view, camera)
    subject = scenes.attributes["subject"]
    if subject in PEOPLE:
        people.paint(picture, scenes, view, camera)
    elif subject != "none":
        things.paint(picture, scenes, view, camera)
    weather.paint(picture, scenes, view, camera)
    picture.rgb = picture.rgb.clamp(0.0, 1.0)
    return picture


@torch.no_grad()
def render(
    scenes: Scenes, times: Tensor, durations: Tensor, height: int, width: int, aspect: float
) -> tuple[Tensor, Tensor]:
    """Draw scenes: rgb [n, f, 3, h, w] in [0, 1] and the subject's mask [n, f, h, w]."""
    picture = draw(scenes, view(times, durations, height, width, aspect))
    n, frames = times.shape
    return picture.rgb, picture.mask.expand(n, frames, height, width)
