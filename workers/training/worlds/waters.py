"""Waterside places: the open sea and the beach."""

import torch
from torch import Tensor

from workers.training.worlds.layers import HORIZON, cells, chance, floor, plane
from workers.training.worlds.palette import Light, between, mix
from workers.training.worlds.scene import Camera, Picture, Scenes, View
from workers.training.worlds.shapes import smoothstep, tint, waves


def sea(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """Open water to the horizon, gently rolling."""
    _water(picture, scenes, view, camera, light, 1.0)


def _water(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light, swell: float) -> None:
    """Water below the horizon: it mirrors the low sky, rolls towards us and glitters under the sun."""
    seed = scenes.uniform(0)
    far, down, x = floor(view, camera)
    deep = light.lit(between(scenes, 2, (0.05, 0.33, 0.55), (0.04, 0.42, 0.52)), 0.12)
    pale = mix(light.lit(tint(0.35, 0.68, 0.80)), light.horizon, 0.6)
    water = mix(pale, deep, smoothstep(0.0, 0.45, down)[:, :, None])
    picture.paint(water, far.below(HORIZON))
    # Rows of crests crowd together towards the horizon, where they are too fine to draw.
    row = 15.0 * torch.log(down + 0.16)
    sway = torch.sin(1.2 * x + 0.5 * view.t + seed * 6.28)
    roll = torch.sin(row + 0.8 * sway - 1.5 * view.t)
    visible = smoothstep(0.03, 0.3, down) * swell
    crest = smoothstep(0.2, 1.0, roll) * (0.3 + 0.7 * smoothstep(-0.6, 0.9, torch.sin(1.6 * x + 0.45 * row)))
    picture.paint(mix(pale, tint(1.0, 1.0, 1.0) * light.ambient, 0.25), 0.55 * crest * visible)
    picture.paint(deep * 0.75, smoothstep(0.0, -1.0, roll) * visible * 0.3)
    if light.sun_seen:
        width = 0.10 + 0.35 * down
        path = torch.exp(-(((far.x - light.sun_x) / width) ** 2)) * (down > 0)
        picture.paint(light.sun, path * (0.30 + 0.45 * smoothstep(-0.1, 0.9, roll)))


def beach(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """Sand, a strip of sea whose foam comes and goes, and palms."""
    _water(picture, scenes, view, camera, light, 0.5)
    seed = scenes.uniform(0)
    near = plane(view, camera, 0.75)
    sand = between(scenes, 2, (0.97, 0.86, 0.62), (0.98, 0.82, 0.66))
    wash = 0.035 * torch.sin(1.26 * view.t + seed * 6.28 + 0.8 * torch.sin(near.x))
    edge = -0.37 + 0.03 * waves(near.x, seed, 2, 1.4)
    picture.paint(light.lit(tint(0.45, 0.82, 0.82)), 0.5 * near.below(edge + 0.09 + wash))
    picture.paint(light.lit(tint(1.0, 1.0, 1.0)), 0.9 * near.below(edge + 0.035 + wash))
    picture.paint(light.lit(sand * 0.80), near.below(edge + wash))
    down = smoothstep(0.0, 0.6, edge - near.y)[:, :, None]
    picture.paint(mix(light.lit(sand * 1.04), light.lit(sand * 0.86), down), near.below(edge - 0.05))
    _palms(picture, scenes, view, camera, light)


def _palms(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """A palm every few metres, its crown nodding in the wind."""
    seed = scenes.uniform(6)
    near = plane(view, camera, 0.85)
    side = torch.where(seed < 0.5, -1.0, 1.0)
    local, number = cells(near.x, 3.4, side * 1.0)
    x = -local * side  # the trunk leans over the picture's middle
    up = near.y + 0.5
    height = 1.05 + 0.2 * chance(number, seed, 1.0)
    lean = 0.22 * (up.clamp(0.0, 1.3)) ** 2
    trunk = near.cover((x - lean).abs() - 0.04 + 0.012 * up) * near.cover(up - height) * near.cover(-up)
    picture.paint(light.lit(tint(0.55, 0.39, 0.25)), trunk)
    crown_x, crown_y = x - 0.22 * height**2, up - height - 0.012 * torch.sin(1.5 * view.t + number)
    picture.paint(light.lit(tint(0.13, 0.46, 0.26)), near.cover(_fronds(crown_x, crown_y)))


def _fronds(x: Tensor, y: Tensor) -> Tensor:
    """Distance to arching fronds, three to a side: each lies between two parabolas."""
    reach = x.abs()
    distance = torch.full_like(x, 1.0)
    for length, rise, fall in ((0.46, 0.75, 2.0), (0.50, 0.1, 0.9), (0.34, -0.35, 2.4)):
        spine = rise * reach - fall * reach**2
        half = 0.06 * (reach / length * (1.0 - reach / length) * 4.0).clamp(min=0.0) ** 0.5
        frond = torch.maximum((y - spine).abs() / (1.0 + rise**2) ** 0.5 - half, reach - length)
        distance = torch.minimum(distance, frond)
    return distance
