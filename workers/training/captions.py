"""What people would type to get a scene: attributes in, an English prompt out.

The words are data (`lexicon.toml`); this file is the grammar around them. Conventions:
motion without a named direction is left to right, and a person of unnamed gender is
either a woman or a man.
"""

import random
from dataclasses import dataclass

from workers.training.english import Choices, inflect, lexicon, with_article

WEARERS = frozenset({"woman", "man", "couple", "crowd", "runner", "skier"})
# Which list of verbs a subject takes where an action has several.
KINDS = {
    "car": "wheels", "motorcycle": "wheels", "ball": "ball", "bird": "bird", "skier": "snow",
    "runner": "foot", "rocket": "rocket", "boat": "boat", "woman": "person", "man": "person",
    "couple": "person", "crowd": "person", "none": "any",
}  # fmt: skip
SIDES = ("rightward", "leftward")
# "A snowy field" is the place, not the weather.
SNOWY_PLACES = frozenset({"mountains", "meadow", "snowfield"})


@dataclass
class Pen:
    """Draws words from the lexicon: held-out ones where there are any if `holdout`."""

    rng: random.Random
    holdout: bool

    def chance(self, share: float) -> bool:
        """True in `share` of the calls."""
        return self.rng.random() < share

    def word(self, *path: str) -> str:
        """A phrase from the list at `path`, prepositions kept as "preps|words"."""
        table: object = lexicon()
        for key in path:
            assert isinstance(table, dict)
            table = table[key]
        assert isinstance(table, Choices)
        return table.pick(self.rng, holdout=self.holdout)

    def placed(self, phrase: str) -> str:
        """A "preps|words" phrase with one of its prepositions."""
        prepositions, _, words = phrase.rpartition("|")
        return f"{self.rng.choice(prepositions.split(','))} {words}".strip()


def caption(
    attributes: dict[str, str], rng: random.Random, *, holdout: bool = False
) -> tuple[str, dict[str, str]]:
    """An English prompt for a scene and the part of `attributes` that it mentions.

    Subject, place and action are always said unless "none"; of the rest some are left out,
    and are then missing from the answer. With `holdout`, every factor is said in words
    that captions never use otherwise, where the lexicon has such words.
    """
    said = _mentioned(attributes, rng)
    pen = Pen(rng, holdout)
    form = rng.choices((_tags, _sentence, _shot, _listed), weights=(20, 35, 25, 20))[0]
    text = " ".join(form(pen, dict(said)).split())
    text = text.replace(" ,", ",").replace(" .", ".")
    return (text[:1].upper() + text[1:] if pen.chance(0.6) else text), said


def _mentioned(attributes: dict[str, str], rng: random.Random) -> dict[str, str]:
    """Which of the attributes to say."""
    nobody = attributes.get("subject", "none") == "none"
    said = {}
    shares = {"camera": 0.8, "light": 0.8, "weather": 0.9, "colour": 0.0 if nobody else 0.85}
    for factor, value in attributes.items():
        share = shares.get(factor, 1.0)
        if value == "none":
            share = {"subject": 0.35, "action": 0.0 if nobody else 0.3}.get(factor, 0.0)
        elif value in ("still", "day", "clear"):
            share *= 0.5
        if rng.random() < share:
            said[factor] = value
    return said


def _subject(pen: Pen, said: dict[str, str]) -> tuple[str, bool]:
    """The subject with its colour, and whether it is plural. "something" where there is none."""
    subject = said.get("subject", "none")
    if subject == "none":
        return "something", False
    anyone = subject in ("woman", "man") and not pen.holdout and pen.chance(0.14)
    source = "person" if anyone else subject
    return _described(pen, pen.word("subject", source), subject, said)


def _described(pen: Pen, noun: str, subject: str, said: dict[str, str]) -> tuple[str, bool]:
    english = lexicon()["english"]
    plural, bare = noun in english["plural"], noun in english["bare"]
    before = [pen.word("around", "adjectives")] if pen.chance(0.2) and not bare else []
    after = ""
    if "colour" in said:
        shade = [pen.word("around", "shades")] if pen.chance(0.2) else []
        colour = " ".join([*shade, pen.word("colour", said.pop("colour"))])
        if subject in WEARERS:
            after = _clothes(pen, colour, several=plural or subject in ("couple", "crowd"))
        elif pen.chance(0.88):
            before.append(colour)
        else:
            after = pen.rng.choice(("in {}", "painted {}", "that is {}", "coloured {}")).format(colour)
    name = " ".join([*before, noun])
    if not bare and (not plural or pen.chance(0.1)):
        name = f"the {name}" if pen.chance(0.2) else name if plural else with_article(name)
    return f"{name} {after}".strip(), plural


