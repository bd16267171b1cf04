"""The register that callees are called through is followed along all paths of a function."""

import numpy as np
import pytest

from assay.code.calls import resolve
from assay.code.functions import Functions
from assay.code.isa.mips import ISA
from assay.code.joins import HELD, KEPT, MANY_KEPT, NOTHING, UNKNOWN, Joining, follow_callees, meet
from assay.code.listing import (
    ADDI,
    BRANCH,
    CALLR,
    CONST,
    JUMP,
    JUMPR,
    LOAD,
    NONE,
    OTHER,
    RET,
    STORE,
    blank,
)
from assay.code.memory import Area, Memory
from assay.code.program import Program
from assay.code.whole import begin

BASE, IMPORT, LOCAL = 0x1000, 0x90000010, 0x5000
T9, V0, SP = 25, 2, 29
NOP = (OTHER, NONE, NONE, NONE, 0)
CALL_T9 = (CALLR, NONE, T9, NONE, 0)


def load_callee(address: int) -> tuple[int, ...]:
    return CONST, T9, NONE, NONE, address


def branch(row: int) -> tuple[int, ...]:
    return BRANCH, NONE, V0, NONE, BASE + 4 * row


def targets_of(*rows: tuple[int, ...]) -> dict[int, int]:
    """Return the targets of the calls of one function of these *rows*, by row."""
    listing = blank(BASE + 4 * np.arange(len(rows), dtype=np.int64), 4)
    for name, column in zip(("op", "rd", "ra", "rb", "imm"), zip(*rows, strict=True), strict=True):
        getattr(listing, name)[:] = column
    listing.width[:] = 4
    code = Area(BASE, np.zeros(4 * len(rows), dtype=np.uint8), 0, code=True, fixed=True)
    memory = Memory([code], "<", 32)
    program = Program(8, 32, memory.order, 0, 0, memory, [(BASE, BASE + 4 * len(rows))])
    program.extern_base, program.externs = IMPORT - 16, {IMPORT: "printf", IMPORT + 16: "puts"}
    program.starts = np.array([BASE], dtype=np.int64)
    flow, _, _ = begin(program, ISA, listing, wanted=False)
    first, last = np.array([0]), np.array([len(rows)])
    functions = Functions(
        program.starts, program.starts + 4 * len(rows), first, last, np.ones(1, dtype=np.bool_)
    )
    owner = np.zeros(len(rows), dtype=np.int64)
    calls = follow_callees(flow, Joining(functions, owner, resolve(flow)[0], []))
    return dict(zip(calls.row.tolist(), calls.target.tolist(), strict=True))


def test_a_callee_comes_by_a_branch_behind_a_call_that_never_returns():
    found = targets_of(
        (CONST, V0, NONE, NONE, 1),
        branch(6),
        load_callee(IMPORT),
        load_callee(IMPORT + 0x100),
        CALL_T9,
        NOP,
        CALL_T9,
        NOP,
        (RET, NONE, 31, NONE, 0),
        NOP,
    )
    assert found == {4: IMPORT + 0x100, 6: IMPORT}


def loop(callee: int) -> dict[int, int]:
    return targets_of(
        load_callee(callee),
        (JUMP, NONE, NONE, NONE, BASE + 20),
        NOP,
        CALL_T9,
        NOP,
        branch(3),
        NOP,
        (RET, NONE, 31, NONE, 0),
        NOP,
    )


def test_a_callee_is_loaded_in_front_of_a_loop():
    assert loop(LOCAL) == {3: LOCAL}


def spilled(second: int) -> dict[int, int]:
    return targets_of(
        (ADDI, SP, SP, NONE, -64),
        (CONST, V0, NONE, NONE, LOCAL),
        (STORE, NONE, SP, V0, 24),
        (CONST, V0, NONE, NONE, second),
        (STORE, NONE, SP, V0, 24),
        load_callee(IMPORT),
        CALL_T9,
        NOP,
        (LOAD, T9, SP, NONE, 24),
        CALL_T9,
        NOP,
        (RET, NONE, 31, NONE, 0),
        NOP,
    )


def test_a_callee_is_kept_on_the_stack():
    assert spilled(LOCAL) == {6: IMPORT, 9: LOCAL}


def test_a_place_that_holds_two_values_tells_nothing():
    assert spilled(LOCAL + 64) == {6: IMPORT, 9: -1}


@pytest.mark.parametrize(("other", "target"), [(IMPORT, IMPORT), (IMPORT + 16, -1)])
def test_paths_have_to_agree(other, target):
    found = targets_of(
        (CONST, V0, NONE, NONE, 1),
        branch(7),
        load_callee(IMPORT),
        branch(7),
        load_callee(other),
        CALL_T9,
        NOP,
        CALL_T9,
        NOP,
        (RET, NONE, 31, NONE, 0),
        NOP,
    )
    assert found[7] == target


def test_the_last_jump_of_a_function_is_a_call():
    found = targets_of(
        load_callee(IMPORT),
        branch(5),
        NOP,
        (RET, NONE, 31, NONE, 0),
        NOP,
        (JUMPR, NONE, T9, NONE, 0),
        NOP,
    )
    assert found == {5: IMPORT}


def test_the_higher_state_counts_where_paths_join():
    order = [(NOTHING, 0), (KEPT, 8), (MANY_KEPT, 0), (HELD, 4), (UNKNOWN, 0)]
    for at, low in enumerate(order):
        for high in order[at:]:
            assert meet(low, high) == meet(high, low) == high
    assert meet((KEPT, 8), (KEPT, 4)) == (MANY_KEPT, 0)
    assert meet((HELD, 8), (HELD, 4)) == (UNKNOWN, 0)
