import gzip
import lzma
import random

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack import opening
from assay.unpack.opening import open_blob
from assay.unpack.view import View


def opened(data):
    found = open_blob(View(data))
    at = 0
    for region in found.regions:
        assert region.offset == at
        assert region.length > 0
        at += region.length
    assert at == len(data) == found.size
    return found


def test_every_byte_is_accounted_for():
    code = b"\x24\x02\x00\x01 some code and words " * 40
    stream = gzip.compress(b"hello" * 1000, mtime=0)
    data = code + b"\xff" * 5000 + stream + random.Random(3).randbytes(20_000) + bytes(300)
    found = opened(data)
    assert [(region.account, region.format) for region in found.regions] == [
        ("unknown", ""),
        ("padding", ""),
        ("parsed", "gzip"),
        ("encrypted", ""),
        ("padding", ""),
    ]
    assert found.regions[3].length == 20_000


def test_what_lies_inside_an_accepted_container_is_not_searched():
    inner = gzip.compress(random.Random(5).randbytes(3000), mtime=0)
    outer = gzip.compress(inner * 3, mtime=0, compresslevel=0)
    assert [chunk.format for chunk in opened(outer).chunks] == ["gzip"]


def test_a_truncated_stream_is_not_taken_for_whole():
    stream = lzma.compress(random.Random(2).randbytes(5000))
    assert opened(stream[:-30]).chunks == ()


def test_what_no_container_claims_becomes_a_part():
    stream = gzip.compress(random.Random(4).randbytes(9000), mtime=0)
    found = opened(b"boot code " * 30 + stream)
    assert found.is_container
    assert [(gap.path, gap.length) for gap in found.gaps] == [("unclaimed@0x0", 300)]


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=5000))
def test_any_bytes_are_opened(data):
    opened(data)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 400), st.integers(1, 6))
def test_damaged_containers_are_opened(seed, place, flips):
    chance = random.Random(seed)
    data = bytearray(gzip.compress(b"text " * 200, mtime=0) + lzma.compress(b"more " * 300))
    for _ in range(flips):
        data[(place + chance.randrange(len(data))) % len(data)] = chance.randrange(256)
    opened(bytes(data[: len(data) - chance.randrange(40)]))


def pieces_of(number):
    """Return contents of which some are containers, in an order that *number* gives."""
    chance = random.Random(number)
    plain = chance.randbytes(900), bytes(9000), b"\xff" * 5000
    packed = [gzip.compress(chance.randbytes(size), mtime=0) for size in (10, 4000, 30_000)]
    packed.append(lzma.compress(b"text" * 900))
    return b"".join(chance.choices([*plain, *packed], k=chance.randrange(1, 7)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0))
def test_a_large_container_at_the_start_is_only_found_sooner(number):
    data = pieces_of(number)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "LARGE", 1000)
        sooner = open_blob(View(data))
        patch.setattr(opening, "LARGE", 1 << 30)
        assert open_blob(View(data)) == sooner


def test_what_lies_inside_a_large_container_is_not_even_searched(monkeypatch):
    # Far apart, so that the start does not hold too many.
    many = (gzip.compress(b"", mtime=0) + random.Random(4).randbytes(1000)) * 300
    view = View(gzip.compress(many, mtime=0, compresslevel=0))
    view.limits = type(view.limits)(candidates=100)
    assert open_blob(view).problems[0].kind == "limit"
    monkeypatch.setattr(opening, "LARGE", 1000)
    assert open_blob(view).problems == ()