def _clothes(pen: Pen, colour: str, *, several: bool) -> str:
    if pen.chance(0.2):
        return f"{pen.rng.choice(('in', 'dressed in', 'wearing', 'all in'))} {colour}"
    garment = pen.word("around", "clothes")
    many = inflect(garment, "s") if garment.endswith("ss") or garment[-1] != "s" else garment
    worn = f"{colour} {many}" if several else with_article(f"{colour} {garment}")
    return f"{pen.word('around', 'wearing')} {'matching ' if several and pen.chance(0.3) else ''}{worn}"


def _action(pen: Pen, said: dict[str, str]) -> tuple[str, str]:
    """The verb phrase in its base form, and the path taken ("" if none is)."""
    action = said["action"]
    kind = KINDS[said.get("subject", "none")]
    table = lexicon()["action"]["moving" if action in SIDES else action]
    name = kind if kind in table and not (action not in ("none", *SIDES) and pen.chance(0.6)) else "any"
    if action in SIDES and pen.chance(0.1):
        name = "any"
    verb = pen.word("action", "moving" if action in SIDES else action, name if name in table else "any")
    if action not in SIDES:
        adverb = pen.word("around", "slowness") if pen.chance(0.1) else ""
        return verb, adverb
    unnamed = action == "rightward" and not pen.holdout and pen.chance(0.35)
    return verb, pen.word("action", "paths", "unnamed") if unnamed else pen.word("action", "paths", action)


def _place(pen: Pen, said: dict[str, str], *, bare: bool = False) -> str:
    """Where it happens; light or weather may come as its adjective ("a foggy forest")."""
    if "place" not in said:
        return ""
    phrase = pen.word("place", said["place"])
    prepositions, _, words = phrase.rpartition("|")
    article, _, rest = words.partition(" ")
    if article in ("a", "an", "the") and (adjective := _epithet(pen, said)):
        words = f"the {adjective} {rest}" if article == "the" else with_article(f"{adjective} {rest}")
    if bare:
        return words.removeprefix("a ").removeprefix("the ") if pen.chance(0.6) else words
    return pen.placed(f"{prepositions}|{words}")


def _epithet(pen: Pen, said: dict[str, str]) -> str:
    if said.get("subject") == "none" and pen.chance(0.6):
        del said["subject"]
        return pen.word("subject", "none")
    if not pen.holdout and pen.chance(0.2):
        factor = pen.rng.choice([f for f in ("light", "weather") if f in said] or [""])
        if factor and not (said[factor] == "snow" and said["place"] in SNOWY_PLACES):
            return pen.word(factor, said.pop(factor), "adjectives")
    return pen.word("around", "scenery") if pen.chance(0.2) else ""


def _surroundings(pen: Pen, said: dict[str, str], kind: str) -> list[str]:
    """Light and weather still unsaid, as "words", "tags" or "clauses"."""
    found = []
    for factor in pen.rng.sample(("light", "weather"), 2):
        if factor in said:
            # Only the words hold words out.
            source = "words" if pen.holdout else kind
            phrase = pen.word(factor, said.pop(factor), source)
            found.append(pen.placed(phrase) if kind == "words" else phrase.split("|")[-1])
    if said.get("subject") == "none":
        found.append(pen.word("subject", "nobody"))
    return found


def _camera(pen: Pen, said: dict[str, str], *, noun: bool) -> str:
    """The camera's move as a noun phrase or as a clause, "" if unsaid."""
    if "camera" not in said:
        return ""
    move = said.pop("camera")
    if noun:
        slow = pen.word("around", "slow") + " " if pen.chance(0.4) else ""
        return slow + pen.word("camera", move, "nouns")
    form = pen.rng.choice(("s", "s", "ing", "past"))
    adverb = " " + pen.word("around", "slowness") if pen.chance(0.35) else ""
    who = "camera" if form == "ing" and pen.chance(0.7) else "the camera"
    return f"{who} {inflect(pen.word('camera', move, 'verbs'), form)}{adverb}"


