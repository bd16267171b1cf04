"""Comparisons of blocks by one instruction, with the constants that they use."""

import numpy as np

from assay.code.blocks import BlockComparison, block_comparisons
from assay.code.index import CodeIndex, build
from assay.code.memory import Area, Memory
from assay.code.program import Program

START = 0x1000


def indexed(machine: int, code: str) -> CodeIndex:
    """Return the index of 32-bit *code*, in hexadecimal."""
    data = np.frombuffer(bytes.fromhex(code), dtype=np.uint8)
    memory = Memory([Area(START, data, 0, code=True, fixed=True)], "<", 32)
    return build(Program(machine, 32, "<", 0, START, memory, [(START, START + data.size)]))


def test_constant_block_and_size():
    # mov $0x1040,%edi; mov $7,%ecx; repz cmpsb; ret
    found = block_comparisons(indexed(3, "bf40100000 b907000000 f3a6 c3"))
    assert found == [BlockComparison(2, -1, 0x1040, 7)]
    assert found[0].constant == 0x1040


def test_size_counts_bytes_and_the_other_pointer():
    # mov $0x1040,%esi; mov $2,%ecx; repz cmpsl; ret
    found = block_comparisons(indexed(3, "be40100000 b902000000 f3a7 c3"))
    assert found == [BlockComparison(2, 0x1040, -1, 8)]


def test_unknown_size_and_two_constants():
    found = block_comparisons(indexed(3, "be40100000 bf50100000 f3a6 c3"))
    assert found == [BlockComparison(2, 0x1040, 0x1050, -1)]
    assert found[0].constant == -1


def test_none_without_such_an_instruction_or_a_decoder():
    assert block_comparisons(indexed(3, "31c0 c3")) == []
    assert block_comparisons(indexed(9999, "c3")) == []
