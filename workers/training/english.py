"""The lexicon as Python objects, and just enough English to inflect its verbs."""

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LEXICON = Path(__file__).with_name("lexicon.toml")
VOWELS = "aeiou"


@dataclass(frozen=True)
class Choices:
    """Ways to say one thing: those captions train on, and those held out to measure with."""

    trained: tuple[str, ...]
    held: tuple[str, ...]

    def pick(self, rng: random.Random, *, holdout: bool) -> str:
        """One of the held-out ways if asked for and there are any, else one of the trained ways."""
        return rng.choice(self.held if holdout and self.held else self.trained)


Lexicon = dict[str, dict[str, Any]]


@cache
def lexicon() -> Lexicon:
    """The lexicon's tables with every list of words split into trained and held-out."""
    table = tomllib.loads(LEXICON.read_text(encoding="utf-8"))
    english = table.pop("english")
    return {**{name: _parsed(section) for name, section in table.items()}, "english": english}


def _parsed(section: Any) -> Any:
    if isinstance(section, dict):
        return {key: _parsed(value) for key, value in section.items()}
    return Choices(
        trained=tuple(word for word in section if not word.startswith("~")),
        held=tuple(word[1:] for word in section if word.startswith("~")),
    )


def phrases(section: Any, *, held: bool = False) -> Iterator[str]:
    """Every trained (or held-out) phrase below a table of the lexicon, prepositions left out."""
    if isinstance(section, Choices):
        for phrase in section.held if held else section.trained:
            yield phrase.split("|")[-1]
    else:
        for part in section.values():
            yield from phrases(part, held=held)


def inflect(phrase: str, form: str) -> str:
    """`phrase` with its leading verb as "base", "s" (walks), "ing" or "past"."""
    verb, _, rest = phrase.partition(" ")
    if verb == "not" and form == "ing":
        return f"not {inflect(rest, 'ing')}"
    if verb == "be" and form == "ing":
        return rest
    return f"{_FORMS[form](verb)} {rest}".rstrip()


def with_article(noun: str) -> str:
    """`noun` after "a" or "an", by its first letter."""
    return f"{'an' if noun[:1].lower() in VOWELS else 'a'} {noun}"


def _third_person(verb: str) -> str:
    known: dict[str, str] = lexicon()["english"]["present"]
    if verb in known:
        return known[verb]
    if verb.endswith(("s", "sh", "ch", "x", "z")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in VOWELS:
        return verb[:-1] + "ies"
    return verb + "s"


def _participle(verb: str) -> str:
    if verb == "lie":
        return "lying"
    if verb in lexicon()["english"]["doubled"]:
        return f"{verb}{verb[-1]}ing"
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + "ing"


def _past(verb: str) -> str:
    known: dict[str, str] = lexicon()["english"]["past"]
    if verb in known:
        return known[verb]
    if verb in lexicon()["english"]["doubled"]:
        return f"{verb}{verb[-1]}ed"
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in VOWELS:
        return verb[:-1] + "ied"
    return verb + "ed"


_FORMS: dict[str, Callable[[str], str]] = {"base": str, "s": _third_person, "ing": _participle, "past": _past}
