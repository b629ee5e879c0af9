"""Health, hosts, other sites, headers, the description of the API."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.db import transaction
from app.ledger import service as ledger
from tests.conftest import forget_process_state


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 200


def test_not_ready_without_redis(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPTYCH_REDIS_URL", "unix:///nowhere/redis.sock")
    forget_process_state()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["redis"])
    assert client.get("/healthz").status_code == 200


def test_not_ready_behind_on_migrations(client: TestClient) -> None:
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["migrations"])


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("", 400),
    ],
)
def test_only_its_own_names_are_answered(client: TestClient, host: str, status: int) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "http://localhost"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "http://localhost:9999"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_other_sites_change_nothing(client: TestClient, headers: dict[str, str], allowed: bool) -> None:
    answer = client.post("/api/v1/comparisons", json={"prompt": "x"}, headers=headers)
    assert answer.status_code == (202 if allowed else 403)
    held = client.get("/api/v1/budget").json()["held"]
    assert (held > 0) is allowed


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/nothing", "/static/nothing"])
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_a_fault_carries_them_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "budget", lambda *_: 1 / 0)
    answer = client.get("/budget", headers={"accept": "text/html"})
    assert answer.status_code == 500
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_api_has_exactly_its_paths(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"]
    assert set(described) == {
        "/healthz",
        "/readyz",
        "/api/v1/backbones",
        "/api/v1/budget",
        "/api/v1/ledger",
        "/api/v1/comparisons",
        "/api/v1/comparisons/estimate",
        "/api/v1/comparisons/{comparison_id}",
        "/api/v1/comparisons/{comparison_id}/events",
        "/api/v1/reference-images",
        "/api/v1/reference-images/{image_id}",
        "/api/v1/takes/{take_id}",
        "/api/v1/takes/{take_id}/cancel",
        "/api/v1/takes/{take_id}/retry",
        "/api/v1/takes/{take_id}/clip",
        "/api/v1/takes/{take_id}/poster",
        "/api/v1/takes/{take_id}/preview",
    }


def test_every_list_looks_alike(client: TestClient) -> None:
    for path in ("backbones", "comparisons", "ledger"):
        assert set(client.get(f"/api/v1/{path}").json()) == {"items", "next_cursor"}
    assert client.get("/api/v1/comparisons").json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("path", ["/api/v1/ledger", "/api/v1/comparisons"])
@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 41, "²", "\0"])
def test_a_cursor_that_is_none(client: TestClient, path: str, cursor: str) -> None:
    answer = client.get(path, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")
