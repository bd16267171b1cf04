"""Constant bytes that changed in their place, told from what moved."""

import numpy as np
import pytest

from assay.code.changes.stored import _difference

TABLE = bytes((step * 73 + 41) & 0xFF for step in range(128))


def difference(before, after):
    return _difference(*(np.frombuffer(one, dtype=np.uint8) for one in (before, after)))


def test_a_word_that_became_another():
    assert difference(TABLE, TABLE[:32] + bytes.fromhex("5be71c92a64dd803") + TABLE[40:]) == 32


@pytest.mark.parametrize("put_in", [b"\x11\x22\x33\x44", b"\x99" * 8])
def test_what_was_put_in_moves_the_rest(put_in):
    after = TABLE[:96] + put_in + TABLE[96 : 128 - len(put_in)]
    assert difference(TABLE, after) == -1


def test_nothing_or_too_much():
    assert difference(TABLE, TABLE) == -1
    assert difference(TABLE, bytes(byte ^ 0x5A for byte in TABLE)) == -1
    assert difference(TABLE[:8], TABLE[1:9]) == -1
