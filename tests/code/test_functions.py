"""Starts of functions where the unwind table lists only a few of them."""

import numpy as np
import pytest

from assay.code.functions import covered
from assay.code.index import build
from assay.code.memory import Area, Memory
from assay.code.program import Program

START = 0x1_2340
NOP, RETURN, BY_REGISTER = 0x00000013, 0x00008067, 0x00078067


def program(words: list[int], fragments: list[int]) -> Program:
    """Return a RISC-V program of *words*, with an unwind table that lists *fragments*."""
    data = np.frombuffer(b"".join(word.to_bytes(4, "little") for word in words), dtype=np.uint8)
    memory = Memory([Area(START, data, 0, code=True, fixed=True)], "<", 64)
    found = Program(243, 64, "<", 0, START, memory, [(START, START + data.size)])
    found.fragments = np.array(fragments, dtype=np.int64)
    return found


@pytest.mark.parametrize(("every", "complete"), [(0x40, True), (0x4000, False)])
def test_unwind_table_is_complete_where_it_is_dense(every, complete):
    made = program([RETURN] * 0x800, list(range(START, START + 0x2000, every)))
    assert covered(made) is complete


def test_pointers_into_code_behind_a_few_unwound_functions_are_functions():
    # The start-up code is unwound; the function behind it, which jumps by a register, is not.
    words = [RETURN, BY_REGISTER, *[NOP] * 0x400, RETURN, NOP, RETURN]
    second = START + 4 * (len(words) - 2)
    made = program(words, [START])
    made.pointers = np.array([second], dtype=np.int64)
    functions = build(made).functions
    place = functions.starts.tolist().index(second)
    assert functions.certain[place]


def test_pointers_into_unwound_functions_that_jump_by_register_are_labels():
    words = [BY_REGISTER, NOP, RETURN, NOP, RETURN]
    made = program(words, [START])
    made.pointers = np.array([START + 12], dtype=np.int64)
    assert build(made).functions.starts.tolist() == [START]


def test_a_function_of_nothing_but_padding_ends_before_the_next():
    made = program([NOP] * 32 + [RETURN], [])
    made.starts = START + 4 * np.array([0, 8, 16], dtype=np.int64)
    functions = build(made).functions
    assert functions.starts.tolist()[:3] == made.starts.tolist()
    assert (functions.last[:-1] <= functions.first[1:]).all()
    assert functions.last.tolist()[:2] == [1, 9]
