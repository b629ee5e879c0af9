"""What changes, as it changes, for streams. No database session is held while waiting."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta

from sqlalchemy import or_, select
from starlette.concurrency import run_in_threadpool

from app import progress
from app.contract import TakeStatus
from app.db import now, read
from app.takes import service as takes
from app.takes.models import Take
from app.takes.schemas import TakeOut

Change = tuple[str, str]
"""Ids of a comparison and a take, as `progress.changes` tells them."""

GATHER_S = 0.05
"""Changes that come closer together than this travel together."""
SILENCE_S = 5.0
"""After so long without a notice the open takes are looked at all the same: notices may be lost."""
_RECENT = timedelta(minutes=2)
_OPEN = (TakeStatus.QUEUED, TakeStatus.RUNNING)


async def batches() -> AsyncGenerator[set[Change], None]:
    """Changes that come together; an empty set after a silence."""
    queue: asyncio.Queue[Change] = asyncio.Queue()
    listener = asyncio.create_task(_listen(queue))
    try:
        while True:
            try:
                batch = {await asyncio.wait_for(queue.get(), SILENCE_S)}
            except TimeoutError:
                yield set()
                continue
            await asyncio.sleep(GATHER_S)
            while not queue.empty():
                batch.add(queue.get_nowait())
            yield batch
    finally:
        listener.cancel()
        await asyncio.wait({listener})  # until its subscription is closed


async def changed_takes(comparison_id: str | None = None) -> AsyncGenerator[TakeOut, None]:
    """Every take that changes, of one comparison or of all; first those that may just have changed.

    The first batch comes after the subscription: a snapshot that is read once anything has been
    yielded, or before this was called and compared with it, misses nothing.
    """
    sent: dict[str, TakeOut] = {}
    async with aclosing(batches()) as changes:
        async for batch in changes:
            ids = _concerned(batch, comparison_id)
            for take in await run_in_threadpool(_look, comparison_id, ids):
                if sent.get(take.id) != take:
                    sent[take.id] = take
                    yield take
                if take.status.is_final and len(sent) > 1_000:
                    del sent[take.id]


def _concerned(batch: set[Change], comparison_id: str | None) -> set[str] | None:
    """Ids of the takes that a batch is about; None when it may be about any."""
    if not batch or progress.ANYTHING in batch:
        return None
    return {take for comparison, take in batch if comparison_id in (None, comparison)}


def _look(comparison_id: str | None, ids: set[str] | None) -> list[TakeOut]:
    """The named takes, or those that may have changed unnoticed, as they are now."""
    with read() as session:
        if ids is not None:
            return takes.out(session, sorted(ids))
        wanted = select(Take.id).order_by(Take.comparison_id, Take.position)
        if comparison_id is not None:
            wanted = wanted.where(Take.comparison_id == comparison_id)
        else:
            wanted = wanted.where(or_(Take.status.in_(_OPEN), Take.finished_at > now() - _RECENT))
        return takes.out(session, session.scalars(wanted).all())


async def _listen(queue: asyncio.Queue[Change]) -> None:
    async with aclosing(progress.changes()) as changes:
        async for change in changes:
            queue.put_nowait(change)
