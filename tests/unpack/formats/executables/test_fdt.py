from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.executables import fdt
from assay.unpack.view import NotThisFormat, View

DATA = Path(__file__).resolve().parent / "data"

BOARD = (DATA / "board.dtb").read_bytes()


def test_properties_are_files(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(fdt, b"<<<<" + BOARD + b">>", 4)
    assert announces(fdt, BOARD)
    assert result.extent.end == 4 + len(BOARD)
    assert result.content("model") == b"Test board\0"
    assert result.content("chosen/bootargs") == b"console=ttyS0 root=/dev/mtdblock3\0"
    assert result.content("flash@1e000000/partition@0/reg") == bytes.fromhex("0000000000030000")
    assert result.content("flash@1e000000/read-only") == b""
    assert result.entries["flash@1e000000/partition@0"].kind == "directory"


@pytest.mark.parametrize("damaged", [BOARD[:-1], BOARD[:60] + b"\xff" + BOARD[61:]])
def test_damaged_trees_are_refused(damaged: bytes) -> None:
    with pytest.raises(NotThisFormat):
        fdt.measure(View(damaged), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 700),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(fdt, BOARD, changes, cut)
