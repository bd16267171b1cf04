import gzip
import random

import pytest

from assay.unpack.format import Magic
from assay.unpack.padding import segments
from assay.unpack.registry import formats
from assay.unpack.scan import _width, scanner
from assay.unpack.view import View


def names(view):
    found, complete = scanner().candidates(view)
    assert complete
    return [(place, scanner().modules[number].FORMAT.name) for place, number in found]


def test_finds_a_magic_wherever_it_is():
    data = bytearray(random.Random(1).randbytes(100_000))
    stream = gzip.compress(b"x" * 100, mtime=0)
    for place in (0, 4096 - 5, 50_001, 100_000 - len(stream)):
        data[place : place + len(stream)] = stream
        assert (place, "gzip") in names(View(bytes(data)))


def test_finds_a_magic_at_the_edge_of_padding():
    stream = gzip.compress(b"x" * 100, mtime=0)
    data = b"\xff" * 8192 + stream + b"\0" * 8192
    assert (8192, "gzip") in names(View(data))
    data = b"\xff" * 8190 + stream + b"\xff" * 20_000
    assert (8190, "gzip") in names(View(data))


def test_padding_is_not_searched():
    assert list(segments(memoryview(bytes(1 << 20)), 64)) == [((1 << 20) - 64, 1 << 20)]


def test_segments_cover_all_that_is_not_padding():
    data = bytes(40_000) + random.Random(1).randbytes(10_000) + b"\xff" * 30_000 + b"cd" * 3
    covered = bytearray(len(data))
    for start, end in segments(memoryview(data), 16):
        covered[start:end] = b"\1" * (end - start)
    wanted = [place for place, byte in enumerate(data) if byte not in {0, 0xFF}]
    assert all(covered[place] for place in wanted)
    assert sum(covered) < 30_000


def test_random_data_calls_few_parsers():
    data = random.Random(7).randbytes(8 << 20)
    assert len(names(View(data))) < 8 * 12


def test_too_many_candidates_are_cut_off():
    view = View(gzip.compress(b"", mtime=0) * 300)
    view.limits = type(view.limits)(candidates=100)
    found, complete = scanner().candidates(view)
    assert not complete
    assert len(found) <= 101


def test_magics_have_a_fixed_width():
    for module in formats():
        for magic in module.FORMAT.magic:
            assert _width(magic.expression) >= 1
    with pytest.raises(ValueError, match="fixed width"):
        _width(Magic(b"a+").expression)
