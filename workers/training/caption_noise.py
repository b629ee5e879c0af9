"""Captions as people misspell them: unknown words, typing errors, talk around the matter."""

import random
from functools import lru_cache

from workers.text import Spelled, spelled
from workers.training.english import lexicon
from workers.words import FUNCTION_WORDS, UNKNOWN, Words, tokens

_SYLLABLE_LIST = """
ba be bi bo bra ca ce chi co cra da de dra du el en er fa fe fi fro ga ge gra gu ha he hy in ish ja ka
ke la le li lo ma me mi mo na ne ni no ou pa pe pla po pre ra re ri ro sa se si so sta ste ta te tha ti
to tra tu un ur va ve vi wa we xi ya za zo ment tion ness ing ed er al ous ity ly est able
"""
_SYLLABLES = _SYLLABLE_LIST.split()


class Speller:
    """Turns captions into word ids, with the noise that makes the encoder read unknown words calmly."""

    def __init__(self, words: Words, rng: random.Random) -> None:
        self.words, self.rng = words, rng
        self._spelled = lru_cache(maxsize=8192)(lambda token: spelled(token, words)[0])

    def noisy(self, text: str, *, long: bool = False) -> list[Spelled]:
        """The words of `text`; half of the captions with noise, `long` ones amid much other talk."""
        found = [self._spelled(token) for token in tokens(text)]
        if self.rng.random() < 0.5:
            found = [noisy for word in found for noisy in self._disturbed(word)]
        if long:
            found = self._talk() + found + self._talk()
        return found

    def _disturbed(self, word: Spelled) -> list[Spelled]:
        word_id, spelling = word
        draw = self.rng.random()
        if draw < 0.05:
            return [(UNKNOWN, spelling)]
        if draw < 0.07 and len(spelling) > 5:
            return [(UNKNOWN, self._mistyped(spelling))]
        if draw < 0.12:
            return [(UNKNOWN, self._invented(spelling)), word]
        if draw < 0.15 and spelling in FUNCTION_WORDS:
            return []
        return [(word_id, spelling)]

    def _mistyped(self, spelling: str) -> str:
        at = self.rng.randrange(1, len(spelling) - 1)
        if self.rng.random() < 0.5:
            return spelling[:at] + spelling[at + 1 :]
        return spelling[:at] + spelling[at + 1] + spelling[at] + spelling[at + 2 :]

    def _invented(self, spelling: str) -> str:
        """A word that means nothing, half of the time beginning like a known one."""
        head = spelling[:3] if self.rng.random() < 0.5 else ""
        return head + "".join(self.rng.choices(_SYLLABLES, k=self.rng.choice((2, 2, 3))))

    def _talk(self) -> list[Spelled]:
        extras = lexicon()["around"]["extras"].trained
        chosen = self.rng.choices(extras, k=self.rng.randrange(0, 12))
        return [self._spelled(token) for extra in chosen for token in tokens(extra)]
