"""x86: constants of the operand's size, and comparisons of blocks."""

import numpy as np
import pytest

from assay.code.index import CodeIndex, build
from assay.code.listing import ADDI, CMPI, CMPM, CMPS, CONST, NAMES, PUSH, STOREI
from assay.code.memory import Area, Memory
from assay.code.notation import Notation
from assay.code.program import Program

START = 0x1000
RET = "c3"


def indexed(code: str, bits: int = 32) -> CodeIndex:
    """Return the index of the instructions *code*, in hexadecimal, followed by a return."""
    data = np.frombuffer(bytes.fromhex(code + RET), dtype=np.uint8)
    memory = Memory([Area(START, data, 0, code=True, fixed=True)], "<", bits)
    machine = 3 if bits == 32 else 62
    return build(Program(machine, bits, "<", 0, START, memory, [(START, START + data.size)]))


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize(
    ("code", "operation", "column", "value"),
    [
        ("66 3d 34 12", CMPI, "imm", 0x1234),  # cmp $0x1234,%ax
        ("66 81 fb ef be", CMPI, "imm", 0xBEEF),  # cmp $0xbeef,%bx
        ("66 83 fb ff", CMPI, "imm", 0xFFFF),  # cmp $-1,%bx
        ("66 81 3b ef be", CMPM, "second", 0xBEEF),  # cmpw $0xbeef,(%ebx)
        ("80 3b ab", CMPM, "second", 0xAB),  # cmpb $0xab,(%ebx)
        ("3c ab", CMPI, "imm", 0xAB),  # cmp $0xab,%al
        ("81 fb 78 56 34 12", CMPI, "imm", 0x12345678),  # cmp $0x12345678,%ebx
        ("3d ff ff ff ff", CMPI, "imm", -1),  # cmp $-1,%eax
        ("66 b8 34 12", CONST, "imm", 0x1234),  # mov $0x1234,%ax
        ("66 c7 03 34 12", STOREI, "second", 0x1234),  # movw $0x1234,(%ebx)
        ("66 81 c3 fe ff", ADDI, "imm", -2),  # add $-2,%bx
        ("66 05 34 12", ADDI, "imm", 0x1234),  # add $0x1234,%ax
        ("66 68 34 12", PUSH, "imm", 0x1234),  # pushw $0x1234
    ],
)
def test_constants_have_the_size_of_the_operand(bits, code, operation, column, value):
    table = indexed(code + "90" * 4, bits).listing
    assert NAMES[table.op[0]] == NAMES[operation]
    assert table.size[0] == len(bytes.fromhex(code))
    assert getattr(table, column)[0] == value


def test_width_of_a_comparison_in_memory():
    assert indexed("66 81 3b ef be").listing.width[0] == 2
    assert indexed("80 3b ab").listing.width[0] == 1


@pytest.mark.parametrize(("code", "width"), [("f3 a6", 1), ("f3 66 a7", 2), ("66 f3 a7", 2)])
def test_repeated_string_comparison_is_a_comparison(code, width):
    table = indexed(code).listing
    assert (table.op[0], table.width[0]) == (CMPS, width)
    assert (table.rd[0], table.ra[0], table.rb[0]) == (1, 6, 7)


def test_one_step_or_while_different_is_none():
    assert not (indexed("a6 f2 a6").listing.op == CMPS).any()


def test_statement_of_a_comparison_of_blocks():
    assert Notation(indexed("f3 a6")).statement(0) == "compare [esi], [edi], ecx bytes"
    assert Notation(indexed("f3 48 a7", 64)).statement(0) == "compare [rsi], [rdi], rcx * 8 bytes"
