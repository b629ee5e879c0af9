"""Opaque ids that sort by the time they were made."""

import re
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32
_DIGITS = 26
_RANDOM_BITS = 72
_SHAPE = re.compile(f"[{_ALPHABET}]{{{_DIGITS}}}")


def new_id() -> str:
    """26 characters: 58 bits of microseconds since 1970, then 72 random bits."""
    number = (time.time_ns() // 1_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_DIGITS)))


def is_id(text: str) -> bool:
    """Whether `text` could be an id: what cannot is never asked of a database."""
    return _SHAPE.fullmatch(text) is not None
