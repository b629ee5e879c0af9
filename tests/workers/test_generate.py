"""The recipe with the real weights at small settings, for each backbone."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.catalogue import DRAFT_SIZES, catalogue
from app.contract import AspectRatio
from tests.workers.orders import draw_still, make_order
from workers.generate import Canceled, Step, count_steps, generate
from workers.pipeline import Pipeline, load
from workers.video import write_mp4

pytestmark = pytest.mark.xdist_group("heavy")

BACKBONES = list(catalogue())


def ignore(_: Step) -> None:
    """A progress callback that does nothing."""


@pytest.fixture(params=BACKBONES)
def backbone(request: pytest.FixtureRequest) -> str:
    """Each house backbone in turn."""
    return str(request.param)


@pytest.fixture
def pipeline(backbone: str) -> Pipeline:
    """The backbone's pipeline with its committed weights."""
    return load(backbone, "cpu")


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_same_seed_same_file_other_seed_or_prompt_another(
    backbone: str, pipeline: Pipeline, tmp_path: Path
) -> None:
    files = {}
    orders = {
        "first": make_order(backbone),
        "again": make_order(backbone),
        "seed": make_order(backbone, seed=8),
        "prompt": make_order(backbone, prompt="A woman in green waves in a room"),
    }
    for name, order in orders.items():
        path = tmp_path / f"{name}.mp4"
        write_mp4(path, generate(order, pipeline, ignore), order.fps, {"prompt": order.prompt})
        files[name] = digest(path)
    assert files["first"] == files["again"]
    assert len(set(files.values())) == 3


def test_each_chunk_is_denoised_and_reported(backbone: str, pipeline: Pipeline) -> None:
    length = pipeline.transformer.chunk_frames
    order = make_order(backbone, num_frames=length + 1)
    seen: list[int] = []
    frames = generate(order, pipeline, lambda step: seen.append(step.number))
    assert seen == list(range(1, count_steps(order, length) + 1)) == [1, 2, 3, 4]
    assert frames.shape == (length + 1, order.height, order.width, 3)


def test_a_canceled_take_stops_at_the_next_step(backbone: str, pipeline: Pipeline) -> None:
    seen: list[int] = []

    def cancel(step: Step) -> None:
        seen.append(step.number)
        raise Canceled

    with pytest.raises(Canceled):
        generate(make_order(backbone, steps=4), pipeline, cancel)
    assert seen == [1]


@pytest.mark.parametrize("aspect", list(AspectRatio))
def test_every_backbone_does_every_aspect_ratio(
    backbone: str, pipeline: Pipeline, aspect: AspectRatio
) -> None:
    width, height = DRAFT_SIZES[aspect]
    order = make_order(backbone, aspect_ratio=aspect, width=width, height=height, steps=1)
    assert generate(order, pipeline, ignore).shape == (12, height, width, 3)


def test_the_prompt_decides_the_picture(backbone: str, pipeline: Pipeline) -> None:
    """Night is darker than day, and a desert yellower than the sea, in what comes out."""
    settings = {"num_frames": 6, "steps": 4}
    day, night, sea, desert = (
        generate(make_order(backbone, prompt=prompt, **settings), pipeline, ignore)
        .astype(np.float32)
        .mean((0, 1, 2))
        for prompt in (
            "a sunny meadow at noon",
            "a meadow at night under the moon",
            "a calm blue sea",
            "desert dunes",
        )
    )
    assert night.mean() < day.mean() * 0.7
    assert desert[0] - desert[2] > sea[0] - sea[2] + 30


def test_the_first_frame_follows_the_reference_image(
    backbone: str, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clip from a picture begins nearer to it than one from the prompt alone."""
    order = make_order(backbone, prompt="a calm sea at noon", steps=4)
    picture = draw_still("sea", order.width, order.height)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    monkeypatch.setattr("app.storage.get", lambda _: buffer.getvalue())
    given = generate(order.model_copy(update={"reference_image_key": "x"}), pipeline, ignore)
    free = generate(order, pipeline, ignore)
    target = picture.astype(np.float32)

    def error(frames: np.ndarray) -> float:
        return float(np.abs(frames[0].astype(np.float32) - target).mean())

    assert error(given) < error(free) * 0.5
