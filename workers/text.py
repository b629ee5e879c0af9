"""Prompt to conditioning: what a prompt says about each factor of a scene, as one vector per factor.

Small enough to be trained from captions alone, in minutes: word embeddings with hashed
character n-grams (fastText, Bojanowski et al., arXiv 1607.04606), two transformer layers with
relative positions, then one learned query per factor that attends to the words.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from workers.words import FIRST_WORD, START, UNKNOWN, Words, hashed_ngrams, tokens

HERE = Path(__file__).parent
WEIGHTS = HERE / "prompt_encoder.safetensors"

Factors = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Conditioning:
    """What the transformers attend to: `slots` [batch, factors, width], unit RMS per vector."""

    slots: Tensor


@dataclass(frozen=True)
class Reading:
    """What was understood of one factor: `value` (None: the prompt leaves it open), `confidence` 0 to 1."""

    value: str | None
    confidence: float


@dataclass(frozen=True)
class TextConfig:
    """Sizes of the encoder."""

    width: int = 192
    heads: int = 4
    layers: int = 2
    buckets: int = 2048  # of hashed n-grams
    reach: int = 16  # words further apart than this count as this far


@dataclass(frozen=True)
class WordBatch:
    """Prompts as ids: each distinct word once, and where it stands.

    `ids` [n] and `pieces` (n-gram buckets, flat, word i beginning at `starts[i]`) describe
    the distinct words; `index` [batch, words] points at them and `mask` is False at padding.
    """

    ids: Tensor
    pieces: Tensor
    starts: Tensor
    index: Tensor
    mask: Tensor


# A word as the network takes it: its id, and the spelling its n-grams are made of.
Spelled = tuple[int, str]


def spelled(prompt: str, words: Words) -> list[Spelled]:
    """The words of `prompt`; one of unknown spelling but known meaning is read as what it means."""
    found: list[Spelled] = []
    for token in tokens(prompt):
        known = words.meaning(token)
        if known is None:
            found.append((UNKNOWN, token))
        else:
            # Its own spelling where it is only another form: "walking" against "walked".
            found.append((words.ids[known], token if token[:3] == known[:3] else known))
    return found


def collate(prompts: Sequence[Sequence[Spelled]], buckets: int) -> WordBatch:
    """Prompts as one padded batch; each begins with a start mark, so that none is empty."""
    start: Spelled = (START, "")
    place: dict[Spelled, int] = {start: 0}
    rows = [[place.setdefault(word, len(place)) for word in (start, *prompt)] for prompt in prompts]
    longest = max(map(len, rows))
    pieces = [hashed_ngrams(spelling, buckets) for _, spelling in place]
    ends = torch.tensor([len(piece) for piece in pieces]).cumsum(0)
    return WordBatch(
        ids=torch.tensor([word_id for word_id, _ in place]),
        pieces=torch.tensor([bucket for piece in pieces for bucket in piece]),
        starts=torch.cat([torch.zeros(1, dtype=torch.long), ends[:-1]]),
        index=torch.tensor([row + [0] * (longest - len(row)) for row in rows]),
        mask=torch.tensor([[place < len(row) for place in range(longest)] for row in rows]),
    )


class Layer(nn.Module):
    """Pre-norm transformer layer with a learned bias per distance between words (T5's, one to one)."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        width = config.width
        self.heads, self.reach = config.heads, config.reach
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.distance = nn.Parameter(torch.zeros(2 * config.reach + 1, config.heads))
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`x` [batch, words, width]; `mask` [batch, words] is False at padding."""
        batch, length, width = x.shape
        q, k, v = self.qkv(self.norm(x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        steps = torch.arange(length, device=x.device)
        apart = (steps[:, None] - steps[None, :]).clamp(-self.reach, self.reach) + self.reach
        bias = self.distance[apart].permute(2, 0, 1)[None]
        bias = bias.masked_fill(~mask[:, None, None, :], float("-inf"))
        attended: Tensor = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, width))
        result: Tensor = x + self.mlp(x)
        return result


class FactorQueries(nn.Module):
    """One learned query per factor, attending to the words: [batch, words, width] to unit-RMS slots."""

    def __init__(self, factors: int, config: TextConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norm = nn.LayerNorm(width)
        self.query = nn.Parameter(torch.randn(factors, width))
        self.kv = nn.Linear(width, 2 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Slots [batch, factors, width]."""
        batch, length, width = x.shape
        k, v = self.kv(self.norm(x)).view(batch, length, 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        q = self.query.view(-1, self.heads, width // self.heads).transpose(0, 1).expand(batch, -1, -1, -1)
        found = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        slots = self.query + self.out(found.transpose(1, 2).reshape(batch, -1, width))
        return F.rms_norm(slots + self.mlp(slots), (width,))


class PromptEncoder(nn.Module):
    """Reads English prompts into slots. `factors` maps each factor's name to its values, in order."""

    def __init__(self, factors: Factors, words: Words, config: TextConfig | None = None) -> None:
        super().__init__()
        self.factors = {name: tuple(values) for name, values in factors.items()}
        self.words = words
        self.config = config = config or TextConfig()
        self.word = nn.Embedding(FIRST_WORD + len(words.vocabulary), config.width)
        self.ngram = nn.EmbeddingBag(config.buckets, config.width, mode="mean")
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.queries = FactorQueries(len(self.factors), config)
        # The last answer of every head is "unspecified".
        self.heads = nn.ModuleList(nn.Linear(config.width, len(v) + 1) for v in self.factors.values())
        for table in (self.word, self.ngram):
            nn.init.normal_(table.weight, std=0.5)

    def forward(self, batch: WordBatch) -> tuple[Tensor, list[Tensor]]:
        """Slots [batch, factors, width], and logits [batch, values + 1] per factor."""
        table = self.word(batch.ids) + self.ngram(batch.pieces, batch.starts)
        x = table[batch.index]
        for layer in self.layers:
            x = layer(x, batch.mask)
        slots = self.queries(x, batch.mask)
        return slots, [head(slots[:, place]) for place, head in enumerate(self.heads)]

    @torch.no_grad()
    def _run(self, prompts: Sequence[str]) -> tuple[Tensor, list[Tensor]]:
        batch = collate([spelled(prompt, self.words) for prompt in prompts], self.config.buckets)
        device = self.word.weight.device
        moved = {name: value.to(device) for name, value in vars(batch).items()}
        slots, logits = self(WordBatch(**moved))
        return slots, logits

    def encode(self, prompts: list[str]) -> Conditioning:
        """Slots for `prompts` (not empty), without gradients. An empty prompt leaves everything open."""
        return Conditioning(self._run(prompts)[0])

    def logits(self, prompts: Sequence[str]) -> list[Tensor]:
        """Logits [batch, values + 1] per factor, without gradients; the last is "unspecified"."""
        return self._run(prompts)[1]

    def readings(self, prompt: str) -> dict[str, Reading]:
        """What the prompt was understood to say per factor, with the confidence in it."""
        found = {}
        for (factor, values), logits in zip(self.factors.items(), self.logits([prompt]), strict=True):
            confidence, answer = logits[0].softmax(-1).max(-1)
            value = values[int(answer)] if int(answer) < len(values) else None
            found[factor] = Reading(value, float(confidence))
        return found

    def read(self, prompt: str) -> dict[str, str | None]:
        """The value understood per factor, None where the prompt leaves it open."""
        return {factor: reading.value for factor, reading in self.readings(prompt).items()}

    def unknown_words(self, prompt: str) -> list[str]:
        """Content words of the prompt that carry no known meaning, in order."""
        return self.words.unknown(prompt)

    def save(self, path: Path) -> None:
        """Write the weights in bfloat16, with sizes, factors and the vocabulary's digest as metadata."""
        metadata = {
            "config": json.dumps(asdict(self.config)),
            "factors": json.dumps(self.factors),
            "vocabulary": self.words.digest,
        }
        tensors = {name: value.to(torch.bfloat16).contiguous() for name, value in self.state_dict().items()}
        save_file(tensors, path, metadata)

    @classmethod
    def load(cls, path: Path = WEIGHTS, words: Words | None = None) -> "PromptEncoder":
        """Read an encoder saved by `save`, in float32 and ready to run.

        ValueError when the weights were trained with another vocabulary than `words`
        (by default the one beside this file).
        """
        words = words or Words.load()
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        if metadata["vocabulary"] != words.digest:
            raise ValueError(f"{path} needs vocabulary {metadata['vocabulary']}, not {words.digest}")
        encoder = cls(json.loads(metadata["factors"]), words, TextConfig(**json.loads(metadata["config"])))
        encoder.load_state_dict(tensors)
        return encoder.eval().requires_grad_(False)
