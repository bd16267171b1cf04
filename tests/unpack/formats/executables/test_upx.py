"""Packed programs of several processors, methods and filters; damage."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.codecs import DecodeFailure, decode
from assay.unpack.formats.executables import upx
from assay.unpack.view import NotThisFormat, View

DATA = Path(__file__).resolve().parent / "data"
DIGESTS = json.loads((DATA / "upx.json").read_text())


def packed(name):
    return gzip.decompress((DATA / f"upx-{name}.elf.gz").read_bytes())


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_the_original_comes_back(opened, announced, name):
    data = packed(name)
    assert announced(upx, data)
    assert upx.measure(View(data + b"appended"), 0).end == len(data)
    found = opened(upx, data)
    assert hashlib.sha256(found.content("program")).hexdigest() == DIGESTS[name]


def test_a_wiped_header_is_made_up_for_by_the_last_one():
    data = bytearray(packed("mips-nrv2b"))
    at = data.find(b"UPX!") + 8
    data[at : at + 12] = bytes(12)
    original = decode("upx", bytes(data), 1 << 20)
    assert hashlib.sha256(original).hexdigest() == DIGESTS["mips-nrv2b"]


def test_damage_is_a_problem(opened):
    data = bytearray(packed("arm-nrv2d"))
    data[data.find(b"UPX!") + 200] ^= 0xFF
    found = opened(upx, bytes(data))
    assert found.entries == {}
    assert [problem.kind for problem in found.sink.problems] == ["damage"]


def test_a_wrong_checksum_is_a_problem_beside_the_program(opened):
    data = bytearray(packed("mips-nrv2b"))
    data[data.rfind(b"UPX!") + 17] ^= 1
    found = opened(upx, bytes(data))
    assert hashlib.sha256(found.content("program")).hexdigest() == DIGESTS["mips-nrv2b"]
    assert "checksum" in found.sink.problems[0].says


def test_an_original_larger_than_allowed_is_refused():
    with pytest.raises(DecodeFailure, match="more than are allowed"):
        decode("upx", packed("x86-64-lzma"), 4096)


def test_an_ordinary_program_is_not_packed():
    data = decode("upx", packed("arm-nrv2d"), 1 << 20)
    with pytest.raises(NotThisFormat):
        upx.measure(View(data), 0)


@settings(max_examples=60, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1 << 14), st.integers(0, 255)), max_size=6),
    cut=st.integers(0, 1 << 14),
    name=st.sampled_from(sorted(DIGESTS)),
)
def test_endures_anything(endures, changes, cut, name):
    endures(upx, packed(name), changes, cut)
