"""Camera moves: constant per second and neutral at t = 0, so that any chunk of a take can be drawn alone."""

import torch
from torch import Tensor

from workers.training.worlds.scene import Camera, Scenes, View

TILT_LIMIT = 0.7  # beyond this the subject would leave the picture


def move(scenes: Scenes, view: View) -> Camera:
    """Camera for the scenes' "camera" attribute: each part [n, f, 1, 1], or [n, 1, 1, 1] where it rests."""
    t = view.t * scenes.uniform(4, 0.8, 1.2)
    rest = torch.zeros_like(t[:, :1])
    unit = torch.ones_like(rest)
    match scenes.attributes["camera"]:
        case "push_in":
            return Camera(rest, rest, torch.exp(0.11 * t))
        case "pull_out":
            return Camera(rest, rest, torch.exp(-0.08 * t))
        case "pan_left":
            return Camera(-0.28 * t, rest, unit)
        case "pan_right":
            return Camera(0.28 * t, rest, unit)
        case "tilt_up":
            return Camera(rest, _tilt(t), unit)
        case "tilt_down":
            return Camera(rest, -_tilt(t), unit)
        case "crane_up":
            return Camera(rest, _tilt(0.8 * t), torch.exp(-0.035 * t))
        case "tracking":
            return Camera(-t if scenes.attributes["action"] == "leftward" else t, rest, unit)
        case _:
            return Camera(rest, rest, unit)


def _tilt(t: Tensor) -> Tensor:
    return TILT_LIMIT * torch.tanh(0.16 / TILT_LIMIT * t)
