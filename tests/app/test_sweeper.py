"""What was lost comes to an end: charged once, or not at all."""

import pytest

from app import dispatch, progress
from app.contract import TakeOrder, TakeStatus
from app.takes.sweeper import sweep
from tests.app import acts

pytestmark = pytest.mark.usefixtures("database")


def swept() -> list[tuple[str, int]]:
    return [(order.take_id, order.attempt) for order in sweep()]


def running(silent_s: float = 0.0, **fields: object) -> TakeOrder:
    order = acts.submit_one(**fields)
    acts.start(order)
    acts.age(order.take_id, silent_s)
    return order


def test_a_lost_order_is_sent_again() -> None:
    order = acts.submit_one()
    assert swept() == []
    acts.age(order.take_id, 21)
    assert swept() == [(order.take_id, 1)]
    assert swept() == [], "not again before it had a chance"
    assert acts.kinds(order.take_id) == ["hold"]


def test_an_order_that_still_lies_in_the_queue_is_left_there() -> None:
    order = acts.submit_one()
    dispatch.send([order])
    acts.age(order.take_id, 600)
    assert swept() == []
    assert dispatch.waiting("cinematic") == {f"{order.take_id}.1"}


def test_an_order_behind_a_busy_worker_is_left_there() -> None:
    first = running()
    second = acts.submit_one()
    progress.write(acts.beat(first))
    acts.age(first.take_id, 30)
    acts.age(second.take_id, 25)
    assert swept() == []


def test_a_silent_worker_loses_the_take_to_a_new_attempt() -> None:
    order = running(silent_s=46)
    assert swept() == [(order.take_id, 2)]
    assert progress.cancel_requested(order.take_id, 1), "the silent one may only be slow"
    assert not progress.cancel_requested(order.take_id, 2)
    assert not acts.finish(order), "the silent one was only slow: a zombie"
    assert acts.kinds(order.take_id) == ["hold"], "one hold carries over"


def test_a_heartbeat_keeps_the_take() -> None:
    order = running(silent_s=600)
    progress.write(acts.beat(order, age_s=40))
    assert swept() == []


def test_after_three_attempts_it_fails_and_costs_nothing() -> None:
    order = running(silent_s=46)
    for attempt in (2, 3):
        assert swept() == [(order.take_id, attempt)]
        acts.start(order.model_copy(update={"attempt": attempt}))
        acts.age(order.take_id, 46)
    assert swept() == []
    take = acts.take(order.take_id)
    assert (take.status, take.error and take.error.code) == (TakeStatus.FAILED, "worker_lost")
    assert acts.kinds(order.take_id) == ["hold", "release"]
    assert acts.retry(order.take_id).attempt == 4
    acts.start(order.model_copy(update={"attempt": 4}))
    acts.age(order.take_id, 46)
    assert swept() == [(order.take_id, 5)], "a retry has attempts of its own"


@pytest.mark.parametrize("begun", [True, False])
def test_an_outcome_only_in_the_storage_is_found(begun: bool) -> None:
    order = acts.submit_one()
    if begun:
        acts.start(order)
    acts.write_files(order, acts.outcome(order, "succeeded"))
    acts.age(order.take_id, 21)
    assert swept() == []
    assert acts.take(order.take_id).status is TakeStatus.SUCCEEDED
    assert acts.budget().spent == 6


def test_an_outcome_of_an_older_attempt_in_the_storage_is_not_taken() -> None:
    order = running(silent_s=46)
    sweep()
    acts.write_files(order, acts.outcome(order, "succeeded"))
    acts.age(order.take_id, 21)
    assert swept() == [(order.take_id, 2)]
    assert acts.take(order.take_id).status is TakeStatus.QUEUED


def test_a_take_to_be_stopped_whose_worker_is_gone_ends_by_its_last_steps() -> None:
    order = running(silent_s=100)
    progress.write(acts.beat(order, step=2, age_s=50))
    acts.cancel(order.take_id)
    assert swept() == []
    take = acts.take(order.take_id)
    assert (take.status, take.credits.charged) == (TakeStatus.CANCELED, 2)


def test_a_stop_that_redis_forgot_is_asked_for_again() -> None:
    order = running()
    acts.cancel(order.take_id)
    progress.client().flushall()
    sweep()
    assert progress.cancel_requested(order.take_id, 1)


def test_a_lost_start_message_is_made_up_for_by_progress() -> None:
    order = acts.submit_one()
    acts.age(order.take_id, 30)
    progress.write(acts.beat(order))
    assert swept() == []
    assert acts.take(order.take_id).status is TakeStatus.RUNNING


def test_a_take_that_nobody_ever_runs_expires() -> None:
    order = acts.submit_one()
    acts.age(order.take_id, 86_401)
    assert swept() == []
    take = acts.take(order.take_id)
    assert (take.status, take.error and take.error.code) == (TakeStatus.FAILED, "expired")
    assert acts.kinds(order.take_id) == ["hold", "expire"]
    assert acts.budget().available == 1000
