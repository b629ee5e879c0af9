"""From order to end, and every way in between."""

import pytest

from app import progress
from app.contract import TakeStatus
from app.errors import AppError
from tests.app import acts

pytestmark = pytest.mark.usefixtures("database")


def test_a_finished_take_is_charged_its_quote() -> None:
    order = acts.submit_one(duration_s=4)
    assert acts.start(order)
    assert acts.take(order.take_id).status is TakeStatus.RUNNING
    assert acts.finish(order)
    take = acts.take(order.take_id)
    assert take.status is TakeStatus.SUCCEEDED
    assert (take.credits.estimated, take.credits.held, take.credits.charged) == (12, 0, 12)
    assert (take.unknown_words, take.progress.fraction) == (["flibber"], 1.0)
    assert take.urls.clip == f"/api/v1/takes/{take.id}/clip"
    assert take.started_at is not None
    assert acts.budget().spent == 12


def test_the_second_time_counts_for_nothing() -> None:
    order = acts.submit_one()
    assert acts.finish(order)
    assert not acts.finish(order)
    assert not acts.finish(order, "failed")
    assert not acts.start(order)
    assert acts.take(order.take_id).status is TakeStatus.SUCCEEDED
    assert acts.kinds(order.take_id) == ["hold", "settle"]


def test_a_failure_is_free_and_says_why() -> None:
    order = acts.submit_one()
    acts.start(order)
    acts.finish(order, "failed")
    take = acts.take(order.take_id)
    assert take.error is not None
    assert (take.error.code, take.credits.held, take.credits.charged) == ("out_of_memory", 0, 0)
    assert acts.kinds(order.take_id) == ["hold", "release"]


@pytest.mark.parametrize(("steps_run", "charged"), [(0, 0), (1, 2), (3, 6), (6, 12)])
def test_a_stop_is_charged_by_the_steps_run(steps_run: int, charged: int) -> None:
    order = acts.submit_one(duration_s=4)
    acts.start(order)
    acts.cancel(order.take_id)
    assert acts.take(order.take_id).status is TakeStatus.RUNNING
    assert progress.cancel_requested(order.take_id, 1)
    acts.finish(order, "canceled", steps_run)
    take = acts.take(order.take_id)
    assert (take.status, take.credits.charged) == (TakeStatus.CANCELED, charged)
    assert acts.budget().spent == charged


def test_a_queued_take_stops_at_once_and_free() -> None:
    order = acts.submit_one()
    acts.cancel(order.take_id)
    assert acts.take(order.take_id).status is TakeStatus.CANCELED
    assert progress.cancel_requested(order.take_id, 1), "its order may already be in a worker's hands"
    assert not acts.start(order)
    assert not acts.finish(order)
    assert acts.budget().spent == 0


def test_a_final_take_cannot_be_stopped() -> None:
    order = acts.submit_one()
    acts.finish(order)
    acts.cancel(order.take_id)
    assert acts.take(order.take_id).status is TakeStatus.SUCCEEDED
    assert not progress.cancel_requested(order.take_id, 1)


def test_a_retry_is_a_new_attempt_with_a_new_hold() -> None:
    first = acts.submit_one()
    acts.start(first)
    progress.write(acts.beat(first))
    acts.cancel(first.take_id)
    acts.finish(first, "canceled", 3)
    second = acts.retry(first.take_id)
    assert (second.attempt, second.seed, second.folder) == (2, first.seed, f"takes/{first.take_id}/2")
    assert progress.cancel_requested(first.take_id, 1), "its order may still lie in the queue"
    assert not progress.cancel_requested(first.take_id, 2)
    take = acts.take(first.take_id)
    assert (take.status, take.credits.held, take.progress.step) == (TakeStatus.QUEUED, 6, 0)
    assert not acts.finish(first), "the attempt before is a zombie now"
    acts.finish(second)
    assert acts.take(first.take_id).credits.charged == 3 + 6
    assert acts.kinds(first.take_id) == ["hold", "settle", "hold", "settle"]
    assert acts.budget().spent == 9


def test_a_retry_that_cannot_be_paid_leaves_the_take_as_it_was() -> None:
    order = acts.submit_one()
    acts.finish(order, "failed")
    for _ in range(33):
        acts.submit_one(duration_s=10)
    acts.submit_one(backbone="vertical-social", duration_s=3)  # 996 of 1,000 are held
    with pytest.raises(AppError, match="6 credits; 4 are available"):
        acts.retry(order.take_id)
    take = acts.take(order.take_id)
    assert (take.status, take.attempt, take.credits.held) == (TakeStatus.FAILED, 1, 0)


@pytest.mark.parametrize("begun", [False, True])
def test_only_what_failed_or_was_stopped_is_retried(begun: bool) -> None:
    order = acts.submit_one()
    if begun:
        acts.finish(order)
    with pytest.raises(AppError, match="Only a failed or stopped take"):
        acts.retry(order.take_id)


def test_progress_of_another_attempt_is_not_shown() -> None:
    order = acts.submit_one()
    acts.start(order)
    progress.write(acts.beat(order, step=4))
    assert acts.take(order.take_id).progress.step == 4
    progress.write(acts.beat(order.model_copy(update={"attempt": 2}), step=1))
    progress.write(acts.beat(order, step=5))
    assert acts.take(order.take_id).progress.step == 0
    assert progress.read([order.take_id])[order.take_id].attempt == 2


def test_a_queued_take_says_what_it_waits_for() -> None:
    orders = [acts.submit_one() for _ in range(3)]

    def waits() -> str | None:
        return acts.take(orders[2].take_id).progress.waits_for

    assert waits() == "no worker runs this backbone"
    progress.mark_worker("cinematic", "starting")
    assert waits() == "its worker is starting"
    progress.mark_worker("cinematic", "busy")
    assert waits() == "2 takes ahead"
    acts.finish(orders[0])
    assert waits() == "1 take ahead"
    acts.finish(orders[1])
    assert waits() == "its worker is about to begin"
