"""Build `workers/word_senses.json`: other English words, each with the nearest word captions train on.

Reads Princeton WordNet's dictionary files (Debian: `apt-get install wordnet-base`). From a
word's usual senses it walks kind-of and similar-to links to the nearest
sense of a lexicon word. Held-out words are never targets, so measuring on them stays honest.

    python -m workers.training.build_senses [dictionary folder]
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from workers.training.english import lexicon, phrases
from workers.training.wordnet import Sense, WordNet
from workers.words import FUNCTION_WORDS, SENSES, VOCABULARY, Words, known_form

# Links to walk at most; "similar to" leads astray sooner than "a kind of".
DEEPEST = {"n": 5, "v": 3, "a": 1}
# Verbs too general to stand for the action they appear under.
_VAGUE = "be do go have make move pass travel cross keep stay wait rest stand enjoy look turn give tear shoot"
VAGUE = frozenset(_VAGUE.split())
THING, PERSON, ANIMAL = {"n06"}, {"n03", "n18", "n14"}, {"n05"}
# WordNet's lexicographer files (n18: people, v38: motion, ...) in which a factor's words mean what we mean.
SUBJECT_FILES = {
    "crowd": PERSON, "woman": PERSON, "man": PERSON, "person": PERSON, "couple": PERSON, "skier": PERSON,
    "runner": PERSON, "bird": ANIMAL, "car": THING, "motorcycle": THING, "ball": THING, "rocket": THING,
    "boat": THING,
}  # fmt: skip
FACTOR_FILES = {
    "colour": {"n07", "a00"},
    "place": {"n06", "n15", "n17"},
    "action": {"v29", "v32", "v34", "v35", "v36", "v38"},
    "light": {"n28", "n19", "n26"},
    "weather": {"n19", "n27", "n26", "a00"},
}
ANYONE = frozenset(phrases(lexicon()["subject"]["person"]))
FEMALE, MALE = {"woman", "female", "girl", "wife"}, {"man", "male", "boy", "husband"}
RANK = {"n": 0, "a": 1, "v": 2}


def lexicon_words() -> Iterator[tuple[str, set[str]]]:
    """Single trained words of the lexicon with the lexicographer files they belong to."""
    table = lexicon()
    for subject, files in SUBJECT_FILES.items():
        yield from ((word, files) for word in phrases(table["subject"][subject]))
    for factor, files in FACTOR_FILES.items():
        for phrase in phrases(table[factor]):
            article, _, rest = phrase.partition(" ")
            yield (rest if article in ("a", "an", "the") else phrase), files


def targets(net: WordNet, known: set[str]) -> dict[Sense, str]:
    """The sense each lexicon word is used in, and that word; the first word to claim a sense keeps it."""
    found: dict[Sense, str] = {}
    for phrase, files in lexicon_words():
        word = phrase.lower()
        if " " in word or "-" in word or word in VAGUE or known_form(word, known) is None:
            continue
        for file in sorted(files):
            senses = (s for s in net.senses(word) if net.file(s) == file)
            sense = next((s for s in senses if files != FACTOR_FILES["colour"] or is_colour(net, s)), None)
            if sense is not None:
                found.setdefault(sense, known_form(word, known) or word)
    return found


def is_colour(net: WordNet, sense: Sense) -> bool:
    """Whether the sense is a colour's name, not a mint's or a rose's."""
    roots = {root for word in ("color", "chromatic", "achromatic") for root in net.senses(word)}
    frontier = [sense]
    for _ in range(3):
        frontier = [other for s in frontier for other in net.links(s)]
        if roots & set(frontier):
            return True
    return False


def usual_senses(net: WordNet, word: str) -> list[Sense]:
    """Its commonest sense, the second where nearly as common, and any rarer one that is a colour.

    A prompt that says "coral" or "mustard" hardly ever means the animal or the condiment.
    """
    senses = sorted(net.senses(word), key=lambda sense: (-net.count(word, sense), RANK[sense[0]]))
    usual, rarer = senses[:1], senses[1:]
    if rarer and net.count(word, rarer[0]) * 3 >= net.count(word, usual[0]):
        usual.append(rarer.pop(0))
    coloured = (s for s in rarer[:4] if net.file(s) in FACTOR_FILES["colour"] and is_colour(net, s))
    return usual + list(coloured)


def gendered(net: WordNet, sense: Sense, known: str) -> str:
    """`known`, or "woman" or "man" where it names just anyone and the sense's gloss says which."""
    if known in ANYONE and net.file(sense) == "n18":
        words = set(net.synsets[sense].gloss.replace(";", " ").replace(",", " ").split())
        if bool(words & FEMALE) != bool(words & MALE):
            return "woman" if words & FEMALE else "man"
    return known


def nearest(net: WordNet, sense: Sense, goals: dict[Sense, str]) -> tuple[int, str] | None:
    """Distance to the nearest goal and its word, None when all are further than `DEEPEST`."""
    frontier, seen = [sense], {sense}
    for depth in range(DEEPEST[sense[0]] + 1):
        reached = next((goals[s] for s in frontier if s in goals), None)
        if reached is not None:
            return depth, reached
        links = [other for s in frontier for other in net.links(s)]
        frontier = [other for other in dict.fromkeys(links) if other not in seen]
        seen.update(frontier)
    return None


def is_wanted(net: WordNet, word: str) -> bool:
    """Single words with a meaning of their own and no offensive one."""
    plain = word.isalpha() and len(word) > 2 and word not in FUNCTION_WORDS
    return plain and not any(map(net.is_rude, net.senses(word)))


def build(net: WordNet, words: Words) -> dict[str, str]:
    """Every single English word outside the vocabulary that has a neighbour in it."""
    goals = targets(net, set(words.vocabulary))
    found: dict[str, str] = {}
    for word in sorted(net.words()):
        if not is_wanted(net, word) or known_form(word, words.ids):
            continue
        routes = [
            (depth + rank, gendered(net, sense, goal))
            for rank, sense in enumerate(usual_senses(net, word))
            if (route := nearest(net, sense, goals)) is not None
            for depth, goal in [route]
        ]
        if routes:
            found[word] = min(routes)[1]
    return {word: known for word, known in found.items() if known_form(word, found.keys() - {word}) is None}


def main() -> None:
    """Write the file next to the vocabulary that it refers to."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/wordnet")
    senses = build(WordNet.load(folder), Words.load(VOCABULARY, senses=Path("none")))
    SENSES.write_text(
        json.dumps(senses, separators=(",", ":")).replace('","', '",\n"') + "\n", encoding="utf-8"
    )
    print(f"{len(senses)} words, {SENSES.stat().st_size // 1024} KB in {SENSES}")


if __name__ == "__main__":
    main()
