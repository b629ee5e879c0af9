"""Decode an upload in a process of its own, and say in words what was wrong with it."""

import struct
import subprocess
import sys
from typing import NamedTuple

from app.config import settings
from app.errors import AppError
from app.images.decode import NOT_AN_IMAGE, TOO_MANY_PIXELS

_TIMEOUT_S = 30.0
_SIZE_AT = 16  # in a PNG: 8 bytes of signature, 4 of length, 4 of "IHDR"


class DecodedImage(NamedTuple):
    """A clean PNG and its size in pixels."""

    png: bytes
    width: int
    height: int


def decode(content: bytes) -> DecodedImage:
    """The upload as a clean PNG; AppError 415 for what is no such image, 422 for one that cannot be used."""
    max_pixels = settings().max_image_pixels
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.images.decode", str(max_pixels)],
            input=content,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refusal("image_broken", "This image takes too long to decode.") from None
    if done.returncode == NOT_AN_IMAGE:
        raise _refusal("image_format", "This is no JPEG, PNG or WebP image.", status=415)
    if done.returncode == TOO_MANY_PIXELS:
        raise _refusal("image_too_many_pixels", f"An image may have {max_pixels:,} pixels; this has more.")
    if done.returncode != 0:
        raise _refusal("image_broken", "This image is damaged and cannot be decoded.")
    width, height = struct.unpack_from(">II", done.stdout, _SIZE_AT)
    return DecodedImage(done.stdout, width, height)


def _refusal(code: str, message: str, *, status: int = 422) -> AppError:
    return AppError(code, message, status=status, field="file")
