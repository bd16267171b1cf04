"""Run-time compression against hand-worked examples."""

import pytest

from assay.unpack.codecs import DecodeFailure, decode


def test_a_repeat_continues_after_the_previous_occurrence() -> None:
    # abc, then "a" followed by the two bytes that followed the first "a".
    stored = b"a\0b\0c\0a\2d\0"
    assert decode("rtime", stored, 7) == b"abcabcd"


def test_a_repeat_may_overlap_what_it_writes() -> None:
    assert decode("rtime", b"a\0a\4", 6) == b"aaaaaa"


@pytest.mark.parametrize("stored", [b"", b"a", b"a\0", b"a\xffb\0"])
def test_a_wrong_length_is_damage(stored: bytes) -> None:
    with pytest.raises(DecodeFailure):
        decode("rtime", stored, 3)
