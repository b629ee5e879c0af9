"""The sky: gradient, sun or moon, stars, and the clouds of fair and foul weather."""

import torch
from torch import Tensor

from workers.training.worlds.layers import HORIZON, Plane, cells, chance, plane
from workers.training.worlds.palette import Light, mix
from workers.training.worlds.scene import Camera, Picture, Scenes, View
from workers.training.worlds.shapes import smoothstep, tint, waves


def paint(scenes: Scenes, view: View, camera: Camera, light: Light) -> Picture:
    """The sky alone, everywhere in the picture; its colours reach down to the horizon."""
    far = plane(view, camera, 0.1)
    picture = Picture(gradient(far.y, light))
    name, weather = scenes.attributes["light"], scenes.attributes["weather"]
    if name == "night" and light.sun_seen:
        _stars(picture, far, scenes)
    if light.sun_seen:
        _sun(picture, far, light, name)
    if name == "storm" or weather in ("rain", "snow"):
        _low_clouds(picture, scenes, view, camera, light)
    elif name != "night" and weather != "fog":
        _clouds(picture, scenes, view, camera, light)
    return picture


def gradient(y: Tensor, light: Light) -> Tensor:
    """Sky colour at the heights `y`: [n|1, f|1, 3, h, 1]."""
    high = ((y - HORIZON) / 1.15)[:, :, None]
    low = mix(light.horizon, light.middle, smoothstep(0.0, 0.55, high))
    return mix(low, light.zenith, smoothstep(0.35, 1.15, high))


def _sun(picture: Picture, sky: Plane, light: Light, name: str) -> None:
    """A disc and a wide glow; what is below the horizon the ground will hide."""
    radius = {"day": 0.11, "night": 0.12, "dusk": 0.16}.get(name, 0.15)
    spread = {"day": 0.4, "night": 0.3}.get(name, 0.75)
    away = torch.sqrt((sky.x - light.sun_x) ** 2 + (sky.y - light.sun_y) ** 2 + 1e-6)
    glow = 0.6 * torch.exp(-away / spread)
    picture.paint(light.sun, glow)
    picture.paint(mix(light.sun, tint(1.0, 1.0, 1.0), 0.35), sky.cover(away - radius, 2.0))
    if name == "night":
        crater = torch.sqrt((sky.x - light.sun_x - 0.045) ** 2 + (sky.y - light.sun_y - 0.03) ** 2 + 1e-6)
        picture.paint(light.sun * 0.84, sky.cover(crater - 0.035, 3.0))


def _stars(picture: Picture, sky: Plane, scenes: Scenes) -> None:
    seed = scenes.uniform(3)
    local_y, row = cells(sky.y, 0.24)
    local_x, column = cells(sky.x + 0.37 * row, 0.3)
    number = column + 17.0 * row
    right, up = chance(number, seed, 1.0) - 0.5, chance(number, seed, 2.0) - 0.5
    away = torch.sqrt((local_x - 0.24 * right) ** 2 + (local_y - 0.17 * up) ** 2 + 1e-6)
    bright = chance(number, seed, 3.0) * smoothstep(-0.1, 0.5, sky.y)
    picture.paint(tint(0.95, 0.96, 1.0), (1.0 - away / 0.045).clamp(min=0.0) * (0.15 + 0.85 * bright))


def _clouds(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """Two rows of flat-bottomed heaps that drift with the wind."""
    seed = scenes.uniform(3)
    white = mix(light.horizon, tint(1.0, 1.0, 1.0) * light.ambient.clamp(min=0.62), 0.6)
    for depth, base, period, size in ((0.12, 0.22, 2.3, 0.15), (0.2, 0.52, 2.9, 0.22)):
        sky = plane(view, camera, depth)
        local, number = cells(sky.x - 0.18 * depth / 0.2 * view.t, period, seed * 9.0 + depth * 13.0)
        local = local - (chance(number, seed, 1.0) - 0.5) * 0.8
        bottom = base + 0.22 * (chance(number, seed, 2.0) - 0.5)
        top = torch.full_like(local, -1.0)
        for right, radius in ((-1.25, 0.62), (-0.35, 1.0), (0.62, 0.82), (1.4, 0.5)):
            heap = (radius * size) ** 2 - (local - right * size) ** 2
            top = torch.maximum(top, torch.sqrt(heap.clamp(min=0.0)) - (heap < 0).float())
        rise = sky.y - bottom
        alpha = sky.cover(rise - top, 2.5) * sky.cover(-rise, 3.0)
        shade = mix(mix(white, light.middle, 0.45), white, smoothstep(-0.05, 0.16, rise)[:, :, None])
        picture.paint(shade, 0.85 * alpha)


def _low_clouds(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """Dark masses hanging from above, the lower ones faster."""
    seed = scenes.uniform(3)
    dark = light.zenith
    layers = ((0.1, 0.24, 0.10, 0.2), (0.16, 0.46, 0.16, 0.55), (0.24, 0.72, 0.24, 0.95))
    for depth, base, speed, shade in layers:
        sky = plane(view, camera, depth)
        x = sky.x + speed * view.t + depth * 31.0
        edge = base + 0.10 * waves(x, seed, 2, 1.3) - 0.07 * torch.sin(x * 4.1 + seed * 40.0).abs()
        colour = mix(light.middle, dark * 0.8, shade)
        picture.paint(colour, 0.8 * sky.cover(edge - sky.y, 4.0))
