"""Places indoors: a furnished room and a photographer's studio."""

import math

import torch
from torch import Tensor

from workers.training.worlds.layers import Plane, cells, floor, plane
from workers.training.worlds.palette import Light, between, mix
from workers.training.worlds.scene import Camera, Picture, Scenes, View
from workers.training.worlds.shapes import smoothstep, tint
from workers.training.worlds.skies import gradient

SKIRTING = -0.36
PERIOD = 3.0  # between one window and the next
LAMP_LIGHT = (1.0, 0.80, 0.50)


def room(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """A painted wall with windows and pictures, a floor of boards, and lamps after dark."""
    wall = plane(view, camera, 0.7)
    indoors = _softened(light)
    paint = between(scenes, 2, (0.86, 0.78, 0.66), (0.68, 0.78, 0.76)) * indoors
    side = torch.where(scenes.uniform(6) < 0.5, -1.0, 1.0)
    local = cells(wall.x, PERIOD, side * 0.85)[0]
    opposite = cells(wall.x, PERIOD, side * 0.85 + PERIOD / 2)[0]
    low = smoothstep(0.9, -0.6, wall.y)[:, :, None]
    surface = mix(paint, paint * 0.88, low)
    sky = gradient(plane(view, camera, 0.1).y - 0.25, light)
    everywhere = torch.ones_like(wall.x * wall.y)
    picture.rgb = sky
    picture.paint(surface, everywhere - _opening(wall, local))
    _window_frame(picture, wall, local, tint(0.97, 0.96, 0.93) * indoors)
    _framed_picture(picture, wall, opposite, scenes, indoors)
    _boards(picture, scenes, view, camera, indoors)
    picture.paint(tint(0.96, 0.94, 0.90) * indoors, wall.band(SKIRTING - 0.03, SKIRTING + 0.035))
    _lamp(picture, wall, cells(wall.x, PERIOD, side * 0.85 - 0.85)[0], light, indoors)


def _softened(light: Light) -> Tensor:
    """Ambient light as it is indoors: nearer to white, and warm after dark."""
    warm = mix(light.ambient, tint(0.80, 0.66, 0.52), 0.45 * light.lamps)
    return mix(warm, tint(1.0, 0.98, 0.94), 0.15)


def _opening(wall: Plane, local: Tensor) -> Tensor:
    return wall.cover(local.abs() - 0.42) * wall.band(-0.02, 0.72)


def _window_frame(picture: Picture, wall: Plane, local: Tensor, white: Tensor) -> None:
    outer = wall.cover(local.abs() - 0.47) * wall.band(-0.07, 0.77)
    bar = torch.maximum(wall.cover(local.abs() - 0.02), wall.band(0.36, 0.39))
    picture.paint(white, torch.maximum(outer - _opening(wall, local), bar * outer))
    picture.paint(white * 0.86, wall.cover(local.abs() - 0.54) * wall.band(-0.12, -0.07))


def _framed_picture(picture: Picture, wall: Plane, local: Tensor, scenes: Scenes, indoors: Tensor) -> None:
    """A small abstract landscape on the wall."""
    hue = between(scenes, 0, (0.86, 0.45, 0.36), (0.36, 0.52, 0.66))
    picture.paint(tint(0.40, 0.28, 0.20) * indoors, wall.cover(local.abs() - 0.25) * wall.band(0.14, 0.62))
    canvas = wall.cover(local.abs() - 0.20) * wall.band(0.19, 0.57)
    picture.paint(tint(0.95, 0.91, 0.82) * indoors, canvas)
    hill = 0.33 + 0.07 * torch.sin(local * 9.0)
    picture.paint(hue * indoors, canvas * wall.below(hill))


def _boards(picture: Picture, scenes: Scenes, view: View, camera: Camera, indoors: Tensor) -> None:
    wood = between(scenes, 1, (0.66, 0.45, 0.29), (0.54, 0.36, 0.25)) * indoors
    wall = plane(view, camera, 0.7)
    near = smoothstep(SKIRTING, -1.1, wall.y)[:, :, None]
    below = wall.below(SKIRTING)
    picture.paint(mix(wood * 1.08, wood * 0.82, near), below)
    _, _, x = floor(view, camera)
    joint = cells(x, 0.7)[0].abs()
    picture.paint(wood * 0.62, 0.6 * smoothstep(0.04, 0.012, joint) * below)


def _lamp(picture: Picture, wall: Plane, local: Tensor, light: Light, indoors: Tensor) -> None:
    """A standard lamp; its shade glows after dark."""
    picture.paint(tint(0.28, 0.22, 0.20) * indoors, wall.cover(local.abs() - 0.018) * wall.band(-0.48, 0.2))
    picture.paint(tint(0.28, 0.22, 0.20) * indoors, wall.cover(local.abs() - 0.12) * wall.band(-0.50, -0.46))
    if light.lamps:
        away = torch.sqrt(local**2 + (wall.y - 0.22) ** 2 + 1e-6)
        picture.paint(tint(*LAMP_LIGHT), 0.55 * light.lamps * torch.exp(-away / 0.35))
    shade = mix(tint(0.93, 0.85, 0.72) * indoors, tint(1.0, 0.93, 0.70), light.lamps)
    picture.paint(shade, wall.cover(local.abs() - 0.19 + 0.3 * (wall.y - 0.10), 1.3) * wall.band(0.10, 0.38))


def studio(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """A seamless paper backdrop in one soft colour, lit from behind the subject."""
    back = plane(view, camera, 0.7)
    turn = scenes.uniform(0, 0.0, 2.0 * math.pi)[:, :, None]
    hue = torch.cat([0.5 + 0.5 * torch.cos(turn - phase) for phase in (0.0, 2.1, 4.2)], 2)
    # What light there is outside falls on the paper through a wide, soft screen.
    paper = mix(mix(tint(0.84, 0.83, 0.84), hue, 0.26) * light.ambient, gradient(view.y * 0.6, light), 0.38)
    # The pool of light repeats, so that a moving camera never runs out of it.
    across = 1.0 - torch.cos(back.x * (2.0 * math.pi / 3.6))
    away = torch.sqrt(0.55 * across + (back.y - 0.15) ** 2 + 1e-6)
    glow = smoothstep(1.5, 0.0, away)[:, :, None]
    sweep = 1.0 - 0.16 * smoothstep(-0.26, -0.52, back.y)[:, :, None]
    picture.rgb = mix(paper * 0.64, paper * 1.12, glow) * sweep
    pool = torch.sqrt(0.5 * across + ((back.y + 0.66) / 0.32) ** 2 + 1e-6)
    picture.paint(paper * 1.06, 0.7 * smoothstep(1.1, 0.1, pool))
