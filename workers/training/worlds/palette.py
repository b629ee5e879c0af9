"""Light: the colours of the sky and what they do to everything under it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workers.training.worlds.scene import Scenes, View
from workers.training.worlds.shapes import smoothstep, tint

RGB = tuple[float, float, float]

LIGHTNING_PERIOD = 3.0  # seconds


@dataclass(frozen=True)
class Tones:
    """One moment of a light: sky from the zenith down, the sun or moon, and the ambient tint."""

    zenith: RGB
    middle: RGB
    horizon: RGB
    sun: RGB
    ambient: RGB
    sun_y: float


@dataclass(frozen=True)
class Light:
    """The light of every frame. Colours are [n|1, f|1, 3, 1, 1]; `sun_x`, `sun_y` [n, f|1, 1, 1]."""

    zenith: Tensor
    middle: Tensor
    horizon: Tensor
    sun: Tensor
    ambient: Tensor
    sun_x: Tensor
    sun_y: Tensor
    sun_seen: float  # 0 under an overcast sky or once it has set
    lamps: float  # how bright windows and street lamps burn
    haze: float  # how fast distance fades into the horizon's colour

    def lit(self, colour: Tensor, distance: float = 0.0) -> Tensor:
        """`colour` as seen in this light from `distance` in [0, 1]."""
        return mix(colour * self.ambient, self.horizon, min(1.0, distance * self.haze))


# What each light begins and ends a take with.
DAY = Tones(
    (0.20, 0.50, 0.90), (0.42, 0.71, 0.97), (0.80, 0.93, 0.99), (1.0, 0.96, 0.80), (1.0, 1.0, 1.0), 0.62
)
NIGHT = Tones(
    (0.02, 0.03, 0.12), (0.05, 0.08, 0.24), (0.13, 0.20, 0.42), (0.93, 0.95, 1.0), (0.27, 0.34, 0.58), 0.58
)
STORM = Tones(
    (0.15, 0.19, 0.21), (0.27, 0.33, 0.33), (0.50, 0.57, 0.52), (0.7, 0.75, 0.7), (0.50, 0.57, 0.55), 0.6
)
COURSE: dict[str, tuple[Tones, Tones]] = {
    "day": (DAY, DAY),
    "golden_hour": (
        Tones(
            (0.40, 0.52, 0.74),
            (0.98, 0.80, 0.58),
            (1.0, 0.74, 0.36),
            (1.0, 0.95, 0.70),
            (1.06, 0.86, 0.60),
            0.38,
        ),
        Tones(
            (0.34, 0.36, 0.60),
            (0.97, 0.62, 0.42),
            (1.0, 0.55, 0.22),
            (1.0, 0.84, 0.50),
            (0.98, 0.70, 0.46),
            0.06,
        ),
    ),
    "dawn": (
        Tones(
            (0.24, 0.48, 0.62),
            (0.66, 0.66, 0.76),
            (0.97, 0.62, 0.64),
            (1.0, 0.86, 0.76),
            (0.72, 0.66, 0.78),
            -0.12,
        ),
        Tones(
            (0.38, 0.70, 0.80),
            (0.80, 0.84, 0.86),
            (1.0, 0.78, 0.73),
            (1.0, 0.94, 0.82),
            (0.94, 0.86, 0.88),
            0.16,
        ),
    ),
    "dusk": (
        Tones(
            (0.26, 0.18, 0.48),
            (0.68, 0.31, 0.52),
            (1.0, 0.52, 0.30),
            (1.0, 0.60, 0.34),
            (0.64, 0.46, 0.62),
            -0.2,
        ),
        Tones(
            (0.11, 0.09, 0.28),
            (0.34, 0.18, 0.42),
            (0.76, 0.33, 0.36),
            (0.9, 0.42, 0.36),
            (0.42, 0.32, 0.52),
            -0.3,
        ),
    ),
    "night": (NIGHT, NIGHT),
    "storm": (STORM, STORM),
}
LAMPS = {"dusk": 0.85, "night": 1.0, "storm": 0.45}
OVERCAST = {"rain": 0.85, "snow": 0.7, "fog": 0.85}


def mix(a: Tensor, b: Tensor, share: Tensor | float) -> Tensor:
    """`a` with `share` of it replaced by `b`."""
    return a + (b - a) * share


def between(scenes: Scenes, column: int, a: RGB, b: RGB) -> Tensor:
    """A colour [n, 1, 3, 1, 1] somewhere between `a` and `b`, chosen by a seed column."""
    return mix(tint(*a), tint(*b), scenes.uniform(column)[:, :, None])


def light(scenes: Scenes, view: View) -> Light:
    """The scenes' light over the take, greyed by bad weather and lit up by lightning."""
    name, weather = scenes.attributes["light"], scenes.attributes["weather"]
    begin, end = COURSE[name]
    grey = OVERCAST.get(weather, 0.0)
    changing = begin is not end
    share = view.u if changing else torch.zeros_like(view.u[:, :1])
    zenith, middle, horizon, sun = (
        mix(tint(*first), tint(*last), share[:, :, None])
        for first, last in (
            (begin.zenith, end.zenith),
            (begin.middle, end.middle),
            (begin.horizon, end.horizon),
            (begin.sun, end.sun),
        )
    )
    veil = _veil(middle, horizon)
    flash = _lightning(view)[:, :, None] if name == "storm" else 0.0
    side = scenes.uniform(1, -1.0, 1.0)
    return Light(
        zenith=mix(mix(zenith, veil * 0.78, grey), tint(0.80, 0.84, 0.95), 0.6 * flash),
        middle=mix(mix(middle, veil * 0.92, grey), tint(0.86, 0.90, 0.98), 0.6 * flash),
        horizon=mix(mix(horizon, veil * 1.04, grey), tint(0.92, 0.95, 1.0), 0.5 * flash),
        sun=sun,
        ambient=ambient(scenes, view),
        sun_x=torch.where(side < 0, -0.3, 0.3) + 0.45 * side,
        sun_y=begin.sun_y + (end.sun_y - begin.sun_y) * share,
        sun_seen=0.0 if grey or name == "storm" else 1.0,
        lamps=LAMPS.get(name, 0.0),
        haze=1.9 if weather == "fog" else 1.25 if grey else 1.0,
    )


