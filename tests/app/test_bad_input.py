"""Every refusal names the field and the limit, and leaves nothing behind."""

import io
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from tests.app import acts

GOOD: dict[str, Any] = {"prompt": "a red car"}


@pytest.fixture(autouse=True)
def nothing_left_behind(client: TestClient, tmp_path: Path) -> Any:
    before = acts.rows(), acts.budget()
    yield
    assert (acts.rows(), acts.budget()) == before
    assert [file for file in (tmp_path / "files").rglob("*") if file.is_file()] == []


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"prompt": ""}, "prompt", "empty"),
        ({"prompt": " \n\t "}, "prompt", "blank"),
        ({"prompt": "x" * 2501}, "prompt", "2,500"),
        ({"prompt": 5}, "prompt", "string"),
        ({"negative_prompt": "x" * 2501}, "negative_prompt", "2,500"),
        ({"backbones": ["sora"]}, "backbones", "cinematic, vertical-social, fast-action"),
        ({"backbones": ["cinematic", "cinematic"]}, "backbones", "once"),
        ({"backbones": []}, "backbones", "at least 1"),
        ({"duration_s": 0}, "duration_s", "from 2 to 10"),
        ({"duration_s": 60}, "duration_s", "from 2 to 10"),
        ({"duration_s": "long"}, "duration_s", "number"),
        ({"aspect_ratio": "4:3"}, "aspect_ratio", "'16:9', '9:16' or '1:1'"),
        ({"seed": -1}, "seed", "4294967295"),
        ({"seed": 2**32}, "seed", "4294967295"),
        ({"reference_image_id": "../../etc/passwd"}, "reference_image_id", "no reference image"),
        ({"reference_image_id": "0" * 26}, "reference_image_id", "no reference image"),
        ({"colour": "red"}, "colour", "no such field"),
        ({"prompt": "a red\0car"}, "prompt", "U+0000"),
        ({"seed": 10**400}, "seed", "4294967295"),
    ],
)
def test_an_order_that_cannot_be(client: TestClient, change: dict[str, Any], field: str, says: str) -> None:
    answer = client.post("/api/v1/comparisons", json=GOOD | change, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["field"].split(".")[0] == field
    assert says in problem["detail"]
    assert problem["code"] not in ("", "invalid_input")


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"prompt": ""}, "prompt", "empty"),
        ({"prompt": "x" * 2501}, "prompt", "2,500"),
        ({"backbones": "sora"}, "backbones", "cinematic, vertical-social, fast-action"),
        ({"duration_s": "0"}, "duration_s", "from 2 to 10"),
        ({"duration_s": "60"}, "duration_s", "from 2 to 10"),
        ({"duration_s": "1e400"}, "duration_s", "from 2 to 10"),
        ({"aspect_ratio": "4:3"}, "aspect_ratio", "16:9"),
        ({"seed": "9" * 5000}, "seed", "4294967295"),
        ({"reference_image_id": "0" * 26}, "reference_image", "no reference image"),
    ],
)
def test_the_page_says_it_at_the_field(
    client: TestClient, change: dict[str, str], field: str, says: str
) -> None:
    form = {"prompt": "a red car", "backbones": "cinematic", "duration_s": "4"} | change
    answer = client.post("/comparisons", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    said = dict(re.findall(r'hx-target="#error-(\w+)" hx-swap="innerHTML">([^<]*)<', answer.text))
    assert says in said[field]
    assert [name for name, words in said.items() if words] == [field]


@pytest.mark.parametrize(("kind", "says"), [("text", "no JPEG, PNG or WebP"), ("huge", "50,000,000 pixels")])
def test_the_page_refuses_a_picture_that_is_none(client: TestClient, kind: str, says: str) -> None:
    content = b"just a text file" if kind == "text" else png(30_000, 30_000)
    form = {"prompt": "a red car", "backbones": "cinematic"}
    for path in ("/reference-images", "/comparisons"):
        answer = client.post(
            path, data=form, files={"reference_image": ("me.png", content)}, headers={"HX-Request": "true"}
        )
        assert answer.status_code in (415, 422)
        assert re.search(rf'hx-target="#error-reference_image"[^>]*>[^<]*{says}', answer.text)


def test_half_a_character_is_no_fault_of_the_server(client: TestClient) -> None:
    body = r'{"prompt": "x", "backbones": ["\ud800"]}'
    answer = client.post("/api/v1/comparisons", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["field"].split(".")[0]) == (422, "backbones")


def test_several_faults_are_all_named(client: TestClient) -> None:
    problem = client.post("/api/v1/comparisons", json={"prompt": "", "duration_s": 60, "seed": -1}).json()
    assert problem["code"] == "invalid_input"
    assert [one["field"] for one in problem["errors"]] == ["prompt", "duration_s", "seed"]


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", "{nope", 400, "invalid_json"),
        ("text/plain", '{"prompt": "x"}', 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", "prompt=x", 415, "unsupported_media_type"),
        ("application/json", '{"prompt": "' + "x" * 200_000 + '"}', 413, "content_too_large"),
    ],
)
def test_a_body_that_is_no_order(
    client: TestClient, content_type: str, body: str, status: int, code: str
) -> None:
    answer = client.post("/api/v1/comparisons", content=body, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_key_too_long(client: TestClient) -> None:
    answer = client.post("/api/v1/comparisons", json=GOOD, headers={"Idempotency-Key": "k" * 256})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/api/v1/takes/none",
        "/api/v1/takes/%00",
        "/api/v1/comparisons/none",
        "/api/v1/comparisons/%00",
        "/api/v1/comparisons/none/events",
        "/api/v1/reference-images/%00",
    ],
)
def test_what_is_not_there(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_people_get_a_page_and_not_json(client: TestClient) -> None:
    answer = client.get("/nothing", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def png(width: int, height: int, kind: int = 2) -> bytes:
    """The beginning of a PNG, whatever size it claims."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (header, data, b"IEND")
    )


def gif() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "GIF")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"just a text file", 415, "no JPEG, PNG or WebP"),
        (b"", 415, "no JPEG, PNG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "no JPEG, PNG or WebP"),
        (gif(), 415, "no JPEG, PNG or WebP"),
        (png(30_000, 30_000), 422, "50,000,000 pixels"),
        (png(400, 400), 422, "damaged"),
        (bytes(20_000_001), 413, "20,000,000 bytes"),
        (bytes(20_200_000), 413, "20,100,000 bytes"),
    ],
    ids=["text", "empty", "svg", "gif", "30000x30000", "broken", "too-many-bytes", "far-too-many-bytes"],
)
def test_a_picture_that_is_none(client: TestClient, content: bytes, status: int, says: str) -> None:
    answer = client.post("/api/v1/reference-images", files={"file": ("me.png", content, "image/png")})
    assert answer.status_code == status
    assert answer.json()["field"] == "file"
    assert says in answer.json()["detail"]


def test_no_file_at_all(client: TestClient) -> None:
    answer = client.post("/api/v1/reference-images", files={"picture": ("a.png", b"")})
    assert (answer.status_code, answer.json()["field"]) == (422, "file")
