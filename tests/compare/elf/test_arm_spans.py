"""Borders between A32 and Thumb lie where the words that surely are A32 begin and end."""

from tests.code.isa.test_arm_modes import START, halves, program, words

from assay.compare.elf.arm_spans import arm_spans

WORDS = (0xE92D4010, 0xE3A00001, 0xE1A01000, 0xE2800003, 0xE8BD8010, 0xE1A00000)


THUMB = halves((0xB510, 0x4604, 0x2000, 0xBD10), 200)
BODY = words(WORDS, 64)
"""Whole pieces of what is looked at together."""


def test_short_functions_behind_words_belong_to_them():
    # ldr r0, [pc, #4]; add r0, pc, r0; b START; its literal; mov r2, r0; add r1, pc, r1; bx lr; 0
    tail = (0xE59F0004, 0xE08F0000, 0xEAFFFE7C, 0x38ED, 0xE1A02000, 0xE08F1001, 0xE12FFF1E, 0)
    border = START + len(BODY) + 4 * (len(tail) - 1)
    code = BODY + words(tail, 1) + THUMB
    found = arm_spans(program(code))
    assert found == [(START, border, False), (border, START + len(code), True)]


def test_literals_behind_words_belong_to_them():
    # The last word before the pool loads the second word of it, the one before that the first.
    loads = words((0xE59F0000, 0xE59F0000), 1)
    code = BODY[:-8] + loads + words((0x12345678, 0x23456789), 1) + THUMB
    border = START + len(BODY) + 8
    assert arm_spans(program(code))[0] == (START, border, False)


def test_thumb_behind_words_stays_thumb():
    border = START + len(BODY)
    found = arm_spans(program(BODY + THUMB))
    assert found == [(START, border, False), (border, border + len(THUMB), True)]


def test_words_before_words_belong_to_them():
    # Within the last piece of Thumb: ldr r0, [pc, #4]; add r0, pc, r0; bx lr.
    thumb = THUMB[: 6 * 256 - 12]
    code = thumb + words((0xE59F0004, 0xE08F0000, 0xE12FFF1E), 1) + BODY
    border = START + len(thumb)
    found = arm_spans(program(code))
    assert found == [(START, border, True), (border, START + len(code), False)]
