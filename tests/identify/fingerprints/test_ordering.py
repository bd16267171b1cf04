"""The order of releases."""

import pytest
from hypothesis import given, strategies as st

from assay.identify.fingerprints.ordering import version_key


@pytest.mark.parametrize(
    "order",
    [
        ["0.9.8", "1.0.2", "1.0.2k", "1.0.2za", "1.1.0", "3.0.10"],
        ["4.2.8p9", "4.2.8p15", "4.2.10"],
        ["6.1.0-rc4", "6.1.0", "6.1.1"],
        ["0.53", "2011.54", "2017.75"],
        ["9.18.1", "9.18.28"],
    ],
)
def test_order(order):
    backwards = order[::-1]
    assert sorted(backwards, key=version_key) == order


def test_leading_zeros_are_the_same_release():
    assert version_key("10.00.0") == version_key("10.0.0")


def test_zeros_at_the_end_say_nothing():
    assert version_key("2.9.0") == version_key("2.9") < version_key("2.9.0.1")
    assert version_key("2.9.0rc1") < version_key("2.9") < version_key("2.9.0a")


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_compares(one, other):
    assert (version_key(one) < version_key(other)) in {True, False}
