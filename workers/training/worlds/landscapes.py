"""Open country: mountains, desert, forest, meadow and snowfield."""

from torch import Tensor

from workers.training.worlds.layers import HORIZON, Plane, bumps, cells, chance, conifers, floor, peaks, plane
from workers.training.worlds.palette import Light, between, mix
from workers.training.worlds.scene import Camera, Picture, Scenes, View
from workers.training.worlds.shapes import Number, smoothstep, tint, waves


def ground(
    picture: Picture, near: Plane, top: Number, far_colour: Tensor, near_colour: Tensor, reach: float = 0.7
) -> None:
    """Fill everything below `top`, shading from one colour at the top to another `reach` further down."""
    down = smoothstep(0.0, reach, HORIZON - near.y)[:, :, None]
    picture.paint(mix(far_colour, near_colour, down), near.below(top, 0.3))


def mountains(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """Three snow-capped ridges, one behind the other, over wooded foothills and a meadow."""
    seed = scenes.uniform(0)
    rock = between(scenes, 2, (0.36, 0.42, 0.58), (0.46, 0.42, 0.50))
    _ridge(picture, plane(view, camera, 0.12), seed, (0.85, 0.20, 0.62, 0.75), light, rock, 0.55)
    _ridge(picture, plane(view, camera, 0.22), seed + 0.37, (1.2, 0.10, 0.60, 0.85), light, rock, 0.22)
    hills = plane(view, camera, 0.42)
    top = (
        -0.13
        + 0.07 * waves(hills.x, seed, 2, 1.9)
        + conifers(hills.x, seed, 0.16, 0.12, 0.9, 0.8).clamp(min=0.0)
    )
    picture.paint(light.lit(tint(0.17, 0.36, 0.33), 0.18), hills.below(top, 1.0))
    near = plane(view, camera, 0.75)
    top = -0.33 + 0.04 * waves(near.x, seed + 0.2, 2, 1.1)
    ground(picture, near, top, light.lit(tint(0.47, 0.68, 0.35)), light.lit(tint(0.25, 0.47, 0.27)))


def _ridge(
    picture: Picture,
    far: Plane,
    seed: Tensor,
    form: tuple[float, float, float, float],
    light: Light,
    rock: Tensor,
    distance: float,
) -> None:
    """A ridge with a sunlit and a shaded face to each summit, and snow on the high parts.

    `form` is the spacing of the summits, their lowest and highest height, and the slope.
    """
    period, low, high, slope = form
    rough = 0.035 * waves(far.x, seed, 2, 9.0)
    ridge = peaks(far.x, seed, period, low, high, slope)
    top = ridge.top + rough
    face = ridge.sunny(far, light.sun_x.sign(), 0.22 * waves(far.y * 5.0, seed, 1, 1.0))
    stone = light.lit(rock * (0.72 + 0.4 * face[:, :, None]), distance)
    snow = light.lit(mix(tint(0.72, 0.80, 0.95), tint(1.0, 1.0, 1.0), face[:, :, None]), distance)
    line = 0.23 + 0.4 * (low - 0.12) + 0.06 * waves(far.x, seed + 0.5, 1, 13.0)
    colour = mix(stone, snow, far.cover(line - far.y, 2.0)[:, :, None])
    foot = smoothstep(0.25, -0.2, far.y)[:, :, None] * 0.35
    picture.paint(mix(colour, light.horizon, foot), far.below(top, slope))


def desert(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """Dunes with a lit and a shaded flank, and rippled sand in front."""
    seed = scenes.uniform(0)
    sand = between(scenes, 2, (0.96, 0.74, 0.42), (0.93, 0.62, 0.38))
    shadow = sand * tint(0.74, 0.64, 0.62)
    rows = ((0.2, 1.5, 0.02, 0.22, 0.3), (0.38, 1.9, -0.08, 0.12, 0.12), (0.6, 2.4, -0.22, -0.04, 0.0))
    for depth, period, low, high, distance in rows:
        dune = plane(view, camera, depth)
        x = dune.x + 0.1 * waves(dune.x, seed, 1, 2.0)
        ridge = peaks(x, seed + depth, period, low, high, 0.24)
        flank = ridge.sunny(dune, light.sun_x.sign(), -0.9)
        colour = mix(light.lit(shadow, distance), light.lit(sand, distance), flank[:, :, None])
        picture.paint(colour, dune.below(ridge.top, 0.24))
    near = plane(view, camera, 0.8)
    top = -0.38 + 0.03 * waves(near.x, seed, 2, 0.9)
    ground(picture, near, top, light.lit(sand * 1.03), light.lit(sand * 0.84))
    _, down, x = floor(view, camera)
    ripple = waves(x + 0.4 * down, seed, 1, 2.2) * 0.05 + down
    bands = smoothstep(0.35, 1.0, (ripple * 26.0).sin()) * smoothstep(0.3, 0.5, down)
    picture.paint(light.lit(sand * 0.72), 0.4 * bands)


def forest(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """Firs behind firs in the mist, and great trunks beside the clearing."""
    seed = scenes.uniform(0)
    leaf = between(scenes, 2, (0.08, 0.30, 0.20), (0.12, 0.32, 0.14))
    rows = ((0.2, 0.42, 1.15, 3.2, 0.55), (0.35, 0.56, 1.0, 3.0, 0.30), (0.55, 0.8, 0.85, 2.6, 0.10))
    for depth, period, height, slope, distance in rows:
        row = plane(view, camera, depth)
        firs = conifers(row.x, seed + depth, period, height, slope)
        tiers = 0.05 * (1.0 - ((row.y * 7.0 + depth * 9.0) % 1.0))
        top = firs.clamp(min=0.12) - 0.28
        picture.paint(light.lit(leaf * (1.0 + distance), distance), row.cover(row.y - top - 2.0 * tiers, 2.6))
    near = plane(view, camera, 0.8)
    top = -0.34 + 0.03 * waves(near.x, seed, 2, 1.3)
    ground(picture, near, top, light.lit(tint(0.30, 0.44, 0.20)), light.lit(tint(0.21, 0.32, 0.16)))
    _trunks(picture, near, seed, light)


def _trunks(picture: Picture, near: Plane, seed: Tensor, light: Light) -> None:
    """Trunks that leave the picture at the top and flare at the root."""
    local, number = cells(near.x, 1.25, seed * 4.0)
    local = local - 0.4 * (chance(number, seed, 1.0) - 0.5)
    foot = -0.36 - 0.08 * chance(number, seed, 2.0)
    up = near.y - foot
    half = 0.075 + 0.06 * chance(number, seed, 3.0) + 0.1 * (-7.0 * up.clamp(min=0.0)).exp() - 0.02 * up
    alpha = near.cover(local.abs() - half) * near.cover(-up)
    bark = mix(
        light.lit(tint(0.36, 0.24, 0.17)),
        light.lit(tint(0.20, 0.13, 0.11)),
        smoothstep(-0.08, 0.10, local * light.sun_x.sign() * -1.0)[:, :, None],
    )
    picture.paint(bark, alpha)


def meadow(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """Rolling green hills with clumps of round trees, flowers in front."""
    seed = scenes.uniform(0)
    grass = between(scenes, 2, (0.50, 0.76, 0.28), (0.62, 0.78, 0.30))
    hills = plane(view, camera, 0.18)
    top = 0.02 + 0.10 * waves(hills.x, seed, 2, 1.2)
    picture.paint(light.lit(tint(0.40, 0.66, 0.46), 0.4), hills.below(top, 0.2))
    for depth, base, distance, shade in ((0.36, -0.09, 0.15, 0.86), (0.58, -0.22, 0.0, 0.95)):
        hill = plane(view, camera, depth)
        top = base + 0.07 * waves(hill.x, seed + depth, 2, 1.0)
        crowns = bumps(hill.x, seed + depth, 2.3 * depth + 0.5, 0.32 * depth + 0.03)
        sunny = smoothstep(-0.05, 0.2, hill.y - top)[:, :, None]
        leaf = mix(tint(0.16, 0.42, 0.22), tint(0.33, 0.60, 0.26), sunny)
        picture.paint(light.lit(leaf, distance), hill.below(top + crowns - 0.04 * (crowns <= 0).float(), 1.0))
        picture.paint(light.lit(grass * shade, distance), hill.below(top, 0.2))
    near = plane(view, camera, 0.85)
    top = -0.36 + 0.03 * waves(near.x, seed, 2, 1.1)
    ground(picture, near, top, light.lit(grass * 1.06), light.lit(grass * tint(0.62, 0.74, 0.7)))
    _flowers(picture, scenes, view, camera, light)


def _flowers(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    seed = scenes.uniform(6)
    near = plane(view, camera, 1.0)
    local_y, row = cells(near.y, 0.2)
    local_x, column = cells(near.x + 0.17 * (row % 2.0), 0.42)
    number = column + 11.0 * row
    local_x = local_x - 0.22 * (chance(number, seed, 1.0) - 0.5)
    away = (local_x**2 + (local_y * 1.25) ** 2 + 1e-6).sqrt()
    alpha = near.cover(away - 0.03, 1.6) * near.cover(near.y + 0.64)
    yellow = (chance(number, seed, 3.0) < 0.5).float()[:, :, None]
    picture.paint(light.lit(mix(tint(1.0, 0.97, 0.94), tint(1.0, 0.85, 0.25), yellow)), 0.9 * alpha)


def snowfield(picture: Picture, scenes: Scenes, view: View, camera: Camera, light: Light) -> None:
    """White slopes with blue shadows and dark firs."""
    seed = scenes.uniform(0)
    white = between(scenes, 2, (0.93, 0.97, 1.0), (0.99, 0.97, 0.98))
    shadow = white * tint(0.70, 0.80, 0.94)
    fir = tint(0.13, 0.28, 0.31)
    rows = ((0.15, 0.16, 0.22, 0.45), (0.35, -0.04, 0.12, 0.15), (0.6, -0.2, 0.06, 0.0))
    for depth, base, rise, distance in rows:
        hill = plane(view, camera, depth)
        top = base + rise * waves(hill.x, seed + depth, 2, 1.1)
        if depth > 0.2:
            firs = conifers(hill.x, seed + depth, 0.9 * depth + 0.1, 0.62 * depth + 0.1, 3.4, 0.6)
            picture.paint(light.lit(fir, distance), hill.below(top + firs - 0.03, 3.2))
        down = smoothstep(0.0, 0.30, top - hill.y)[:, :, None]
        picture.paint(light.lit(mix(white, shadow, down), distance), hill.below(top, 0.2))
    near = plane(view, camera, 0.85)
    top = -0.36 + 0.04 * waves(near.x, seed, 2, 0.9)
    ground(picture, near, top, light.lit(white * 1.02), light.lit(white * tint(0.84, 0.90, 0.98)), 1.0)
    _, down, x = floor(view, camera)
    drift = waves(x + 1.3 * down, seed, 2, 1.6) * 0.07 + down
    bands = smoothstep(0.2, 1.0, (drift * 13.0).sin()) * smoothstep(0.26, 0.5, down)
    picture.paint(light.lit(shadow), 0.55 * bands)
