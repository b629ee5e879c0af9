"""Takes over HTTP."""

from typing import Annotated

import redis
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from app import dispatch, files, progress, storage
from app.contract import ClipFile
from app.db import read, transaction
from app.errors import AppError
from app.takes import service as takes
from app.takes.schemas import TakeOut

router = APIRouter(prefix="/api/v1/takes", tags=["takes"])
TakeId = Annotated[str, Path(max_length=40)]


@router.get("/{take_id}")
def get_take(take_id: TakeId) -> TakeOut:
    """A take with its live progress."""
    with read() as session:
        takes.find(session, take_id)
        return takes.out(session, [take_id])[0]


@router.post("/{take_id}/cancel")
def cancel_take(take_id: TakeId) -> TakeOut:
    """Stop a take; it is charged for the steps already run. A final take stays as it is."""
    with transaction() as session:
        takes.cancel(session, take_id)
    return get_take(take_id)


@router.post("/{take_id}/retry", status_code=202)
def retry_take(take_id: TakeId) -> TakeOut:
    """Order a failed or stopped take once more."""
    with transaction() as session:
        order = takes.retry(session, take_id)
    dispatch.send([order])
    return get_take(take_id)


@router.head("/{take_id}/clip", response_class=Response, include_in_schema=False)
@router.get("/{take_id}/clip", response_class=Response)
def get_clip(take_id: TakeId, request: Request) -> Response:
    """The clip as mp4; single byte ranges are honoured."""
    clip = _clip(take_id)
    gone = AppError("clip_gone", "This clip's file is no longer in the storage.", status=410)
    return files.serve(
        request, clip.clip_key, media_type="video/mp4", etag=clip.sha256, size=clip.size_bytes, gone=gone
    )


@router.head("/{take_id}/poster", response_class=Response, include_in_schema=False)
@router.get("/{take_id}/poster", response_class=Response)
def get_poster(take_id: TakeId, request: Request) -> Response:
    """The clip's still picture as JPEG."""
    clip = _clip(take_id)
    gone = AppError("poster_gone", "This poster's file is no longer in the storage.", status=410)
    try:
        size = storage.size(clip.poster_key)
    except FileNotFoundError:
        raise gone from None
    return files.serve(
        request,
        clip.poster_key,
        media_type="image/jpeg",
        etag=f"poster-{clip.sha256}",
        size=size,
        gone=gone,
    )


@router.get("/{take_id}/preview", response_class=Response)
def get_preview(take_id: TakeId) -> Response:
    """The newest preview of a running take as WebP; `number` in its URL only tells caches apart."""
    try:
        picture = progress.get_preview(take_id)
    except redis.RedisError:
        picture = None
    if picture is None:
        raise AppError("no_preview", "This take has no preview now.", status=404)
    return Response(picture, media_type="image/webp", headers={"cache-control": "no-store"})


def _clip(take_id: str) -> ClipFile:
    """What the finished take left; 409 while there is nothing yet."""
    with read() as session:
        take = takes.find(session, take_id)
        if take.clip is None:
            raise AppError("clip_not_ready", f"This take is {take.status}: it has no clip.", status=409)
        return ClipFile.model_validate(take.clip)
