from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import netgear_dni
from assay.unpack.view import NotThisFormat, View

CONTENT = b"kernel" * 40
TEXT = b"device:TEST1\nversion:V1.0\nregion:\nhd_id:1+2\n"


def sample() -> bytes:
    data = TEXT.ljust(128, b"\0") + CONTENT
    return data + bytes([(0xFF - sum(data)) & 0xFF])


def test_the_image_lies_between_header_and_checksum(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(netgear_dni, sample())
    assert announces(netgear_dni, sample())
    assert result.content("image") == CONTENT
    assert [(r.offset, r.length) for r in result.sink.regions] == [
        (0, 128), (len(sample()) - 1, 1),
    ]  # fmt: skip
    assert not result.sink.problems


def test_a_changed_byte_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(netgear_dni, sample()[:-1] + b"?")
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_other_text_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        netgear_dni.measure(View(b"device: see the manual" * 30), 0)


@pytest.mark.parametrize("version", ["18", "34", "72", "74"])
def test_real_images(opened: Callable[..., Any], corpus: Path, version: str) -> None:
    data = (corpus / f"images/netgear-wnr2000v5-1.0.0.{version}.img").read_bytes()
    result = opened(netgear_dni, data)
    assert result.content("image")[:4] == b"\x27\x05\x19\x56"
    assert not result.sink.problems


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 400),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(netgear_dni, sample(), changes, cut)
