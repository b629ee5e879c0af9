"""The stream that keeps a page current: HTML partials, each aimed at its own id."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing, suppress

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app import progress
from app.comparisons import service as comparisons
from app.comparisons.schemas import ComparisonOut
from app.db import read
from app.errors import AppError
from app.ledger import service as ledger
from app.projects import service as projects
from app.takes.live import Change, batches
from app.templating import render

router = APIRouter(include_in_schema=False)

SHOWN = 20
"""Comparisons on one page of the canvas, and in the snapshot that its stream begins with."""


@router.get("/stream", response_class=EventSourceResponse)
async def stream(comparison: str | None = None) -> AsyncIterator[ServerSentEvent]:
    """Every change, the whole truth first: of one comparison, or of the canvas."""
    async with aclosing(batches()) as changes:
        async for batch in changes:
            if html := await run_in_threadpool(_message, batch, comparison):
                yield ServerSentEvent(raw_data=html)


def _message(batch: set[Change], comparison: str | None) -> str:
    """Partials for a batch of changes; empty when there is nothing to say."""
    with read() as session:
        if progress.ANYTHING in batch:
            return _partials(session, _shown(session, comparison))
        if not batch:
            return _open_takes(session, comparison)
        wanted = {changed for changed, _ in batch if comparison in (None, changed)}
        return _partials(session, _existing(session, sorted(wanted)), {take_id for _, take_id in batch})


def _partials(session: Session, shown: Sequence[ComparisonOut], take_ids: set[str] | None = None) -> str:
    """The takes of `shown` (all, or those named), the meta lines, and the budget meter."""
    everything = take_ids is None or "" in take_ids
    changed = [take for each in shown for take in each.takes if everything or take.id in (take_ids or ())]
    budget = ledger.budget(session, projects.current(session))
    return render("takes/_changes.html", takes=changed, comparisons=shown, budget=budget)


def _open_takes(session: Session, comparison: str | None) -> str:
    shown = _shown(session, comparison)
    ids = {take.id for each in shown for take in each.takes if not take.status.is_final}
    affected = [each for each in shown if any(take.id in ids for take in each.takes)]
    return _partials(session, affected, ids) if ids else ""


def _shown(session: Session, comparison: str | None) -> list[ComparisonOut]:
    if comparison is not None:
        return _existing(session, [comparison])
    return comparisons.page(session, projects.current(session), None, SHOWN).items


def _existing(session: Session, ids: Iterable[str]) -> list[ComparisonOut]:
    """The comparisons with these ids; one that is not there is left out."""
    found = []
    for comparison_id in ids:
        with suppress(AppError):
            found.append(comparisons.get(session, comparison_id))
    return found
