"""Encodings that no decoder reads are named and left out."""

import struct

import numpy as np
import pytest

from assay.code import index
from assay.code.elf import read_elf
from assay.code.encodings import FLAG_MIPS16, leave_out
from assay.code.lookup import function_called
from assay.code.memory import Area, Memory
from assay.code.program import Program
from assay.errors import UnknownName


def test_mips16_functions_are_left_out(fixtures, truth):
    found = index((fixtures / "mips16.elf").read_bytes())
    assert any("MIPS16e" in problem for problem in found.problems)
    starts = set(found.functions.starts.tolist())
    wanted = {name: at & 0xFFFFFFFF for name, at in truth["mips16"].items()}
    plain = {at for name, at in wanted.items() if name in {"plain_two", "__start"}}
    assert plain <= starts
    assert not {at for name, at in wanted.items() if name in {"two", "five", "eight"}} & starts


def test_what_is_not_decoded_counts_as_code_that_is_not_explained(fixtures):
    found = index((fixtures / "mips16.elf").read_bytes())
    gone = sum(end - start for start, end in found.program.undecoded)
    total, known = found.explained()
    assert gone == 236
    assert total == gone + sum(end - start for start, end in found.program.code)
    assert known <= total - gone
    assert f"{gone} of {total} bytes of code" in found.problems[0]
    assert index(vle()).explained() == (128, 0)


def test_functions_that_are_not_decoded_are_told_from_those_that_are_not_there(fixtures, truth):
    found = index((fixtures / "mips16.elf").read_bytes())
    two = truth["mips16"]["two"] & ~1
    with pytest.raises(UnknownName, match="not decoded") as raised:
        function_called(found, hex(two))
    assert "MIPS16e" in raised.value.advice


PLAIN = struct.pack(">5I", 0x27BDFFE0, 0x8F99E820, 0x8F99E820, 0x03E00008, 0x27BD0020)
"""An ordinary function that uses the slot at -6112 of its table, `lw $t9,-6112($gp)`, twice."""

SHORT = struct.pack(">6H", 0x64C4, 0x6A01, 0xEA40, 0x6444, 0xE8A0, 0x6500)


@pytest.mark.parametrize(
    ("code", "gone"),
    [
        (PLAIN + SHORT + PLAIN, [(20, 32)]),
        (PLAIN + 2 * SHORT + PLAIN, [(20, 44)]),
        (PLAIN + PLAIN, []),
    ],
)
def test_a_few_short_functions_between_plain_ones_are_found(code, gone):
    memory = Memory([Area(0, np.frombuffer(code, np.uint8), 0, code=True, fixed=True)], ">", 32)
    program = Program(8, 32, ">", FLAG_MIPS16, 0, memory, [(0, len(code))])
    leave_out(program, read_elf(vle()), (None, None))
    assert program.undecoded == gone


def test_micromips_is_not_read_as_ordinary_code(fixtures):
    found = index((fixtures / "micromips.elf").read_bytes())
    assert any("microMIPS" in problem for problem in found.problems)
    assert found.functions is None or len(found.functions) <= 1


def vle():
    """Return an ELF file whose only section of code has the VLE flag."""
    names = b"\0.text_vle\0.shstrtab\0"
    code = struct.pack(">HHHH", 0x0004, 0x4400, 0x0004, 0x4400) * 16
    at, names_at = 52 + 32, 52 + 32 + len(code)
    table = names_at + len(names)
    head = b"\x7fELF\x01\x02\x01" + bytes(9)
    head += struct.pack(">HHIIIIIHHHHHH", 2, 20, 1, 0x10000, 52, table, 0, 52, 32, 1, 40, 3, 2)
    segment = struct.pack(">8I", 1, at, 0x10000, 0x10000, len(code), len(code), 5, 4)
    sections = bytes(40)
    sections += struct.pack(">10I", 1, 1, 0x10000006, 0x10000, at, len(code), 0, 0, 2, 0)
    sections += struct.pack(">10I", 11, 3, 0, 0, names_at, len(names), 0, 0, 1, 0)
    return head + segment + code + names + sections


def test_vle_is_left_out():
    found = index(vle())
    assert any("PowerPC VLE code, which is not decoded" in one for one in found.problems)
    assert found.functions is None


def test_ordinary_mips_and_powerpc_have_no_such_problem(fixtures):
    for name in ("mips-ordinary", "ppc-ordinary"):
        found = index((fixtures / f"{name}.elf").read_bytes())
        assert not any("not decoded" in problem for problem in found.problems)
