"""The same contents give the same bundle; any other byte is detected and named."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from assay._kernel import canonical
from assay.errors import BrokenBundle, UnreadableInput, UsageError
from assay.model.result import Evaluation
from assay.seal import archive, bundle
from assay.seal.archive import BrokenPart
from assay.seal.keys import SigningKey
from assay.seal.members import BUNDLE_SCHEMA, manifest
from assay.seal.run import RunRecord

FILES = {"report.html": b"<!doctype html><p>fail", "sarif.json": b"{}"}


@pytest.fixture
def signed(evaluation: Evaluation, run_record: RunRecord, key: SigningKey) -> bytes:
    return b"".join(bundle.build(evaluation, run_record, FILES, key))


@pytest.fixture
def unsigned(evaluation: Evaluation, run_record: RunRecord) -> bytes:
    return b"".join(bundle.build(evaluation, run_record, FILES))


def test_a_bundle_gives_back_what_was_sealed(
    signed: bytes, evaluation: Evaluation, run_record: RunRecord, key: SigningKey
) -> None:
    found = bundle.parse(signed)
    assert found.evaluation == evaluation
    assert found.run == run_record
    assert found.files == FILES
    assert found.signer is not None
    assert found.signer.raw == key.public.raw


def test_an_unsigned_bundle_is_intact_and_has_no_signer(unsigned: bytes) -> None:
    assert bundle.parse(unsigned).signer is None


def test_the_same_contents_give_the_same_bytes(
    signed: bytes, evaluation: Evaluation, run_record: RunRecord, key: SigningKey
) -> None:
    again = dict(reversed(FILES.items()))
    assert b"".join(bundle.build(evaluation, run_record, again, key)) == signed


def test_the_evaluation_does_not_depend_on_the_key_or_the_run(
    signed: bytes, evaluation: Evaluation, run_record: RunRecord, changed: Any
) -> None:
    other = b"".join(bundle.build(evaluation, changed(run_record, workers=9), {}))
    one, two = archive.unpack(signed), archive.unpack(other)
    assert one["evaluation.json"] == two["evaluation.json"]
    assert one["run.json"] != two["run.json"]


def test_the_manifest_lists_all_other_members_with_their_digests(signed: bytes) -> None:
    members = archive.unpack(signed)
    listed = json.loads(members["manifest.json"])["members"]
    assert [item["name"] for item in listed] == [
        "evaluation.json",
        "report.html",
        "run.json",
        "sarif.json",
    ]
    assert all(len(members[item["name"]]) == item["size"] for item in listed)
    assert all(re.fullmatch("[0-9a-f]{64}", item["sha256"]) for item in listed)


@pytest.mark.parametrize("which", ["signed", "unsigned"])
def test_every_changed_byte_is_detected(which: str, request: pytest.FixtureRequest) -> None:
    whole: bytes = request.getfixturevalue(which)
    damaged = bytearray(whole)
    for at in range(len(whole)):
        damaged[at] ^= 1 << (at % 8)
        with pytest.raises(BrokenBundle):
            bundle.parse(bytes(damaged))
        damaged[at] = whole[at]


def test_every_truncation_is_detected(signed: bytes) -> None:
    for size in range(0, len(signed), 7):
        with pytest.raises(BrokenBundle):
            bundle.parse(signed[:size])
    with pytest.raises(BrokenBundle):
        bundle.parse(signed[:-1])


def test_an_extension_is_detected(signed: bytes) -> None:
    with pytest.raises(BrokenBundle):
        bundle.parse(signed + b"\n")


def altered(whole: bytes, **changes: bytes | None) -> bytes:
    """Return the bundle with members replaced, added or left out, as a whole archive again."""
    members = archive.unpack(whole)
    for name, data in changes.items():
        file = name.replace("__", ".")
        if data is None:
            del members[file]
        else:
            members[file] = data
    return b"".join(archive.pack(members))


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"report__html": b"<p>pass"}, "report.html"),
        ({"report__html": None}, "report.html"),
        ({"extra__txt": b"more"}, "extra.txt"),
        ({"evaluation__json": None}, "evaluation.json"),
        ({"manifest__json": None}, "manifest.json"),
        ({"manifest__json": b"[]"}, "manifest.json"),
        ({"run__json": None}, "run.json"),
        ({"signer__pem": None}, "signer.pem"),
        ({"signature__dsse__json": None}, "signature.dsse.json"),
        ({"signer__pem": b"-----BEGIN PUBLIC KEY-----\n"}, "signer.pem"),
        ({"signature__dsse__json": b"{}"}, "signature.dsse.json"),
        ({"signature__dsse__json": b"\xff"}, "signature.dsse.json"),
    ],
)
def test_a_rebuilt_archive_with_other_members_is_detected_and_the_part_named(
    signed: bytes, changes: dict[str, bytes | None], part: str
) -> None:
    with pytest.raises(BrokenPart) as caught:
        bundle.parse(altered(signed, **changes))
    assert caught.value.part == part


def resealed(whole: bytes, **changes: bytes) -> bytes:
    """Return the bundle with members replaced and a manifest made anew, but no new signature."""
    members = archive.unpack(whole)
    members |= {name.replace("__", "."): data for name, data in changes.items()}
    signing = {"manifest.json", "signature.dsse.json", "signer.pem"}
    rest = {name: data for name, data in members.items() if name not in signing}
    members["manifest.json"] = canonical.encode(manifest(BUNDLE_SCHEMA, rest))
    return b"".join(archive.pack(members))


def test_a_manifest_made_anew_does_not_fit_the_signature(signed: bytes) -> None:
    with pytest.raises(BrokenPart) as caught:
        bundle.parse(resealed(signed, report__html=b"<p>pass"))
    assert caught.value.part == "signature.dsse.json"


def test_the_signature_of_another_bundle_does_not_fit(
    signed: bytes, evaluation: Evaluation, run_record: RunRecord, key: SigningKey, changed: Any
) -> None:
    other = b"".join(bundle.build(evaluation, changed(run_record, image="x"), FILES, key))
    taken = archive.unpack(other)["signature.dsse.json"]
    with pytest.raises(BrokenPart, match="other contents"):
        bundle.parse(altered(signed, signature__dsse__json=taken))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + b" ",
        lambda text: b" " + text,
        lambda text: text.replace(b'":', b'": ', 1),
        lambda text: text.replace(b"\xe2\x80\x94", b"\\u2014"),
        lambda text: text[:-1] + b',"surprise":1}',
        lambda text: text.replace(b'"size":100', b'"size":100.0', 1),
        lambda text: text.replace(b'"verdict":"fail"', b'"verdict":"fine"', 1),
    ],
)
def test_an_evaluation_in_another_form_is_detected(unsigned: bytes, change: Any) -> None:
    text = archive.unpack(unsigned)["evaluation.json"]
    assert change(text) != text
    with pytest.raises(BrokenPart) as caught:
        bundle.parse(resealed(unsigned, evaluation__json=change(text)))
    assert caught.value.part == "evaluation.json"


def test_an_evaluation_that_contradicts_itself_is_detected(
    evaluation: Evaluation, run_record: RunRecord, changed: Any
) -> None:
    lie = changed(evaluation, verdict="pass")
    with pytest.raises(BrokenPart, match="verdict pass does not follow"):
        bundle.parse(b"".join(bundle.build(lie, run_record, {})))


def test_a_report_cannot_take_the_name_of_a_part(
    evaluation: Evaluation, run_record: RunRecord
) -> None:
    for name in bundle.SORT.reserved:
        with pytest.raises(UsageError, match="uses that name"):
            list(bundle.build(evaluation, run_record, {name: b""}))
    with pytest.raises(UsageError, match="cannot hold"):
        list(bundle.build(evaluation, run_record, {"../x": b""}))


def test_writing_and_reading_a_file(
    tmp_path: Path, signed: bytes, evaluation: Evaluation, run_record: RunRecord, key: SigningKey
) -> None:
    path = tmp_path / "router.assay"
    bundle.write(path, evaluation, run_record, FILES, key)
    assert path.read_bytes() == signed
    assert bundle.read(path).evaluation == evaluation
    assert [item.name for item in tmp_path.iterdir()] == ["router.assay"]


def test_what_is_not_a_file_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(UnreadableInput):
            bundle.read(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_random_changes_raise_nothing_but_the_documented_error(
    signed: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(signed)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    if bytes(damaged) != signed:
        with pytest.raises(BrokenBundle):
            bundle.parse(bytes(damaged))


def test_random_json_in_a_resealed_part_raises_nothing_else(unsigned: bytes) -> None:
    for junk in (b"", b"{", b"null", b"[" * 100_000, b'"' + b"\xff" * 9, b'{"schema":"\\ud800"}'):
        for part in ("evaluation__json", "run__json"):
            with pytest.raises(BrokenPart):
                bundle.parse(resealed(unsigned, **{part: junk}))
