"""Comparisons over HTTP."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from app import dispatch
from app.comparisons import service as comparisons
from app.comparisons.schemas import ComparisonIn, ComparisonList, ComparisonOut, EstimateOut
from app.db import read, transaction
from app.errors import AppError
from app.projects import service as projects
from app.security import MAX_JSON_BYTES
from app.takes.live import changed_takes

router = APIRouter(prefix="/api/v1/comparisons", tags=["comparisons"])
ComparisonId = Annotated[str, Path(max_length=40)]


def json_only(request: Request) -> None:
    """Refuse bodies that do not say they are JSON: forms of other sites cannot."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise AppError(
            "unsupported_media_type",
            f"The body must be application/json; this is {content_type or 'of no declared type'}.",
            status=415,
        )


@router.post("/estimate", dependencies=[Depends(json_only)], max_body_size=MAX_JSON_BYTES)
def estimate_comparison(order: ComparisonIn) -> EstimateOut:
    """What an order would cost and how long it would take. Nothing is ordered."""
    with read() as session:
        return comparisons.estimate(session, projects.current(session), order)


@router.post("", status_code=202, dependencies=[Depends(json_only)], max_body_size=MAX_JSON_BYTES)
def submit_comparison(
    order: ComparisonIn, idempotency_key: Annotated[str | None, Header()] = None
) -> ComparisonOut:
    """Order one take per backbone. Credits are held at once, or the order is refused with 402."""
    with transaction() as session:
        project = projects.current(session)
        made, orders = comparisons.submit(session, project, order, idempotency_key=idempotency_key)
    dispatch.send(orders)
    with read() as session:
        return comparisons.get(session, made)


@router.get("")
def list_comparisons(
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> ComparisonList:
    """Comparisons, newest first."""
    with read() as session:
        return comparisons.page(session, projects.current(session), cursor, limit)


@router.get("/{comparison_id}")
def get_comparison(comparison_id: ComparisonId) -> ComparisonOut:
    """A comparison and its takes."""
    with read() as session:
        return comparisons.get(session, comparison_id)


def existing(comparison_id: ComparisonId) -> str:
    """The id, once it is known to exist: a stream that has begun can no longer answer 404."""
    get_comparison(comparison_id)
    return comparison_id


@router.get("/{comparison_id}/events", response_class=EventSourceResponse)
async def stream_comparison(
    comparison_id: Annotated[str, Depends(existing)],
) -> AsyncIterator[ServerSentEvent]:
    """`snapshot` with the comparison, then `take` for each change, then `done`."""
    async with aclosing(changed_takes(comparison_id)) as changes:
        # The first change comes once the subscription stands: a snapshot read then misses nothing.
        await anext(changes)
        snapshot = await run_in_threadpool(get_comparison, comparison_id)
        yield ServerSentEvent(event="snapshot", data=snapshot)
        open_takes = {take.id for take in snapshot.takes if not take.status.is_final}
        known = {take.id: take for take in snapshot.takes}
        while open_takes:
            take = await anext(changes)
            if known.get(take.id) == take:
                continue
            known[take.id] = take
            yield ServerSentEvent(event="take", data=take)
            if take.status.is_final:
                open_takes.discard(take.id)
        yield ServerSentEvent(event="done", data={"comparison_id": comparison_id})
