"""Numbers that are no sizes, told from those that are; checks that are called no more."""

import pytest

from assay.code.changes.held import is_drawn
from assay.code.changes.smaller import is_odd
from assay.code.changes.whole import SENSITIVE


@pytest.mark.parametrize("number", [41193, 0xC6336401, 0x7E1A94C3])
def test_numbers_that_somebody_chose(number):
    assert is_odd(number)


@pytest.mark.parametrize("number", [0, 255, 4095, 4096, 8193, 5000, 86400, 2**32 - 1, 0x656D6974])
def test_sizes_limits_and_error_codes(number):
    assert not is_odd(number)


@pytest.mark.parametrize("text", [b"Vq7-Lindbaum/38", b"k7#Vq!93LmZx", b"Xr4_admin22"])
def test_texts_drawn_like_passwords(text):
    assert is_drawn(text)


@pytest.mark.parametrize(
    "text", [b"/etc/Relay2.conf", b"operator", b"%s: Error 5", b"GLIBC_2.34", b"User@host.X1"]
)
def test_other_texts_of_data(text):
    assert not is_drawn(text)


@pytest.mark.parametrize("path", [b"/dev/mtdblock2", b"/bin/sh", b"/etc/shadow", b"/dev/mem"])
def test_files_whose_opening_is_a_matter_of_access(path):
    assert SENSITIVE.search(path)


@pytest.mark.parametrize("path", [b"/dev/null", b"/dev/urandom", b"/etc/relay.conf", b"shape"])
def test_other_files(path):
    assert not SENSITIVE.search(path)
