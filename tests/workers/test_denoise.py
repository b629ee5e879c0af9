"""The loop, the layers and the tokeniser, checked by what they promise."""

from typing import Any, cast

import pytest
import torch

from app.contract import AspectRatio
from tests.workers.orders import draw_still
from workers.autoencoder import Autoencoder
from workers.denoise import ChunkConditioning, denoise, make_scheduler
from workers.layers import fold, rotate, unfold
from workers.noise import Volume, draw, seeded
from workers.pipeline import AUTOENCODER
from workers.transformer import VideoTransformer

ZERO = torch.zeros(1)
NO_CONDITIONING = ChunkConditioning(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO)


@pytest.mark.parametrize("steps", [1, 4, 9])
def test_the_loop_ends_where_a_network_that_knows_the_answer_points(steps: int) -> None:
    volume = Volume.of(AspectRatio.WIDE, channels=16, frames=8)
    answer = draw(volume, seeded(1))
    times: list[float] = []

    def oracle(*args: Any) -> torch.Tensor:
        times.append(float(args[3][0]))
        return answer

    latents = denoise(
        cast(VideoTransformer, oracle), draw(volume, seeded(2)), NO_CONDITIONING, make_scheduler(5.0),
        steps=steps, guidance_scale=1.0, on_step=lambda *_: None,
    )  # fmt: skip
    assert torch.allclose(latents, answer, atol=1e-4)
    assert times[0] == 0.0
    assert times == sorted(times)
    assert len(times) == steps


def test_guidance_moves_away_from_the_negative_prompt() -> None:
    volume = Volume(1, 1, 2, 2)
    conditioning = ChunkConditioning(torch.ones(1), -torch.ones(1), ZERO, ZERO, ZERO, ZERO)

    def says_its_slots(*args: Any) -> torch.Tensor:
        return args[4].expand(volume.shape)  # type: ignore[no-any-return]

    latents = denoise(
        cast(VideoTransformer, says_its_slots), draw(volume, seeded(0)), conditioning, make_scheduler(5.0),
        steps=1, guidance_scale=3.0, on_step=lambda *_: None,
    )  # fmt: skip
    assert torch.allclose(latents, torch.full(volume.shape, 5.0), atol=1e-4)


@pytest.mark.parametrize("frames", [1, 6, 8])
def test_unfold_undoes_fold(frames: int) -> None:
    latents = torch.randn(2, 16, frames * 3, 8, 14)
    tokens = fold(latents, frames)
    assert tokens.shape == (2, 3, 28, 16 * frames * 4)
    assert torch.equal(unfold(tokens, frames, 16, 8, 14), latents)


def test_rotary_products_depend_on_distance_alone() -> None:
    q, k = torch.randn(2, 1, 128)
    angles = torch.linspace(0.1, 1.0, 64)
    near = (rotate(q, 3 * angles) * rotate(k, 5 * angles)).sum()
    far = (rotate(q, 10 * angles) * rotate(k, 12 * angles)).sum()
    assert near.item() == pytest.approx(far.item(), abs=1e-3)


def test_noise_is_the_seeds() -> None:
    volume = Volume.of(AspectRatio.TALL, channels=16, frames=4)
    assert volume.shape == (1, 16, 4, 14, 8)
    assert torch.equal(draw(volume, seeded(5)), draw(volume, seeded(5)))
    assert not torch.equal(draw(volume, seeded(5)), draw(volume, seeded(6)))


def test_the_tokeniser_gives_pictures_back() -> None:
    autoencoder = Autoencoder.from_pretrained(AUTOENCODER, torch_dtype=torch.float32)
    picture = torch.from_numpy(draw_still("desert", 224, 128)).permute(2, 0, 1).float() / 255
    small = torch.nn.functional.avg_pool2d(picture, 2)
    with torch.no_grad():
        back = autoencoder.decode(autoencoder.encode(small[None, None].expand(1, 3, -1, -1, -1)))[0, 1]
    assert back.shape == picture.shape
    # Under 4 % of the range: about 31 dB.
    assert ((back - picture) ** 2).mean().sqrt() < 0.04
