"""Stored files over HTTP: single byte ranges, entity tags, nothing a browser could misread."""

import re
from collections.abc import Iterator

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from app import storage
from app.errors import AppError

_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)")


def serve(request: Request, key: str, *, media_type: str, etag: str, size: int, gone: AppError) -> Response:
    """The object at `key`, whole (200), in part (206), unchanged (304) or not at all (416)."""
    tag = f'"{etag}"'
    headers = {
        "etag": tag,
        "accept-ranges": "bytes",
        "cache-control": "private, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
    }
    if not storage.exists(key):
        raise gone
    if tag in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    asked = _range(request, tag, size)
    if asked is None:
        start, end, status = 0, size, 200
    elif asked[0] >= asked[1]:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{size}"})
    else:
        (start, end), status = asked, 206
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    headers["content-length"] = str(end - start)
    body: Iterator[bytes] = iter(()) if request.method == "HEAD" else storage.read(key, start, end)
    return StreamingResponse(body, status_code=status, headers=headers, media_type=media_type)


def _range(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """The first range asked for as [start, end); empty when it lies outside; None for the whole."""
    header = request.headers.get("range")
    if header is None or request.headers.get("if-range", tag) != tag:
        return None
    first = _RANGE.fullmatch(header.split(",")[0].strip())
    if first is None or first.groups() == ("", ""):
        return None
    start, end = first.groups()
    if len(start) > 18 or len(end) > 18:
        return None
    if not start:
        return max(0, size - int(end)), size if int(end) else 0
    return int(start), min(size, int(end) + 1) if end else size
