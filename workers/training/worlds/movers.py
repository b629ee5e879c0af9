"""Ball, bird, skier and runner, each facing right in its own coordinates."""

import math

import torch
from torch import Tensor

from workers.training.worlds.colours import Rgb, blend
from workers.training.worlds.shapes import capsule, circle, ellipse
from workers.training.worlds.sprite import Sprite, common, swing, union

CREAM: Rgb = (0.97, 0.95, 0.90)
INK: Rgb = (0.10, 0.11, 0.15)
BEAK: Rgb = (0.98, 0.66, 0.16)
SNOW: Rgb = (0.97, 0.98, 1.0)
SKINS: tuple[Rgb, ...] = ((0.96, 0.80, 0.69), (0.86, 0.65, 0.50), (0.62, 0.42, 0.30), (0.40, 0.26, 0.19))
HAIRS: tuple[Rgb, ...] = ((0.14, 0.10, 0.09), (0.36, 0.22, 0.13), (0.62, 0.42, 0.20))
TROUSERS: tuple[Rgb, ...] = ((0.20, 0.23, 0.33), (0.30, 0.30, 0.33), (0.24, 0.28, 0.28))
RADIUS = 0.27  # of the ball
FLAP, STRIDE = 0.5, 0.7  # s


def ball(s: Sprite, colour: Tensor) -> None:
    """A beach ball, or a football where the ball is to be white; its origin where it touches the ground."""
    y = s.y - RADIUS
    away = torch.sqrt(s.x * s.x + y * y + 1e-9)
    angle = -s.travel / RADIUS
    c, w = torch.cos(angle), torch.sin(angle)
    across, along = (s.x * c + y * w) / away, (y * c - s.x * w) / away
    edge = away - RADIUS
    s.mould(edge, colour)
    if s.scenes.attributes["colour"] == "white":
        fifth = across * (16.0 * across**4 - 20.0 * across**2 + 5.0)  # cosine of five times the angle
        patches = union(away - 0.095 - 0.012 * fifth, 0.245 - 0.05 * fifth - away)
        s.mould(common(patches, edge), INK)
    else:
        third = along * (3.0 - 4.0 * along**2)  # sine of three times the angle
        s.mould(common((0.45 - third) * away / 3.0, edge), CREAM)
        s.mould(away - 0.055, CREAM)
    gleam = torch.exp(-(((s.x + 0.09) / 0.09) ** 2)) * torch.exp(-(((y - 0.12) / 0.075) ** 2))
    s.haze(0.45 * gleam, (1.0, 1.0, 1.0))


def bird(s: Sprite, colour: Tensor) -> None:
    """A bird in flight, its origin in its body."""
    beat = 2 * math.pi * (s.t / FLAP + s.scenes.uniform(12))
    _wing(s, 0.07, beat, colour * 0.62)
    s.mould(capsule(s.x, s.y, -0.14, 0.0, -0.37, 0.04, 0.05, 0.055), colour * 0.8)
    s.fill(capsule(s.x, s.y, 0.26, 0.07, 0.37, 0.05, 0.036, 0.008), BEAK)
    torso = union(ellipse(s.x, s.y, 0.0, 0.0, 0.22, 0.115), circle(s.x, s.y, 0.19, 0.075, 0.095))
    s.mould(torso, colour)
    s.fill(common(ellipse(s.x, s.y, 0.06, -0.07, 0.17, 0.06), torso), CREAM)
    s.fill(circle(s.x, s.y, 0.215, 0.1, 0.022), INK)
    _wing(s, 0.0, beat, colour * 0.88)


def skier(s: Sprite, colour: Tensor) -> None:
    """A skier, crouched under way and upright at rest; the jacket is in the colour."""
    crouch = 0.35 + 0.65 * s.pace
    dip = 0.02 * torch.sin(2 * math.pi * s.t / 1.2)
    hip_x, hip_y = -0.13 * crouch, 0.46 - 0.15 * crouch + dip
    knee_x, knee_y = 0.06 + 0.05 * crouch, 0.25 - 0.02 * crouch + dip
    chest_x, chest_y = 0.02 + 0.11 * crouch, hip_y + 0.28 - 0.07 * crouch
    hand_x, hand_y = chest_x + 0.13, chest_y - 0.17
    trousers = blend(TROUSERS, s.scenes.uniform(12))
    if s.pace:
        _spray(s)
    skis = union(
        capsule(s.x, s.y, -0.34, 0.02, 0.33, 0.02, 0.021, 0.021),
        capsule(s.x, s.y, 0.33, 0.02, 0.41, 0.075, 0.021, 0.014),
    )
    pole = capsule(
        s.x, s.y, hand_x, hand_y, hand_x - 0.5 * crouch, hand_y * (1.0 - crouch * 0.6), 0.016, 0.012
    )
    s.fill(union(skis, pole), (0.16, 0.18, 0.26))
    legs = union(
        capsule(s.x, s.y, hip_x, hip_y, knee_x, knee_y, 0.085, 0.062),
        capsule(s.x, s.y, knee_x, knee_y, 0.01, 0.07, 0.062, 0.048),
    )
    s.mould(legs, trousers)
    s.fill(capsule(s.x, s.y, 0.0, 0.055, 0.06, 0.05, 0.04, 0.03), INK)
    s.mould(capsule(s.x, s.y, hip_x, hip_y + 0.02, chest_x, chest_y, 0.092, 0.085), colour)
    head_x, head_y = chest_x + 0.07, chest_y + 0.14
    s.mould(circle(s.x, s.y, head_x, head_y, 0.088), CREAM)
    s.fill(ellipse(s.x, s.y, head_x + 0.045, head_y - 0.005, 0.048, 0.034), INK)
    arm = capsule(s.x, s.y, chest_x, chest_y - 0.01, hand_x, hand_y, 0.052, 0.04)
    s.mould(arm, colour * 0.82)


