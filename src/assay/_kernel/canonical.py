"""Canonical JSON: one byte sequence for one value (RFC 8785 for the values that Assay uses).

With no floats, integers below 2^53 and ASCII keys, sorted msgspec output equals RFC 8785.
"""

import hashlib
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder(order="sorted")


def encode(value: Any) -> bytes:  # noqa: ANN401 - any record or plain JSON value
    """Return *value* as canonical JSON bytes without a trailing newline."""
    return _ENCODER.encode(value)


def decode(data: bytes, shape: type[T]) -> T:
    """Return *data* read as *shape*; raises `msgspec.ValidationError` when it does not fit."""
    return msgspec.json.decode(data, type=shape)


def digest(value: Any) -> str:  # noqa: ANN401 - any record or plain JSON value
    """Return the SHA-256 of the canonical JSON of *value* as 64 lower-case hex digits."""
    return hashlib.sha256(encode(value)).hexdigest()
