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


def fails(data, most):
    """Return whether liblzma refuses *data* before it yields *most* bytes."""
    try:
        lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(data, most)
    except lzma.LZMAError:
        return True
    return False


def agree(data):
    """Hold what the compiled form says of a stream against liblzma."""
    broken = lzma_alone._kernel()
    if broken is None:
        pytest.skip("no compiled kernels here")
    said = broken(data, len(data))
    if said:
        assert fails(data, 4096)
        with pytest.raises(NotThisFormat):
            lzma_alone.measure(View(data), 0)
    elif data[18:19]:  # what fails at once is refused at once
        assert not fails(data[:4096], 200)
    return said


PARAMETERS = st.sampled_from([(3, 0, 2), (0, 2, 0), (1, 1, 2), (0, 0, 0), (4, 0, 4), (0, 4, 4)])


@settings(max_examples=200, deadline=None)
@given(PARAMETERS, st.binary(min_size=1, max_size=600), st.booleans())
def test_what_is_broken_for_the_kernel_is_for_liblzma(parameters, data, size):
    lc, lp, pb = parameters
    agree(stream(TEXT, lc=lc, lp=lp, pb=pb, size=size)[:14] + data)


@settings(max_examples=200, deadline=None)
@given(PARAMETERS, st.lists(st.tuples(st.integers(14, 400), st.integers(0, 255)), max_size=3))
def test_damage_is_seen_as_liblzma_sees_it(parameters, changes):
    lc, lp, pb = parameters
    plain = TEXT[:700] + random.Random(1).randbytes(900) + TEXT
    data = bytearray(stream(plain, lc=lc, lp=lp, pb=pb))
    assert not agree(bytes(data))
    for at, value in changes:
        data[at] = value
    agree(bytes(data))


def test_random_data_is_mostly_broken_for_the_kernel():
    head = stream(TEXT)[:14]
    said = [agree(head + random.Random(seed).randbytes(4000)) for seed in range(200)]
    assert sum(said) > 190


def test_sizes_below_the_least_are_no_candidates():
    magic = re.compile(lzma_alone.FORMAT.magic[0].expression, re.DOTALL)
    data = stream(TEXT)
    for size in (0, 1, 63, 64, 255, 256, 1 << 16, 1 << 24, (1 << 28) - 1, 1 << 28, 1 << 40):
        there = 64 <= size < 1 << 28
        assert bool(magic.match(data[:5] + struct.pack("<Q", size) + data[13:])) == there, size
    assert magic.match(stream(TEXT, size=False))
    assert not magic.match(data[:14] + b"\x80" + data[15:])
