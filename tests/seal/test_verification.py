"""What verification says of a bundle, and what it is worth."""

from pathlib import Path

import pytest

from assay.errors import UnreadableInput
from assay.model.record import replace
from assay.model.result import Evaluation
from assay.seal import bundle
from assay.seal.keys import SigningKey
from assay.seal.rerun import Comparison
from assay.seal.run import RunRecord
from assay.seal.verification import Verification, verify


@pytest.fixture
def path(tmp_path: Path, evaluation: Evaluation, run_record: RunRecord, key: SigningKey) -> Path:
    bundle.write(tmp_path / "b", evaluation, run_record, {"report.html": b"<p>"}, key)
    return tmp_path / "b"


def test_a_bundle_signed_by_a_known_key_is_trusted(path: Path, key: SigningKey) -> None:
    found, contents = verify(path, [key.public])
    assert (found.state, found.exit_code) == ("trusted", 0)
    assert (found.key, found.keyid) == ("lab", key.public.id)
    assert (found.verdict, found.profile, found.image) == ("fail", "small", "router.bin")
    assert found.files == ("report.html",)
    assert contents is not None


def test_a_bundle_signed_by_another_key_is_not(path: Path, key: SigningKey) -> None:
    found, _ = verify(path, [])
    assert (found.state, found.exit_code, found.key) == ("unknown-key", 3, "")
    assert found.keyid == key.public.id


def test_an_unsigned_bundle_is_intact_but_nothing_vouches_for_it(
    tmp_path: Path, evaluation: Evaluation, run_record: RunRecord, key: SigningKey
) -> None:
    bundle.write(tmp_path / "b", evaluation, run_record, {})
    found, _ = verify(tmp_path / "b", [key.public])
    assert (found.state, found.exit_code, found.keyid) == ("unsigned", 3, "")


def test_a_broken_bundle_names_the_part_and_says_nothing_else(path: Path) -> None:
    data = path.read_bytes()
    at = data.index(b"<p>")
    path.write_bytes(data[:at] + b"<q>" + data[at + 3 :])
    found, contents = verify(path)
    assert (found.state, found.exit_code, found.part) == ("broken", 1, "report.html")
    assert (found.verdict, contents) == (None, None)


@pytest.mark.parametrize("data", [b"", b"P", b"PK\x03\x04", b"\x7fELF" * 99])
def test_what_is_not_a_bundle_is_broken(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "b").write_bytes(data)
    found, _ = verify(tmp_path / "b")
    assert (found.state, found.part) == ("broken", "archive")


def test_a_missing_file_is_an_error_not_a_verdict(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        verify(tmp_path / "none")


@pytest.mark.parametrize(
    ("state", "rerun", "code"),
    [
        ("unsigned", Comparison(identical=True), 0),
        ("unknown-key", Comparison(identical=True), 0),
        ("trusted", Comparison(identical=False), 1),
        ("unsigned", Comparison(identical=False), 1),
        ("trusted", Comparison(identical=False, causes=("tool",)), 3),
        ("trusted", Comparison(identical=False, causes=("image",)), 3),
    ],
)
def test_a_rerun_counts_more_than_a_signature(state: str, rerun: Comparison, code: int) -> None:
    found: Verification = replace(Verification(state="unsigned"), state=state, rerun=rerun)
    assert found.exit_code == code
