"""A key and a run record to seal comparisons with."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.seal.keys import SigningKey
from assay.seal.run import RunRecord


@pytest.fixture
def key():
    return SigningKey(Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))


@pytest.fixture
def run_record():
    return RunRecord(
        image="a.conf", against="b.conf", started="2026-01-02T03:04:05Z",
        ended="2026-01-02T03:04:06Z", milliseconds=9, workers=1, peak_kib=1, system="Linux",
        machine="x86_64", python="3.11", processors=1,
    )  # fmt: skip
