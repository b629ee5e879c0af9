"""Built places out of doors: the city's skyline and the street."""

import torch
from torch import Tensor

from workers.training.worlds.layers import Plane, bumps, cells, chance, floor, plane
from workers.training.worlds.palette import Light, between, mix
from workers.training.worlds.scene import Camera, Picture, Scenes, View
from workers.training.worlds.shapes import smoothstep, tint

WINDOW_LIGHT = (1.0, 0.84, 0.48)


def windows(
    wall: Plane, seed: Tensor, column: float, row: float, light: Light, share: float = 0.5
) -> tuple[Tensor, Tensor]:
    """Coverage of a grid of windows, `column` wide and `row` high each, and which of them are lit."""
    local_x, number_x = cells(wall.x, column)
    local_y, number_y = cells(wall.y, row, row / 2)
    panes = wall.cover(local_x.abs() - 0.27 * column) * wall.cover(local_y.abs() - 0.27 * row)
    lit = (chance(number_x + 13.0 * number_y, seed, 6.0) < share).float() * light.lamps
    return panes, lit


def city(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """Two rows of towers, windows lit after dark, behind a park's edge and a paved square."""
    seed = scenes.uniform(0)
    stone = between(scenes, 2, (0.46, 0.54, 0.68), (0.60, 0.54, 0.60))
    _towers(picture, plane(view, camera, 0.16), seed + 0.31, (0.44, 0.28, 0.80), light, stone, 0.5)
    _towers(picture, plane(view, camera, 0.32), seed, (0.58, 0.02, 0.62), light, stone * 0.82, 0.12)
    trees = plane(view, camera, 0.55)
    top = -0.28 + bumps(trees.x, seed, 0.5, 0.14)
    picture.paint(light.lit(tint(0.24, 0.44, 0.30)), trees.below(top, 0.8))
    square = plane(view, camera, 0.8)
    paving = between(scenes, 6, (0.70, 0.69, 0.70), (0.74, 0.70, 0.66))
    down = smoothstep(-0.35, -1.0, square.y)[:, :, None]
    picture.paint(mix(light.lit(paving * 0.98), light.lit(paving * 0.72), down), square.below(-0.36))
    picture.paint(light.lit(paving * 0.55), square.band(-0.39, -0.355))
    _, _, x = floor(view, camera)
    joint = cells(x, 1.1)[0].abs()
    picture.paint(light.lit(paving * 0.62), 0.45 * smoothstep(0.045, 0.015, joint) * square.below(-0.41))


def _towers(
    picture: Picture,
    far: Plane,
    seed: Tensor,
    form: tuple[float, float, float],
    light: Light,
    stone: Tensor,
    distance: float,
) -> None:
    """A row of flat-topped towers; `form` is their spacing and their lowest and highest top."""
    spacing, low, high = form
    local, number = cells(far.x, spacing, seed * 3.0)
    top = low + (high - low) * chance(number, seed, 1.0)
    half = spacing * (0.36 + 0.12 * chance(number, seed, 2.0))
    step = far.cover(local.abs() - 0.55 * half) * 0.07 * (chance(number, seed, 3.0) > 0.4)
    alpha = far.below(top + step) * far.cover(local.abs() - half)
    shade = 0.86 + 0.28 * chance(number, seed, 4.0)
    side = smoothstep(-0.02, 0.02, local * light.sun_x.sign())
    wall = light.lit(stone * (shade * (0.86 + 0.14 * side))[:, :, None], distance)
    panes, lit = windows(far, seed, 0.115, 0.13, light)
    glass = mix(wall * 0.82, light.lit(tint(0.75, 0.88, 1.0), 0.3 + distance), 0.2)
    glass = mix(glass, tint(*WINDOW_LIGHT), lit[:, :, None] * (1.0 - 0.5 * distance))
    panes = panes * far.cover(local.abs() - half + 0.03) * far.below(top - 0.04)
    picture.paint(wall, torch.maximum(alpha, far.below(low - 0.12)))
    picture.paint(glass, panes * 0.9)


def street(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """House fronts, pavement and kerb, the road with its dashes, and lamp posts."""
    seed = scenes.uniform(0)
    _houses(picture, plane(view, camera, 0.72), scenes, light)
    near = plane(view, camera, 0.88)
    picture.paint(light.lit(tint(0.72, 0.70, 0.68)), near.below(-0.31))
    picture.paint(light.lit(tint(0.88, 0.86, 0.83)), near.band(-0.44, -0.40))
    road = plane(view, camera, 1.0)
    tar = between(scenes, 6, (0.36, 0.37, 0.41), (0.42, 0.40, 0.42))
    wet = 0.35 if scenes.attributes["weather"] == "rain" or scenes.attributes["light"] == "storm" else 0.0
    asphalt = mix(light.lit(tar * (1.0 - 0.4 * wet)), light.horizon, wet * 0.5)
    down = smoothstep(-0.42, -1.1, road.y)[:, :, None]
    picture.paint(mix(asphalt, asphalt * 0.78, down), near.below(-0.44))
    local, _ = cells(road.x, 0.9, seed)
    dash = road.cover(local.abs() - 0.26) * road.band(-0.80, -0.75)
    picture.paint(light.lit(tint(0.95, 0.92, 0.80)), 0.9 * dash)
    _lamp_posts(picture, near, seed, light)


def _houses(picture: Picture, row: Plane, scenes: Scenes, light: Light) -> None:
    """Terraced houses in soft colours, with roofs, windows and doors."""
    seed = scenes.uniform(0)
    local, number = cells(row.x, 0.96, seed * 3.0)
    eaves = torch.where(chance(number, seed, 1.0) < 0.6, 0.36, 0.69)
    hue, tone = chance(number, seed, 2.0)[:, :, None], chance(number, seed, 3.0)[:, :, None]
    warm = mix(tint(0.90, 0.64, 0.50), tint(0.95, 0.86, 0.66), hue)
    plaster = mix(warm, tint(0.62, 0.74, 0.80), smoothstep(0.5, 0.9, tone))
    roof = eaves + 0.24 - 0.45 * local.abs()
    picture.paint(light.lit(tint(0.52, 0.29, 0.27)), row.below(roof, 0.45))
    wall = light.lit(plaster)
    gap = smoothstep(0.455, 0.48, local.abs())[:, :, None]
    picture.paint(mix(wall, wall * 0.72, gap), row.below(eaves))
    picture.paint(light.lit(tint(0.97, 0.94, 0.90)), row.band(eaves - 0.03, eaves + 0.01))
    pane_x, column = cells(local, 0.32)
    pane_y, floor_number = cells(row.y, 0.33, -0.16)
    frame = row.cover(pane_x.abs() - 0.095) * row.cover(pane_y.abs() - 0.115) * row.below(eaves - 0.06)
    glass = row.cover(pane_x.abs() - 0.07) * row.cover(pane_y.abs() - 0.09) * row.below(eaves - 0.08)
    lit = (chance(column + 5.0 * floor_number + 17.0 * number, seed, 6.0) < 0.55).float() * light.lamps
    upper = row.cover(-row.y)
    picture.paint(light.lit(tint(0.98, 0.96, 0.92)), frame * upper)
    dark = light.lit(tint(0.36, 0.52, 0.64))
    picture.paint(mix(dark, tint(*WINDOW_LIGHT), lit[:, :, None]), glass * upper)
    door = row.cover(local.abs() - 0.11) * row.below(-0.03)
    paint = mix(tint(0.20, 0.38, 0.42), tint(0.55, 0.22, 0.22), (tone > 0.5).float())
    picture.paint(light.lit(paint), door)


def _lamp_posts(picture: Picture, near: Plane, seed: Tensor, light: Light) -> None:
    local, _ = cells(near.x, 2.3, seed * 5.0 + 0.6)
    iron = light.lit(tint(0.16, 0.18, 0.22))
    post = near.cover(local.abs() - 0.018) * near.band(-0.38, 0.42)
    away = torch.sqrt(local**2 + (near.y - 0.46) ** 2 + 1e-6)
    picture.paint(iron, post)
    if light.lamps:
        picture.paint(tint(*WINDOW_LIGHT), 0.75 * light.lamps * torch.exp(-away / 0.16))
    globe = mix(light.lit(tint(0.94, 0.94, 0.90)), tint(1.0, 0.95, 0.78), light.lamps)
    picture.paint(globe, near.cover(away - 0.06))
