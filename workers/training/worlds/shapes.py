"""Signed distances (negative inside) and what turns them into antialiased coverage.

Formulas follow Inigo Quilez's catalogue of 2D distance functions. Every argument
broadcasts against [n, f, h, w].
"""

import math

import torch
from torch import Tensor

Number = Tensor | float


def coverage(distance: Tensor, pixel: float, softness: float = 1.0) -> Tensor:
    """Share of a pixel inside the shape; `softness` widens the edge to that many pixels."""
    return (0.5 - distance / (pixel * softness)).clamp(0.0, 1.0)


def circle(x: Tensor, y: Tensor, cx: Number, cy: Number, radius: Number) -> Tensor:
    """Distance to a circle."""
    return torch.sqrt((x - cx) ** 2 + (y - cy) ** 2 + 1e-9) - radius


def ellipse(x: Tensor, y: Tensor, cx: Number, cy: Number, rx: Number, ry: Number) -> Tensor:
    """First-order distance to an axis-aligned ellipse: exact on its outline, close near it."""
    dx, dy = x - cx, y - cy
    k0 = torch.sqrt((dx / rx) ** 2 + (dy / ry) ** 2 + 1e-9)
    k1 = torch.sqrt((dx / rx**2) ** 2 + (dy / ry**2) ** 2 + 1e-9)
    return k0 * (k0 - 1.0) / k1


def box(x: Tensor, y: Tensor, cx: Number, cy: Number, hx: Number, hy: Number, round_: Number = 0.0) -> Tensor:
    """Distance to a box of half sides `hx`, `hy` with corners rounded by `round_`."""
    qx = (x - cx).abs() - hx + round_
    qy = (y - cy).abs() - hy + round_
    outside = torch.sqrt(qx.clamp(min=0.0) ** 2 + qy.clamp(min=0.0) ** 2 + 1e-9)
    return outside + torch.maximum(qx, qy).clamp(max=0.0) - round_


def capsule(
    x: Tensor, y: Tensor, ax: Number, ay: Number, bx: Number, by: Number, ra: Number, rb: Number
) -> Tensor:
    """Distance to a limb from (ax, ay) to (bx, by) whose radius goes from `ra` to `rb`."""
    px, py = x - ax, y - ay
    dx, dy = bx - ax, by - ay
    h = ((px * dx + py * dy) / (dx * dx + dy * dy + 1e-6)).clamp(0.0, 1.0)
    return torch.sqrt((px - dx * h) ** 2 + (py - dy * h) ** 2 + 1e-9) - (ra + (rb - ra) * h)


def rotate(x: Tensor, y: Tensor, cx: Number, cy: Number, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Coordinates relative to (cx, cy), turned so that a shape drawn in them appears at `angle`."""
    c, s = torch.cos(angle), torch.sin(angle)
    dx, dy = x - cx, y - cy
    return dx * c + dy * s, dy * c - dx * s


def waves(x: Tensor, seed: Tensor, octaves: int, frequency: float) -> Tensor:
    """Smooth ridge line in [-1, 1]: sines of doubling frequency with phases from `seed` ([n, 1, 1, 1])."""
    total = torch.zeros_like(x)
    amplitude, norm = 1.0, 0.0
    for octave in range(octaves):
        phase = seed * (12.9898 + 78.233 * octave) * 2 * math.pi
        total = total + amplitude * torch.sin(x * frequency * (1.87**octave) + phase)
        norm += amplitude
        amplitude *= 0.5
    return total / norm


def smoothstep(low: float, high: float, x: Tensor) -> Tensor:
    """Cubic ramp from 0 at `low` to 1 at `high` (high may be below low)."""
    h = ((x - low) / (high - low)).clamp(0.0, 1.0)
    return h * h * (3.0 - 2.0 * h)


def tint(*rgb: float) -> Tensor:
    """A colour as [1, 1, 3, 1, 1]."""
    return torch.tensor(rgb)[None, None, :, None, None]
