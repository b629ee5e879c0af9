"""Clips, posters, previews and pictures over HTTP."""

import io

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app import progress, storage
from tests.app import acts

CLIP, SIZE = acts.CLIP, len(acts.CLIP)


@pytest.fixture
def url(client: TestClient) -> str:
    """Where a finished take's clip is."""
    order = acts.submit_one()
    acts.finish(order)
    return f"/api/v1/takes/{order.take_id}/clip"


def test_a_clip_whole(client: TestClient, url: str) -> None:
    answer = client.get(url)
    assert (answer.status_code, answer.content) == (200, CLIP)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["accept-ranges"] == "bytes"
    assert {"private", "immutable"} <= set(answer.headers["cache-control"].split(", "))
    take = client.get(url.removesuffix("/clip")).json()
    assert answer.headers["etag"] == f'"{take["sha256"]}"'


def test_the_head_of_a_clip(client: TestClient, url: str) -> None:
    answer = client.head(url)
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", str(SIZE))


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=100-", 100, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes=5-{SIZE * 2}", 5, SIZE),
        ("bytes=2-3,8-9", 2, 4),
    ],
)
def test_a_part_of_a_clip(client: TestClient, url: str, asked: str, start: int, end: int) -> None:
    answer = client.get(url, headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, CLIP[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", "bytes=9-3"])
def test_a_part_that_the_clip_does_not_have(client: TestClient, url: str, asked: str) -> None:
    answer = client.get(url, headers={"range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize("asked", ["bytes=-", "lines=1-2", "bytes=a-b", "bytes=" + "9" * 30 + "-"])
def test_a_range_that_is_none_is_ignored(client: TestClient, url: str, asked: str) -> None:
    assert client.get(url, headers={"range": asked}).status_code == 200


def test_a_clip_is_fetched_once(client: TestClient, url: str) -> None:
    tag = client.get(url).headers["etag"]
    assert client.get(url, headers={"if-none-match": tag}).status_code == 304
    ranged = {"range": "bytes=0-1"}
    assert client.get(url, headers=ranged | {"if-range": tag}).status_code == 206
    assert client.get(url, headers=ranged | {"if-range": '"other"'}).status_code == 200


def test_a_clip_whose_file_is_gone(client: TestClient, url: str) -> None:
    order_id = url.split("/")[4]
    storage.delete(f"takes/{order_id}/1/clip.mp4")
    answer = client.get(url)
    assert (answer.status_code, answer.json()["code"]) == (410, "clip_gone")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_clip_not_made_yet(client: TestClient) -> None:
    order = acts.submit_one()
    answer = client.get(f"/api/v1/takes/{order.take_id}/clip")
    assert (answer.status_code, answer.json()["code"]) == (409, "clip_not_ready")


def test_the_poster_and_the_preview(client: TestClient, url: str) -> None:
    poster = client.get(url.replace("/clip", "/poster"))
    assert (poster.content, poster.headers["content-type"]) == (b"a poster", "image/jpeg")
    order = acts.submit_one()
    preview = f"/api/v1/takes/{order.take_id}/preview"
    assert client.get(preview).status_code == 404
    acts.start(order)
    progress.put_preview(order.take_id, 1, 2, b"webp")
    progress.write(acts.beat(order).model_copy(update={"preview": 2}))
    address = acts.take(order.take_id).urls.preview
    assert address == f"{preview}?number=1.2"
    answer = client.get(address)
    assert (answer.content, answer.headers["content-type"]) == (b"webp", "image/webp")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_small_upright_and_bare(client: TestClient, kind: str) -> None:
    picture = Image.new("RGB", (2000, 1000), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "a secret"
    buffer = io.BytesIO()
    picture.save(buffer, kind, exif=exif)
    made = client.post("/api/v1/reference-images", files={"file": ("../../x.svg", buffer.getvalue())})
    assert made.status_code == 201
    kept = client.get(made.json()["url"])
    assert kept.headers["content-type"] == "image/png"
    assert b"a secret" not in kept.content
    with Image.open(io.BytesIO(kept.content)) as opened:
        assert (opened.format, opened.size, opened.mode) == ("PNG", (512, 1024), "RGB")
        red, green, _ = opened.getpixel((5, 5))
        assert red > 240
        assert green < 20


def test_a_take_may_begin_from_a_picture(client: TestClient) -> None:
    buffer = io.BytesIO()
    Image.new("L", (40, 30), 90).save(buffer, "PNG")
    image = client.post("/api/v1/reference-images", files={"file": ("a.png", buffer.getvalue())}).json()
    comparison, orders = acts.submit(reference_image_id=image["id"])
    assert comparison.reference_image_url == image["url"]
    assert {order.reference_image_key for order in orders} == {f"images/{image['id']}.png"}
    assert storage.exists(orders[0].reference_image_key or "")
