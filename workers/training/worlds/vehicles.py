"""Car, motorcycle, boat and rocket, each facing right in its own coordinates."""

import math

import torch
from torch import Tensor

from workers.training.worlds.colours import Rgb
from workers.training.worlds.shapes import box, capsule, circle, ellipse, smoothstep
from workers.training.worlds.sprite import Sprite, common, union

RUBBER: Rgb = (0.09, 0.09, 0.11)
STEEL: Rgb = (0.76, 0.78, 0.82)
SLATE: Rgb = (0.22, 0.24, 0.30)
GLASS: Rgb = (0.74, 0.88, 0.95)
CREAM: Rgb = (0.97, 0.94, 0.87)
LAMP: Rgb = (1.0, 0.95, 0.70)
FOAM: Rgb = (0.96, 0.98, 1.0)
LIT: Rgb = (1.0, 0.86, 0.55)
DARK_LIGHTS = frozenset({"night", "dusk", "storm"})


def car(s: Sprite, colour: Tensor) -> None:
    """A small saloon, its origin on the ground between the wheels."""
    if s.scenes.attributes["light"] in DARK_LIGHTS:
        _beam(s, 0.4, 0.2)
    # Sloping ends: the cabin's half length shrinks with height.
    ends = (s.x + 0.05).abs() * 0.88 + s.y * 0.46
    cabin = common(ends - 0.372, s.y - 0.435, 0.2 - s.y)
    s.mould(union(box(s.x, s.y, 0.0, 0.175, 0.42, 0.105, 0.085), cabin), colour)
    pane = common(ends - 0.33, s.y - 0.395, 0.262 - s.y, 0.016 - (s.x + 0.03).abs())
    _window(s, pane)
    _wheels(s, 0.245, 0.105, arch=0.13)
    s.lamp(ellipse(s.x, s.y, 0.385, 0.2, 0.036, 0.042), LAMP)
    s.fill(box(s.x, s.y, -0.4, 0.21, 0.024, 0.04, 0.015), (0.75, 0.08, 0.08))


def motorcycle(s: Sprite, colour: Tensor) -> None:
    """A motorcycle and its rider, whose jacket and helmet are in the colour too."""
    if s.scenes.attributes["light"] in DARK_LIGHTS:
        _beam(s, 0.26, 0.42)
    _wheels(s, 0.27, 0.135, arch=0.0)
    frame = union(
        capsule(s.x, s.y, 0.27, 0.135, 0.17, 0.45, 0.022, 0.022),
        capsule(s.x, s.y, -0.27, 0.135, -0.02, 0.17, 0.024, 0.07),
        ellipse(s.x, s.y, 0.0, 0.19, 0.12, 0.08),
    )
    s.fill(frame, SLATE)
    tank = union(
        ellipse(s.x, s.y, 0.08, 0.34, 0.14, 0.075),
        capsule(s.x, s.y, 0.0, 0.32, -0.34, 0.38, 0.055, 0.025),
    )
    s.mould(tank, colour)
    legs = union(
        capsule(s.x, s.y, -0.12, 0.42, 0.09, 0.36, 0.065, 0.05),
        capsule(s.x, s.y, 0.09, 0.36, -0.02, 0.16, 0.05, 0.035),
    )
    s.mould(legs, (0.20, 0.22, 0.30))
    s.mould(capsule(s.x, s.y, -0.12, 0.44, 0.04, 0.62, 0.078, 0.074), colour)
    s.mould(capsule(s.x, s.y, 0.05, 0.62, 0.2, 0.47, 0.046, 0.034), colour * 0.72)
    s.mould(circle(s.x, s.y, 0.12, 0.745, 0.098), colour)
    s.fill(ellipse(s.x, s.y, 0.175, 0.745, 0.042, 0.034), (0.10, 0.13, 0.20))
    s.lamp(circle(s.x, s.y, 0.245, 0.42, 0.032), LAMP)


def boat(s: Sprite, colour: Tensor) -> None:
    """A sailing boat, its origin on the water line."""
    s.fill(common((s.x + 0.035).abs() - 0.016, 0.1 - s.y, s.y - 0.8), (0.36, 0.24, 0.16))
    belly = 0.05 * torch.sin(math.pi * ((s.y - 0.18) / 0.58).clamp(0.0, 1.0))
    main = common(s.x + 0.06, (0.78 - s.y) * -0.47 - s.x * 0.88 - 0.055 - belly, 0.2 - s.y)
    jib = common(-0.005 - s.x, s.x * 0.89 + (s.y - 0.68) * 0.46 - 0.005 - 0.6 * belly, 0.22 - s.y)
    s.mould(union(main, jib), CREAM)
    s.fill(common(main, (s.y - 0.36).abs() - 0.045), colour)
    flare = s.y * 0.55
    hull = common(s.y - 0.13, -0.06 - s.y, -0.36 - flare * 0.5 - s.x, s.x - 0.36 - flare)
    s.fill(hull - 0.012, colour)
    s.fill(common(hull - 0.012, s.y - 0.005), colour * 0.75)
    s.fill(common(hull + 0.01, (s.y - 0.105).abs() - 0.016), CREAM)
    _wake(s)


