"""An evaluation, a run and keys to seal in tests."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.model.record import replace
from assay.model.result import (
    CheckResult,
    Coverage,
    Evaluation,
    Evidence,
    Finding,
    Option,
    Subject,
    Tool,
    Verdict,
)
from assay.model.tree import Container, Node, Origin, Region
from assay.seal.keys import SigningKey
from assay.seal.run import RunRecord

BLOB = "ab" * 32
ORIGIN = Origin(container=BLOB, format="squashfs", offset=0, length=100)


@pytest.fixture
def evaluation() -> Evaluation:
    """Return a small evaluation that agrees with itself."""
    finding = Finding(
        id="f" * 16,
        check="accounts.default-password",
        version=1,
        title="Account with a default password",
        subject="squashfs@0x0//etc/shadow",
        blob=BLOB,
        says="root has the password admin — naïve",
        severity="high",
        confidence="certain",
        cwe=(1392,),
        evidence=(
            Evidence(
                kind="text",
                blob=BLOB,
                path="squashfs@0x0//etc/shadow",
                offset=0,
                length=4,
                excerpt="root",
            ),
        ),
    )
    return Evaluation(
        schema="https://assay.invalid/evaluation/1",
        subject=Subject(sha256="cd" * 32, size=100, kind="image"),
        tool=Tool(name="assay", version="0.1.0", digest="ef" * 32),
        profile="small",
        profile_title="A small standard",
        options=(Option(name="profile", value="small"),),
        verdict="fail",
        coverage=Coverage(size=100, parsed=90, padding=5, encrypted=0, unknown=5),
        containers=(
            Container(
                blob=BLOB,
                path="",
                size=100,
                regions=(Region(offset=0, length=100, account="parsed", format="squashfs"),),
            ),
        ),
        nodes=(Node(path="squashfs@0x0//etc/shadow", kind="file", origin=ORIGIN, blob=BLOB),),
        components=(),
        results=(
            CheckResult(
                check="accounts.default-password",
                version=1,
                outcome="found",
                scope="accounts",
                examined=1,
                findings=(finding,),
            ),
        ),
        verdicts=(
            Verdict(
                requirement="1",
                title="No default password.",
                mandatory=True,
                verdict="fail",
                reason="1 counter-example",
                against=("f" * 16,),
            ),
        ),
        problems=(),
    )


@pytest.fixture
def run_record() -> RunRecord:
    """Return a run record."""
    return RunRecord(
        image="router.bin",
        started="2026-01-02T03:04:05Z",
        ended="2026-01-02T03:04:09Z",
        milliseconds=4000,
        workers=2,
        peak_kib=100_000,
        system="Linux 6.1",
        machine="x86_64",
        python="3.11.7",
        processors=2,
    )


@pytest.fixture
def key() -> SigningKey:
    """Return a key that is the same in every run."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))), "lab")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the configuration folder into the test's own folder; return that of the keys."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "assay" / "keys"


@pytest.fixture
def changed() -> Any:
    """Return the function that copies a record with changes."""
    return replace
