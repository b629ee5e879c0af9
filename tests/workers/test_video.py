"""Clips as files: what a player and a remuxer find in them."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from workers.video import Frames, jpeg, read_metadata, webp, write_mp4

PARAMETERS = {
    "prompt": 'Schöne neue Welt — 東京 "quoted"',
    "seed": 7,
    "backbone": "cinematic",
    "weights_sha256": "ab",
}


@pytest.fixture
def frames() -> Frames:
    """Two seconds at 24 fps of a square that moves, each frame another."""
    clip = np.zeros((48, 144, 256, 3), np.uint8)
    for number in range(48):
        clip[number, 60:90, 4 * number : 4 * number + 30] = (220, 60, 40)
    return clip


@pytest.fixture
def clip(frames: Frames, tmp_path: Path) -> Path:
    """The frames as mp4."""
    path = tmp_path / "clip.mp4"
    write_mp4(path, frames, 24, PARAMETERS)
    return path


def test_a_clip_has_its_frames_rate_and_length(clip: Path, frames: Frames) -> None:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == 24
        assert float(stream.duration * stream.time_base) == pytest.approx(2.0)
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    assert len(decoded) == 48
    assert np.abs(np.stack(decoded).astype(int) - frames).mean() < 4


def test_the_index_stands_in_front(clip: Path) -> None:
    content = clip.read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_parameters_survive_a_remux(clip: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mkv"
    back = tmp_path / "back.mp4"
    for source, target in ((clip, copy), (copy, back)):
        with av.open(str(source)) as inside, av.open(str(target), "w") as outside:
            outside.metadata.update(inside.metadata)
            stream = outside.add_stream_from_template(inside.streams.video[0])
            for packet in inside.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    outside.mux(packet)
    assert read_metadata(clip) == PARAMETERS
    assert read_metadata(back) == PARAMETERS


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    """Many times over: an encoder that looks at uninitialised memory is right most of the time."""
    coarse = np.random.default_rng(0).integers(0, 255, (12, 16, 9, 3), dtype=np.uint8)
    smooth = np.stack([np.asarray(Image.fromarray(one).resize((144, 256))) for one in coarse])
    kept, seen = [], set()
    for number in range(12):
        path = tmp_path / f"{number}.mp4"
        write_mp4(path, smooth, 30, PARAMETERS)
        seen.add(path.read_bytes())
        kept.append(np.zeros(1 + number * 7919))  # the next call finds other memory
    assert len(seen) == 1


def test_posters_and_previews_are_pictures(frames: Frames) -> None:
    assert jpeg(frames[0])[:3] == b"\xff\xd8\xff"
    moving = webp(frames[:8], fps=6)
    assert moving[:4] == b"RIFF"
    assert moving[8:12] == b"WEBP"
