"""Code ranges that hold no whole instruction, in any place among others."""

import numpy as np
import pytest

from assay.code.index import build
from assay.code.memory import Area, Memory
from assay.code.program import Program

START = 0x1_2340
RETURNS = {
    (3, 32, "<"): "c3c3c3c3",
    (8, 32, ">"): "03e00008",
    (20, 32, ">"): "4e800020",
    (40, 32, "<"): "1eff2fe1",
    (62, 64, "<"): "c3c3c3c3",
    (183, 64, "<"): "c0035fd6",
    (243, 64, "<"): "67800000",
}


@pytest.mark.parametrize("rest", [0, 1, 2, 3])
@pytest.mark.parametrize("kind", RETURNS)
def test_a_range_of_less_than_an_instruction_is_passed_over(kind, rest):
    machine, bits, order = kind
    data = np.frombuffer(bytes.fromhex(RETURNS[kind]) * 4 + bytes(16), dtype=np.uint8)
    memory = Memory([Area(START, data, 0, code=True, fixed=True)], order, bits)
    ranges = [(START, START + 8), (START + 8, START + 8 + rest), (START + 16, START + 16 + rest)]
    made = Program(machine, bits, order, 0, START, memory, ranges)
    found = build(made)
    assert found.listing.address.tolist()[0] == START
    assert (found.listing.breaks < len(found.listing)).all()
    assert found.explained()[0] == 8 + 2 * rest
