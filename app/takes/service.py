"""What happens to a take, and the credits that move with it: one transaction each, the caller's."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import func, update
from sqlalchemy.orm import Session

from app import pricing, progress
from app.catalogue import DRAFT_SIZES, Backbone, catalogue
from app.config import settings
from app.contract import AspectRatio, TakeError, TakeOrder, TakeOutcome, TakeStarted, TakeStatus
from app.db import after_commit, now
from app.errors import AppError
from app.ids import is_id, new_id
from app.ledger import service as ledger
from app.takes.models import Prompt, Take
from app.takes.schemas import TakeOut
from app.takes.view import view

log = structlog.get_logger()

OPEN = (TakeStatus.QUEUED, TakeStatus.RUNNING)
RETRYABLE = (TakeStatus.FAILED, TakeStatus.CANCELED)


def place(
    session: Session, *, project_id: str, comparison_id: str, prompt: Prompt, backbones: Sequence[Backbone]
) -> list[TakeOrder]:
    """Make a take with its hold for each backbone; answers the orders to send after the commit."""
    takes = [
        _draft(project_id, comparison_id, prompt, backbone, position)
        for position, backbone in enumerate(backbones)
    ]
    session.add_all(takes)
    session.flush()
    for take in takes:
        _hold(session, take)
        _tell(session, take)
    return [order(take) for take in takes]


def order(take: Take) -> TakeOrder:
    """The order for the take's current attempt."""
    return TakeOrder(
        take_id=take.id,
        comparison_id=take.comparison_id,
        attempt=take.attempt,
        backbone=take.backbone,
        prompt=take.prompt.text,
        negative_prompt=take.prompt.negative_text,
        seed=take.prompt.seed,
        width=take.width,
        height=take.height,
        fps=take.fps,
        num_frames=take.num_frames,
        aspect_ratio=AspectRatio(take.aspect_ratio),
        steps=take.steps,
        guidance_scale=take.guidance_scale,
        reference_image_key=take.prompt.reference_image_key,
        ordered_at=take.ordered_at,
    )


def out(session: Session, take_ids: Sequence[str]) -> list[TakeOut]:
    """The takes as the outside sees them, in the order asked for; unknown ones are left out."""
    return view(session, take_ids)


def find(session: Session, take_id: str) -> Take:
    """The take, or a 404."""
    take = session.get(Take, take_id) if is_id(take_id) else None
    if take is None:
        raise AppError("take_not_found", f"There is no take {take_id}.", status=404)
    return take


def started(session: Session, message: TakeStarted) -> bool:
    """Note that a worker began; False when the attempt is no longer the one that counts."""
    take = _advance(
        session,
        message.take_id,
        message.attempt,
        (TakeStatus.QUEUED,),
        status=TakeStatus.RUNNING,
        started_at=message.at,
    )
    if take is not None:
        _tell(session, take)
    return take is not None


def finish(session: Session, outcome: TakeOutcome) -> bool:
    """End an attempt and its hold together.

    False for a zombie: an attempt that was given up, or an outcome that came before. It is
    discarded and charges nothing.
    """
    error = outcome.error if outcome.status == "failed" else None
    take = _advance(
        session,
        outcome.take_id,
        outcome.attempt,
        OPEN,
        status=TakeStatus(outcome.status),
        started_at=func.coalesce(Take.started_at, outcome.started_at),
        finished_at=outcome.finished_at,
        clip=outcome.clip.model_dump(mode="json") if outcome.clip else None,
        error_code=error and error.code,
        error_message=error and error.message,
    )
    if take is None:
        log.info("outcome_discarded", take=outcome.take_id, attempt=outcome.attempt, status=outcome.status)
        return False
    _resolve(session, take, outcome)
    _tell(session, take)
    return True


def cancel(session: Session, take_id: str) -> None:
    """Stop a take: a queued one ends here, a running one at its worker's next step, a final one stays."""
    take = find(session, take_id)
    moment = now()
    ended = _advance(
        session, take_id, take.attempt, (TakeStatus.QUEUED,), status=TakeStatus.CANCELED, finished_at=moment
    )
    if ended is not None:
        ledger.release(session, take_id=take_id)
    elif _advance(session, take_id, take.attempt, (TakeStatus.RUNNING,), cancel_requested_at=moment) is None:
        return
    attempt = take.attempt
    after_commit(session, lambda: progress.request_cancel(take_id, attempt))
    _tell(session, take)


