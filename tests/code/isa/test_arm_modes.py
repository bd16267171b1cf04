"""A32 told from Thumb where nothing but the bytes says it."""

import numpy as np

from assay.code.isa.arm_modes import mode_ranges
from assay.code.memory import Area, Memory
from assay.code.program import Program

START = 0x1000
WORDS = (0xE92D4010, 0xE3A00001, 0xE59F1004, 0xEB000003, 0xE8BD8010, 0xE1A00000)
LONG_THUMB = (0xEA43, 0x73C0, 0xEA40, 0x0250, 0x430B, 0xEA46, 0x7682)


def program(data: bytes) -> Program:
    """Return *data* as the code of an ARM program."""
    memory = Memory([Area(START, np.frombuffer(data, dtype=np.uint8), 0, True, True)], "<", 32)
    return Program(40, 32, "<", 0, START, memory, [(START, START + len(data))])


def halves(values: tuple[int, ...], times: int) -> bytes:
    """Return half-words, repeated."""
    return b"".join(value.to_bytes(2, "little") for value in values) * times


def words(values: tuple[int, ...], times: int) -> bytes:
    """Return words, repeated."""
    return b"".join(value.to_bytes(4, "little") for value in values) * times


def test_long_thumb_is_not_taken_for_words():
    code = halves(LONG_THUMB, 200)
    assert mode_ranges(program(code), {}) == [(START, START + len(code), True)]


def test_words_are_told():
    code = words(WORDS, 60)
    assert mode_ranges(program(code), {}) == [(START, START + len(code), False)]


def test_a_called_function_of_words_ends_behind_its_literals():
    thumb = halves((0xB510, 0x4604, 0x2000, 0xBD10), 64)
    # ldr r3, [pc, #8]; bxeq lr; b .+8; and the literal
    inner = words((0xE59F3008, 0x012FFF1E, 0xEA000000, 0xE1A00000, 0x00000894), 1)
    code = thumb + inner + thumb
    begin, end = START + len(thumb), START + len(thumb) + 20
    found = mode_ranges(program(code), {begin: False})
    assert found == [(START, begin, True), (begin, end, False), (end, START + len(code), True)]
