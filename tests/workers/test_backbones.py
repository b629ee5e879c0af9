"""The three networks at tiny sizes: who attends to whom, and what the conditioning reaches."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from workers.backbones.cinematic.model import CinematicTransformer
from workers.backbones.fast_action.model import FastActionTransformer
from workers.backbones.vertical_social.model import VerticalSocialTransformer
from workers.layers import place_features
from workers.transformer import ABSENT, CONTINUATION, VideoTransformer, group_seconds

GROUPS, CONTEXT = 10, 2


def make(kind: type[VideoTransformer], depth: int) -> VideoTransformer:
    """A tiny network whose every parameter is random, so that nothing hides behind a zero."""
    model = kind(
        channels=4, fold_frames=1, chunk_groups=GROUPS, context_groups=CONTEXT, width=128, depth=depth
    )
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        parameter.data.normal_(0, 0.08, generator=generator)
    return model.eval()


@torch.no_grad()
def run(
    model: VideoTransformer, latents: Tensor, given: int = ABSENT, start: float = 0.0, text: float = 0.0
) -> Tensor:
    """The network's answer for one sample half way through."""
    context = torch.full((1, 4, CONTEXT, *latents.shape[3:]), 0.3)
    seconds = group_seconds(torch.tensor([start]), model.config, 24)
    slots = torch.full((1, 7, 192), text)
    return model(
        latents, context, torch.tensor([given]), torch.tensor([0.5]), slots, seconds, torch.tensor([4.0])
    )


def frames_reached(model: VideoTransformer, frame: int) -> list[int]:
    """Frames whose output changes when one place of `frame` does."""
    latents = torch.randn(1, 4, GROUPS, 4, 6, generator=torch.Generator().manual_seed(1))
    touched = latents.clone()
    touched[:, :, frame, 0, 0] += 3
    change = (run(model, touched) - run(model, latents)).abs().amax((0, 1, 3, 4))
    return [number for number, size in enumerate(change) if size > 1e-7]


EVERYWHERE = list(range(GROUPS))


@pytest.mark.parametrize(
    ("kind", "depth", "reached"),
    [
        (CinematicTransformer, 1, EVERYWHERE),
        (VerticalSocialTransformer, 1, [3]),  # within its frame
        (VerticalSocialTransformer, 2, EVERYWHERE),  # then along time
        (FastActionTransformer, 1, [0, 1, 2, 3]),  # the window that two context frames begin
        (FastActionTransformer, 2, EVERYWHERE),  # the shifted windows join both halves
    ],
)
def test_who_attends_to_whom(kind: type[VideoTransformer], depth: int, reached: list[int]) -> None:
    assert frames_reached(make(kind, depth), 3) == reached


@pytest.mark.parametrize("kind", [CinematicTransformer, VerticalSocialTransformer, FastActionTransformer])
def test_prompt_context_and_clock_are_heard(kind: type[VideoTransformer]) -> None:
    model = make(kind, 2)
    latents = torch.zeros(1, 4, GROUPS, 4, 6)
    plain = run(model, latents)
    for heard in ({"text": 1.0}, {"given": CONTINUATION}, {"start": 1.3}):
        assert (run(model, latents, **heard) - plain).abs().max() > 1e-5  # type: ignore[arg-type]


def test_without_any_signal_tokens_still_know_their_place() -> None:
    """At pure noise the input is shut out; the sky must be above all the same."""
    answer = run(make(CinematicTransformer, 1), torch.zeros(1, 4, GROUPS, 4, 6))
    assert (answer[..., 0, :] - answer[..., 2, :]).abs().max() > 1e-3


def test_places_mean_the_same_in_every_shape() -> None:
    wide = place_features(4, 8, torch.device("cpu")).view(4, 8, -1)
    square = place_features(4, 4, torch.device("cpu")).view(4, 4, -1)
    assert torch.allclose(wide[:, 2:6], square)


@pytest.mark.parametrize("kind", [CinematicTransformer, VerticalSocialTransformer, FastActionTransformer])
def test_weights_come_back_from_disk(kind: type[VideoTransformer], tmp_path: Path) -> None:
    model = make(kind, 1)
    model.save_pretrained(tmp_path)
    latents = torch.randn(1, 4, GROUPS, 4, 6)
    assert torch.allclose(run(kind.from_pretrained(tmp_path).eval(), latents), run(model, latents), atol=1e-5)


def test_widths_that_do_not_divide_are_refused_with_the_number() -> None:
    with pytest.raises(ValueError, match="200"):
        CinematicTransformer(width=200)
