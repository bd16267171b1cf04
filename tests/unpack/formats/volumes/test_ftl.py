import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.volumes import ftl
from assay.unpack.view import NotThisFormat, View

UNIT, BLOCK = 1 << 13, 512
SECTORS = 20


def unit(logical: int, blocks: dict[int, tuple[int, bytes]]) -> bytes:
    head = b"\x13\x03CISF\xff\0FTL100\0\x01" + struct.pack(
        "<IHBBHHIIHBBIII", 7, logical, 9, 13, 5, 3, SECTORS * BLOCK, 0, 0, 0, 0, 255, 0, 68
    )
    entries = [0x30] + [0xFFFFFFFF] * 15
    data = bytearray(b"\xff" * UNIT)
    for number, (sector, content) in blocks.items():
        entries[number] = sector << 9 | 0x40
        data[number * BLOCK : (number + 1) * BLOCK] = content
    data[: len(head)] = head
    data[68 : 68 + 64] = struct.pack("<16I", *entries)
    return bytes(data)


def sector(number: int) -> bytes:
    return b"sector %06d " % number * 36 + bytes(8)


def flash() -> bytes:
    first = {block: (block + 4, sector(block + 4)) for block in range(1, 10)}
    second = {1: (1, sector(1)), 3: (0, sector(0)), 4: (3, sector(3))}
    transfer = {5: (2, b"?" * 512)}
    return unit(0, first) + unit(1, second) + unit(0xFFFF, transfer)


def test_sectors_are_put_in_order(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(ftl, bytes(BLOCK) + flash(), BLOCK)
    assert announces(ftl, flash())
    assert result.extent.end == BLOCK + 3 * UNIT
    disk = result.content("disk")
    written = [0, 1, 3, *range(5, 14)]
    expected = [sector(n) if n in written else bytes(BLOCK) for n in range(SECTORS)]
    assert disk == b"".join(expected)
    assert not result.sink.problems


def test_cut_off_units_are_damage(opened: Callable[..., Any]) -> None:
    result = opened(ftl, flash()[:-1])
    assert [problem.kind for problem in result.sink.problems] == ["damage"]
    assert len(result.content("disk")) == SECTORS * BLOCK


def test_a_sector_held_twice_is_damage(opened: Callable[..., Any]) -> None:
    again = unit(0, {1: (1, sector(1)), 2: (1, sector(9))}) + flash()[UNIT:]
    result = opened(ftl, again)
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_impossible_headers_are_refused() -> None:
    for at, value in ((23, 40), (28, 0), (31, 0xFF)):
        data = bytearray(flash())
        data[at : at + 2] = bytes([value, 0])
        with pytest.raises(NotThisFormat):
            ftl.measure(View(bytes(data)), 0)


def test_a_real_flash(opened: Callable[..., Any], corpus: Path) -> None:
    data = (corpus / "images/linksys-wrt54g-v7-flashdump.bin").read_bytes()
    disk = opened(ftl, data, 0x50000).content("disk")
    assert disk[510:512] == b"\x55\xaa"
    assert disk[512 + 0x36 : 512 + 0x3B] == b"FAT12"
    page = disk.index(b"\x1f\x8b\x08\x08=\x9f+D\x00\x0blastpassword.htm")
    assert b"</html>" in zlib.decompress(disk[page : page + 8192], 31).lower()


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 9000),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(ftl, flash(), changes, cut)
