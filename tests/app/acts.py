"""What people, workers and the keeper do, in one call each."""

import hashlib
from datetime import timedelta
from typing import Literal

from sqlalchemy import func, select, update

from app import storage
from app.comparisons import service as comparisons
from app.comparisons.models import Comparison, IdempotencyKey
from app.comparisons.schemas import ComparisonIn, ComparisonOut
from app.contract import ClipFile, TakeError, TakeOrder, TakeOutcome, TakeProgress, TakeStarted
from app.db import now, read, transaction
from app.ledger import service as ledger
from app.ledger.models import Entry
from app.ledger.schemas import BudgetOut
from app.projects import service as projects
from app.takes import service as takes
from app.takes.models import Prompt, Take
from app.takes.schemas import TakeOut

CLIP = b"not really a clip, but bytes " * 100


def submit(key: str | None = None, **fields: object) -> tuple[ComparisonOut, list[TakeOrder]]:
    """Order a comparison as the API does, without sending the orders."""
    wanted = ComparisonIn.model_validate({"prompt": "a red car", "duration_s": 2, **fields})
    with transaction() as session:
        made, orders = comparisons.submit(session, projects.current(session), wanted, idempotency_key=key)
        return comparisons.get(session, made), orders


def submit_one(backbone: str = "cinematic", **fields: object) -> TakeOrder:
    """Order a single take."""
    return submit(backbones=[backbone], **fields)[1][0]


def start(order: TakeOrder) -> bool:
    """A worker begins."""
    message = TakeStarted(
        take_id=order.take_id, comparison_id=order.comparison_id, attempt=order.attempt, at=now()
    )
    with transaction() as session:
        return takes.started(session, message)


def outcome(
    order: TakeOrder, status: Literal["succeeded", "failed", "canceled"], steps_run: int | None = None
) -> TakeOutcome:
    """How a worker would report the end."""
    clip = ClipFile(
        clip_key=f"{order.folder}/clip.mp4",
        poster_key=f"{order.folder}/poster.jpg",
        sha256=hashlib.sha256(CLIP).hexdigest(),
        size_bytes=len(CLIP),
        width=order.width,
        height=order.height,
        fps=order.fps,
        num_frames=order.num_frames,
        weights_sha256="0" * 64,
        unknown_words=["flibber"],
    )
    return TakeOutcome(
        take_id=order.take_id,
        comparison_id=order.comparison_id,
        attempt=order.attempt,
        status=status,
        steps_run=order.steps if steps_run is None else steps_run,
        steps=order.steps,
        started_at=now(),
        finished_at=now() + timedelta(seconds=3),
        clip=clip if status == "succeeded" else None,
        error=TakeError(code="out_of_memory", message="Not enough memory.") if status == "failed" else None,
    )


def write_files(order: TakeOrder, result: TakeOutcome) -> None:
    """What a worker leaves in the storage."""
    storage.put(f"{order.folder}/clip.mp4", CLIP)
    storage.put(f"{order.folder}/poster.jpg", b"a poster")
    storage.put_json(f"{order.folder}/outcome.json", result.model_dump(mode="json"))


def finish(
    order: TakeOrder,
    status: Literal["succeeded", "failed", "canceled"] = "succeeded",
    steps_run: int | None = None,
) -> bool:
    """A worker ends, and the keeper hears of it."""
    result = outcome(order, status, steps_run)
    if status == "succeeded":
        write_files(order, result)
    with transaction() as session:
        return takes.finish(session, result)


def cancel(take_id: str) -> None:
    """A person presses Stop."""
    with transaction() as session:
        takes.cancel(session, take_id)


def retry(take_id: str) -> TakeOrder:
    """A person presses Retry."""
    with transaction() as session:
        return takes.retry(session, take_id)


def beat(order: TakeOrder, *, step: int = 1, age_s: float = 0.0) -> TakeProgress:
    """A heartbeat of `age_s` seconds ago."""
    return TakeProgress(
        take_id=order.take_id,
        comparison_id=order.comparison_id,
        attempt=order.attempt,
        phase="denoising",
        step=step,
        steps=order.steps,
        eta_s=1.5,
        at=now() - timedelta(seconds=age_s),
    )


def age(take_id: str, seconds: float) -> None:
    """Let everything the database knows of a take have happened earlier."""
    with transaction() as session:
        take = session.get_one(Take, take_id)
        shift = timedelta(seconds=seconds)
        session.execute(
            update(Take)
            .where(Take.id == take_id)
            .values(
                placed_at=take.placed_at - shift,
                ordered_at=take.ordered_at - shift,
                started_at=take.started_at - shift if take.started_at else None,
            )
        )


def take(take_id: str) -> TakeOut:
    """The take as the outside sees it."""
    with read() as session:
        return takes.out(session, [take_id])[0]


def budget() -> BudgetOut:
    """The budget, after it has been proven against its entries."""
    with read() as session:
        assert ledger.verify(session) == []
        return ledger.budget(session, projects.current(session))


def kinds(take_id: str) -> list[str]:
    """The ledger's entries for a take, in order."""
    with read() as session:
        return list(session.scalars(select(Entry.kind).where(Entry.take_id == take_id).order_by(Entry.id)))


def rows() -> dict[str, int]:
    """How much there is of everything that an order writes."""
    with read() as session:
        return {
            model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Comparison, Prompt, Take, Entry, IdempotencyKey)
        }
