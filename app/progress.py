"""Live state in Redis: written by workers, read by streams. Nothing here is truth; every key expires."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from functools import lru_cache
from typing import Literal, cast

import redis
import redis.asyncio
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.config import settings
from app.contract import TakeProgress

WorkerState = Literal["starting", "idle", "busy"]

CHANNEL = "triptych:changes"
ANYTHING = ("", "")
"""What `changes` yields when it has (re)subscribed: whatever came before may have been missed."""

_DAY_S = 86_400
_PREVIEW_S = 3_600
_WORKER_S = 15
_RECONNECT_S = 0.5


def _progress_key(take_id: str) -> str:
    return f"triptych:progress:{take_id}"


def _preview_key(take_id: str) -> str:
    return f"triptych:preview:{take_id}"


def _cancel_key(take_id: str) -> str:
    return f"triptych:cancel:{take_id}"


def _worker_key(backbone: str) -> str:
    return f"triptych:worker:{backbone}"


@lru_cache
def client() -> redis.Redis:
    """The process's connection pool; safe to share between threads."""
    return redis.Redis.from_url(
        settings().redis,
        socket_connect_timeout=2.0,
        socket_timeout=5.0,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),  # one stale connection is forgiven; whoever waits for a page is not kept
    )


def write(p: TakeProgress) -> None:
    """Overwrite a take's progress, unless it is that of an older attempt, and notify the streams."""
    known = read([p.take_id]).get(p.take_id)
    if known is not None and known.attempt > p.attempt:
        return
    client().set(_progress_key(p.take_id), p.model_dump_json(), ex=_DAY_S)
    notify(p.comparison_id, p.take_id)


def read(take_ids: Iterable[str]) -> dict[str, TakeProgress]:
    """Progress by take id; takes that nobody has reported on are left out."""
    ids = list(take_ids)
    if not ids:
        return {}
    found = cast("list[bytes | None]", client().mget([_progress_key(take_id) for take_id in ids]))
    return {
        take_id: TakeProgress.model_validate_json(raw)
        for take_id, raw in zip(ids, found, strict=True)
        if raw is not None
    }


def put_preview(take_id: str, attempt: int, number: int, webp: bytes) -> None:
    """Keep the newest preview of a take. The `write` that names `number` tells the streams of it."""
    key = _preview_key(take_id)
    with client().pipeline() as pipe:
        pipe.hset(key, mapping={"attempt": attempt, "number": number, "webp": webp})
        pipe.expire(key, _PREVIEW_S)
        pipe.execute()


def get_preview(take_id: str) -> bytes | None:
    """The newest preview as WebP, or None."""
    return cast("bytes | None", client().hget(_preview_key(take_id), "webp"))


def request_cancel(take_id: str, attempt: int) -> None:
    """Raise the flag that the worker reads at each step: for this attempt and those before it."""
    client().set(_cancel_key(take_id), attempt, ex=_DAY_S)


def cancel_requested(take_id: str, attempt: int) -> bool:
    """Whether somebody wants this attempt stopped."""
    raw = cast("bytes | None", client().get(_cancel_key(take_id)))
    return raw is not None and int(raw) >= attempt


def clear(take_id: str) -> None:
    """Forget progress and preview: a new attempt begins. Orders of earlier ones stay cancelled."""
    client().delete(_progress_key(take_id), _preview_key(take_id))


def mark_worker(backbone: str, state: WorkerState) -> None:
    """Say that a worker of this backbone lives; to be repeated every 5 s, forgotten after 15."""
    client().set(_worker_key(backbone), state, ex=_WORKER_S)


def worker_alive(backbone: str) -> WorkerState | None:
    """What the backbone's worker last said, or None when none has lately."""
    raw = cast("bytes | None", client().get(_worker_key(backbone)))
    return None if raw is None else cast("WorkerState", raw.decode())


def notify(comparison_id: str, take_id: str) -> None:
    """Tell every stream that a take has changed. An empty take id: the whole comparison has."""
    client().publish(CHANNEL, f"{comparison_id} {take_id}")


async def changes() -> AsyncGenerator[tuple[str, str], None]:
    """Yield (comparison id, take id) for every change; survives a restart of Redis.

    Yields `ANYTHING` as soon as it is subscribed and again after each reconnection, so that a
    reader who takes its snapshot then has missed nothing.
    """
    while True:
        try:
            async for change in _subscription():
                yield change
        except (redis.ConnectionError, redis.TimeoutError, OSError):
            await asyncio.sleep(_RECONNECT_S)


async def _subscription() -> AsyncGenerator[tuple[str, str], None]:
    """One subscription, until its connection breaks."""
    connection = redis.asyncio.Redis.from_url(settings().redis, socket_connect_timeout=2.0)
    async with connection, connection.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)
        while True:
            message = await pubsub.get_message(timeout=10.0)
            if message is None:
                await pubsub.ping()
            elif message["type"] == "subscribe":
                yield ANYTHING
            elif message["type"] == "message":
                comparison_id, _, take_id = message["data"].decode().partition(" ")
                yield comparison_id, take_id
