"""`python -m app.images.decode`: one image from stdin to a plain PNG on stdout, in a limited process.

Takes the most pixels it may decode to. Exit status: 0 done, 3 no image of an allowed format,
4 too many pixels, 5 broken. Nothing of the upload but its pixels survives.
"""

import io
import resource
import sys
import warnings

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_SIDE = 1024
NOT_AN_IMAGE, TOO_MANY_PIXELS, BROKEN = 3, 4, 5
_MEMORY_BYTES = 1 << 30
_CPU_S = 20


def limit_this_process() -> None:
    """Cap memory and processor time of this process for good."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def reencode(content: bytes, max_pixels: int) -> tuple[bytes, int]:
    """The picture upright, in RGB, at most 1024 px long, as PNG; and an exit status."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > max_pixels:
                return b"", TOO_MANY_PIXELS
            opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except UnidentifiedImageError:
        return b"", NOT_AN_IMAGE
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return b"", TOO_MANY_PIXELS
    except (OSError, ValueError, SyntaxError, MemoryError):
        return b"", BROKEN
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    buffer = io.BytesIO()
    Image.frombytes("RGB", picture.size, picture.tobytes()).save(buffer, "PNG")
    return buffer.getvalue(), 0


def main() -> int:
    """Read, limit, decode, write."""
    content = sys.stdin.buffer.read()
    limit_this_process()
    png, status = reencode(content, int(sys.argv[1]))
    sys.stdout.buffer.write(png)
    return status


if __name__ == "__main__":
    sys.exit(main())
