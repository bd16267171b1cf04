"""The map of addresses answers one question as it answers many."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from assay.compare.elf.addresses import ARM, LARGEST, AddressMap

MIPS = 8
PIECES = [(0x100, 0x140, 0x200), (0x140, 0x150, 0x90), (0x180, 0x181, 0x7F), (0x300, 0x340, 0x300)]


def addresses(machine):
    code = SimpleNamespace(inside=lambda asked: (asked >= 0x100) & (asked < 0x150))
    half = SimpleNamespace(elf=SimpleNamespace(machine=machine), code=code)
    made = AddressMap(half, half)
    made.add(PIECES)
    made.externs = (np.array([0x30F, 0x400, 0x404]), np.array([0x500, 0x504, -1]))
    return made


@pytest.mark.parametrize("machine", [MIPS, ARM])
@given(st.integers(0, 0x420))
def test_one_address_goes_where_many_go(machine, address):
    made = addresses(machine)
    images, good = made.find(np.array([address]))
    assert made.one(address) == (int(images[0]) if good[0] else -1)


def test_what_no_address_can_be_goes_nowhere():
    made = addresses(MIPS)
    assert made.one(LARGEST + 1) == made.one(-LARGEST - 5) == made.one(0) == -1
    assert AddressMap(made.a, made.b).one(0x100) == -1
