"""The keeper as a real process on a real queue."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from app import broker
from app.contract import TakeStarted, TakeStatus
from app.db import now
from tests.app import acts


@pytest.fixture
def keeper(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A keeper that sweeps ten times a second."""
    settings = {"TRIPTYCH_SWEEP_EVERY_S": "0.1", "TRIPTYCH_RING_AGAIN_S": "0.5"}
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.keeper import main; main()"], env=os.environ | settings
    )
    yield process
    process.kill()
    process.wait()


def until(take_id: str, status: TakeStatus) -> None:
    deadline = time.monotonic() + 20
    while acts.take(take_id).status is not status:
        assert time.monotonic() < deadline, acts.take(take_id)
        time.sleep(0.05)


def test_it_hears_sweeps_and_goes_in_peace(keeper: subprocess.Popen[bytes]) -> None:
    celery = broker.make_celery("worker")
    order = acts.submit_one()
    begun = TakeStarted(take_id=order.take_id, comparison_id=order.comparison_id, attempt=1, at=now())
    result = acts.outcome(order, "succeeded")
    celery.send_task(broker.TAKE_STARTED, kwargs={"message": begun.model_dump(mode="json")})
    until(order.take_id, TakeStatus.RUNNING)
    for _ in range(2):
        celery.send_task(broker.TAKE_FINISHED, kwargs={"message": result.model_dump(mode="json")})
    celery.send_task(broker.TAKE_FINISHED, kwargs={"message": {"nonsense": 1}})
    until(order.take_id, TakeStatus.SUCCEEDED)

    lost = acts.submit_one()
    acts.write_files(lost, acts.outcome(lost, "succeeded"))
    until(lost.take_id, TakeStatus.SUCCEEDED)
    assert acts.budget().spent == 12
    assert acts.kinds(order.take_id) == ["hold", "settle"]

    keeper.send_signal(signal.SIGTERM)
    assert keeper.wait(10) == 0
