"""The attestation of a comparison: reproducible, signed, and broken by any changed byte."""

import json

import pytest

from assay._kernel import canonical
from assay.compare.attest import bundle
from assay.compare.attest.verification import rerun, verify
from assay.compare.comparison import compare
from assay.errors import BrokenBundle
from assay.model.record import replace
from assay.seal import archive, sealed
from assay.seal.members import MANIFEST, manifest
from assay.unpack.limits import Limits

A, B = b"port 80\nuser www\n" * 4, b"port 80\nuser root\n" * 4


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sides")
    (folder / "a.conf").write_bytes(A)
    (folder / "b.conf").write_bytes(B)
    return folder / "a.conf", folder / "b.conf"


@pytest.fixture(scope="module")
def compared(sides):
    return compare(*sides)


def made(compared, run_record, key=None):
    return b"".join(bundle.build(compared, run_record, key))


def test_the_same_arguments_give_the_same_bytes(compared, run_record, key):
    assert made(compared, run_record, key) == made(compared, run_record, key)


def test_an_attestation_gives_back_what_was_sealed(compared, run_record, key):
    found = sealed.parse(bundle.SORT, made(compared, run_record, key))
    assert found.record == compared
    assert set(found.files) == {"comparison.html", "comparison.sarif"}
    assert found.signer.raw == key.public.raw


def test_the_statement_names_both_sides(compared, run_record, key):
    members = archive.unpack(made(compared, run_record, key))
    stated = json.loads(bundle.statement(compared, members))
    digests = {one["name"]: one["digest"]["sha256"] for one in stated["subject"]}
    assert digests["first"] == compared.a.sha256
    assert digests["second"] == compared.b.sha256
    assert stated["predicate"]["level"] == "D"


@pytest.mark.parametrize("signed", [True, False])
def test_every_changed_byte_is_detected(compared, run_record, key, signed):
    whole = made(compared, run_record, key if signed else None)
    damaged = bytearray(whole)
    for at in range(len(whole)):
        damaged[at] ^= 1 << (at % 8)
        with pytest.raises(BrokenBundle):
            sealed.parse(bundle.SORT, bytes(damaged))
        damaged[at] = whole[at]


def test_an_evaluation_is_not_taken_for_a_comparison(compared, run_record):
    members = archive.unpack(made(compared, run_record))
    rest = {name: data for name, data in members.items() if name != MANIFEST}
    listed = canonical.encode(manifest("https://assay.invalid/bundle/1", rest))
    other = b"".join(archive.pack(rest | {MANIFEST: listed}))
    assert sealed.schema_of(other) == "https://assay.invalid/bundle/1"
    with pytest.raises(BrokenBundle, match="has the schema"):
        sealed.parse(bundle.SORT, other)


def test_what_is_known_of_a_broken_attestation(compared, run_record):
    whole = made(compared, run_record)
    known, record = verify(whole.replace(b"user root", b"user toor"))
    assert record is None
    assert known.seal.state == "broken"
    assert known.exit_code == 1


def test_comparing_again_is_identical(compared, sides):
    assert rerun(compared, *sides).identical


def test_comparing_again_shows_a_forged_reason(compared, sides):
    found = rerun(replace(compared, reason="looked fine"), *sides)
    assert not found.identical
    assert found.comparable
    assert found.difference.pointer == "/reason"


def test_another_side_is_told_at_once(compared, sides):
    found = rerun(compared, sides[1], sides[1])
    assert found.causes == ("image",)


def test_limits_are_options_and_used_again(sides):
    limits = Limits(files=7)
    compared = compare(*sides, limits=limits)
    assert [(one.name, one.value) for one in compared.options] == [("limit.files", "7")]
    assert rerun(compared, *sides).identical


def test_another_tool_is_the_cause(compared, sides):
    tool = replace(compared.tool, digest="0" * 64)
    assert rerun(replace(compared, tool=tool), *sides).causes == ("tool",)
