"""Which scenes make up a field: what the attributes of a training clip are drawn from."""

import random

from workers.training.worlds.ontology import FACTORS, FIELDS

Attributes = dict[str, str]

OWN_SHARE = 0.6
COLOURS = FACTORS["colour"][1:]
GESTURES = ("waving", "pointing", "clapping", "drinking", "showing", "dancing", "dancing")
HOMES = {
    "skier": ("snowfield", "mountains"),
    "boat": ("sea", "sea", "beach"),
    "car": ("street", "desert", "city", "mountains", "meadow"),
    "motorcycle": ("street", "desert", "city", "forest"),
    "runner": ("street", "beach", "meadow", "forest", "city"),
    "rocket": ("desert", "sea", "mountains", "meadow"),
}
ACTIONS = {
    "car": ("rightward", "leftward", "jumping", "turning"),
    "motorcycle": ("rightward", "leftward", "jumping", "turning"),
    "ball": ("bouncing", "rightward", "leftward", "rising"),
    "bird": ("rightward", "leftward", "rising", "turning"),
    "skier": ("rightward", "leftward", "jumping"),
    "runner": ("rightward", "leftward", "jumping"),
    "rocket": ("rising", "rising", "rightward", "leftward"),
    "boat": ("rightward", "leftward", "bouncing", "turning"),
}


def attributes(field: str, rng: random.Random) -> Attributes:
    """Attributes of one scene of `field`: every factor of the ontology has a value."""
    return {"cinematic": _cinematic, "vertical-social": _social, "fast-action": _action}[field](rng)


def mixed(own: str, rng: random.Random) -> tuple[str, Attributes]:
    """A field and a scene for training backbone `own`: mostly its own field, the others as well."""
    others = [field for field in FIELDS if field != own]
    field = own if rng.random() < OWN_SHARE else rng.choice(others)
    return field, attributes(field, rng)


def _cinematic(rng: random.Random) -> Attributes:
    subject = rng.choices(("none", "crowd", "bird", "boat", "car", "woman", "man"), (12, 5, 1, 1, 1, 1, 1))[0]
    if subject in ("none", "crowd"):
        action = "none" if subject == "none" else "walking"
        colour = "none"
    else:
        action = "walking" if subject in ("woman", "man") else rng.choice(("rightward", "leftward"))
        colour = rng.choice(COLOURS)
    return {
        "subject": subject,
        "colour": colour,
        "place": rng.choice(("street", "city", "beach", "meadow")) if subject == "crowd" else _place(rng),
        "action": action,
        "camera": rng.choice([camera for camera in FACTORS["camera"] if camera != "tracking"]),
        "light": rng.choice(FACTORS["light"]),
        "weather": _weather(rng, 0.6),
    }


def _social(rng: random.Random) -> Attributes:
    return {
        "subject": rng.choices(("woman", "man", "couple", "crowd"), (9, 9, 3, 1))[0],
        "colour": rng.choice(COLOURS),
        "place": _place(rng)
        if rng.random() < 0.3
        else rng.choice(("room", "studio", "street", "beach", "city")),
        "action": rng.choice(GESTURES) if rng.random() < 0.85 else rng.choice(("walking", "jumping", "none")),
        "camera": "still"
        if rng.random() < 0.75
        else rng.choice(("push_in", "pull_out", "pan_left", "pan_right")),
        "light": "day" if rng.random() < 0.5 else rng.choice(FACTORS["light"]),
        "weather": _weather(rng, 0.85),
    }


def _action(rng: random.Random) -> Attributes:
    subject = rng.choice(tuple(ACTIONS))
    action = rng.choice(ACTIONS[subject])
    track = action in ("rightward", "leftward") and rng.random() < 0.35
    home = HOMES.get(subject)
    return {
        "subject": subject,
        "colour": rng.choice(COLOURS),
        "place": rng.choice(home) if home and rng.random() < 0.75 else _place(rng),
        "action": action,
        "camera": "tracking"
        if track
        else ("still" if rng.random() < 0.8 else rng.choice(("push_in", "pan_right"))),
        "light": "day" if rng.random() < 0.5 else rng.choice(FACTORS["light"]),
        "weather": _weather(rng, 0.85),
    }


def _place(rng: random.Random) -> str:
    return rng.choice(FACTORS["place"])


def _weather(rng: random.Random, clear: float) -> str:
    return "clear" if rng.random() < clear else rng.choice(FACTORS["weather"][1:])
