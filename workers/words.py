"""English text as words a network knows: tokens, known forms, and the nearest known meaning.

Two data files say what is known: `vocabulary.json`, the words of the training captions,
and `word_senses.json`, other English words with the vocabulary word nearest in meaning.
"""

import json
import re
import unicodedata
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

HERE = Path(__file__).parent
VOCABULARY = HERE / "vocabulary.json"
SENSES = HERE / "word_senses.json"

LONGEST = 256  # words of a prompt that are read; the rest is ignored
START, UNKNOWN, FIRST_WORD = 0, 1, 2
_TOKEN = re.compile(r"\w+(?:'\w+)?")

# Words that carry grammar rather than meaning.
_FUNCTION_WORDS = """
a an the and or but nor so yet of in on at by to from for with without into onto over under above below
up down out off through across along around about between among against before behind during after near
next while as than then that this these those there here it its it's i i'm we us our you your he him his
she her hers they them their who which what when where why how is are am was were be been being has have
had do does did can could will would shall should may might must not no yes very too also just only some
any each every all both more most much many few less such own same other another one two three let lets
please make create generate show want like
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


def tokens(text: str) -> list[str]:
    """Lower-case words of `text` without accents, at most `LONGEST`; any bytes decoded to str will do."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'")).lower()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [found.group().removesuffix("'s") for found in _TOKEN.finditer(plain)][:LONGEST]


def stems(word: str) -> Iterator[str]:
    """What `word` may be a form of, likeliest first: plurals, -ing, -ed, -ly, -y."""
    for ending, replacements in (
        ("ies", ("y", "ie")),
        ("es", ("e", "")),
        ("s", ("",)),
        ("ing", ("", "e")),
        ("ied", ("y",)),
        ("ed", ("", "e")),
        ("ly", ("",)),
        ("y", ("", "e")),
    ):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3:
            continue
        for replacement in replacements:
            yield stem + replacement
        if ending in ("ing", "ed", "y") and stem[-1] == stem[-2]:
            yield stem[:-1]


def known_form(word: str, known: Collection[str]) -> str | None:
    """`word` itself or the form of it that is in `known`, None when there is none."""
    if word in known:
        return word
    return next((stem for stem in stems(word) if stem in known), None)


@lru_cache(maxsize=16384)
def hashed_ngrams(word: str, buckets: int) -> tuple[int, ...]:
    """Buckets of the word's 3- and 4-letter pieces, ends marked: like spellings share most of them."""
    marked = f"<{word}>"
    pieces = {marked[i : i + n] for n in (3, 4) for i in range(len(marked) - n + 1)} or {marked}
    # CRC-32 rather than hash(), which differs from one process to the next.
    return tuple(sorted(zlib.crc32(piece.encode("utf-8", "replace")) % buckets for piece in pieces))


@dataclass(frozen=True)
class Words:
    """The known words, in the order of their ids, and the senses of others."""

    vocabulary: Sequence[str]
    senses: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, vocabulary: Path = VOCABULARY, senses: Path = SENSES) -> "Words":
        """Read both data files; without the senses file, unknown words stay unknown."""
        known = json.loads(vocabulary.read_text(encoding="utf-8"))["words"]
        nearest = json.loads(senses.read_text(encoding="utf-8")) if senses.exists() else {}
        return cls(known, nearest)

    @cached_property
    def ids(self) -> dict[str, int]:
        """Word to id; the ids below `FIRST_WORD` are no words."""
        return {word: FIRST_WORD + place for place, word in enumerate(self.vocabulary)}

    @property
    def digest(self) -> str:
        """Tells vocabularies apart: weights only fit the one they were trained with."""
        return f"{zlib.crc32(chr(10).join(self.vocabulary).encode()):08x}"

    def meaning(self, word: str) -> str | None:
        """The vocabulary word to read `word` as, None when it is unknown."""
        known = known_form(word, self.ids)
        if known is None and (sense := known_form(word, self.senses)) is not None:
            known = self.senses[sense]
        return known

    def unknown(self, text: str) -> list[str]:
        """Content words of `text` without a known meaning, each once, in order."""
        words = dict.fromkeys(tokens(text))
        return [
            word
            for word in words
            if word not in FUNCTION_WORDS and not word.isdigit() and self.meaning(word) is None
        ]
