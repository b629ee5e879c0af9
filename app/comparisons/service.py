"""Comparisons: priced, ordered and looked up."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.comparisons import estimate as estimates
from app.comparisons.models import Comparison, IdempotencyKey
from app.comparisons.schemas import ComparisonIn, ComparisonList, ComparisonOut, EstimateOut
from app.contract import AspectRatio, TakeOrder
from app.db import insert_unless_exists, now
from app.errors import AppError
from app.ids import is_id, new_id
from app.images import service as images
from app.ledger import service as ledger
from app.projects.models import Project
from app.takes import service as takes
from app.takes.models import Prompt, Take

MAX_KEY_CHARS = 255


def estimate(session: Session, project: Project, order: ComparisonIn) -> EstimateOut:
    """What the order would cost, how long it would take, and whether the budget suffices."""
    return estimates.bill(session, order, ledger.budget_of(session, project.id).available)


def submit(
    session: Session, project: Project, order: ComparisonIn, *, idempotency_key: str | None = None
) -> tuple[str, list[TakeOrder]]:
    """Write comparison, takes and holds, or nothing.

    Answers the comparison's id and the orders to send once this is committed. An idempotency key seen
    before answers what it made then, and no orders; with another body it is refused.
    """
    comparison_id = new_id()
    if idempotency_key is not None:
        known = _claim(session, project, idempotency_key, _digest(order), comparison_id)
        if known is not None:
            return known, []
    image = images.find(session, project, order.reference_image_id) if order.reference_image_id else None
    prompt = Prompt(
        id=new_id(),
        text=order.prompt,
        negative_text=order.negative_prompt,
        reference_image_id=image and image.id,
        reference_image_key=image and image.key,
        seed=secrets.randbelow(2**32) if order.seed is None else order.seed,
        duration_s=order.duration_s,
        aspect_ratio=order.aspect_ratio,
    )
    session.add(prompt)
    session.flush()
    session.add(
        Comparison(
            id=comparison_id, project_id=project.id, prompt_id=prompt.id, prompt=prompt, created_at=now()
        )
    )
    session.flush()
    return comparison_id, _place(session, project, order, prompt, comparison_id)


def get(session: Session, comparison_id: str) -> ComparisonOut:
    """A comparison with its takes, or a 404."""
    comparison = session.get(Comparison, comparison_id) if is_id(comparison_id) else None
    if comparison is None:
        raise AppError("comparison_not_found", f"There is no comparison {comparison_id}.", status=404)
    return _outs(session, [comparison])[0]


def page(session: Session, project: Project, cursor: str | None = None, limit: int = 20) -> ComparisonList:
    """A page of the project's comparisons, newest first."""
    wanted = select(Comparison).where(Comparison.project_id == project.id)
    if cursor is not None:
        if not is_id(cursor):
            raise AppError("bad_cursor", f"{cursor[:40]!r} is no cursor.", status=422, field="cursor")
        wanted = wanted.where(Comparison.id < cursor)
    found = session.scalars(wanted.order_by(Comparison.id.desc()).limit(limit + 1)).all()
    shown = found[:limit]
    return ComparisonList(
        items=_outs(session, shown), next_cursor=shown[-1].id if len(found) > limit else None
    )


def _place(
    session: Session, project: Project, order: ComparisonIn, prompt: Prompt, comparison_id: str
) -> list[TakeOrder]:
    """Place the takes; when the guard refuses one, say what the whole needed and what would fit."""
    try:
        return takes.place(
            session,
            project_id=project.id,
            comparison_id=comparison_id,
            prompt=prompt,
            backbones=estimates.chosen(order),
        )
    except ledger.InsufficientBudgetError as refusal:
        # Whatever this order has already held is rolled back with it.
        available = refusal.available + ledger.held_for(session, comparison_id)
        bill = estimates.bill(session, order, available)
        raise ledger.InsufficientBudgetError(bill.credits, available, fits=bill.fits) from None


def _claim(session: Session, project: Project, key: str, digest: str, comparison_id: str) -> str | None:
    """Take the key for a new comparison, or answer the one it has already made."""
    if not 1 <= len(key) <= MAX_KEY_CHARS:
        raise AppError(
            "bad_idempotency_key",
            f"Idempotency-Key may have 1 to {MAX_KEY_CHARS} characters; this has {len(key)}.",
            status=422,
            field="Idempotency-Key",
        )
    claimed = insert_unless_exists(
        session,
        IdempotencyKey,
        project_id=project.id,
        key=key,
        request_sha256=digest,
        comparison_id=comparison_id,
        created_at=now(),
    )
    if claimed:
        return None
    known = session.get_one(IdempotencyKey, (project.id, key))
    if known.request_sha256 != digest:
        raise AppError(
            "idempotency_key_reused",
            "This Idempotency-Key came with another order before; use a new key for a new order.",
            status=409,
            field="Idempotency-Key",
        )
    return known.comparison_id


def _digest(order: ComparisonIn) -> str:
    return hashlib.sha256(order.model_dump_json().encode()).hexdigest()


def _outs(session: Session, comparisons: Sequence[Comparison]) -> list[ComparisonOut]:
    ids = [comparison.id for comparison in comparisons]
    take_ids = session.scalars(
        select(Take.id).where(Take.comparison_id.in_(ids)).order_by(Take.comparison_id, Take.position)
    ).all()
    by_comparison = defaultdict(list)
    for take in takes.out(session, take_ids):
        by_comparison[take.comparison_id].append(take)
    return [
        ComparisonOut(
            id=comparison.id,
            prompt=comparison.prompt.text,
            negative_prompt=comparison.prompt.negative_text,
            duration_s=comparison.prompt.duration_s,
            aspect_ratio=AspectRatio(comparison.prompt.aspect_ratio)
            if comparison.prompt.aspect_ratio
            else None,
            seed=comparison.prompt.seed,
            reference_image_id=comparison.prompt.reference_image_id,
            reference_image_url=images.url(comparison.prompt.reference_image_id),
            takes=by_comparison[comparison.id],
            created_at=comparison.created_at,
        )
        for comparison in comparisons
    ]
