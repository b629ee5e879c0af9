"""The keeper: takes in what the workers answer, and sweeps up what they never will."""

import math
import threading
import time
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app import dispatch, logs
from app.broker import OUTCOMES, TAKE_FINISHED, TAKE_STARTED, make_celery
from app.config import settings
from app.contract import TakeOutcome, TakeStarted
from app.db import migrate, read, transaction
from app.ledger import service as ledger
from app.takes import service as takes
from app.takes.sweeper import sweep

log = structlog.get_logger()

AUDIT_EVERY_S = 3_600.0

celery = make_celery("triptych-keeper")
celery.conf.update(worker_soft_shutdown_timeout=0.0)

_OPTIONS: dict[str, Any] = {
    "acks_late": True,
    "autoretry_for": (SQLAlchemyError,),
    "retry_backoff": 1,
    "retry_backoff_max": 30,
    "max_retries": None,
}


@celery.task(name=TAKE_STARTED, **_OPTIONS)  # type: ignore[untyped-decorator]
def take_started(message: dict[str, Any]) -> None:
    """A worker has begun an attempt."""
    with transaction() as session:
        takes.started(session, TakeStarted.model_validate(message))


@celery.task(name=TAKE_FINISHED, **_OPTIONS)  # type: ignore[untyped-decorator]
def take_finished(message: dict[str, Any]) -> None:
    """An attempt has ended; hearing of it twice changes nothing."""
    with transaction() as session:
        takes.finish(session, TakeOutcome.model_validate(message))


def sweep_until(stop: threading.Event) -> None:
    """Sweep on the clock. A round that fails is logged, and the next one tries again."""
    audited_at = -math.inf
    while not stop.wait(settings().sweep_every_s):
        try:
            dispatch.send(sweep())
            if time.monotonic() - audited_at > AUDIT_EVERY_S:
                audit()
                audited_at = time.monotonic()
        except Exception:
            log.exception("sweep_failed")


def audit() -> None:
    """Prove the sums against the entries; what disagrees is for a person to look at."""
    with read() as session:
        for fault in ledger.verify(session):
            log.error("ledger_disagrees", fault=fault)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    logs.configure()
    migrate()
    stop = threading.Event()
    threading.Thread(target=sweep_until, args=(stop,), name="sweeper", daemon=True).start()
    try:
        celery.worker_main(
            [
                "--quiet",
                "worker",
                "--pool=solo",
                f"--queues={OUTCOMES}",
                "--hostname=keeper@%h",
                "--loglevel=WARNING",
                "--without-gossip",
                "--without-mingle",
            ]
        )
    finally:
        stop.set()
