"""The Celery app of the render workers: one process per backbone, one child that holds the model."""

import os
import threading
import time
from typing import Any

import structlog
from celery.signals import worker_process_init

from app import progress
from app.broker import make_celery

celery = make_celery("workers")
celery.conf.include = ["workers.tasks"]
log = structlog.get_logger()

MARK_EVERY_S = 5.0


def backbone() -> str:
    """The backbone this process runs, from TRIPTYCH_BACKBONE."""
    name = os.environ.get("TRIPTYCH_BACKBONE", "")
    if not name:
        raise RuntimeError(
            "TRIPTYCH_BACKBONE names no backbone; start workers with `triptych worker BACKBONE`"
        )
    return name


@worker_process_init.connect
def warm_up(**_: Any) -> None:
    """Load the model beside the start-up, which may not block, and keep saying that the worker lives."""
    threading.Thread(target=_keep_marked, name="mark", daemon=True).start()


def _keep_marked() -> None:
    from workers import tasks

    progress_state: progress.WorkerState = "starting"
    threading.Thread(target=tasks.pipeline_or_none, name="warm-up", daemon=True).start()
    while True:
        progress_state = tasks.state()
        try:
            progress.mark_worker(backbone(), progress_state)
        except Exception as error:  # Redis may be away; the next mark will tell.
            log.warning("worker_mark_failed", error=str(error))
        time.sleep(MARK_EVERY_S if progress_state != "starting" else 0.5)
