"""Fingerprints: equal for equal code at other addresses, alike for code that changed a little."""

import numpy as np

from assay.code import index
from assay.code.fingerprints import fingerprints

from .conftest import load


def test_one_row_per_function(indexed):
    found = indexed("hidden")
    marks = fingerprints(found)
    assert len(marks.exact) == len(found.functions)
    assert marks.sketch.shape == (len(found.functions), 16)


def test_changes_with_the_code(fixtures, truth):
    data = bytearray((fixtures / "mips-hidden.elf").read_bytes())
    found = load("mips", "hidden")
    place = truth["mips-hidden"]["remember"]
    number = int(np.searchsorted(found.functions.starts, place))
    offset = found.program.memory.offset(place) + 12
    assert data[offset : offset + 4] != bytes(4)
    data[offset + 3] ^= 4
    before, after = fingerprints(found), fingerprints(index(bytes(data)))
    changed = np.flatnonzero(before.exact != after.exact).tolist()
    assert changed == [number]
    assert before.likeness(number, after, number) >= 500


def test_start_up_code_is_alike_in_two_programs(target):
    first, second = fingerprints(load(target, "hidden")), fingerprints(load(target, "ordinary"))
    shared = set(first.exact[first.rows > 6].tolist()) & set(second.exact.tolist())
    assert shared
