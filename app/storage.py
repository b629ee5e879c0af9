"""Clips and images by opaque key, on local disk or in S3, through obstore."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import obstore
from obstore.store import LocalStore, S3Store, from_url

from app.config import settings

Store = LocalStore | S3Store


@lru_cache
def store() -> Store:
    """The object store that the settings name; a local one is made on first use."""
    url = settings().storage
    if url.startswith("file:"):
        folder = Path(url2pathname(urlsplit(url).path))
        return LocalStore(folder, mkdir=True)
    opened = from_url(url)
    if not isinstance(opened, S3Store):
        raise TypeError(f"storage_url {url!r} is neither file:// nor s3://")
    return opened


def put(key: str, content: bytes | Path) -> None:
    """Write an object. It appears whole or not at all."""
    obstore.put(store(), key, content)


def get(key: str) -> bytes:
    """Read an object whole; FileNotFoundError when there is none."""
    return bytes(obstore.get(store(), key).bytes())


def put_json(key: str, document: dict[str, Any]) -> None:
    """Write a JSON document."""
    put(key, json.dumps(document).encode())


def size(key: str) -> int:
    """Bytes of an object; FileNotFoundError when there is none."""
    return int(obstore.head(store(), key)["size"])


def exists(key: str) -> bool:
    """Whether there is an object at `key`."""
    try:
        size(key)
    except FileNotFoundError:
        return False
    return True


def read(key: str, start: int, end: int) -> Iterator[bytes]:
    """Stream bytes [start, end) of an object in pieces of at most 1 MiB."""
    piece = 1 << 20
    for offset in range(start, end, piece):
        yield bytes(obstore.get_range(store(), key, start=offset, end=min(end, offset + piece)))


def delete(key: str) -> None:
    """Remove an object; nothing happens when there is none."""
    if exists(key):
        obstore.delete(store(), key)
