import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import moxa_frm
from assay.unpack.view import NotThisFormat, View

FILES = {"index.htm": b"<html>", "logo.gif": b"GIF89a" * 5}
PROGRAM = b"program" * 30


def files() -> bytes:
    table, data = b"", b""
    after = 0x100 + 64 * len(FILES)
    for name, content in FILES.items():
        table += name.encode().ljust(56, b"\0") + struct.pack(
            "<II", len(content), after + len(data)
        )
        data += content
    head = bytes(48) + struct.pack(
        "<IIHHIHHI", 0x100, len(table), 64, len(FILES), len(data), 0, 0, 0
    )
    return head.ljust(0x100, b"\0") + table + data


def sample() -> bytes:
    first, second = PROGRAM, files()
    sections = struct.pack("<4I", 1, 96, len(first), 0)
    sections += struct.pack("<4I", 2, 96 + len(first), len(second), 0)
    total = 96 + len(first) + len(second)
    head = b"*FRM" + struct.pack(">I", 1) + struct.pack("<IHH", total, 96, 2)
    return head.ljust(64, b"\0") + sections + first + second


def test_programs_and_files(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(moxa_frm, sample() + b"more")
    assert announces(moxa_frm, sample())
    assert result.extent.end == len(sample())
    assert result.content("section0") == PROGRAM
    for name, content in FILES.items():
        assert result.content(name) == content
    assert not result.sink.problems


def test_a_file_outside_is_damage(opened: Callable[..., Any]) -> None:
    data = sample().replace(struct.pack("<I", len(FILES["logo.gif"])), struct.pack("<I", 9999))
    assert [problem.kind for problem in opened(moxa_frm, data).sink.problems] == ["damage"]


def test_a_cut_container_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        moxa_frm.measure(View(sample()[:-1]), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 700),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(moxa_frm, sample(), changes, cut)
