"""Ordering over HTTP: all of it, or nothing."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import dispatch
from app.config import settings
from tests.app import acts
from tests.conftest import forget_process_state

ORDER: dict[str, Any] = {"prompt": "a red car", "duration_s": 4, "seed": 7}


def test_one_prompt_becomes_a_take_and_an_order_per_backbone(client: TestClient) -> None:
    answer = client.post("/api/v1/comparisons", json=ORDER)
    assert answer.status_code == 202
    takes = answer.json()["takes"]
    assert [take["backbone"] for take in takes] == ["cinematic", "vertical-social", "fast-action"]
    assert [take["credits"] for take in takes] == [
        {"estimated": cost, "held": cost, "charged": 0} for cost in (12, 8, 16)
    ]
    assert {take["seed"] for take in takes} == {7}
    assert [take["aspect_ratio"] for take in takes] == ["16:9", "9:16", "16:9"]
    for take in takes:
        assert dispatch.waiting(take["backbone"]) == {f"{take['id']}.1"}
    assert acts.budget().held == 36
    assert client.get(f"/api/v1/comparisons/{answer.json()['id']}").json() == answer.json()


def test_what_does_not_fit_is_refused_whole(client: TestClient) -> None:
    for _ in range(10):
        assert client.post("/api/v1/comparisons", json=ORDER | {"duration_s": 10}).status_code == 202
    for _ in range(2):
        client.post("/api/v1/comparisons", json=ORDER | {"backbones": ["cinematic"], "duration_s": 10})
    before = acts.rows()
    refusal = client.post(
        "/api/v1/comparisons", json=ORDER | {"duration_s": 10}, headers={"Idempotency-Key": "k"}
    )
    assert refusal.status_code == 402
    problem = refusal.json()
    assert problem["code"] == "insufficient_budget"
    assert (problem["needed"], problem["available"], problem["fits"]) == (90, 40, ["cinematic"])
    assert "cinematic would still fit" in problem["detail"]
    assert acts.rows() == before
    again = client.post(
        "/api/v1/comparisons", json=ORDER | {"duration_s": 2}, headers={"Idempotency-Key": "k"}
    )
    assert again.status_code == 202, "a refusal does not use the key up"


def test_a_key_and_its_body_are_answered_once(client: TestClient) -> None:
    headers = {"Idempotency-Key": "once"}
    first = client.post("/api/v1/comparisons", json=ORDER, headers=headers)
    second = client.post("/api/v1/comparisons", json=ORDER, headers=headers)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert len(dispatch.waiting("cinematic")) == 1
    other = client.post("/api/v1/comparisons", json=ORDER | {"seed": 8}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert acts.rows()["comparisons"] == 1


def test_a_random_seed_is_shared_and_answered_again(client: TestClient) -> None:
    headers = {"Idempotency-Key": "random"}
    body = {"prompt": "a dog"}
    seeds = {
        take["seed"]
        for _ in range(2)
        for take in client.post("/api/v1/comparisons", json=body, headers=headers).json()["takes"]
    }
    assert len(seeds) == 1


def test_redis_away_is_no_error_to_the_one_who_orders(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIPTYCH_REDIS_URL", "unix:///nowhere/redis.sock")
    forget_process_state()
    assert settings().redis.startswith("unix:///nowhere")
    answer = client.post("/api/v1/comparisons", json=ORDER)
    assert answer.status_code == 202
    assert acts.rows()["takes"] == 3


def test_comparisons_come_in_pages_newest_first(client: TestClient) -> None:
    made = [client.post("/api/v1/comparisons", json=ORDER).json()["id"] for _ in range(5)]
    first = client.get("/api/v1/comparisons?limit=3").json()
    rest = client.get(f"/api/v1/comparisons?limit=3&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None


def test_stop_and_retry_over_http(client: TestClient) -> None:
    take = client.post("/api/v1/comparisons", json=ORDER).json()["takes"][0]
    stopped = client.post(f"/api/v1/takes/{take['id']}/cancel")
    assert (stopped.status_code, stopped.json()["status"]) == (200, "canceled")
    retried = client.post(f"/api/v1/takes/{take['id']}/retry")
    assert (retried.status_code, retried.json()["status"], retried.json()["attempt"]) == (202, "queued", 2)
    assert f"{take['id']}.2" in dispatch.waiting("cinematic")
    twice = client.post(f"/api/v1/takes/{take['id']}/retry")
    assert (twice.status_code, twice.json()["code"]) == (409, "take_not_retryable")


def test_the_estimate_orders_nothing_and_agrees_with_the_order(client: TestClient) -> None:
    before = acts.rows()
    estimate = client.post("/api/v1/comparisons/estimate", json=ORDER | {"aspect_ratio": "9:16"}).json()
    assert acts.rows() == before
    assert (estimate["credits"], estimate["available_after"], estimate["affordable"]) == (36, 964, True)
    assert estimate["fits"] == ["cinematic", "vertical-social", "fast-action"]
    assert estimate["seconds"] == 8.0, "the slowest backbone by the catalogue: 2 s a second"
    notes = {take["backbone"]: " ".join(take["notes"]) for take in estimate["takes"]}
    assert "its own shape is 16:9" in notes["cinematic"]
    assert "its own shape" not in notes["vertical-social"]
    assert [take["width"] for take in estimate["takes"]] == [144, 144, 144]


def test_the_estimate_learns_how_long_takes_run_here(client: TestClient) -> None:
    acts.finish(acts.submit_one(duration_s=2))  # 3 s for 2 s of video
    estimate = client.post("/api/v1/comparisons/estimate", json=ORDER | {"backbones": ["cinematic"]}).json()
    assert estimate["seconds"] == pytest.approx(6.0, abs=0.2)