def retry(session: Session, take_id: str) -> TakeOrder:
    """Order a failed or canceled take once more, with a hold of its own."""
    take = find(session, take_id)
    if take.backbone not in catalogue():
        raise AppError("unknown_backbone", f"{take.backbone} is not in the catalogue now.", status=409)
    moment = now()
    again = _advance(
        session,
        take_id,
        take.attempt,
        RETRYABLE,
        **_fresh_attempt(take),
        first_attempt=take.attempt + 1,
        estimated=pricing.quote(catalogue()[take.backbone], take.prompt.duration_s),
        placed_at=moment,
        ordered_at=moment,
        cancel_requested_at=None,
    )
    if again is None:
        session.refresh(take)
        raise AppError(
            "take_not_retryable", f"Only a failed or stopped take can be retried; this one is {take.status}.",
            status=409,
        )  # fmt: skip
    _hold(session, again)
    after_commit(session, lambda: progress.clear(take_id))
    _tell(session, again)
    return order(again)


def attempt_again(session: Session, take_id: str, attempt: int) -> TakeOrder | None:
    """Give a silent attempt up for a new one under the same hold; None when there is nothing to give up."""
    take = find(session, take_id)
    again = _advance(session, take_id, attempt, OPEN, **_fresh_attempt(take), ordered_at=now())
    if again is None:
        return None
    after_commit(session, lambda: progress.request_cancel(take_id, attempt))  # it may only be slow
    _tell(session, again)
    return order(again)


def ring_again(session: Session, take_id: str, attempt: int) -> TakeOrder | None:
    """The same order once more, for a queued attempt whose order was lost."""
    take = _advance(session, take_id, attempt, (TakeStatus.QUEUED,), ordered_at=now())
    return None if take is None else order(take)


def give_up(
    session: Session, take_id: str, attempt: int, error: TakeError, *, hold_expired: bool = False
) -> bool:
    """Fail a take that no worker will finish, and give its hold back."""
    take = _advance(
        session,
        take_id,
        attempt,
        OPEN,
        status=TakeStatus.FAILED,
        finished_at=now(),
        error_code=error.code,
        error_message=error.message,
    )
    if take is None:
        return False
    (ledger.expire if hold_expired else ledger.release)(session, take_id=take_id)
    after_commit(session, lambda: progress.request_cancel(take_id, attempt))  # it may only be slow
    _tell(session, take)
    return True


def _draft(project_id: str, comparison_id: str, prompt: Prompt, backbone: Backbone, position: int) -> Take:
    aspect_ratio = AspectRatio(prompt.aspect_ratio) if prompt.aspect_ratio else backbone.aspect_ratio
    width, height = DRAFT_SIZES[aspect_ratio]
    moment = now()
    return Take(
        id=new_id(),
        project_id=project_id,
        comparison_id=comparison_id,
        prompt_id=prompt.id,
        prompt=prompt,
        position=position,
        backbone=backbone.name,
        status=TakeStatus.QUEUED,
        attempt=1,
        first_attempt=1,
        aspect_ratio=aspect_ratio,
        width=width,
        height=height,
        fps=backbone.fps,
        num_frames=backbone.num_frames(prompt.duration_s),
        steps=backbone.steps,
        guidance_scale=backbone.guidance_scale,
        estimated=pricing.quote(backbone, prompt.duration_s),
        charged=0,
        created_at=moment,
        placed_at=moment,
        ordered_at=moment,
    )


def _fresh_attempt(take: Take) -> dict[str, object]:
    """The columns that a new attempt resets."""
    return {
        "attempt": take.attempt + 1,
        "status": TakeStatus.QUEUED,
        "started_at": None,
        "finished_at": None,
        "clip": None,
        "error_code": None,
        "error_message": None,
    }


def _advance(
    session: Session, take_id: str, attempt: int, states: Sequence[TakeStatus], /, **values: object
) -> Take | None:
    """Change a take only if it is still in this attempt and one of these states; else None."""
    changed = session.scalar(
        update(Take)
        .where(Take.id == take_id, Take.attempt == attempt, Take.status.in_(states))
        .values(**values)
        .returning(Take.id)
        .execution_options(synchronize_session=False)
    )
    return None if changed is None else session.get_one(Take, take_id, populate_existing=True)


def _hold(session: Session, take: Take) -> None:
    ledger.hold(
        session,
        project_id=take.project_id,
        what=ledger.For(take.id, take.comparison_id, take.backbone),
        amount=take.estimated,
        expires_at=take.ordered_at + timedelta(seconds=settings().hold_s),
    )


def _resolve(session: Session, take: Take, outcome: TakeOutcome) -> None:
    """End the hold: whole for a success, by the steps run for a stop, nothing for a failure."""
    held = ledger.open_hold(session, take.id).amount
    charges = {
        "succeeded": held,
        "canceled": pricing.charge(held, outcome.steps_run, outcome.steps),
        "failed": 0,
    }
    if charge := charges[outcome.status]:
        ledger.settle(session, take_id=take.id, amount=charge)
        take.charged += charge
        session.flush()
    else:
        ledger.release(session, take_id=take.id)


def _tell(session: Session, take: Take) -> None:
    """Notify the streams once the change can be read."""
    comparison_id, take_id = take.comparison_id, take.id
    after_commit(session, lambda: progress.notify(comparison_id, take_id))
