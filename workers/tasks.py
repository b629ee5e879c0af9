"""The only task: one order in, one outcome out, whatever happens in between."""

import re
import tempfile
import threading
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import structlog

from app import broker, progress, storage
from app.config import settings
from app.contract import ClipFile, TakeError, TakeOrder, TakeOutcome
from workers.celery_app import backbone, celery
from workers.reporter import Reporter, deliver, earlier_outcome

log = structlog.get_logger()

_loading = threading.Lock()
_busy = threading.Event()
_loaded = threading.Event()


def state() -> progress.WorkerState:
    """What this worker is doing, for those who wait in its queue."""
    if _busy.is_set():
        return "busy"
    return "idle" if _loaded.is_set() else "starting"


def pipeline() -> Any:
    """The backbone's pipeline; the first call imports torch and loads the weights."""
    with _loading:
        from workers.pipeline import load

        loaded = load(backbone(), settings().device)
        _loaded.set()
        return loaded


def pipeline_or_none() -> Any:
    """Load ahead of the first order; a failure is that order's to report."""
    try:
        return pipeline()
    except Exception as error:
        log.warning("warm_up_failed", backbone=backbone(), error=str(error))
        return None


@celery.task(name=broker.GENERATE_TAKE)
def generate_take(order: dict[str, Any]) -> None:
    """Run an order and deliver its outcome."""
    parsed = TakeOrder.model_validate(order)
    _busy.set()
    try:
        outcome = earlier_outcome(parsed) or run(parsed)
    finally:
        _busy.clear()
    deliver(parsed, outcome)


def run(order: TakeOrder) -> TakeOutcome:
    """Generate, and turn every way it can end into an outcome."""
    with Reporter(order, order.steps) as reporter:
        if reporter.cancel_requested():
            return ended(reporter, "canceled")
        try:
            clip = make_clip(order, reporter)
        except Exception as error:
            return failed_or_canceled(reporter, error)
        return ended(reporter, "succeeded", clip=clip)


def failed_or_canceled(reporter: Reporter, error: Exception) -> TakeOutcome:
    """The outcome for an exception from the recipe."""
    from workers.generate import Canceled
    from workers.pipeline import WeightsMissingError

    if isinstance(error, Canceled):
        return ended(reporter, "canceled")
    log.exception("take_failed", take_id=reporter.order.take_id, error=str(error))
    code = "weights_missing" if isinstance(error, WeightsMissingError) else "generation_failed"
    if "out of memory" in str(error).lower() or isinstance(error, MemoryError):
        code = "out_of_memory"
    where = f"At step {reporter.step}: " if reporter.step else ""
    # People need the reason, not where this host keeps its files.
    reason = re.sub(r"/\S*/", "", str(error)) or type(error).__name__
    message = f"{where}{reason}"
    return ended(reporter, "failed", error=TakeError(code=code, message=message[:500]))


def ended(
    reporter: Reporter,
    status: Literal["succeeded", "failed", "canceled"],
    *,
    clip: ClipFile | None = None,
    error: TakeError | None = None,
) -> TakeOutcome:
    """An outcome of the attempt as it stands."""
    order = reporter.order
    return TakeOutcome(
        take_id=order.take_id,
        comparison_id=order.comparison_id,
        attempt=order.attempt,
        status=status,
        steps_run=reporter.step,
        steps=reporter.steps,
        started_at=reporter.started_at,
        finished_at=datetime.now(UTC),
        clip=clip,
        error=error,
    )


def make_clip(order: TakeOrder, reporter: Reporter) -> ClipFile:
    """Denoise, encode, store."""
    from workers.generate import Canceled, Step, count_steps, generate, preview
    from workers.video import jpeg, webp, write_mp4

    loaded = pipeline()
    reporter.steps = count_steps(order, loaded.transformer.chunk_frames)
    reporter.enter("denoising")

    def on_progress(step: Step) -> None:
        reporter.advance(step.number, step.of, lambda: webp(preview(step.clean, loaded, order), fps=6))
        if reporter.cancel_requested():
            raise Canceled

    frames = generate(order, loaded, on_progress)
    reporter.enter("finishing")
    clip_key, poster_key = f"{order.folder}/clip.mp4", f"{order.folder}/poster.jpg"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        write_mp4(path, frames, order.fps, parameters(order, loaded.weights_sha256))
        content = path.read_bytes()
    storage.put(clip_key, content)
    storage.put(poster_key, jpeg(frames[len(frames) // 2]))
    return ClipFile(
        clip_key=clip_key,
        poster_key=poster_key,
        sha256=sha256(content).hexdigest(),
        size_bytes=len(content),
        width=order.width,
        height=order.height,
        fps=order.fps,
        num_frames=len(frames),
        weights_sha256=loaded.weights_sha256,
        unknown_words=loaded.encoder.unknown_words(order.prompt),
    )


def parameters(order: TakeOrder, weights_sha256: str) -> dict[str, object]:
    """What a clip says of itself: everything that makes it again, nothing that names this run."""
    made_from = order.model_dump(
        mode="json", exclude={"take_id", "comparison_id", "attempt", "ordered_at", "reference_image_key"}
    )
    reference = order.reference_image_key
    image = sha256(storage.get(reference)).hexdigest() if reference else None
    return {
        **made_from,
        "reference_image_sha256": image,
        "weights_sha256": weights_sha256,
        "generator": "triptych",
    }
