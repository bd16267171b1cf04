import hashlib
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.archives import rpm
from assay.unpack.view import NotThisFormat, View

PAYLOAD = b"\xfd7zXZ" + b"payload" * 20


def header(entries: list[tuple[int, int, bytes]]) -> bytes:
    index, data = b"", b""
    for tag, kind, value in entries:
        index += struct.pack(">IIII", tag, kind, len(data), 1)
        data += value
    return (
        b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", len(entries), len(data)) + index + data
    )


def package(payload: bytes = PAYLOAD) -> bytes:
    main = header([(1000, 6, b"name\0")])
    digest = hashlib.sha256(main).hexdigest().encode() + b"\0"
    size = struct.pack(">I", len(main) + len(payload))
    signature = header([(1000, 4, size), (273, 6, digest)])
    signature += bytes(-len(signature) % 8)
    lead = b"\xed\xab\xee\xdb\x03\0\0\0\0\x01name".ljust(96, b"\0")
    return lead + signature + main + payload


def test_the_payload_follows_the_headers(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(rpm, package() + b"rest")
    assert announces(rpm, package())
    assert result.extent.end == len(package())
    assert result.content("payload") == PAYLOAD
    assert not result.sink.problems


def test_a_changed_header_is_damage(opened: Callable[..., Any]) -> None:
    data = package().replace(b"name\0\xfd", b"nome\0\xfd")
    assert [problem.kind for problem in opened(rpm, data).sink.problems] == ["damage"]


def test_a_cut_payload_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(rpm, package()[:-9])
    assert result.content("payload") == PAYLOAD[:-9]
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_no_header_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        rpm.measure(View(package()[:96] + bytes(100)), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 440), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 440),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(rpm, package(), changes, cut)
