"""Princeton WordNet's dictionary files as a graph (format: `man 5WN wndb`, `man 5WN cntlist`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

Sense = tuple[str, str]  # part of speech (n, v, a) and the synset's offset in its file
FILES = {"n": "noun", "v": "verb", "a": "adj"}
PEOPLE = "n18"
# Marks in the gloss of words not to keep.
RUDE = ("offensive", "slur", "disparag", "derogatory", "vulgar", "obscen", "prostitut", "insult")
PARTS = {"1": "n", "2": "v", "3": "a", "5": "a"}
UPWARD = frozenset(("@", "@i", "&"))  # kind of, instance of, similar to


@dataclass(frozen=True)
class Synset:
    """A meaning: the lexicographer file it is in, its definition, its links by symbol."""

    file: str
    gloss: str
    links: tuple[tuple[str, Sense], ...]


@dataclass(frozen=True)
class WordNet:
    """Nouns, verbs and adjectives: senses per word, commonest first within a part of speech."""

    index: dict[str, list[Sense]]
    synsets: dict[Sense, Synset]
    counts: dict[tuple[str, Sense], int]

    @classmethod
    def load(cls, folder: Path) -> "WordNet":
        """Read index.*, data.* and cntlist.rev from `folder`."""
        index: dict[str, list[Sense]] = {}
        synsets: dict[Sense, Synset] = {}
        for part, name in FILES.items():
            for line in _lines(folder / f"index.{name}"):
                fields = line.split()
                offsets = fields[-int(fields[2]) :]
                index.setdefault(fields[0], []).extend((part, offset) for offset in offsets)
            for line in _lines(folder / f"data.{name}"):
                head, _, gloss = line.partition(" | ")
                fields = head.split()
                synsets[part, fields[0]] = _synset(part, fields, gloss)
        return cls(index, synsets, _counts(folder / "cntlist.rev", index))

    def words(self) -> Iterable[str]:
        """Every word, lower-case."""
        return self.index

    def senses(self, word: str) -> list[Sense]:
        """Nouns first, then verbs, then adjectives."""
        return self.index.get(word, [])

    def count(self, word: str, sense: Sense) -> int:
        """How often the word was met in this sense in WordNet's tagged texts."""
        return self.counts.get((word, sense), 0)

    def file(self, sense: Sense) -> str:
        """The lexicographer file, such as "n18" for people; every adjective is in "a00"."""
        return self.synsets[sense].file

    def is_rude(self, sense: Sense) -> bool:
        """Whether its gloss calls the word offensive."""
        return any(mark in self.synsets[sense].gloss for mark in RUDE)

    def links(self, sense: Sense) -> list[Sense]:
        """What the sense is a kind of, an instance of (people's names aside) or similar to."""
        return [
            other for symbol, other in self.synsets[sense].links if symbol in UPWARD and other in self.synsets
        ]


def _lines(path: Path) -> list[str]:
    """The file's lines without the licence, which is indented."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(" ")]


def _synset(part: str, fields: list[str], gloss: str) -> Synset:
    words = int(fields[3], 16)
    at = 4 + 2 * words
    pointers = fields[at + 1 : at + 1 + 4 * int(fields[at])]
    links = tuple(
        (pointers[i], ("a" if pointers[i + 2] == "s" else pointers[i + 2], pointers[i + 1]))
        for i in range(0, len(pointers), 4)
    )
    file = "a00" if part == "a" else f"{part}{fields[1]}"
    return Synset(file, gloss, tuple(link for link in links if not (link[0] == "@i" and file == PEOPLE)))


def _counts(path: Path, index: dict[str, list[Sense]]) -> dict[tuple[str, Sense], int]:
    """Counts per word and sense, from lines such as "car%1:06:00:: 1 89"."""
    counts: dict[tuple[str, Sense], int] = {}
    for line in _lines(path):
        key, number, count = line.split()
        word, _, rest = key.partition("%")
        part = PARTS.get(rest[0])
        senses = [sense for sense in index.get(word, []) if sense[0] == part]
        if int(number) <= len(senses):
            counts[word, senses[int(number) - 1]] = int(count)
    return counts
