"""What is said of functions that differ: strings that are meant, and what only stands elsewhere."""

from types import SimpleNamespace

import numpy as np
import pytest

from assay.code.listing import ADDI, CONST, LOAD, PARTIAL, REGISTERS
from assay.code.render import text_at
from assay.compare.elf.describe import count_lines

TEXTS = {0x470000: b"in the middle of a string", 0x471234: b"meant", 0x1200: b"by chance"}


def index(op, base, value, *, fixed=True, absolute=False):
    """Return an index of one row that sets a register to *value*."""
    return SimpleNamespace(
        listing=SimpleNamespace(op=np.array([op]), ra=np.array([base])),
        flow=SimpleNamespace(
            known=np.array([True]), values=np.array([value]), absolute=np.array([absolute])
        ),
        program=SimpleNamespace(fixed=fixed, relocatable=False),
        string=TEXTS.get,
    )


def test_a_whole_address_names_its_string():
    assert text_at(index(ADDI, 4, 0x471234), 0) == b"meant"
    assert text_at(index(CONST, 4, 0x471234), 0) == b"meant"


@pytest.mark.parametrize(("op", "base"), [(CONST, PARTIAL), (LOAD, 28)])
def test_the_upper_part_of_an_address_names_no_string(op, base):
    assert text_at(index(op, base, 0x470000), 0) is None


@pytest.mark.parametrize(("op", "base", "absolute"), [(LOAD, REGISTERS, False), (ADDI, 4, True)])
def test_numbers_name_no_string_where_code_runs_anywhere(op, base, absolute):
    assert text_at(index(op, base, 0x1200, fixed=False, absolute=absolute), 0) is None
    assert text_at(index(op, base, 0x1200, absolute=absolute), 0) == b"by chance"


def test_instructions_that_changed_places_are_called_so():
    lines = ("-0x10: 2105 const a1, 1", "+0x14: 2105 const a1, 1")
    assert count_lines(lines) == "the same instructions stand in another order"
    assert count_lines(lines, astray=True) == "the same instructions lead elsewhere"
    other = ("-0x10: 2105 const a1, 1", "+0x14: 2106 const a1, 2", "+0x18: 00 nop")
    assert count_lines(other) == "1 instruction went and 2 came"
    # Past the lines that are shown there may be others.
    assert "went" in count_lines((*lines, " … 3 more instructions"))
