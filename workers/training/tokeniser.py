"""Train the autoencoder: `python -m workers.training.tokeniser --steps 2000`.

The encoder is fitted once, to the principal components of rendered patches. The decoder
learns from short runs of frames rendered at twice the encoder's size; latent noise makes it
forgive the transformers' small errors, and pixels of the subject weigh more.
"""

import argparse
import random
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from workers.autoencoder import FRAME_SIZES, PATCH, UPSCALE, Autoencoder
from workers.training.runs import Run, learning_rate
from workers.training.worlds.fields import attributes
from workers.training.worlds.ontology import FIELDS
from workers.training.worlds.render import ASPECTS, render
from workers.training.worlds.scene import SEEDS, Scenes

FRAMES = 4
LATENT_NOISE = 0.2
WEIGHTS = Path(__file__).parents[1] / "backbones" / "autoencoder"


def draw_batch(clips: int, rng: random.Random) -> tuple[Tensor, Tensor]:
    """Neighbouring frames of `clips` scenes of any field.

    rgb [n, FRAMES, 3, 2h, 2w] in [0, 1], mask [n, FRAMES, 2h, 2w] of the subject.
    """
    aspect = rng.choices(tuple(FRAME_SIZES), (4, 4, 1))[0]
    height, width = (side * UPSCALE for side in FRAME_SIZES[aspect])
    rgb, masks = [], []
    for _ in range(clips):
        field = rng.choice(FIELDS)
        scenes = Scenes(field, attributes(field, rng), torch.rand(1, SEEDS))
        times = rng.uniform(0, 8) + torch.arange(FRAMES)[None] / 24
        picture, mask = render(scenes, times, torch.full((1,), 10.0), height, width, ASPECTS[aspect])
        rgb.append(picture)
        masks.append(mask)
    return torch.cat(rgb), torch.cat(masks)


def halve(rgb: Tensor) -> Tensor:
    """Clips at the encoder's size: [n, f, 3, 2h, 2w] -> [n, f, 3, h, w]."""
    return F.avg_pool2d(rgb.flatten(0, 1), UPSCALE).unflatten(0, rgb.shape[:2])


@torch.no_grad()
def fit_components(model: Autoencoder, rgb: Tensor) -> None:
    """Set the encoder, and the decoder's linear path, from the patches of `rgb` [n, f, 3, 2h, 2w]."""
    patches = F.unfold(halve(rgb).flatten(0, 1) * 2 - 1, PATCH, stride=PATCH).transpose(1, 2).flatten(0, 1)
    centre = patches.mean(0)
    channels = model.deviation.shape[0]
    _, _, components = torch.pca_lowrank(patches - centre, q=channels, center=False)
    deviation = ((patches - centre) @ components).std(0)
    inward = (components / deviation).T
    outward = (components * deviation).T
    shape = (channels, 3, PATCH, PATCH)
    model.encoder.load_state_dict({"weight": inward.view(shape), "bias": -(inward @ centre)})
    # A transposed convolution has one bias a colour; the centre of a patch is nearly flat.
    flat = centre.view(3, -1).mean(1)
    model.decoder.linear.load_state_dict({"weight": outward.view(shape), "bias": flat})
    model.deviation.copy_(deviation)


def loss_of(model: Autoencoder, rgb: Tensor, mask: Tensor) -> Tensor:
    """Absolute and edge error after latent noise, pixels of the subject weighted 1 + 3 x mask."""
    with torch.autocast(rgb.device.type, torch.bfloat16):
        latents = model.encode(halve(rgb))
        strength = LATENT_NOISE * torch.rand(latents.shape[0], 1, 1, 1, 1)
        decoded = model.decode(latents + strength * torch.randn_like(latents), clamp=False).float()
    weight = 1 + 3 * mask[:, :, None]
    loss = ((decoded - rgb).abs() * weight).mean()
    for dim in (-1, -2):
        edges = (decoded.diff(dim=dim) - rgb.diff(dim=dim)).abs()
        loss = loss + 2 * (edges * weight.narrow(dim, 1, edges.shape[dim])).mean()
    return loss


def train(run: Run, out: Path, steps: int, clips: int, rate: float, seed: int) -> None:
    """Train for `steps` batches of `clips` short clips, resuming where the run's checkpoint stands.

    Weights are written to `out` at once, when the encoder is fitted, and after every checkpoint.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model = Autoencoder().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.decoder.parameters(), lr=rate, betas=(0.9, 0.95), weight_decay=0.01)
    state = run.restore(rng)
    if state is None:
        fit_components(model, draw_batch(256, rng)[0])
        state = {"step": 0}
        export(model, out)
    else:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
    model.encoder.requires_grad_(False)
    for step in range(state["step"], steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * learning_rate(step, steps)
        loss = loss_of(model, *draw_batch(clips, rng))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.decoder.parameters(), 1.0)
        optimizer.step()
        run.log(step + 1, steps, loss=loss.item())
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}
        if run.save(state, rng, force=step + 1 == steps):
            export(model, out)


def export(model: Autoencoder, out: Path) -> None:
    """Write the weights as bf16 safetensors."""
    copy = Autoencoder()
    copy.load_state_dict(model.state_dict())
    copy.to(torch.bfloat16).save_pretrained(out)


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("runs/autoencoder"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--steps", type=int, default=2_000)
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    train(Run(args.run), args.out, args.steps, args.clips, args.rate, args.seed)


if __name__ == "__main__":
    main()
