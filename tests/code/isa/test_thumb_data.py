"""Data among Thumb code: what loads and jumps read is told from instructions."""

import numpy as np
import pytest

from assay.code.isa.streams import Stream
from assay.code.isa.thumb import _sequence, thumb_rows

START = 0x1000
NOP, RETURN = 0xBF00, 0x4770


def stream(*halves: int) -> Stream:
    """Return half-words from START on."""
    words = np.array(halves, dtype=np.uint16)
    return Stream(words, np.zeros(1, dtype=np.int64), np.array([START]), 2)


def addresses(code: Stream) -> list[int]:
    """Return where instructions begin, relative to START."""
    return (code.address[thumb_rows(code)] - START).tolist()


def test_leaves_out_a_literal():
    # ldr r0, [pc, #0] at 0 reads the word at 4.
    assert addresses(stream(0x4800, RETURN, 0x1234, 0x5678, RETURN)) == [0, 2, 8]


def test_does_not_believe_a_literal_of_a_literal():
    # The literal at 4 looks like `ldr r0, [pc, #0]`, whose literal would be the code at 8.
    assert addresses(stream(0x4800, RETURN, 0x4800, NOP, 0x2001, NOP, RETURN)) == [0, 2, 8, 10, 12]


def test_leaves_out_a_table_of_distances():
    # cmp r3, #1; adr r6, table; ldr.w r3, [r6, r3, lsl #2]; add r6, r3; bx r6; two distances
    head = (0x2B01, 0xA602, 0xF856, 0x3023, 0x441E, 0x4730)
    table = (0x0009, 0x0000, 0x000B, 0x0000)
    code = stream(*head, *table, RETURN, RETURN)
    assert addresses(code) == [0, 2, 4, 8, 10, 20, 22]


def test_ends_a_table_of_distances_at_its_nearest_label():
    head = (NOP, 0xA602, 0xF856, 0x3023, 0x441E, 0x4730)
    table = (0x0009, 0x0000, 0x000B, 0x0000)
    code = stream(*head, *table, RETURN, RETURN, RETURN, RETURN)
    assert addresses(code)[-4:] == [20, 22, 24, 26]


def test_leaves_out_a_table_of_bytes():
    # cmp r0, #3; tbb [pc, r0]; four bytes
    code = stream(0x2803, 0xE8DF, 0xF000, 0x0202, 0x0302, RETURN)
    assert addresses(code) == [0, 2, 10]


def test_reads_a_table_that_is_cut_off():
    assert addresses(stream(0x28FF, 0xE8DF, 0xF000)) == [0, 2]
    assert addresses(stream(NOP, 0xA600, 0xF856, 0x3023, 0x441E, 0x4730))[-1] == 10


def test_finds_places_in_several_ranges():
    words = np.arange(6, dtype=np.uint16)
    code = Stream(words, np.array([0, 3]), np.array([0x10, 0x40]), 2)
    assert code.address.tolist() == [0x10, 0x12, 0x14, 0x40, 0x42, 0x44]
    assert code.at(np.array([2, 3, 5])).tolist() == [0x14, 0x40, 0x44]
    asked = np.array([0x0E, 0x10, 0x14, 0x16, 0x40, 0x43, 0x44, 0x46], dtype=np.int64)
    assert code.places(asked).tolist() == [0, 2, 3, 5]


def plain_sequence(long: list[bool], heads: list[int]) -> list[bool]:
    """Return where instructions begin, half-word by half-word."""
    begins: list[bool] = []
    for place in range(len(long)):
        second = place and place not in heads and begins[-1] and long[place - 1]
        begins.append(not second)
    return begins


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 64, 65, 300])
def test_one_addition_tells_the_same_as_going_through(count):
    random = np.random.default_rng(count)
    for _ in range(40):
        long = random.random(count) < random.choice([0.2, 0.6, 0.95, 1.0])
        heads = np.unique(np.append(0, random.integers(0, count, 3)))
        code = Stream(np.zeros(count, dtype=np.uint16), heads, 16 * heads, 2)
        assert _sequence(code, long).tolist() == plain_sequence(long.tolist(), heads.tolist())