def runner(s: Sprite, colour: Tensor) -> None:
    """A runner in profile, the shirt in the colour; standing and shifting a little at rest."""
    beat = 2 * math.pi * (s.t / STRIDE + s.scenes.uniform(13))
    spring = 0.025 * s.pace * torch.cos(2.0 * beat)
    skin = blend(SKINS, s.scenes.uniform(11))
    trousers = blend(TROUSERS, s.scenes.uniform(12))
    hip_y, lean = 0.46 + spring, 0.04 + 0.07 * s.pace
    chest_y = hip_y + 0.22
    _arm(s, lean, chest_y, beat, skin * 0.75)
    _leg(s, hip_y, beat + math.pi, skin * 0.72, trousers * 0.7)
    _leg(s, hip_y, beat, skin, trousers)
    s.mould(capsule(s.x, s.y, 0.0, hip_y + 0.03, lean, chest_y, 0.07, 0.085), colour)
    head_x, head_y = lean + 0.045, chest_y + 0.175
    s.mould(circle(s.x, s.y, head_x - 0.018, head_y + 0.018, 0.088), blend(HAIRS, s.scenes.uniform(14)))
    s.mould(ellipse(s.x, s.y, head_x + 0.022, head_y - 0.015, 0.062, 0.072), skin)
    _arm(s, lean, chest_y, beat + math.pi, skin)


def _wing(s: Sprite, shift: float, beat: Tensor, colour: Tensor) -> None:
    """A wing in two parts, the outer following the inner a little late."""
    inner, outer = 0.75 * torch.sin(beat), 0.95 * torch.sin(beat - 0.7)
    elbow_x, elbow_y = shift - 0.03, 0.04 + 0.24 * torch.sin(inner)
    tip_x, tip_y = elbow_x - 0.07 - 0.15 * torch.cos(outer), elbow_y + 0.29 * torch.sin(outer)
    wing = union(
        capsule(s.x, s.y, shift + 0.03, 0.04, elbow_x, elbow_y, 0.095, 0.095),
        capsule(s.x, s.y, elbow_x, elbow_y, tip_x, tip_y, 0.095, 0.024),
    )
    s.mould(wing, colour)


def _leg(s: Sprite, hip_y: Tensor, beat: Tensor, skin: Tensor, trousers: Tensor) -> None:
    """Thigh, shin and shoe; the knee bends while the leg swings forward."""
    lag = torch.cos(beat + 0.35).clamp(min=0.0)
    thigh = (0.12 + 0.78 * torch.sin(beat)) * s.pace + 0.03 * (1.0 - s.pace)
    shin = thigh - (0.25 + 1.25 * lag * lag) * s.pace
    knee_x, knee_y = swing(0.0, hip_y, 0.2, thigh)
    foot_x, foot_y = swing(knee_x, knee_y, 0.215, shin)
    s.mould(capsule(s.x, s.y, knee_x, knee_y, foot_x, foot_y, 0.046, 0.034), skin)
    s.mould(capsule(s.x, s.y, 0.0, hip_y, knee_x, knee_y, 0.075, 0.056), trousers)
    toe_x, toe_y = swing(foot_x, foot_y, 0.075, shin + 1.35)
    s.fill(capsule(s.x, s.y, foot_x, foot_y - 0.01, toe_x, toe_y - 0.01, 0.036, 0.028), CREAM)


def _arm(s: Sprite, chest_x: float, chest_y: Tensor, beat: Tensor, skin: Tensor) -> None:
    """A bent arm swinging against its leg."""
    upper = (0.9 * s.pace + 0.06) * torch.sin(beat) - 0.25 * s.pace
    elbow_x, elbow_y = swing(chest_x, chest_y, 0.15, upper)
    hand_x, hand_y = swing(elbow_x, elbow_y, 0.14, upper + 0.15 + 1.35 * s.pace)
    arm = union(
        capsule(s.x, s.y, chest_x, chest_y, elbow_x, elbow_y, 0.046, 0.04),
        capsule(s.x, s.y, elbow_x, elbow_y, hand_x, hand_y, 0.04, 0.034),
    )
    s.mould(arm, skin)


def _spray(s: Sprite) -> None:
    """Snow thrown up behind the skis, in puffs that fly back and thin out."""
    alpha = torch.zeros_like(s.t)
    for puff in range(3):
        age = torch.remainder(s.t / 0.6 + puff / 3.0, 1.0)
        spread = 0.04 + 0.11 * age
        away = (s.x + 0.26 + 0.42 * age) ** 2 + (s.y - 0.04 - 0.3 * age * (1.0 - 0.6 * age)) ** 2
        alpha = alpha + 0.85 * (1.0 - age) * torch.exp(-away / spread**2)
    s.haze(s.touch * alpha.clamp(max=0.9), SNOW)
