"""Train the prompt encoder on captions alone, from scratch, and measure what it understands.

python -m workers.training.train_text [--steps 1500] [--seed 0] [--out workers/prompt_encoder.safetensors]
"""

import argparse
import itertools
import json
import random
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from workers.text import WEIGHTS, PromptEncoder, WordBatch, collate
from workers.training.caption_noise import Speller
from workers.training.captions import caption
from workers.training.english import inflect, lexicon, phrases
from workers.training.scenes_said import sample
from workers.training.worlds.ontology import FACTORS
from workers.words import VOCABULARY, Words, known_form, tokens

FREE_PROMPTS = Path(__file__).with_name("free_prompts.toml")
BATCH = 64
SMOOTHING = 0.05
PEAK_RATE = 2e-3
WARM_UP = 60  # steps
GROUP = 20  # batches made together, one more of them of long prompts

Said = dict[str, str]
OnProgress = Callable[[int, int, float], None]


def collect_words(seed: int) -> Words:
    """The words that captions train on, one form of each, with the senses of others."""
    table = lexicon()
    said = list(phrases({name: part for name, part in table.items() if name != "english"}))
    said += [inflect(verb, form) for verb in phrases(table["action"]) for form in ("s", "ing", "past")]
    rng = random.Random(seed)
    said += [caption(sample(rng), rng)[0] for _ in range(5000)]
    found = sorted({token for phrase in said for token in tokens(phrase)}, key=lambda word: (len(word), word))
    kept: dict[str, None] = {}
    for word in found:
        if known_form(word, kept) is None:
            kept[word] = None
    return Words(list(kept), Words.load().senses if VOCABULARY.exists() else {})


def labels(said: list[Said]) -> list[Tensor]:
    """Class per factor and prompt; the class after the last value is "unspecified"."""
    return [
        torch.tensor([values.index(one[factor]) if factor in one else len(values) for one in said])
        for factor, values in FACTORS.items()
    ]


def batches(words: Words, buckets: int, seed: int) -> Iterator[tuple[WordBatch, list[Tensor]]]:
    """Fresh captions without end, noisy, now and then long."""
    rng = random.Random(seed)
    speller = Speller(words, rng)
    while True:
        pairs = [caption(sample(rng), rng) for _ in range(BATCH * GROUP)] + [("", {})] * GROUP
        noisy = [(speller.noisy(text), said) for text, said in pairs]
        # Prompts of like length go together, or half of every batch would be padding.
        noisy.sort(key=lambda pair: len(pair[0]))
        sized = [noisy[at : at + BATCH] for at in range(0, len(noisy), BATCH)]
        sized.append([(speller.noisy(text, long=True), said) for text, said in rng.sample(pairs, BATCH // 6)])
        rng.shuffle(sized)
        for batch in sized:
            yield collate([prompt for prompt, _ in batch], buckets), labels([said for _, said in batch])


def error(logits: list[Tensor], wanted: list[Tensor]) -> Tensor:
    """Cross-entropy, summed over the factors."""
    pairs = zip(logits, wanted, strict=True)
    return torch.stack([F.cross_entropy(x.float(), y, label_smoothing=SMOOTHING) for x, y in pairs]).sum()


def train(
    out: Path, *, steps: int = 1500, seed: int = 0, on_progress: OnProgress | None = None
) -> dict[str, float]:
    """Train for `steps`, save to `out` and the words to `VOCABULARY`; the answer is `evaluate`'s.

    `on_progress` gets the step, the steps in all, and the loss, every 50 steps.
    """
    torch.manual_seed(seed)
    words = collect_words(seed)
    encoder = PromptEncoder(FACTORS, words)
    optimiser = torch.optim.AdamW(encoder.parameters(), PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / WARM_UP, 1.0) * (1.0 - step / steps)
    )
    stream = batches(words, encoder.config.buckets, seed + 1)
    for step, (batch, wanted) in enumerate(itertools.islice(stream, steps), 1):
        _, logits = encoder(batch)
        losses = [
            F.cross_entropy(x, y, label_smoothing=SMOOTHING) for x, y in zip(logits, wanted, strict=True)
        ]
        loss = torch.stack(losses).sum()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if on_progress and step % 50 == 0:
            on_progress(step, steps, loss.item())
    # Together and last: weights fit only the vocabulary they were trained with.
    vocabulary = json.dumps({"words": list(words.vocabulary)}, ensure_ascii=False, indent=0)
    VOCABULARY.write_text(vocabulary + "\n", encoding="utf-8")
    encoder.save(out)
    return evaluate(PromptEncoder.load(out, words), seed + 2)


def accuracy(encoder: PromptEncoder, pairs: list[tuple[str, Said]], *, said_only: bool) -> dict[str, float]:
    """Share of the prompts read correctly per factor; with `said_only`, where it was said at all."""
    wanted = labels([said for _, said in pairs])
    logits = [encoder.logits([text for text, _ in pairs[at : at + 100]]) for at in range(0, len(pairs), 100)]
    found: dict[str, float] = {}
    for place, (factor, values) in enumerate(FACTORS.items()):
        read = torch.cat([part[place] for part in logits]).argmax(-1)
        counted = wanted[place] < len(values) if said_only else torch.ones_like(read, dtype=torch.bool)
        found[factor] = float((read == wanted[place])[counted].float().mean())
    return found


def free_prompts() -> list[tuple[str, Said]]:
    """Hand-written prompts with what a reader expects them to say; the rest may be read freely."""
    table = tomllib.loads(FREE_PROMPTS.read_text(encoding="utf-8"))
    return [(entry.pop("prompt"), entry) for entry in table["prompts"]]


def evaluate(encoder: PromptEncoder, seed: int) -> dict[str, float]:
    """Accuracy on captions, on held-out words with and without the senses file, and on free prompts."""
    rng = random.Random(seed)
    known = [caption(sample(rng), rng) for _ in range(1500)]
    held = [caption(sample(rng), rng, holdout=True) for _ in range(1000)]
    bare = PromptEncoder(FACTORS, replace(encoder.words, senses={}), encoder.config).eval()
    bare.load_state_dict(encoder.state_dict())
    rows = {
        "captions": accuracy(encoder, known, said_only=False),
        "holdout": accuracy(encoder, held, said_only=True),
        "holdout without senses": accuracy(bare, held, said_only=True),
        "free prompts": accuracy(encoder, free_prompts(), said_only=True),
    }
    result = {f"{name}/{factor}": share for name, row in rows.items() for factor, share in row.items()}
    for name, row in rows.items():
        result[name] = sum(row.values()) / len(row)
    return result


def main() -> None:
    """Train and print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    began = time.monotonic()

    def report(step: int, steps: int, loss: float) -> None:
        print(f"{step}/{steps} loss {loss:.3f} {time.monotonic() - began:.0f} s", flush=True)

    for name, share in train(
        arguments.out, steps=arguments.steps, seed=arguments.seed, on_progress=report
    ).items():
        print(f"{name:40} {share:.4f}")


if __name__ == "__main__":
    main()
