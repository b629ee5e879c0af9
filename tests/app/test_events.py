"""The stream of a comparison: the whole first, then every change, then the end."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from app import progress
from app.main import create_app
from tests.app import acts


@pytest.fixture
def server(database: str) -> Iterator[str]:
    """The web process on a port of its own: a stream needs a real connection."""
    web = uvicorn.Server(
        uvicorn.Config(create_app(), port=0, log_level="warning", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{web.servers[0].sockets[0].getsockname()[1]}"
    web.should_exit = True
    thread.join(10)


def events(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_snapshot_then_changes_then_done(server: str) -> None:
    comparison, orders = acts.submit(backbones=["cinematic", "fast-action"])
    first, second = orders
    url = f"{server}/api/v1/comparisons/{comparison.id}/events"
    with httpx.stream("GET", url, timeout=20, trust_env=False) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = events(answer)
        name, snapshot = next(stream)
        assert name == "snapshot"
        assert snapshot["id"] == comparison.id
        assert [take["status"] for take in snapshot["takes"]] == ["queued", "queued"]
        acts.start(first)
        name, take = next(stream)
        assert (name, take["id"], take["status"]) == ("take", first.take_id, "running")
        progress.write(acts.beat(first, step=3))
        name, take = next(stream)
        assert (take["progress"]["step"], take["progress"]["fraction"]) == (3, 0.5)
        acts.submit_one()  # somebody else's: not part of this stream
        acts.finish(first)
        assert next(stream)[1]["status"] == "succeeded"
        acts.cancel(second.take_id)
        name, take = next(stream)
        assert (take["id"], take["status"]) == (second.take_id, "canceled")
        assert [name for name, _ in stream] == ["done"]


def test_a_finished_comparison_is_told_and_closed(server: str) -> None:
    order = acts.submit_one()
    acts.finish(order)
    answer = httpx.get(
        f"{server}/api/v1/comparisons/{order.comparison_id}/events", timeout=20, trust_env=False
    )
    assert [name for name, _ in events(answer)] == ["snapshot", "done"]


def test_a_change_that_nobody_was_told_of_arrives_all_the_same(server: str) -> None:
    order = acts.submit_one()
    with httpx.stream(
        "GET", f"{server}/api/v1/comparisons/{order.comparison_id}/events", timeout=20, trust_env=False
    ) as answer:
        stream = events(answer)
        next(stream)
        progress.client().client_kill_filter(_type="pubsub")  # as when Redis restarts
        acts.finish(order)
        assert [name for name, _ in stream][-1] == "done"
