"""PowerPC: the routines of the run-time library that save and restore registers."""

import numpy as np

from assay.code.index import build
from assay.code.memory import Area, Memory
from assay.code.program import Program

START = 0x1000
BLR = 0x4E800020


def starts(*words: int) -> list[int]:
    """Return the starts of the functions in *words*, relative to START."""
    data = np.frombuffer(b"".join(word.to_bytes(4, "big") for word in words), dtype=np.uint8)
    memory = Memory([Area(START, data, 0, code=True, fixed=True)], ">", 32)
    program = Program(20, 32, ">", 0, START, memory, [(START, START + data.size)])
    found = build(program)
    assert found.functions is not None
    return (found.functions.starts - START).tolist()


def restores(first: int, last: int = 31) -> list[int]:
    """Return `lwz rN, -4 * (32 - N)(r11)` for a run of registers."""
    return [
        0x800B0000 | number << 21 | -4 * (32 - number) & 0xFFFF for number in range(first, last + 1)
    ]


def test_each_register_is_an_entry():
    head = [0x38600000, BLR]
    found = starts(*head, *restores(14), BLR)
    assert found == [0, *range(8, 8 + 18 * 4, 4)]


def test_the_link_register_is_fetched_before_the_last():
    head = [0x38600000, BLR]
    tail = [0x800B0004, *restores(31), 0x7C0803A6, 0x7D615B78, BLR]
    found = starts(*head, *restores(14, 30), *tail)
    assert found == [0, *range(8, 8 + 18 * 4, 4)]


def test_the_end_of_a_function_is_no_routine():
    found = starts(0x397F0050, *restores(14), BLR)
    assert found == [0]


def test_a_few_registers_are_no_routine():
    assert starts(0x38600000, BLR, *restores(25), BLR) == [0, 8]
