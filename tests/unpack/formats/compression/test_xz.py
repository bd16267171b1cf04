import lzma

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.compression import xz
from assay.unpack.limits import Limits
from assay.unpack.view import NotThisFormat, View

TEXT = b"kernel and modules\n" * 90


def test_ends_where_the_stream_ends(opened):
    data = lzma.compress(TEXT)
    found = opened(xz, b"\0" * 7 + data + b"more", 7)
    assert found.extent.end == 7 + len(data)
    assert found.content("xz.content") == TEXT


def test_streams_one_after_another_are_one(opened):
    found = opened(xz, lzma.compress(TEXT) + lzma.compress(b"end"))
    assert found.content("xz.content") == TEXT + b"end"


def test_a_cut_off_stream_is_refused():
    with pytest.raises(NotThisFormat):
        xz.measure(View(lzma.compress(TEXT)[:-4]), 0)


def test_a_bomb_is_a_recorded_limit(opened):
    found = opened(xz, lzma.compress(bytes(4 << 20)), 0, Limits(stream=1 << 20))
    assert [problem.kind for problem in found.sink.problems] == ["limit"]


@settings(max_examples=50)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(data):
    try:
        xz.measure(View(xz.MAGIC + b"\0\4" + data), 0)
    except NotThisFormat:
        return
