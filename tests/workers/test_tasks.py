"""The task with real weights, a real Redis and real storage: how each order ends."""

import json

import pytest

from app import progress, storage
from app.broker import OUTCOMES, make_celery
from app.contract import TakeOutcome
from tests.workers.orders import make_order
from workers import tasks

pytestmark = pytest.mark.xdist_group("heavy")


@pytest.fixture(autouse=True)
def one_backbone(monkeypatch: pytest.MonkeyPatch, environment: None) -> None:
    """This process is the worker of fast-action, on the test's Redis."""
    monkeypatch.setenv("TRIPTYCH_BACKBONE", "fast-action")
    monkeypatch.setattr("workers.reporter.celery", make_celery("workers"))


def sent() -> list[str]:
    """Names of the messages that wait for the keeper, oldest first."""
    messages = progress.client().lrange(OUTCOMES, 0, -1)
    assert isinstance(messages, list)
    return [json.loads(message)["headers"]["task"] for message in reversed(messages)]


def outcome_of(take_id: str) -> TakeOutcome:
    """What the attempt left beside its clip."""
    return TakeOutcome.model_validate_json(storage.get(f"takes/{take_id}/1/outcome.json"))


def test_a_take_leaves_clip_poster_progress_and_outcome() -> None:
    order = make_order("fast-action", prompt="A red zyxwv races across a desert")
    tasks.generate_take(order.model_dump(mode="json"))
    outcome = outcome_of(order.take_id)
    assert outcome.status == "succeeded"
    assert outcome.clip is not None
    assert storage.size(outcome.clip.clip_key) == outcome.clip.size_bytes
    assert storage.get(outcome.clip.poster_key)[:2] == b"\xff\xd8"
    assert outcome.clip.unknown_words == ["zyxwv"]
    assert (outcome.steps_run, outcome.steps) == (4, 4)
    live = progress.read([order.take_id])[order.take_id]
    assert (live.phase, live.step, live.preview) == ("finishing", 4, 4)
    assert (progress.get_preview(order.take_id) or b"")[:4] == b"RIFF"
    assert sent() == ["keeper.take_started", "keeper.take_finished"]


def test_an_order_that_comes_twice_is_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    order = make_order("fast-action").model_dump(mode="json")
    tasks.generate_take(order)
    monkeypatch.setattr(tasks, "make_clip", lambda *_: pytest.fail("rendered again"))
    tasks.generate_take(order)
    assert sent()[-2:] == ["keeper.take_finished", "keeper.take_finished"]


def test_a_take_stopped_before_it_began_runs_no_step() -> None:
    order = make_order("fast-action")
    progress.request_cancel(order.take_id, order.attempt)
    tasks.generate_take(order.model_dump(mode="json"))
    outcome = outcome_of(order.take_id)
    assert (outcome.status, outcome.steps_run) == ("canceled", 0)


def test_a_take_stopped_while_it_runs_says_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    order = make_order("fast-action", steps=4)
    put_preview = progress.put_preview

    def stop_at_the_second(take_id: str, attempt: int, number: int, webp: bytes) -> None:
        put_preview(take_id, attempt, number, webp)
        if number == 2:
            progress.request_cancel(take_id, attempt)

    monkeypatch.setattr(progress, "put_preview", stop_at_the_second)
    tasks.generate_take(order.model_dump(mode="json"))
    outcome = outcome_of(order.take_id)
    assert (outcome.status, outcome.steps_run, outcome.steps) == ("canceled", 2, 8)
    assert outcome.clip is None


def test_a_failure_becomes_an_outcome_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    order = make_order("fast-action", reference_image_key="images/gone.png")
    tasks.generate_take(order.model_dump(mode="json"))
    outcome = outcome_of(order.take_id)
    assert outcome.status == "failed"
    assert outcome.error is not None
    assert outcome.error.code == "generation_failed"
    assert "gone.png" in outcome.error.message


def test_a_render_goes_on_while_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    order = make_order("fast-action")

    def away(*_: object) -> None:
        raise ConnectionRefusedError

    for name in ("write", "put_preview", "cancel_requested"):
        monkeypatch.setattr(progress, name, away)
    tasks.generate_take(order.model_dump(mode="json"))
    assert outcome_of(order.take_id).status == "succeeded"
