"""Frames to files: H.264 mp4 with its parameters inside, poster, and moving previews."""

import io
import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Frames = NDArray[np.uint8]
"""[f, h, w, 3] in RGB."""

CRF = "15"


def write_mp4(path: Path, frames: Frames, fps: int, metadata: Mapping[str, object]) -> None:
    """Encode `frames` at `fps` with the index in front.

    `metadata` is kept as JSON in the `comment` tag and its prompt as `title`: the tags that
    every remuxer copies.
    """
    height, width = frames.shape[1:3]
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata["title"] = str(metadata.get("prompt", ""))[:250]
        container.metadata["comment"] = json.dumps(dict(metadata), ensure_ascii=False, sort_keys=True)
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, fps)
        # One thread: the same frames give the same bytes wherever the order runs.
        stream.codec_context.thread_count = 1
        stream.options = {
            "crf": CRF,
            # x264's macroblock tree gives other bytes for the same frames from one call to the next.
            "x264-params": "mbtree=0",
            "preset": "medium",
            "g": str(fps),
            "colorprim": "bt709",
            "colormatrix": "bt709",
            "transfer": "bt709",
        }
        for number, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def read_metadata(path: Path) -> dict[str, object]:
    """The parameters that `write_mp4` left in a clip; empty when there are none."""
    with av.open(str(path)) as container:
        comment = container.metadata.get("comment", "")
    return dict(json.loads(comment)) if comment.startswith("{") else {}


def jpeg(picture: NDArray[np.uint8]) -> bytes:
    """A poster from one frame [h, w, 3]."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def webp(frames: Frames, fps: float) -> bytes:
    """A small looping preview."""
    pictures = [Image.fromarray(frame) for frame in frames]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=round(1000 / fps),
        loop=0,
        quality=60,
        method=0,
    )
    return buffer.getvalue()
