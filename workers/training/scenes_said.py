"""Attribute sets to write captions for: mostly things doing what such things do."""

import random

from workers.training.worlds.ontology import FACTORS

_PEOPLE = (
    "none", "walking", "waving", "pointing", "clapping", "dancing", "drinking", "showing", "jumping",
    "turning", "rightward", "leftward",
)  # fmt: skip
_VEHICLE = ("none", "rightward", "leftward", "turning", "jumping")
PLAUSIBLE: dict[str, tuple[str, ...]] = {
    "none": ("none",),
    "crowd": _PEOPLE,
    "woman": _PEOPLE,
    "man": _PEOPLE,
    "couple": _PEOPLE,
    "car": _VEHICLE,
    "motorcycle": _VEHICLE,
    "ball": ("none", "rightward", "leftward", "bouncing", "rising", "jumping", "turning"),
    "bird": ("none", "rightward", "leftward", "rising", "turning", "jumping"),
    "skier": ("none", "rightward", "leftward", "jumping", "turning"),
    "runner": ("none", "rightward", "leftward", "jumping", "turning"),
    "rocket": ("none", "rising", "rising", "rightward", "leftward", "turning"),
    "boat": ("none", "rightward", "leftward", "turning", "bouncing"),
}


def sample(rng: random.Random) -> dict[str, str]:
    """A value for every factor, uniform except that nine of ten actions suit the subject."""
    attributes = {factor: rng.choice(values) for factor, values in FACTORS.items()}
    if rng.random() < 0.9 or attributes["subject"] == "none":
        attributes["action"] = rng.choice(PLAUSIBLE[attributes["subject"]])
    return attributes