def _core(pen: Pen, said: dict[str, str], form: str) -> str:
    """Subject, action and place: "a red car drives to the left across the dunes"."""
    if said.get("subject", "none") == "none" and "action" not in said:
        opening = "there is " if form in ("s", "past") and pen.chance(0.5) else ""
        return f"{opening}{_place(pen, said, bare=True)}"
    runs = said.get("subject") == "runner" and said.get("action") in SIDES and pen.chance(0.25)
    if runs:
        noun = pen.word("subject", pen.rng.choice(("woman", "man", "person")))
        subject, plural = _described(pen, noun, "runner", said)
    else:
        subject, plural = _subject(pen, said)
    place = _place(pen, said)
    if "action" not in said:
        return f"{subject} {place}"
    verb, path = _action(pen, said)
    if runs:
        verb = pen.rng.choice(("run", "sprint", "jog"))
    phrase = inflect(verb, "base" if plural and form == "s" else form)
    if form == "ing" and pen.chance(0.2):
        phrase = ("are " if plural else "is ") + phrase
    parts = [path, place] if pen.chance(0.5) else [place, path]
    return " ".join([subject, phrase, *parts])


def _sentence(pen: Pen, said: dict[str, str]) -> str:
    core = _core(pen, said, pen.rng.choice(("s", "s", "ing", "past")))
    around = _surroundings(pen, said, "clauses" if pen.chance(0.25) else "words")
    camera = _camera(pen, said, noun=pen.chance(0.3))
    lead: list[str] = []
    trail: list[str] = []
    for phrase in around:
        (lead if pen.chance(0.3) else trail).append(phrase)
    text = ", ".join([*lead, " ".join([core, *trail]) if pen.chance(0.6) else ", ".join([core, *trail])])
    if camera:
        text = pen.rng.choice(
            (f"{camera}, {text}", f"{camera}: {text}", f"{text}, {camera}", f"{text}. {camera}",
             f"{text} as {camera}", f"{text} while {camera}", f"{camera} as {text}")
        )  # fmt: skip
    return _extended(pen, text)


def _shot(pen: Pen, said: dict[str, str]) -> str:
    lead = _camera(pen, said, noun=True) if pen.chance(0.6) else ""
    if not lead or pen.chance(0.2):
        look = pen.word("around", "looks") + " " if pen.chance(0.5) else ""
        opening = f"{pen.word('around', 'opens')} {look}{pen.word('around', 'shots')}"
        lead = f"{lead}, {look}shot" if lead else opening
    link = pen.rng.choice(("of", "of", "over", "on", "with", "showing", "as", "towards", "following", ":"))
    if said.get("camera") or link == "following":
        link = "of"
    core = _core(pen, said, pen.rng.choice(("ing", "ing", "s")))
    around = _surroundings(pen, said, "words" if pen.chance(0.7) else "tags")
    tail = [_camera(pen, said, noun=pen.chance(0.5))]
    parts = [f"{lead} {link} {core}", *around, *tail]
    return _extended(pen, ", ".join(part for part in parts if part))


def _listed(pen: Pen, said: dict[str, str]) -> str:
    core = _core(pen, said, "ing")
    parts = _surroundings(pen, said, "tags" if pen.chance(0.6) else "words")
    parts.append(_camera(pen, said, noun=pen.chance(0.8)))
    if pen.chance(0.5):
        parts.append(pen.word("around", "tags"))
    pen.rng.shuffle(parts)
    return ", ".join(part for part in ([*parts, core] if pen.chance(0.15) else [core, *parts]) if part)


def _tags(pen: Pen, said: dict[str, str]) -> str:
    parts = []
    if said.get("subject", "none") != "none":
        subject = _subject(pen, said)[0]
        parts.append(subject.removeprefix("a ").removeprefix("an ").removeprefix("the "))
    if "action" in said:
        verb, path = _action(pen, said)
        parts.append(f"{inflect(verb, pen.rng.choice(('ing', 'ing', 'base')))} {path}")
    parts.append(_place(pen, said, bare=True))
    parts += _surroundings(pen, said, "tags")
    parts.append(_camera(pen, said, noun=pen.chance(0.9)))
    parts += [pen.word("around", "tags") for _ in range(pen.rng.choice((0, 0, 1, 2)))]
    if pen.chance(0.5):
        head, *rest = parts
        pen.rng.shuffle(rest)
        parts = [head, *rest]
    return pen.rng.choice((", ", ", ", " ")).join(part.strip() for part in parts if part)


def _extended(pen: Pen, text: str) -> str:
    """`text` with now and then something around it that says nothing about the factors."""
    if pen.chance(0.25):
        text = f"{text}{pen.rng.choice((', ', '. '))}{pen.word('around', 'extras')}"
    if pen.chance(0.15):
        text = f"{text}, {pen.word('around', 'tags')}"
    return text + ("." if pen.chance(0.6) else "")
