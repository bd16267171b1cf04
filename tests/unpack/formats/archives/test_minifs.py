import lzma
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.archives import minifs
from assay.unpack.view import NotThisFormat, View

FILES = {"web/index.htm": b"<html>" * 20, "web/menu.js": b"var x;" * 30, "conf/key.pem": b"---KEY"}
CHUNKS = [["web/index.htm", "web/menu.js"], ["conf/key.pem"]]


def image() -> bytes:
    names, rows, table, data = b"", b"", b"", b""
    for number, members in enumerate(CHUNKS):
        whole = b""
        for path in members:
            directory, _, name = path.rpartition("/")
            first = len(names)
            names += directory.encode() + b"\0"
            second = len(names)
            names += name.encode() + b"\0"
            rows += struct.pack(">5I", first, second, number, len(whole), len(FILES[path]))
            whole += FILES[path]
        stored = lzma.compress(whole, lzma.FORMAT_ALONE)
        table += struct.pack(">III", len(data), len(stored), len(whole))
        data += stored
    head = b"MINIFS".ljust(16, b"\0") + struct.pack(">IIII", 1, len(FILES), 0, len(names))
    return head + names + rows + table + data


def test_files_come_out_of_shared_chunks(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(minifs, b"<<" + image() + b">>", 2)
    assert announces(minifs, image())
    assert result.extent.end == 2 + len(image())
    assert {path: result.content(path) for path in result.entries} == FILES


def test_a_bomb_is_a_limit(opened: Callable[..., Any]) -> None:
    data = image().replace(struct.pack(">I", 300), struct.pack(">I", 1 << 31))
    result = opened(minifs, data)
    assert {problem.kind for problem in result.sink.problems} == {"limit"}
    assert list(result.entries) == ["conf/key.pem"]


def test_cut_images_and_files_outside_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        minifs.measure(View(image()[:-1]), 0)
    with pytest.raises(NotThisFormat):
        minifs.measure(View(image().replace(struct.pack(">I", 300), struct.pack(">I", 200))), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 330), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 330),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(minifs, image(), changes, cut)
