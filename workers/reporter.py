"""What leaves a worker while it runs: progress, previews, the outcome. What comes in: cancel."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal

import redis
import structlog
from kombu.exceptions import OperationalError

from app import broker, progress, storage
from app.config import settings
from app.contract import TakeOrder, TakeOutcome, TakeProgress, TakeStarted
from workers.celery_app import celery

log = structlog.get_logger()

Phase = Literal["loading", "denoising", "finishing"]


@contextmanager
def lossy() -> Iterator[None]:
    """Run something that a Redis which is away may swallow: the render goes on, the sweeper makes it good."""
    try:
        yield
    except (redis.RedisError, OperationalError, OSError) as error:
        log.warning("redis_away", error=str(error))


class Reporter:
    """Progress of one attempt, repeated every `heartbeat_s` so that silence means death."""

    def __init__(self, order: TakeOrder, steps: int) -> None:
        self.order = order
        self.steps = steps
        self.step = 0
        self.started_at = datetime.now(UTC)
        self._phase: Phase = "loading"
        self._preview = 0
        self._denoising_since = 0.0
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def __enter__(self) -> "Reporter":
        message = TakeStarted(
            take_id=self.order.take_id,
            comparison_id=self.order.comparison_id,
            attempt=self.order.attempt,
            at=self.started_at,
        )
        with lossy():
            celery.send_task(broker.TAKE_STARTED, kwargs={"message": message.model_dump(mode="json")})
        self._write()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def enter(self, phase: Phase) -> None:
        """Begin a phase."""
        self._phase = phase
        if phase == "denoising":
            self._denoising_since = time.monotonic()
        self._write()

    def advance(self, step: int, steps: int, webp: Callable[[], bytes]) -> None:
        """One step is done; keep its preview and say so."""
        self.step, self.steps = step, steps
        with lossy():
            progress.put_preview(self.order.take_id, self.order.attempt, step, webp())
        self._preview = step
        self._write()

    def cancel_requested(self) -> bool:
        """Whether somebody wants this attempt stopped."""
        with lossy():
            return progress.cancel_requested(self.order.take_id, self.order.attempt)
        return False

    def _eta_s(self) -> float | None:
        if not self.step or self._phase != "denoising":
            return None
        return (time.monotonic() - self._denoising_since) / self.step * (self.steps - self.step)

    def _write(self) -> None:
        with self._lock, lossy():
            progress.write(
                TakeProgress(
                    take_id=self.order.take_id,
                    comparison_id=self.order.comparison_id,
                    attempt=self.order.attempt,
                    phase=self._phase,
                    step=self.step,
                    steps=self.steps,
                    eta_s=self._eta_s(),
                    preview=self._preview,
                    at=datetime.now(UTC),
                )
            )

    def _beat(self) -> None:
        while not self._ended.wait(settings().heartbeat_s):
            self._write()


def outcome_key(order: TakeOrder) -> str:
    """Where an attempt's outcome lies beside its clip."""
    return f"{order.folder}/outcome.json"


def earlier_outcome(order: TakeOrder) -> TakeOutcome | None:
    """The outcome that this very attempt left before, when its order came twice."""
    key = outcome_key(order)
    return TakeOutcome.model_validate_json(storage.get(key)) if storage.exists(key) else None


def deliver(order: TakeOrder, outcome: TakeOutcome) -> None:
    """Keep the outcome beside the clip, then send it: a lost message costs no second render."""
    document = outcome.model_dump(mode="json")
    storage.put_json(outcome_key(order), document)
    with lossy():
        celery.send_task(broker.TAKE_FINISHED, kwargs={"message": document})
