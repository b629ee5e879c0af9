"""The clock task: whatever a lost message or a dead worker left open comes to an end here.

Looks first, without a transaction; then each take gets a short transaction of its own, whose
guards discard what has changed since the look.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from pydantic import ValidationError
from sqlalchemy import select

from app import dispatch, progress, storage
from app.catalogue import catalogue
from app.config import settings
from app.contract import TakeError, TakeOrder, TakeOutcome, TakeProgress, TakeStarted, TakeStatus
from app.db import now, read, transaction
from app.takes import service as takes
from app.takes.models import Take

log = structlog.get_logger()

_OPEN = (TakeStatus.QUEUED, TakeStatus.RUNNING)
_BEATS_UNTIL_LOOK = 2
"""After this many missed heartbeats the storage is searched for an outcome whose message was lost."""


class Open(NamedTuple):
    """An open take as it was looked at, and when it was last heard of."""

    take: Take
    live: TakeProgress | None
    heard_at: datetime

    @property
    def silent_s(self) -> float:
        """Seconds without a sign of life."""
        return (now() - self.heard_at).total_seconds()

    @property
    def is_running(self) -> bool:
        """Whether a worker has it, as far as the database knows."""
        return self.take.status == TakeStatus.RUNNING


def sweep() -> list[TakeOrder]:
    """One round over all open takes; answers the orders to send."""
    everything = list(_open_takes())
    orders = [_treat(one, everything) for one in everything]
    return [order for order in orders if order is not None]


def _open_takes() -> Iterator[Open]:
    with read() as session:
        rows = session.scalars(select(Take).where(Take.status.in_(_OPEN)).order_by(Take.ordered_at)).all()
    reported = progress.read([take.id for take in rows])
    for take in rows:
        live = reported.get(take.id)
        current = live if live is not None and live.attempt == take.attempt else None
        signs = [take.ordered_at, take.started_at, current.at if current else None]
        yield Open(take, current, max(sign for sign in signs if sign is not None))


def _treat(one: Open, everything: list[Open]) -> TakeOrder | None:
    """Do the one thing, if any, that this take needs now."""
    limits = settings()
    take = one.take
    if now() - take.placed_at > timedelta(seconds=limits.hold_s):
        _fail(take, "expired", "No worker finished this take in time.", hold_expired=True)
        return None
    if take.cancel_requested_at is not None and not progress.cancel_requested(take.id, take.attempt):
        progress.request_cancel(take.id, take.attempt)  # Redis forgot
    if one.is_running:
        return _treat_running(one)
    if one.live is not None and one.silent_s < limits.silence_s:
        _note_start(one.live)
        return None
    return _treat_queued(one, everything) if one.silent_s > limits.ring_again_s else None


def _treat_running(one: Open) -> TakeOrder | None:
    limits = settings()
    take = one.take
    if one.silent_s <= _BEATS_UNTIL_LOOK * limits.heartbeat_s or _finish_from_storage(take):
        return None
    if one.silent_s <= limits.silence_s:
        return None
    log.warning("worker_silent", take=take.id, attempt=take.attempt, silent_s=round(one.silent_s, 1))
    if take.cancel_requested_at is not None:
        _cancel(one)
        return None
    return _next_attempt(take)


def _treat_queued(one: Open, everything: list[Open]) -> TakeOrder | None:
    take = one.take
    if take.backbone not in catalogue():
        _fail(take, "unknown_backbone", f"{take.backbone} is not in the catalogue any more.")
        return None
    if dispatch.task_id(take.id, take.attempt) in dispatch.waiting(take.backbone):
        return None
    if _may_be_reserved(one, everything) or _finish_from_storage(take):
        return None
    if one.live is not None:
        return _next_attempt(take)  # it began, unnoticed, and has fallen silent
    log.info("order_sent_again", take=take.id, attempt=take.attempt)
    with transaction() as session:
        return takes.ring_again(session, take.id, take.attempt)


def _may_be_reserved(one: Open, everything: list[Open]) -> bool:
    """Whether a busy worker may hold the order: while it runs only takes that were ordered before."""
    running = [other for other in everything if other.is_running and other.take.backbone == one.take.backbone]
    return bool(running) and all(other.take.ordered_at <= one.take.ordered_at for other in running)


def _next_attempt(take: Take) -> TakeOrder | None:
    used = take.attempt - take.first_attempt + 1
    if used >= settings().max_attempts:
        _fail(take, "worker_lost", f"Its worker fell silent {used} times. Nothing was charged.")
        return None
    with transaction() as session:
        return takes.attempt_again(session, take.id, take.attempt)


def _fail(take: Take, code: str, message: str, *, hold_expired: bool = False) -> None:
    log.warning("take_given_up", take=take.id, attempt=take.attempt, code=code)
    error = TakeError(code=code, message=message)
    with transaction() as session:
        takes.give_up(session, take.id, take.attempt, error, hold_expired=hold_expired)


def _note_start(live: TakeProgress) -> None:
    """The message that it began was lost; its progress says the same."""
    message = TakeStarted(
        take_id=live.take_id, comparison_id=live.comparison_id, attempt=live.attempt, at=live.at
    )
    with transaction() as session:
        takes.started(session, message)


def _cancel(one: Open) -> None:
    """End a take that was to be stopped and whose worker is gone: by the steps it last reported."""
    take, live = one.take, one.live
    outcome = TakeOutcome(
        take_id=take.id,
        comparison_id=take.comparison_id,
        attempt=take.attempt,
        status="canceled",
        steps_run=live.step if live else 0,
        steps=live.steps if live else take.steps,
        started_at=take.started_at or now(),
        finished_at=now(),
    )
    with transaction() as session:
        takes.finish(session, outcome)


def _finish_from_storage(take: Take) -> bool:
    """Finish by the outcome that the attempt left beside its clip, if it left one."""
    key = f"{takes.order(take).folder}/outcome.json"
    try:
        outcome = TakeOutcome.model_validate_json(storage.get(key))
    except FileNotFoundError:
        return False
    except ValidationError:
        log.exception("outcome_unreadable", key=key)
        return False
    log.info("outcome_found_in_storage", take=take.id, attempt=take.attempt)
    with transaction() as session:
        takes.finish(session, outcome)
    return True
