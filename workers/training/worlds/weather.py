"""Rain, snow and fog in front of everything; their clouds and greyness belong to the backdrop."""

import torch

from workers.training.worlds import palette
from workers.training.worlds.layers import HORIZON, cells, chance, plane
from workers.training.worlds.palette import mix
from workers.training.worlds.scene import Camera, Picture, Scenes, View
from workers.training.worlds.shapes import tint, waves


def paint(picture: Picture, scenes: Scenes, view: View, camera: Camera) -> None:
    """Lay the scenes' weather over the picture; clear weather is nothing."""
    match scenes.attributes["weather"]:
        case "rain":
            _rain(picture, scenes, view, camera)
        case "snow":
            _snow(picture, scenes, view, camera)
        case "fog":
            _fog(picture, scenes, view, camera)


def _rain(picture: Picture, scenes: Scenes, view: View, camera: Camera) -> None:
    """Slanted streaks, each column falling in its own time; the nearer layer longer and faster."""
    seed = scenes.uniform(5)
    colour = mix(palette.ambient(scenes, view), tint(0.90, 0.94, 1.0), 0.65)
    for depth, width, period, speed, strength in ((0.4, 0.13, 0.7, 2.4, 0.30), (0.7, 0.21, 1.0, 3.4, 0.42)):
        air = plane(view, camera, depth)
        local, number = cells(air.x - 0.22 * air.y, width)
        fall = air.y / period + (speed / period) * view.t + chance(number, seed, depth)
        along = fall - torch.floor(fall)
        tail = (along * 2.6).clamp(max=1.0) * ((0.62 - along) * 6.0).clamp(0.0, 1.0)
        across = (1.0 - local.abs() / 0.032).clamp(min=0.0)
        picture.paint(colour, strength * tail * across)


def _snow(picture: Picture, scenes: Scenes, view: View, camera: Camera) -> None:
    """Soft flakes that sway as they sink; nearer ones larger and faster."""
    seed = scenes.uniform(5)
    colour = mix(palette.ambient(scenes, view), tint(1.0, 1.0, 1.0), 0.72)
    layers = ((0.3, 0.32, 0.036, 0.22), (0.5, 0.44, 0.05, 0.32), (0.8, 0.66, 0.066, 0.46))
    for depth, pitch, radius, speed in layers:
        air = plane(view, camera, depth)
        local_y, row = cells(air.y + speed * view.t, pitch)
        sway = 0.08 * torch.sin(1.1 * view.t + row * 2.4) + 0.06 * view.t
        local_x, column = cells(air.x - sway + row * pitch * 0.37, pitch)
        number = column + 19.0 * row
        right, up = chance(number, seed, 1.0) - 0.5, chance(number, seed, 2.0) - 0.5
        slack = pitch - 2.2 * radius
        away = torch.sqrt((local_x - slack * right) ** 2 + (local_y - slack * up) ** 2 + 1e-6)
        picture.paint(colour, 0.92 * ((radius - away) / (0.55 * radius)).clamp(0.0, 1.0))


def _fog(picture: Picture, scenes: Scenes, view: View, camera: Camera) -> None:
    """Banks that drift past, thickest at the horizon and thin at our feet."""
    seed = scenes.uniform(5)
    light = palette.light(scenes, view)
    colour = mix(light.horizon, tint(0.95, 0.96, 0.98) * light.ambient.clamp(min=0.5), 0.55)
    far = plane(view, camera, 0.3)
    thickness = torch.exp(-(((far.y - HORIZON - 0.05) / 0.5) ** 2))
    picture.paint(colour, 0.20 + 0.36 * thickness)
    for depth, height, speed in ((0.4, 0.12, 0.13), (0.8, -0.32, 0.22)):
        air = plane(view, camera, depth)
        drift = air.x - speed * view.t
        middle = height + 0.07 * waves(drift, seed + depth, 2, 1.1)
        bank = torch.exp(-(((air.y - middle) / 0.14) ** 2))
        picture.paint(colour, bank * (0.34 + 0.28 * torch.sin(1.7 * drift + seed * 20.0)))
