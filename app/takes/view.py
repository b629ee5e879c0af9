"""Takes as the outside sees them: the database's truth with the live progress merged in."""

from collections.abc import Sequence
from datetime import datetime

import redis
import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import progress
from app.contract import AspectRatio, TakeError, TakeProgress, TakeStatus
from app.takes.models import Take
from app.takes.schemas import CreditsOut, ProgressOut, TakeOut, TakeUrls

log = structlog.get_logger()


def view(session: Session, take_ids: Sequence[str]) -> list[TakeOut]:
    """The takes with these ids, in this order."""
    live = live_progress(take_ids)
    takes = {take.id: take for take in session.scalars(select(Take).where(Take.id.in_(take_ids)))}
    waits = _waits(session, list(takes.values()))
    return [
        _out(takes[take_id], live.get(take_id), waits.get(take_id))
        for take_id in take_ids
        if take_id in takes
    ]


def live_progress(take_ids: Sequence[str]) -> dict[str, TakeProgress]:
    """Progress by take id; nothing when Redis is away, since the database alone is still true."""
    try:
        return progress.read(take_ids)
    except redis.RedisError as problem:
        log.warning("progress_unreadable", problem=str(problem))
        return {}


def _out(take: Take, live: TakeProgress | None, waits_for: str | None) -> TakeOut:
    status = TakeStatus(take.status)
    clip = take.clip or {}
    current = live if live is not None and live.attempt == take.attempt else None
    progress_out = _progress(take, status, current, waits_for)
    return TakeOut(
        id=take.id,
        comparison_id=take.comparison_id,
        backbone=take.backbone,
        status=status,
        attempt=take.attempt,
        progress=progress_out,
        seed=take.prompt.seed,
        prompt=take.prompt.text,
        aspect_ratio=AspectRatio(take.aspect_ratio),
        width=take.width,
        height=take.height,
        fps=take.fps,
        num_frames=take.num_frames,
        duration_s=take.num_frames / take.fps,
        credits=CreditsOut(
            estimated=take.estimated, held=0 if status.is_final else take.estimated, charged=take.charged
        ),
        error=TakeError(code=take.error_code, message=take.error_message or "") if take.error_code else None,
        unknown_words=clip.get("unknown_words", []),
        sha256=clip.get("sha256"),
        weights_sha256=clip.get("weights_sha256"),
        urls=_urls(take, status, progress_out.preview),
        created_at=take.created_at,
        started_at=take.started_at,
        finished_at=take.finished_at,
    )


def _progress(
    take: Take, status: TakeStatus, live: TakeProgress | None, waits_for: str | None
) -> ProgressOut:
    step, steps = (live.step, live.steps) if live else (0, take.steps)
    if status is TakeStatus.SUCCEEDED:
        step, phase = steps, "done"
    elif status.is_final:
        phase = "done"
    elif status is TakeStatus.QUEUED:
        phase = "queued"
    else:
        phase = live.phase if live else "loading"
    return ProgressOut(
        phase=phase,
        step=step,
        steps=steps,
        fraction=min(1.0, step / steps),
        eta_s=live.eta_s if live and status is TakeStatus.RUNNING else None,
        preview=live.preview if live else 0,
        waits_for=waits_for,
    )


def _urls(take: Take, status: TakeStatus, preview: int) -> TakeUrls:
    base = f"/api/v1/takes/{take.id}"
    finished = status is TakeStatus.SUCCEEDED
    return TakeUrls(
        self=base,
        clip=f"{base}/clip" if finished else None,
        poster=f"{base}/poster" if finished else None,
        preview=f"{base}/preview?number={take.attempt}.{preview}" if preview and not finished else None,
    )


def _waits(session: Session, takes: list[Take]) -> dict[str, str]:
    """Why each queued take among `takes` has not begun."""
    queued = [take for take in takes if take.status == TakeStatus.QUEUED]
    if not queued:
        return {}
    workers = _workers({take.backbone for take in queued})
    return {take.id: _reason(session, take, workers.get(take.backbone)) for take in queued}


def _workers(backbones: set[str]) -> dict[str, progress.WorkerState | None]:
    try:
        return {backbone: progress.worker_alive(backbone) for backbone in backbones}
    except redis.RedisError:
        return {}


def _reason(session: Session, take: Take, worker: progress.WorkerState | None) -> str:
    if worker is None:
        return "no worker runs this backbone"
    if worker == "starting":
        return "its worker is starting"
    ahead = _ahead(session, take.backbone, take.ordered_at)
    if ahead == 0:
        return "its worker is about to begin"
    return "1 take ahead" if ahead == 1 else f"{ahead} takes ahead"


def _ahead(session: Session, backbone: str, ordered_at: datetime) -> int:
    """Open takes of the backbone that were ordered earlier."""
    return session.scalar(
        select(func.count())
        .select_from(Take)
        .where(
            Take.backbone == backbone,
            Take.status.in_((TakeStatus.QUEUED, TakeStatus.RUNNING)),
            Take.ordered_at < ordered_at,
        )
    ) or 0  # fmt: skip
