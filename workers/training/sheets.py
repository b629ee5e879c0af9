"""Contact sheets: what the committed weights make of twelve prompts (`python -m workers.training.sheets`)."""

import argparse
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from app.catalogue import DRAFT_SIZES, Backbone, catalogue
from app.contract import TakeOrder
from workers.generate import generate
from workers.pipeline import load
from workers.video import Frames

COLUMNS = 6
LABEL_PX = 18


def draft_order(backbone: Backbone, prompt: str, seed: int, duration_s: float) -> TakeOrder:
    """The order that the server would send for a draft in the backbone's own format."""
    width, height = DRAFT_SIZES[backbone.aspect_ratio]
    return TakeOrder(
        take_id="sheet",
        comparison_id="sheet",
        attempt=1,
        backbone=backbone.name,
        prompt=prompt,
        seed=seed,
        width=width,
        height=height,
        fps=backbone.fps,
        num_frames=backbone.num_frames(duration_s),
        aspect_ratio=backbone.aspect_ratio,
        steps=backbone.steps,
        guidance_scale=backbone.guidance_scale,
        ordered_at=datetime.now(UTC),
    )


def prompts() -> list[str]:
    """The twelve prompts."""
    entries = tomllib.loads(Path(__file__).with_name("prompts.toml").read_text())["prompt"]
    return [entry["text"] for entry in entries]


def strip(frames: Frames, label: str) -> Image.Image:
    """COLUMNS frames across the clip beside one another, with the prompt above."""
    chosen = np.linspace(0, len(frames) - 1, COLUMNS).round().astype(int)
    height, width = frames.shape[1:3]
    row = Image.new("RGB", (width * COLUMNS, height + LABEL_PX), "#161616")
    row.paste(Image.fromarray(np.concatenate(list(frames[chosen]), axis=1)), (0, LABEL_PX))
    ImageDraw.Draw(row).text((4, 3), label, fill="#dddddd")
    return row


def rows(backbone: Backbone, seed: int, duration_s: float, device: str) -> Iterator[Image.Image]:
    """A strip per prompt, generated as an order would be."""
    for prompt in prompts():
        order = draft_order(backbone, prompt, seed, duration_s)
        yield strip(generate(order, load(backbone.name, device), lambda _: None), prompt)


def stack(strips: list[Image.Image]) -> Image.Image:
    """Strips below one another."""
    sheet = Image.new("RGB", (strips[0].width, sum(one.height for one in strips)))
    top = 0
    for one in strips:
        sheet.paste(one, (0, top))
        top += one.height
    return sheet


def main() -> None:
    """Write one JPEG per backbone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backbones", nargs="*", default=list(catalogue()))
    parser.add_argument("--out", type=Path, default=Path("docs/sheets"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--duration", type=float, default=4.0)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.backbones:
        sheet = stack(list(rows(catalogue()[name], args.seed, args.duration, args.device)))
        sheet.save(args.out / f"{name}.jpg", quality=85)
        print(args.out / f"{name}.jpg")


if __name__ == "__main__":
    main()
