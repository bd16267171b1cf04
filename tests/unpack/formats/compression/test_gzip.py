import gzip as library
import io

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.content import Contents
from assay.unpack.formats.compression import gzip
from assay.unpack.limits import Limits
from assay.unpack.view import NotThisFormat, View

TEXT = b"configuration\n" * 50


def named(name, data):
    out = io.BytesIO()
    with library.GzipFile(name, "wb", fileobj=out, mtime=0) as stream:
        stream.write(data)
    return out.getvalue()


def test_ends_where_the_member_ends(opened):
    data = library.compress(TEXT, mtime=0)
    found = opened(gzip, b"12345" + data + b"trailing", 5)
    assert found.extent.end == 5 + len(data)
    assert found.content("gzip.content") == TEXT


def test_takes_the_recorded_name_without_folders(opened):
    found = opened(gzip, named("dir/hosts.conf", TEXT))
    assert found.content("hosts.conf") == TEXT


def test_members_one_after_another_are_one(opened):
    data = library.compress(TEXT, mtime=0) + library.compress(b"more", mtime=0)
    found = opened(gzip, data)
    assert found.content("gzip.content") == TEXT + b"more"
    assert found.extent.end == len(data)


def test_the_recipe_decodes_to_the_same(opened):
    data = library.compress(TEXT, mtime=0) + library.compress(b"more", mtime=0)
    found = opened(gzip, data)
    assert Contents(found.view).read(found.entries["gzip.content"].pieces) == TEXT + b"more"


@pytest.mark.parametrize("place", [-1, -5, 12])
def test_a_wrong_checksum_is_refused(place):
    data = bytearray(library.compress(TEXT, mtime=0))
    data[place] ^= 1
    with pytest.raises(NotThisFormat):
        gzip.measure(View(bytes(data)), 0)


def test_a_bomb_is_a_recorded_limit(opened):
    data = library.compress(bytes(4 << 20), mtime=0)
    found = opened(gzip, data, 0, Limits(stream=1 << 20))
    assert [problem.kind for problem in found.sink.problems] == ["limit"]
    assert found.sink.regions[0].account == "unknown"
    assert found.entries == {}


@settings(max_examples=50)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(data):
    try:
        extent = gzip.measure(View(b"\x1f\x8b\x08\x00" + data), 0)
    except NotThisFormat:
        return
    assert 0 < extent.end <= len(data) + 4
