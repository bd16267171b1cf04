"""Parts of addresses on every path: through copies, sums, the stack, tables and dead ends.

What moved is proven in the shapes that LLVM gives functions, and no operand can be changed in
them unseen. The programs were built by `programs/make.sh`.
"""

from pathlib import Path

import numpy as np
import pytest

from assay.compare.elf.fields import fields_of
from assay.compare.elf.half import read_half
from assay.compare.elf.judgement import compare_programs
from assay.compare.elf.references import references_of

HERE = Path(__file__).resolve().parent / "programs"
TARGETS = {"aarch64": (10, 16), "mipsel": (2, 7)}
"""Two bits of the offset in loads, stores and sums."""


def program(kind, target):
    return (HERE / f"{kind}-paths-{target}").read_bytes()


def text(data):
    half = read_half(data)
    zone = half.zone(".text")
    return zone.offset, zone.size


@pytest.mark.parametrize("target", TARGETS)
def test_moved_data_and_functions_are_explained(target):
    outcome = compare_programs("x", program("base", target), program("moved", target))
    assert outcome.level == "E2", outcome.reason


@pytest.mark.parametrize("target", TARGETS)
def test_no_operand_of_what_moved_can_be_changed(target):
    a, b = program("base", target), program("moved", target)
    start, size = text(b)
    for at in range(start, start + size, 4):
        word = int.from_bytes(b[at : at + 4], "little")
        for bit in TARGETS[target] if word else ():
            changed = bytearray(b)
            changed[at : at + 4] = (word ^ 1 << bit).to_bytes(4, "little")
            outcome = compare_programs("x", a, bytes(changed))
            assert outcome.level in {"D", "I"}, f"{at:#x}, bit {bit}: {outcome.level}"


@pytest.mark.parametrize("target", TARGETS)
def test_two_data_objects_that_change_places_are_found(target):
    a, b = program("base", target), bytearray(program("moved", target))
    half = read_half(bytes(b))
    table = half.index.tables[0]
    zone = half.zone_at(table.address)
    at = zone.offset + table.address - zone.address
    one, two = b[at : at + table.size], b[at + table.size : at + 2 * table.size]
    b[at : at + 2 * table.size] = two + one
    assert compare_programs("x", a, bytes(b)).level == "D"


def test_the_table_of_packed_entries_is_read_to_its_bound():
    half = read_half(program("base", "aarch64"))
    (table,) = half.index.tables
    assert (table.entries, table.size, table.targets.size) == (4, 1, 4)


def test_a_copy_of_a_part_is_a_part_and_no_address():
    half = read_half(program("base", "aarch64"))
    refs = references_of(half, fields_of(half))
    words = np.array([half.word(at, 4) for at in half.code.address.tolist()])
    # In the circle neither copy has one source; the fast pass follows one of them at most.
    copies = words & 0xFFE0FFE0 == 0xAA0003E0
    assert copies.any()
    assert not refs.formed.has[copies].any()
    assert not refs.moved[~copies].any()