def rocket(s: Sprite, colour: Tensor) -> None:
    """A rocket with its nose along +x, its origin in its middle."""
    power = 0.6 + 0.4 * s.pace
    flicker = 1.0 + 0.14 * torch.sin(31.0 * s.t) + 0.08 * torch.sin(47.0 * s.t + 1.0)
    tail = -0.3 - 0.34 * power * flicker
    _exhaust(s, power)
    s.lamp(capsule(s.x, s.y, -0.27, 0.0, tail, 0.0, 0.078, 0.012), (1.0, 0.50, 0.12))
    s.lamp(capsule(s.x, s.y, -0.27, 0.0, 0.45 * tail - 0.16, 0.0, 0.045, 0.01), (1.0, 0.92, 0.55))
    trim = SLATE if s.scenes.attributes["colour"] in ("white", "none") else CREAM
    side = s.y.abs()
    s.mould(capsule(s.x, side, -0.12, 0.09, -0.34, 0.19, 0.065, 0.026), colour * 0.66)
    s.fill(box(s.x, s.y, -0.27, 0.0, 0.03, 0.07, 0.01), SLATE)
    body = common(ellipse(s.x, s.y, -0.02, 0.0, 0.42, 0.142), -0.27 - s.x)
    s.mould(body, colour)
    s.mould(common(body, 0.2 - s.x), trim)
    s.fill(circle(s.x, s.y, 0.06, 0.0, 0.078), SLATE)
    _window(s, circle(s.x, s.y, 0.06, 0.0, 0.052))


def _wheels(s: Sprite, span: float, radius: float, arch: float) -> None:
    """Two wheels `span` either side of the origin, rolled by the way travelled."""
    x = s.x - torch.where(s.x > 0.0, span, -span)
    y = s.y - radius
    away = torch.sqrt(x * x + y * y + 1e-9)
    if arch:
        s.fill(common(away - arch, 0.07 - s.y), RUBBER)
    s.fill(away - radius, RUBBER)
    rim = away - 0.66 * radius
    s.fill(rim, STEEL)
    angle = -s.travel / radius
    spoke = (y * torch.cos(angle) - x * torch.sin(angle)).abs() - 0.17 * radius
    s.fill(common(spoke, rim + 0.01), SLATE)


def _window(s: Sprite, distance: Tensor) -> None:
    """Pale glass by day, a lit room at night."""
    if s.scenes.attributes["light"] == "night":
        s.lamp(distance, LIT)
    else:
        s.fill(distance, GLASS)


def _beam(s: Sprite, x: float, y: float) -> None:
    """Headlight shining forward from (x, y), widening as it goes."""
    ahead = s.x - x
    spread = 0.035 + 0.2 * ahead.clamp(min=0.0)
    fade = smoothstep(0.0, 0.03, ahead) * (1.0 - ahead / 0.9).clamp(0.0, 1.0)
    s.glow(0.5 * fade * torch.exp(-(((s.y - y + 0.12 * ahead) / spread) ** 2)), LAMP)


def _wake(s: Sprite) -> None:
    """Foam along the hull, and behind it when under way."""
    ripple = 0.012 * torch.sin(14.0 * s.x - 6.0 * s.t)
    length = 0.42 + 0.4 * s.pace * (s.x < 0.0)
    fade = smoothstep(1.0, 0.55, s.x.abs() / length)
    s.haze(0.85 * s.touch * fade * torch.exp(-(((s.y + 0.06 - ripple) / 0.036) ** 2)), FOAM)


def _exhaust(s: Sprite, power: float) -> None:
    """Smoke left behind the flame, and the flame's glow."""
    behind = -0.42 - s.x
    width = 0.06 + 0.1 * behind.clamp(min=0.0)
    fade = smoothstep(0.0, 0.25, behind) * (1.0 - behind / (1.1 * power)).clamp(0.0, 1.0)
    s.haze(0.5 * fade * torch.exp(-((s.y / width) ** 2)), (0.92, 0.92, 0.94))
    s.glow(0.3 * torch.exp(-(((s.x + 0.42) ** 2 + s.y**2) / 0.05)), (1.0, 0.6, 0.25))
