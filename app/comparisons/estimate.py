"""The bill before the run: pure arithmetic over the catalogue and what this installation has measured."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import pricing
from app.catalogue import DRAFT_SIZES, Backbone, catalogue
from app.comparisons.schemas import ComparisonIn, EstimateOut, TakeEstimate
from app.contract import TakeStatus
from app.takes.models import Take

_RUNS = 20
"""Run times that an expectation is made of: the newest ones, so that it follows the machine."""


def chosen(order: ComparisonIn) -> list[Backbone]:
    """The backbones asked for, in catalogue order."""
    return [b for b in catalogue().values() if order.backbones is None or b.name in order.backbones]


def bill(session: Session, order: ComparisonIn, available: int) -> EstimateOut:
    """What the order would cost and need."""
    backbones = chosen(order)
    takes = [_take(session, order, backbone) for backbone in backbones]
    total = sum(take.credits for take in takes)
    return EstimateOut(
        credits=total,
        seconds=max(take.seconds for take in takes),
        available=available,
        available_after=available - total,
        affordable=total <= available,
        fits=fitting(((take.backbone, take.credits) for take in takes), available),
        takes=takes,
    )


def fitting(prices: Iterable[tuple[str, int]], available: int) -> list[str]:
    """The names that `available` credits still pay for, taken greedily in the order given."""
    fits: list[str] = []
    for name, credits in prices:
        if credits <= available:
            available -= credits
            fits.append(name)
    return fits


def _take(session: Session, order: ComparisonIn, backbone: Backbone) -> TakeEstimate:
    aspect_ratio = order.aspect_ratio or backbone.aspect_ratio
    width, height = DRAFT_SIZES[aspect_ratio]
    per_second = _measured(session, backbone.name) or backbone.seconds_per_second
    return TakeEstimate(
        backbone=backbone.name,
        credits=pricing.quote(backbone, order.duration_s),
        seconds=round(per_second * order.duration_s, 1),
        width=width,
        height=height,
        fps=backbone.fps,
        num_frames=backbone.num_frames(order.duration_s),
        notes=_notes(order, backbone),
    )


def _notes(order: ComparisonIn, backbone: Backbone) -> list[str]:
    """Everything in which the take will differ from the order, in words."""
    notes = [f"Runs at {backbone.fps} frames a second; the rate is fixed."]
    if order.aspect_ratio is not None and order.aspect_ratio != backbone.aspect_ratio:
        notes.append(
            f"Renders {order.aspect_ratio} as ordered; its own shape is {backbone.aspect_ratio}, "
            "where it is at its best."
        )
    frames = backbone.num_frames(order.duration_s)
    if abs(frames / backbone.fps - order.duration_s) > 1e-6:
        notes.append(f"Lasts {frames / backbone.fps:.3f} s: {frames} whole frames.")
    return notes


def _measured(session: Session, backbone: str) -> float | None:
    """Seconds of run time per second of video, the mean of the newest runs here; None before the first."""
    runs = session.execute(
        select(Take.started_at, Take.finished_at, Take.num_frames, Take.fps)
        .where(Take.backbone == backbone, Take.status == TakeStatus.SUCCEEDED, Take.started_at.is_not(None))
        .order_by(Take.finished_at.desc())
        .limit(_RUNS)
    ).all()
    ratios = [
        (end - start).total_seconds() * fps / frames for start, end, frames, fps in runs if start and end
    ]
    return sum(ratios) / len(ratios) if ratios else None
