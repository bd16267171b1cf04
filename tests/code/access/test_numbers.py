"""Numbers that are published or that compilers make, told from those that somebody chose."""

import pytest

from assay.code.access import triggers
from assay.code.access.numbers import (
    PUBLISHED_NUMBERS,
    is_address,
    is_divisor,
    is_published,
    is_request,
)


@pytest.mark.parametrize(
    "number", ["67452301", "01234567", "edb88320", "63825363", "d4c3b2a1", "19980330"]
)
def test_published_numbers_in_either_order(number):
    assert is_published(bytes.fromhex(number))
    assert is_published(bytes.fromhex(number)[::-1])


@pytest.mark.parametrize("bits", [31, 32, 63, 64])
@pytest.mark.parametrize("unit", [1000, 10**6, 10**9, 86400])
def test_bounds_of_what_is_multiplied(bits, unit):
    low = ((1 << bits) - 1) // unit & 0xFFFFFFFF
    assert is_published(low.to_bytes(4, "big"))
    assert is_published(low.to_bytes(4, "little"))


@pytest.mark.parametrize("data", ["ffffffffffff", "aaaa0300904c", "dd14000fac04", "01005e7ffffa"])
def test_addresses_and_frames(data):
    assert is_address(bytes.fromhex(data))


def test_other_bytes_are_no_addresses():
    assert not is_address(bytes.fromhex("9ae16a3b2f90"))


def test_each_published_number_has_four_bytes():
    assert {len(one) for one in PUBLISHED_NUMBERS} == {4}


def test_other_numbers_are_not_published():
    assert not is_published(bytes.fromhex("7e1a94c3"))


@pytest.mark.parametrize("value", [0x5401 | 0x40040000, 0x80045430, 0xC0206911, 0x40045431])
def test_requests_to_devices(value):
    assert is_request(value)


@pytest.mark.parametrize("value", [0x5EC4A917, 0x00045431, 0x7E1A94C3, 0xC0DE47A1])
def test_other_numbers_are_no_requests(value):
    assert not is_request(value)


@pytest.mark.parametrize("divisor", [7, 10, 365, 1000, 86400])
def test_numbers_that_divide(divisor):
    shift = divisor.bit_length() - 1
    assert is_divisor(-(-(1 << 32 + shift) // divisor) & 0xFFFFFFFF)
    assert not triggers._is_chosen(-(-(1 << 32 + shift) // divisor) & 0xFFFFFFFF)


def test_numbers_that_somebody_chose():
    assert triggers._is_chosen(0x7E1A94C3)
    assert not triggers._is_chosen(0x65746831)  # `eth1`
    assert not triggers._is_chosen(0x40045431)
