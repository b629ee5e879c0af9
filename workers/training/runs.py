"""A training run on disk: a log of figures and a checkpoint that it resumes from, to the step."""

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn


class Run:
    """Folder of one run: `log.jsonl`, `checkpoint.pt`, sample sheets.

    Checkpoints are this machine's own and never shipped; what ships is safetensors.
    """

    def __init__(self, folder: Path, *, save_every_s: float = 60.0) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint = folder / "checkpoint.pt"
        self.save_every_s = save_every_s
        self._saved = time.monotonic()
        self._logged = 0.0

    def log(self, step: int, steps: int, *, every_s: float = 10.0, **figures: float) -> None:
        """Append figures to the log and show them, at most once in `every_s`."""
        if time.monotonic() - self._logged < every_s and step != steps:
            return
        self._logged = time.monotonic()
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(json.dumps({"step": step, "at": round(time.time(), 1), **figures}) + "\n")
        shown = "  ".join(f"{name} {value:.4g}" for name, value in figures.items())
        print(f"step {step}/{steps}  {shown}", flush=True)

    def save(self, state: dict[str, Any], rng: random.Random, *, force: bool = False) -> bool:
        """Write a checkpoint through a temporary name, at most once in `save_every_s` unless forced.

        Returns whether it was written.
        """
        if not force and time.monotonic() - self._saved < self.save_every_s:
            return False
        self._saved = time.monotonic()
        whole = {**state, "python_rng": rng.getstate(), "torch_rng": torch.get_rng_state()}
        temporary = self.checkpoint.with_suffix(".tmp")
        torch.save(whole, temporary)
        os.replace(temporary, self.checkpoint)
        return True

    def restore(self, rng: random.Random) -> dict[str, Any] | None:
        """The last checkpoint with the random state put back, or None on a first start."""
        if not self.checkpoint.exists():
            return None
        state: dict[str, Any] = torch.load(self.checkpoint, weights_only=False)
        rng.setstate(state.pop("python_rng"))
        torch.set_rng_state(state.pop("torch_rng"))
        return state


class Average:
    """Exponential moving average of a model's parameters, kept in fp32 (EMA)."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values = {name: value.detach().clone().float() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Move towards the model; slower as the run grows, so that early steps are forgotten."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in model.state_dict().items():
            self.values[name].lerp_(value.float(), 1 - decay)


def learning_rate(step: int, steps: int, *, warmup: int = 100, decay_share: float = 0.45) -> float:
    """Share of the full rate: linear warm-up, flat, linear decay over the last `decay_share`."""
    rising = min(1.0, (step + 1) / warmup)
    falling = min(1.0, (steps - step) / (steps * decay_share))
    return rising * max(falling, 0.01)
