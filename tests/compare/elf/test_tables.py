"""What a loader reads beside code and data: a change of any of it is never equivalent."""

import struct

import pytest
from tests.compare.elf.modules import TARGETS, program

from assay.code.elf import read_elf
from assay.compare.elf.half import read_half
from assay.compare.elf.judgement import compare_programs
from assay.compare.elf.outside import headers_of

BENIGN = {"E0", "E1", "E2"}
MIPSEL = TARGETS[3]


def level(target, at, flipped):
    whole = program("moved", target)
    changed = bytearray(whole)
    changed[at] ^= flipped
    return compare_programs("server", whole, bytes(changed)).level


def section(target, name):
    found = read_elf(program("moved", target)).section(name)
    if found is None:
        pytest.skip(f"no {name} in this program")
    return found


@pytest.mark.parametrize("target", TARGETS)
def test_the_index_of_unwind_records_leads_to_each_of_them(target):
    index = section(target, ".eh_frame_hdr")
    for at in range(index.offset + 12, index.offset + index.size, 20):
        assert level(target, at, 4) not in BENIGN, at - index.offset


@pytest.mark.parametrize("target", [TARGETS[0], MIPSEL])
def test_program_headers_are_followed_field_by_field(target):
    half = read_half(program("moved", target))
    wide = half.elf.bits == 64
    size, start = (56, 64) if wide else (32, 52)
    for number, header in enumerate(headers_of(half)):
        for at in range(0, size, 8 if wide else 4):
            if header.file_size or header.memory_size:
                assert level(target, start + number * size + at, 1) not in BENIGN, (header, at)


@pytest.mark.parametrize("target", TARGETS[2:])
def test_the_dynamic_segment_is_followed_entry_by_entry(target):
    table = section(target, ".dynamic")
    step = table.entry_size
    body = program("moved", target)[table.offset : table.offset + table.size]
    for at in range(0, table.size, step):
        if any(body[at : at + step]):
            assert level(target, table.offset + at + step // 2 + 2, 1) not in BENIGN, at


@pytest.mark.parametrize("target", TARGETS)
def test_needed_versions_end_where_they_say(target):
    table = section(target, ".gnu.version_r")
    # Version and count of the first file, and the link of the last version that it needs.
    for at in (0, 2, table.size - 4):
        assert level(target, table.offset + at, 2) not in BENIGN, at


def test_each_entry_of_the_mips_table_stays_that_of_its_symbol():
    whole = program("moved", MIPSEL)
    half = read_half(whole)
    code = half.index.listing
    loads = [
        (int(address), int(word))
        for address in code.address.tolist()
        if (word := half.word(address, 4) or 0) >> 16 in {0x8F99, 0x8F84}
    ]
    assert loads
    for address, word in loads[:6]:
        zone = half.zone_at(address)
        changed = bytearray(whole)
        for shift in (2, 4):
            struct.pack_into("<I", changed, zone.offset + address - zone.address, word + shift)
            assert compare_programs("server", whole, bytes(changed)).level not in BENIGN
