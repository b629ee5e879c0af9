"""Train one backbone: `python -m workers.training.train cinematic` (or `triptych train cinematic`).

Resumes from the run's checkpoint, to the step. Every ten minutes and at the end it writes the
averaged weights into the backbone's folder.
"""

import argparse
import random
import time
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import nn

from app.catalogue import catalogue
from app.contract import AspectRatio
from workers.autoencoder import Autoencoder
from workers.text import PromptEncoder
from workers.training.flow import Objective, loss_of
from workers.training.pool import Format, Pool
from workers.training.runs import Average, Run, learning_rate
from workers.transformer import VideoTransformer

BACKBONES = Path(__file__).parents[1] / "backbones"
EXPORT_EVERY_S = 600.0


def folder_of(backbone: str) -> Path:
    """Where a backbone's recipe and weights live."""
    return BACKBONES / backbone.replace("-", "_")


def transformer_class(backbone: str) -> type[VideoTransformer]:
    """The network of a house backbone; ValueError names the known ones."""
    if backbone not in catalogue():
        raise ValueError(f"no backbone {backbone!r}; known: {', '.join(catalogue())}")
    return import_module(catalogue()[backbone].loader).Transformer


def read_recipe(backbone: str) -> dict[str, Any]:
    """The backbone's `recipe.toml`."""
    return tomllib.loads((folder_of(backbone) / "recipe.toml").read_text())


def make_optimizers(model: nn.Module, recipe: dict[str, Any]) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for everything else."""
    hidden = [
        p
        for name, p in model.named_parameters()
        if name.startswith("blocks.") and p.ndim == 2 and min(p.shape) > 6
    ]
    chosen = {id(p) for p in hidden}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    return [
        torch.optim.Muon(hidden, lr=recipe["muon_rate"], weight_decay=0.01),
        torch.optim.AdamW(rest, lr=recipe["adam_rate"], betas=(0.9, 0.95), weight_decay=0.01),
    ]


class Trainer:
    """The loop's state: model, optimisers, average, pools of clips, and the run on disk."""

    def __init__(self, backbone: str, run: Run, seed: int) -> None:
        recipe = read_recipe(backbone)
        self.backbone, self.run, self.recipe = backbone, run, recipe["training"]
        torch.manual_seed(seed)
        self.rng = random.Random(seed)
        self.model: VideoTransformer = transformer_class(backbone)(**recipe["model"])
        self.optimizers = make_optimizers(self.model, self.recipe)
        self.rates = [group["lr"] for optimizer in self.optimizers for group in optimizer.param_groups]
        self.average = Average(self.model, self.recipe["ema"])
        self.autoencoder = Autoencoder.from_pretrained(BACKBONES / "autoencoder").float().eval()
        self.encoder = PromptEncoder.load(BACKBONES.parent / "prompt_encoder.safetensors").eval()
        carried = self.autoencoder.deviation.sqrt()
        self.objective = Objective(
            empty=self.encoder.encode([""]).slots[0],
            channel_weight=carried / carried.mean(),
            subject_weight=self.recipe["subject_weight"],
            fps=self.recipe["fps"],
        )
        self.step = 0
        self.compiled = torch.compile(self.model, dynamic=False)
        self.pools = self._make_pools()

    def _make_pools(self) -> dict[AspectRatio, Pool]:
        spec = Format(
            self.recipe["field"], self.recipe["fps"], self.model.context_frames, self.model.chunk_frames
        )
        slots, width = self.objective.empty.shape
        return {
            AspectRatio(aspect): Pool(
                spec,
                AspectRatio(aspect),
                max(64, round(self.recipe["pool"] * share)),
                self.model.config.channels,
                (slots, width),
            )
            for aspect, share in self.recipe["aspects"].items()
        }

    def start_from_weights(self) -> None:
        """Begin from the weights in the backbone's folder, made by an earlier run elsewhere."""
        weights = transformer_class(self.backbone).from_pretrained(folder_of(self.backbone)).float()
        self.model.load_state_dict(weights.state_dict())
        self.average = Average(self.model, self.recipe["ema"])

    def restore(self) -> None:
        """Take up the run's checkpoint where there is one."""
        state = self.run.restore(self.rng)
        if state is None:
            return
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.average.values = state["average"]
        self.step = state["step"]

    def save(self, *, force: bool = False) -> None:
        """Write a checkpoint when one is due."""
        state = {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "average": self.average.values,
            "step": self.step,
        }
        self.run.save(state, self.rng, force=force)

    def export(self) -> None:
        """Write the averaged weights as bf16 safetensors into the backbone's folder."""
        model = transformer_class(self.backbone)(**dict(read_recipe(self.backbone)["model"]))
        model.load_state_dict(self.average.values)
        model.to(torch.bfloat16).save_pretrained(folder_of(self.backbone))

    def fill(self) -> None:
        """Draw the first clips of every pool."""
        for aspect, pool in self.pools.items():
            began = time.monotonic()
            while pool.written < pool.size * self.recipe["fill"]:
                pool.refresh(self.autoencoder, self.encoder, self.rng)
            print(f"{aspect}: {pool.written} clips in {time.monotonic() - began:.0f} s", flush=True)

    def advance(self, steps: int) -> float:
        """One optimiser step; returns the loss."""
        shares = list(self.recipe["aspects"].values())
        pool = self.rng.choices(list(self.pools.values()), shares)[0]
        for _ in range(self.recipe["fresh"]):
            pool.refresh(self.autoencoder, self.encoder, self.rng)
        self._set_rates(learning_rate(self.step, steps))
        # Compiling takes minutes for each picture shape; only the native one repays it.
        native = pool.aspect is catalogue()[self.backbone].aspect_ratio
        loss = loss_of(
            self.model,
            self.compiled if native and self.recipe["compile"] else self.model,
            pool.draw(self.recipe["batch"]),
            self.objective,
        )
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.average.update(self.model, self.step)
        self.step += 1
        return loss.item()

    def _set_rates(self, scale: float) -> None:
        groups = [group for optimizer in self.optimizers for group in optimizer.param_groups]
        for group, rate in zip(groups, self.rates, strict=True):
            group["lr"] = rate * scale

    def train(self, steps: int) -> None:
        """Run to `steps` in all, checkpointing and exporting on the way."""
        self.restore()
        self.fill()
        exported = time.monotonic()
        while self.step < steps:
            loss = self.advance(steps)
            self.run.log(self.step, steps, loss=loss)
            self.save()
            if time.monotonic() - exported > EXPORT_EVERY_S:
                self.export()
                exported = time.monotonic()
        self.save(force=True)
        self.export()


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backbone")
    parser.add_argument("--run", type=Path, help="folder of the run (default runs/<backbone>)")
    parser.add_argument("--steps", type=int, help="steps in all (default: the recipe's)")
    parser.add_argument("--export", action="store_true", help="only write the checkpoint's weights")
    parser.add_argument("--from-weights", action="store_true", help="begin from the committed weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    trainer = Trainer(args.backbone, Run(args.run or Path("runs") / args.backbone), args.seed)
    if args.export:
        trainer.restore()
        trainer.export()
        return
    if args.from_weights:
        trainer.start_from_weights()
    trainer.train(args.steps or trainer.recipe["steps"])


if __name__ == "__main__":
    main()
