"""Damaged and hostile ELF files: a problem is recorded, nothing crashes."""

import struct

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from assay.code import NotAnElf, accesses, index, summarise

from .conftest import FOLDER


def _sample(target: str) -> bytes:
    return (FOLDER / f"{target}-hidden.elf").read_bytes()


def test_refuses_what_is_no_elf():
    for data in (b"", b"\x7fELF", b"MZ" + bytes(100), b"\x7fELF\x03\x01" + bytes(100)):
        with pytest.raises(NotAnElf):
            index(data)


def test_reads_a_file_without_section_table(target):
    data = bytearray(_sample(target))
    wide = data[4] == 2
    order = ">" if data[5] == 2 else "<"
    struct.pack_into(order + ("Q" if wide else "I"), data, 40 if wide else 32, 0)
    struct.pack_into(order + "HHH", data, 58 if wide else 46, 0, 0, 0)
    found = index(bytes(data))
    assert {"recvfrom", "system", "strncasecmp"} <= set(found.callee_names)
    assert len(accesses(found)) == 1


def test_sections_that_lie_are_not_believed():
    data = bytearray(_sample("x86-64"))
    offset = struct.unpack_from("<Q", data, 40)[0]
    count = struct.unpack_from("<H", data, 60)[0]
    for number in range(count):
        # Every section claims to be data at a wrong address.
        struct.pack_into("<QQ", data, offset + 64 * number + 8, 6, 0x7000_0000 + number)
    found = index(bytes(data))
    assert any("disagrees" in problem for problem in found.problems)
    assert "system" in found.callee_names


def test_an_unknown_machine_is_a_problem():
    data = bytearray(_sample("mipsel"))
    struct.pack_into("<H", data, 18, 0x1234)
    found = index(bytes(data))
    assert found.isa is None
    assert any("no decoder" in problem for problem in found.problems)
    assert summarise(found).functions == 0
    assert accesses(found) == ()


@pytest.mark.parametrize("tag", [0, 12, 25])
def test_addresses_beyond_the_signed_range_are_passed_over(tag):
    data = bytearray(_sample("x86-64"))
    if tag:
        data[_dynamic_entry(data, tag) + 15] = 0x80
    else:
        data[31] = 0x80
    found = index(bytes(data))
    assert {"recvfrom", "system", "strncasecmp"} <= set(found.callee_names)


def _dynamic_entry(data, wanted):
    start = struct.unpack_from("<Q", data, 32)[0]
    for at in range(start, start + 56 * struct.unpack_from("<H", data, 56)[0], 56):
        if struct.unpack_from("<I", data, at)[0] == 2:
            place = struct.unpack_from("<Q", data, at + 8)[0]
            while struct.unpack_from("<Q", data, place)[0] != wanted:
                place += 16
            return place
    raise AssertionError("no dynamic segment")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(("mips", "thumb", "x86-64", "ppc", "riscv64", "aarch64")), st.data())
def test_damage_never_crashes(name, draw):
    data = bytearray(_sample(name))
    for _ in range(draw.draw(st.integers(1, 12))):
        place = draw.draw(st.integers(0, min(len(data) - 1, 0x3000)))
        data[place] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(20, len(data)))
    try:
        found = index(bytes(data[:cut]))
    except NotAnElf:
        return
    summarise(found)
    accesses(found)


def repeated(count: int, *, object_file: bool) -> bytes:
    """Return an ELF file whose *count* segments, or sections, all show the same 64 KiB of code."""
    code = struct.pack("<II", 0x03E00008, 0) * 8192
    size = 40 if object_file else 32
    tables = (0, 52, 0, 52, 0, 0, size, count) if object_file else (52, 0, 0, 52, size, count, 0, 0)
    kind = 1 if object_file else 2
    data = b"\x7fELF\x01\x01\x01" + bytes(9)
    data += struct.pack("<HHIIIIIHHHHHH", kind, 8, 1, 0, *tables, 0)
    at = 52 + size * count
    for number in range(count):
        place = 0x400000 + 0x100000 * number
        row = (0, 1, 6, 0, at, len(code), 0, 0, 4, 0)
        data += struct.pack(
            f"<{size // 4}I",
            *(row if object_file else (1, at, place, place, len(code), len(code), 5, 4096)),
        )
    return data + code


@pytest.mark.parametrize("object_file", [False, True])
def test_bytes_that_a_file_shows_many_times_are_read_twice_at_most(object_file):
    data = repeated(100, object_file=object_file)
    program = index(data).program
    assert 0x10000 <= sum(area.data.size for area in program.memory.areas) <= 2 * len(data)
    assert sum("same bytes many times" in problem for problem in program.problems) == 1


def test_damage_that_is_everywhere_is_told_briefly():
    data = repeated(100, object_file=True)[:-0x10000]
    assert len(index(data).problems) < 12


def test_a_file_full_of_computed_jumps_ends():
    data = bytearray(_sample("mipsel"))
    found = index(bytes(data))
    start, end = max(found.program.code, key=lambda span: span[1] - span[0])
    place = found.program.memory.offset(start)
    data[place : place + end - start] = (bytes.fromhex("08004000") * (end - start))[: end - start]
    again = index(bytes(data))
    assert summarise(again).calls_resolved <= len(again.calls)
