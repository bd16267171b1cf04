"""Numbers drawn by chance, told from those that arithmetic makes."""

import pytest

from assay.code.access.numbers import is_divisor
from assay.code.changes.constants import is_telling


@pytest.mark.parametrize("divisor", [3, 7, 10, 60, 100, 365, 1000, 3600, 86400])
def test_multipliers_that_divide_are_recognised(divisor):
    for shift in range(8):
        value = ((1 << 32 + shift) + divisor - 1) // divisor
        if value < 1 << 32 and value >= 1 << 31:
            assert is_divisor(value)


@pytest.mark.parametrize("divisor", [3, 7, 45, 125])
def test_inverses_are_recognised(divisor):
    assert is_divisor(pow(divisor, -1, 1 << 32))


@pytest.mark.parametrize("value", [0x2B3C91D7, 0x7E1A94C3, 0x5363AFE1, 0x9AE16A3B])
def test_numbers_of_the_source_are_not(value):
    assert not is_divisor(value)


def test_telling_bytes():
    assert is_telling(bytes.fromhex("1d9a74e205bbc63f"))
    assert not is_telling(b"a text \0b")
    assert not is_telling(b"r+\0abcde")
    assert not is_telling(bytes.fromhex("0001020304050673"))
    assert not is_telling(b"<cwmp:\0\1")
    assert not is_telling(bytes.fromhex("00ff00ff00ff00ff"))
    assert not is_telling(b"\x01\x02")
