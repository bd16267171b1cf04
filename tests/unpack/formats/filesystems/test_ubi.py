"""UBI against images of ubinize, shuffled, damaged and rewritten."""

import random
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.filesystems import ubi, ubifs
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

BLOCK = 16384


def crc(data: Any) -> Any:
    return zlib.crc32(data) ^ 0xFFFFFFFF


def blocks_of(image: Any) -> Any:
    return [image[at : at + BLOCK] for at in range(0, len(image), BLOCK)]


def erase_header(sequence: int = 7) -> Any:
    head = b"UBI#\x01\0\0\0" + struct.pack(">QIII", 3, 512, 1024, sequence) + bytes(32)
    return head + struct.pack(">I", crc(head))


def block(
    volume: int,
    number: int,
    data: Any,
    *,
    kind: int = 1,
    sqnum: int = 1,
    copied: int = 0,
    data_crc: int | None = None,
    size: int | None = 4096,
    used: int = 0,
) -> Any:
    check = crc(data) if data_crc is None else data_crc
    head = b"UBI!" + struct.pack(
        ">BBBBIIIIIIIIQ", 1, kind, copied, 0, volume, number, 0, len(data), used, 0, check, 0, sqnum
    )
    head += bytes(12)
    head += struct.pack(">I", crc(head))
    body = erase_header().ljust(512, b"\xff") + head.ljust(512, b"\xff") + data
    return body.ljust(size, b"\xff")


@pytest.fixture(scope="module")
def image(fixture_bytes: Callable[[str], bytes]) -> Any:
    return fixture_bytes("filesystems/data/ubi.bin")


def test_volumes_are_parts_in_logical_order(
    opened: Callable[..., Any],
    image: Any,
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
    announced: Callable[..., bool],
) -> None:
    result = opened(ubi, image)
    assert [(entry.path, entry.kind) for entry in result.sink.entries] == [
        ("rootfs", "part"), ("kernel", "part"), ("data", "part"),
    ]  # fmt: skip
    assert result.entries["kernel"].size == 20_000
    assert result.entries["data"].size == 0
    assert describe(opened(ubifs, result.content("rootfs"))) == sample_tree
    assert not result.sink.problems
    assert announced(ubi, image)


def test_blocks_may_lie_in_any_order_with_free_and_bad_ones_between(
    opened: Callable[..., Any], image: Any
) -> None:
    parts = blocks_of(image)
    parts += [erase_header(1234).ljust(BLOCK, b"\xff"), b"\xff" * BLOCK, b"\x00" * BLOCK]
    random.Random(3).shuffle(parts)
    first = next(at for at, part in enumerate(parts) if part[:4] == b"UBI#")
    parts = [*parts[first:], *parts[:first]]
    while parts[-1][:4] != b"UBI#":
        parts.insert(2, parts.pop())
    result, plain = opened(ubi, b"".join(parts)), opened(ubi, image)
    for name in ("rootfs", "kernel"):
        assert result.content(name) == plain.content(name)
    assert {(one.account, one.note) for one in result.sink.regions} == {
        ("padding", "free block"),
        ("padding", "no erase counter header"),
        ("unknown", "no erase counter header"),
    }


def test_the_newest_copy_counts(opened: Callable[..., Any]) -> None:
    data = block(0, 0, b"old", sqnum=5) + block(0, 0, b"new", sqnum=9)
    assert opened(ubi, data).content("volume-0")[:3] == b"new"
    assert opened(ubi, data[4096:] + data[:4096]).content("volume-0")[:3] == b"new"


def test_a_copy_that_was_cut_off_does_not_count(opened: Callable[..., Any]) -> None:
    data = block(0, 0, b"old", sqnum=5) + block(0, 0, b"new", sqnum=9, copied=1, data_crc=1)
    assert opened(ubi, data).content("volume-0")[:3] == b"old"


def test_unmapped_blocks_read_as_erased(opened: Callable[..., Any]) -> None:
    result = opened(ubi, block(0, 0, b"A") + block(0, 3, b"B"))
    size = 4096 - 1024
    content = result.content("volume-0")
    assert len(content) == 4 * size == result.entries["volume-0"].size
    assert content[size : 3 * size] == b"\xff" * (2 * size)
    assert content[3 * size : 3 * size + 1] == b"B"


def test_a_missing_piece_of_a_static_volume_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(ubi, block(0, 0, b"A", kind=2, used=3) + block(0, 2, b"CC", kind=2, used=3))
    assert any("static volume" in problem.says for problem in result.sink.problems)


def test_another_image_behind_is_left_alone(opened: Callable[..., Any], image: Any) -> None:
    other = block(0, 0, b"x", size=BLOCK)
    assert opened(ubi, image + other).extent.end == len(image)


def test_a_damaged_volume_table_leaves_numbers(opened: Callable[..., Any], image: Any) -> None:
    data = bytearray(image)
    for at in range(0, len(data), BLOCK):
        if struct.unpack_from(">I", data, at + 512 + 8)[0] == 0x7FFFEFFF:
            data[at + 1024 + 20] ^= 1
    result = opened(ubi, bytes(data))
    assert sorted(result.entries) == ["volume-0", "volume-3"]
    assert any("volume table" in problem.says for problem in result.sink.problems)


@pytest.mark.parametrize("data", [b"", b"UBI#", erase_header(), block(0, 0, b"alone")])
def test_what_is_no_image_is_refused(data: Any) -> None:
    with pytest.raises(NotThisFormat):
        ubi.measure(View(data), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_images_raise_nothing_else(data: Any) -> None:
    image = bytearray(block(0, 0, b"A") + block(0x7FFFEFFF, 0, bytes(172 * 4)) + block(9, 4, b"B"))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(image) // 64)) * 4 % len(image)
        image[at] = data.draw(st.integers(0, 255))
    for at in range(0, len(image), 4096):  # Some mutations shall pass the CRC.
        image[at + 60 : at + 64] = struct.pack(">I", crc(bytes(image[at : at + 60])))
        image[at + 572 : at + 576] = struct.pack(">I", crc(bytes(image[at + 512 : at + 572])))
    view = View(bytes(image[: data.draw(st.integers(0, len(image)))]))
    with suppress(NotThisFormat):
        ubi.unpack(view, ubi.measure(view, 0), Sink(view.limits, "ubi"))
