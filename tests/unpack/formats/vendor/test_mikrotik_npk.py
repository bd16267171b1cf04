import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import mikrotik_npk
from assay.unpack.view import NotThisFormat, View

SECTIONS = [(1, b"routeros-mipsbe".ljust(32, b"\0")), (2, b""), (21, b"hsqs" * 20), (9, b"s" * 68)]


def sample() -> bytes:
    body = b"".join(struct.pack("<HI", kind, len(data)) + data for kind, data in SECTIONS)
    return b"\x1e\xf1\xd0\xba" + struct.pack("<I", len(body)) + body


def test_sections_are_parts(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(mikrotik_npk, sample() + b"more")
    assert announces(mikrotik_npk, sample())
    assert result.extent.end == len(sample())
    assert list(result.entries) == ["00-info", "02-squashfs", "03-signature"]
    assert result.content("02-squashfs") == b"hsqs" * 20
    held = sum(len(data) for _, data in SECTIONS)
    assert sum(region.length for region in result.sink.regions) == len(sample()) - held


@pytest.mark.parametrize("damaged", [sample()[:-1], sample().replace(b"\x50\0\0\0", b"\x51\0\0\0")])
def test_sections_that_do_not_add_up_are_refused(damaged: bytes) -> None:
    with pytest.raises(NotThisFormat):
        mikrotik_npk.measure(View(damaged), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 240), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 240),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(mikrotik_npk, sample(), changes, cut)
