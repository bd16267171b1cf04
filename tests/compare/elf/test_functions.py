"""Chunks without their padding, and what they are told by."""

from pathlib import Path

import numpy as np
import pytest

from assay.code.listing import NOP
from assay.compare.elf.fields import fields_of
from assay.compare.elf.functions import core_ends, keys
from assay.compare.elf.half import read_half

HERE = Path(__file__).resolve().parent / "programs"
PROGRAMS = sorted(one.name for one in HERE.glob("base-*"))


def program(name):
    return read_half((HERE / name).read_bytes())


def end_of(half, chunk):
    """Return the end of a chunk, row by row from behind."""
    code, listing = half.code, half.index.listing
    start, end = int(code.starts[chunk]), int(code.ends[chunk])
    rows = np.flatnonzero((code.address >= start) & (code.address < end)).tolist()
    kept = end
    for number in reversed(rows):
        address = int(code.address[number])
        after = address + int(listing.size[code.rows[number]])
        if after != kept:
            # What lies between is data.
            return kept
        if listing.op[code.rows[number]] != NOP:
            return kept
        kept = address
    return kept


@pytest.mark.parametrize("name", PROGRAMS)
def test_padding_is_left_out_and_nothing_else(name):
    half = program(name)
    found = core_ends(half)
    told = [end_of(half, chunk) for chunk in range(len(half.code))]
    assert found.tolist() == told


@pytest.mark.parametrize("name", PROGRAMS[:3])
def test_some_chunks_alone_have_the_same_keys(name):
    half = program(name)
    fields, core = fields_of(half), core_ends(half)
    every = keys(half, fields, core)
    some = keys(half, fields, core, np.arange(1, len(half.code), 2))
    assert some[1::2] == every[1::2]
    assert not any(some[::2])
    assert all(every)
