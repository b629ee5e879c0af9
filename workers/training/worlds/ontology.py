"""What a scene can be said to contain: one closed list of values per factor.

Shared by the renderers (what is drawn), the captions (what is said), the prompt
encoder (what is understood) and the evaluation probe (what is seen).
"""

FACTORS: dict[str, tuple[str, ...]] = {
    "subject": (
        "none",
        "crowd",
        "woman",
        "man",
        "couple",
        "car",
        "motorcycle",
        "ball",
        "bird",
        "skier",
        "runner",
        "rocket",
        "boat",
    ),
    # Of the clothes for a person, of the body for a thing.
    "colour": (
        "none",
        "red",
        "orange",
        "yellow",
        "green",
        "blue",
        "purple",
        "pink",
        "white",
        "black",
        "brown",
    ),
    "place": (
        "mountains",
        "sea",
        "city",
        "desert",
        "forest",
        "meadow",
        "room",
        "studio",
        "street",
        "beach",
        "snowfield",
    ),
    "action": (
        "none",
        "rightward",  # crosses or travels from left to right
        "leftward",
        "jumping",
        "bouncing",
        "rising",
        "turning",
        "walking",
        "waving",
        "pointing",
        "clapping",
        "dancing",
        "drinking",
        "showing",  # holds a product up to the camera
    ),
    "camera": (
        "still",
        "push_in",
        "pull_out",
        "pan_left",
        "pan_right",
        "tilt_up",
        "tilt_down",
        "crane_up",
        "tracking",
    ),
    "light": ("day", "golden_hour", "dawn", "dusk", "night", "storm"),
    "weather": ("clear", "rain", "snow", "fog"),
}

FIELDS: tuple[str, ...] = ("cinematic", "vertical-social", "fast-action")


def index(factor: str, value: str) -> int:
    """Position of `value` in its factor's list; ValueError names both when there is none."""
    try:
        return FACTORS[factor].index(value)
    except ValueError:
        raise ValueError(f"{value!r} is no {factor}; known: {', '.join(FACTORS[factor])}") from None
