import lzma
import random
import re
import struct

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.compression import lzma_alone
from assay.unpack.limits import Limits
from assay.unpack.view import NotThisFormat, View

TEXT = b"Uncompressing Linux... done, booting the kernel.\n" * 300


def stream(data, *, size=True, dictionary=1 << 16, lc=3, lp=0, pb=2):
    settings_ = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": dictionary}]
    body = lzma.compress(data, lzma.FORMAT_RAW, filters=settings_)
    stated = len(data) if size else 0xFFFFFFFFFFFFFFFF
    return bytes([(pb * 5 + lp) * 9 + lc]) + struct.pack("<IQ", dictionary, stated) + body


@pytest.mark.parametrize("size", [True, False])
@pytest.mark.parametrize("parameters", [(3, 0, 2), (0, 2, 0), (1, 1, 2)])
def test_ends_where_the_stream_ends(opened, size, parameters):
    lc, lp, pb = parameters
    data = stream(TEXT, size=size, lc=lc, lp=lp, pb=pb)
    found = opened(lzma_alone, b"head" + data + b"\xff" * 99, 4)
    assert found.content("lzma.content") == TEXT
    # With a known size the end mark may stay outside: at most its six bytes.
    assert 4 + len(data) - 6 <= found.extent.end <= 4 + len(data)


@pytest.mark.parametrize("dictionary", [1 << 16, 1 << 20, 1 << 23, 3 << 19, 1 << 25])
def test_the_magic_knows_usual_dictionaries(dictionary):
    data = stream(TEXT, dictionary=dictionary)
    assert re.match(lzma_alone.FORMAT.magic[0].expression, data, re.DOTALL)


def test_a_wrong_size_is_refused():
    data = bytearray(stream(TEXT))
    data[5:13] = struct.pack("<Q", len(TEXT) + 5)
    with pytest.raises(NotThisFormat):
        lzma_alone.measure(View(bytes(data)), 0)


def test_a_stream_of_nothing_but_zeros_is_refused():
    with pytest.raises(NotThisFormat):
        lzma_alone.measure(View(stream(bytes(65536))), 0)


def test_random_data_behind_a_header_is_refused():
    for seed in range(50):
        data = stream(TEXT)[:13] + b"\0" + random.Random(seed).randbytes(60_000)
        with pytest.raises(NotThisFormat):
            lzma_alone.measure(View(data), 0)


def test_a_bomb_is_a_recorded_limit(opened):
    data = stream(b"ab" * (2 << 20))
    found = opened(lzma_alone, data, 0, Limits(stream=1 << 20))
    assert [problem.kind for problem in found.sink.problems] == ["limit"]


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_answered(data):
    try:
        lzma_alone.measure(View(stream(TEXT)[:13] + data), 0)
    except NotThisFormat:
        return
