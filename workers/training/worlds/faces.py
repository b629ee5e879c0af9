"""Heads seen close by: hair, eyes that blink, brows, nose and mouth."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workers.training.worlds import shapes
from workers.training.worlds.figure import Point, Stage, lathe, union
from workers.training.worlds.looks import Looks

BLINK_PERIOD = 2.9  # seconds
_HIDDEN = -1.0  # a radius that draws nothing


@dataclass(frozen=True)
class Face:
    """Where a head is and how it is turned: `turn` moves the features sideways, `blink` 1 shuts the eyes."""

    centre: Point
    turn: Tensor
    blink: Tensor


def at(t: Tensor, centre: Point) -> Face:
    """Face at rest: it looks a little left and right and blinks."""
    shut = ((t % BLINK_PERIOD) - 1.6) / 0.09
    return Face(centre, 0.022 * torch.sin(t * 1.1), torch.exp(-shut * shut))


def draw_back(stage: Stage, face: Face, looks: Looks) -> None:
    """A woman's hair behind the neck: long, a bob, or gathered in a bun."""
    if not looks.woman:
        return
    length = looks.styled(0.66, 0.24, 0.0)
    hair = stage.bone(face.centre.shifted(0.0, 0.03), face.centre.shifted(0.0, -length), 0.245, 0.215)
    bun = stage.disc(face.centre.shifted(0.0, 0.31), looks.styled(_HIDDEN, _HIDDEN, 0.125))
    stage.fill(looks.hair * 0.80, union(hair, bun))


def _skull(stage: Stage, face: Face, woman: bool) -> Tensor:
    """Distance to the head: an oval, or one with a broader jaw."""
    low, wide = (0.135, 0.205) if woman else (0.17, 0.212)

    def half_width(y: Tensor) -> Tensor:
        r = (y / 0.26).clamp(-1.0, 1.0)
        jaw = shapes.smoothstep(0.02, -0.26, y) * (wide - low) * 0.5
        return (wide - jaw) * torch.sqrt(1.0 - r * r + 1e-3) - 0.004

    y = stage.y - face.centre.y
    return torch.maximum(lathe(stage.x, y, face.centre.x, half_width), y.abs() - 0.258)


def _fringe(stage: Stage, face: Face, looks: Looks) -> Tensor:
    """Distance to the hair on top of the head, above the hairline."""
    centre = face.centre
    side = stage.x - centre.x - 0.5 * face.turn
    if looks.woman:
        parting = side - looks.styled(0.05, -0.03, 0.0)
        line = 0.185 - 4.6 * parting * parting
        hair = shapes.ellipse(stage.x, stage.y, centre.x, centre.y + 0.025, 0.238, 0.272)
    else:
        line = 0.118 + looks.styled(0.02, 0.0, 0.03) - 75.0 * side**4
        hair = shapes.ellipse(stage.x, stage.y, centre.x, centre.y + 0.035, 0.236, 0.268)
    return torch.maximum(hair, (line + centre.y - stage.y) * 0.6)


def _beard(stage: Stage, face: Face, looks: Looks, skull: Tensor) -> Tensor:
    """Distance to a beard along the jaw; far away for the men who wear none."""
    side = stage.x - face.centre.x - face.turn
    line = face.centre.y - 0.105 + 4.5 * side * side
    return torch.maximum(skull - 0.012, stage.y - line) + looks.styled(9.0, 9.0, 0.0)


def _brim(stage: Stage, face: Face, looks: Looks) -> Tensor:
    """Distance to the peak of a cap; far away for the men who wear none."""
    x = face.centre.x + face.turn
    peak = shapes.ellipse(stage.x, stage.y, x, face.centre.y + 0.135, 0.20, 0.045)
    return peak + looks.styled(9.0, 0.0, 9.0)


def _hair(stage: Stage, face: Face, looks: Looks, skull: Tensor) -> None:
    """Hair in front of the head, or a cap in a darker shade of the clothes."""
    fringe = _fringe(stage, face, looks)
    if looks.woman:
        stage.fill(looks.hair, fringe)
        return
    capped = looks.styled(0.0, 1.0, 0.0)[..., None]
    stage.fill(torch.lerp(looks.hair, looks.clothes * 0.85, capped), fringe)
    cap = _brim(stage, face, looks)
    edge = torch.lerp(looks.hair * 0.95, looks.clothes * 0.55, capped)
    stage.fill(edge, union(cap, _beard(stage, face, looks, skull)))


def draw(stage: Stage, face: Face, looks: Looks) -> None:
    """Head, hair and features in front of everything behind them."""
    centre = face.centre
    skull = _skull(stage, face, looks.woman)
    across = (stage.x - centre.x).abs()
    ears = shapes.circle(across, stage.y, 0.205, centre.y - 0.01, 0.042)
    stage.fill(looks.skin, union(skull, ears))
    _hair(stage, face, looks, skull)
    x, y = centre.x + face.turn, centre.y
    side = (stage.x - x).abs()
    bridge, tip = Point(x + 0.4 * face.turn, y - 0.01), Point(x + 0.6 * face.turn, y - 0.055)
    stage.fill(looks.skin * 0.84, stage.bone(bridge, tip, 0.012, 0.022))
    size, brow = (0.036, 0.014) if looks.woman else (0.031, 0.021)
    eyes = shapes.ellipse(side, stage.y, 0.083, y + 0.008, size * 0.88, size * 1.25 * (1 - 0.85 * face.blink))
    brows = shapes.capsule(side, stage.y, 0.048, y + 0.088, 0.118, y + 0.092, brow, brow * 0.7)
    stage.fill(looks.ink, union(eyes, brows))
    lips = shapes.ellipse(side, stage.y, 0.0, y - 0.108, 0.078, 0.056)
    red = looks.skin * 0.35 + looks.mouth * 0.65
    stage.fill(red, torch.maximum(lips, stage.y - (y - 0.112)))