def ambient(scenes: Scenes, view: View) -> Tensor:
    """What the light multiplies every surface with: [1, 1, 3, 1, 1], or [n, f, 3, 1, 1] where it changes."""
    name = scenes.attributes["light"]
    begin, end = COURSE[name]
    colour = tint(*begin.ambient)
    if begin is not end:
        colour = mix(colour, tint(*end.ambient), view.u[:, :, None])
    if scenes.attributes["weather"] in OVERCAST:
        colour = mix(colour, colour.mean(2, keepdim=True), 0.4) * tint(0.88, 0.91, 0.94)
    if name == "storm":
        colour = colour * (1.0 + 0.55 * _lightning(view)[:, :, None])
    return colour


def _veil(middle: Tensor, horizon: Tensor) -> Tensor:
    """The grey an overcast sky takes: as bright as the clear one, nearly without its hue."""
    blend = 0.5 * (middle + horizon)
    return mix(blend, blend.mean(2, keepdim=True), 0.8) * tint(0.97, 1.0, 1.03)


def _lightning(view: View) -> Tensor:
    """A double flash at a fixed phase of each period: [n, f, 1, 1] in [0, 1]."""
    phase = torch.remainder(view.t, LIGHTNING_PERIOD)
    first = smoothstep(1.45, 1.55, phase) * smoothstep(1.75, 1.58, phase)
    second = smoothstep(1.75, 1.85, phase) * smoothstep(2.35, 1.88, phase)
    return (0.7 * first + second).clamp(max=1.0)
