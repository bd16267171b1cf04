"""What calls do beyond the calling convention: registers that they keep, whether they come back."""

from pathlib import Path

import numpy as np

from assay.code.listing import CALL, CALLR
from assay.compare.elf.callees import EVERY, lasting, overwritten
from assay.compare.elf.half import read_half
from assay.compare.elf.zones import Zone

PROGRAMS = Path(__file__).resolve().parent / "programs"


def program(name):
    return read_half((PROGRAMS / name).read_bytes())


def test_a_call_of_an_import_loses_all_that_the_convention_gives_away():
    half = program("base-mipsel-linux-gnu")
    lost = dict(zip(*(one.tolist() for one in overwritten(half)), strict=True))
    clobbered = sum(1 << register for register in half.index.isa.clobbered)
    op = half.index.listing.op[half.code.rows]
    assert sorted(lost) == np.flatnonzero((op == CALL) | (op == CALLR)).tolist()
    assert clobbered in lost.values()
    assert all(one & ~clobbered == 0 for one in lost.values())
    # The return address is lost in every call.
    assert all(one >> 31 & 1 for one in lost.values())


def test_a_program_without_a_decoder_says_nothing():
    half = program("base-mipsel-linux-gnu")
    half.index.isa = None
    assert not any(one.size for one in overwritten(half))
    assert lasting(half).size == 0
    assert EVERY == (1 << 64) - 1


def test_calls_that_do_not_come_back_are_those_of_known_names_or_of_endless_functions():
    half = program("base-x86_64-linux-gnu")
    rows = lasting(half)
    names = half.index.program.externs
    targets = half.index.listing.imm[half.code.rows[rows]].tolist()
    for target in targets:
        assert names.get(target, "exit") in {"exit", "abort", "__stack_chk_fail", "_exit"}


def test_a_function_whose_return_nothing_leads_to_does_not_come_back():
    half = program("base-paths-aarch64")
    before = lasting(half).size
    half = program("base-paths-aarch64")
    # Where exceptions are handled, what nothing else leads to may be a handler that returns.
    half.zones.append(Zone(".gcc_except_table", 1, 2, 0x70000, 4, 0))
    names = half.index.program.externs
    rows = lasting(half)
    assert 0 < rows.size < before
    called = half.index.listing.imm[half.code.rows[rows]].tolist()
    assert {names[half.index.stubs[at]] for at in called} == {"exit"}
