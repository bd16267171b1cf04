"""A32 words as rows: the encodings that the table and the cases beside it tell apart."""

import numpy as np
import pytest

from assay.code.isa.arm import code_only, decode_words
from assay.code.isa.streams import Stream
from assay.code.listing import NAMES, NONE, ZERO, Listing

START = 0x1000
PC, LR, SP = 15, 14, 13


def decode(*values: int) -> Listing:
    """Return the rows of *values*, the first of which lies at START."""
    words = np.array(values, dtype=np.uint32)
    stream = Stream(words, np.zeros(1, dtype=np.int64), np.array([START]))
    return decode_words(stream, code_only(stream))


@pytest.mark.parametrize(
    ("word", "row"),
    [
        (0xE3A00F41, ("const", 0, NONE, NONE, 0x104)),  # mov r0, #0x104
        (0xE3E00000, ("const", 0, NONE, NONE, 0xFFFFFFFF)),  # mvn r0, #0
        (0xE3001234, ("const", 1, NONE, NONE, 0x234)),  # movw r1, #0x234
        (0xE3401001, ("insert", 1, 1, 1, 1)),  # movt r1, #1
        (0xE2412004, ("addi", 2, 1, NONE, -4)),  # sub r2, r1, #4
        (0xE0812003, ("add", 2, 1, 3, 0)),  # add r2, r1, r3
        (0xE0812103, ("other", 2, 1, 3, 0)),  # add r2, r1, r3, lsl #2
        (0xE28F0008, ("const", 0, NONE, NONE, START + 16)),  # adr r0
        (0xE08F3003, ("addi", 3, 3, 3, START + 8)),  # add r3, pc, r3
        (0xE1A00001, ("addi", 0, 1, 1, 0)),  # mov r0, r1
        (0xE1A00000, ("nop", NONE, 0, 0, 0)),  # mov r0, r0
        (0xE3510003, ("cmpi", NONE, 1, NONE, 3)),  # cmp r1, #3
        (0xE3710001, ("cmpi", NONE, 1, NONE, -1)),  # cmn r1, #1
        (0xE1510002, ("cmp", NONE, 1, 2, 0)),  # cmp r1, r2
        (0xE12FFF1E, ("ret", NONE, LR, LR, 0)),  # bx lr
        (0xE12FFF33, ("callr", NONE, 3, 3, 0)),  # blx r3
        (0xE1A0F00E, ("ret", NONE, LR, LR, 0)),  # mov pc, lr
        (0xE5912010, ("load", 2, 1, NONE, 16)),  # ldr r2, [r1, #16]
        (0xE5012010, ("store", NONE, 1, 2, -16)),  # str r2, [r1, #-16]
        (0xE59F2010, ("load", 2, ZERO, NONE, START + 24)),  # ldr r2, [pc, #16]
        (0xE7912003, ("loadx", 2, 1, 3, 0)),  # ldr r2, [r1, r3]
        (0xE1D120B2, ("load", 2, 1, NONE, 2)),  # ldrh r2, [r1, #2]
        (0xE1C120B2, ("store", NONE, 1, 2, 2)),  # strh r2, [r1, #2]
        (0xE49DF004, ("ret", NONE, SP, NONE, 0)),  # pop {pc}
        (0xE92D4010, ("addi", SP, SP, NONE, -8)),  # push {r4, lr}
        (0xE8BD8010, ("ret", NONE, NONE, NONE, 0)),  # pop {r4, pc}
        (0xEB000000, ("call", NONE, NONE, NONE, START + 8)),  # bl
        (0xEA000000, ("jump", NONE, NONE, NONE, START + 8)),  # b
        (0x0A000000, ("branch", NONE, NONE, NONE, START + 8)),  # beq
        (0xFB000000, ("call", NONE, NONE, NONE, START + 10)),  # blx
        (0xE0000291, ("other", 0, 0, 1, 0)),  # mul r0, r1, r2
        (0xE7F000F0, ("stop", 0, NONE, NONE, 0)),  # udf
    ],
)
def test_reads_a_word(word, row):
    found = decode(word)
    columns = (found.rd, found.ra, found.rb, found.imm)
    assert (NAMES[found.op[0]], *(int(column[0]) for column in columns)) == row


def test_notes_every_register_that_is_overwritten():
    # ldm r1!, {r2, r3}; smull r4, r5, r6, r7; ldr r8, [r9], #4
    found = decode(0xE8B1000C, 0xE0C54796, 0xE4998004)
    noted = sorted(zip(found.extra_index.tolist(), found.extra_register.tolist(), strict=True))
    assert noted == [(0, 1), (0, 2), (0, 3), (1, 4), (2, 9)]


def test_leaves_out_literals_and_tables():
    # ldr r0, [pc, #0]; bx lr; literal
    assert decode(0xE59F0000, 0xE12FFF1E, 0x12345678).address.tolist() == [START, START + 4]
    # cmp r0, #1; ldrls pc, [pc, r0, lsl #2]; b; two entries; bx lr
    found = decode(0xE3500001, 0x979FF100, 0xEA000002, START, START, 0xE12FFF1E)
    assert (found.address - START).tolist() == [0, 4, 8, 20]
