"""Small real orders for the workers' tests."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from app.catalogue import DRAFT_SIZES, catalogue
from app.contract import TakeOrder
from workers.training.worlds.render import render
from workers.training.worlds.scene import SEEDS, Scenes


def make_order(backbone: str, **changes: Any) -> TakeOrder:
    """A draft of half a second in two steps, unless told otherwise."""
    entry = catalogue()[backbone]
    width, height = DRAFT_SIZES[entry.aspect_ratio]
    fields: dict[str, Any] = {
        "take_id": "t1",
        "comparison_id": "c1",
        "attempt": 1,
        "backbone": backbone,
        "prompt": "A red car races from left to right across a desert",
        "seed": 7,
        "width": width,
        "height": height,
        "fps": entry.fps,
        "num_frames": 12,
        "aspect_ratio": entry.aspect_ratio,
        "steps": 2,
        "guidance_scale": 2.0,
        "ordered_at": datetime.now(UTC),
    }
    return TakeOrder(**fields | changes)


def draw_still(place: str, width: int, height: int) -> NDArray[np.uint8]:
    """One rendered frame [height, width, 3] of a place by day."""
    attributes = {
        "subject": "none",
        "colour": "none",
        "place": place,
        "action": "none",
        "camera": "still",
        "light": "day",
        "weather": "clear",
    }
    scenes = Scenes("cinematic", attributes, torch.full((1, SEEDS), 0.4))
    rgb, _ = render(scenes, torch.zeros(1, 1), torch.full((1,), 4.0), height, width, width / height)
    return (rgb[0, 0].permute(1, 2, 0) * 255).byte().numpy()
