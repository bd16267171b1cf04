"""A rebuild is sealed like an evaluation: a changed byte shows, and it agrees with itself."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.errors import BrokenBundle
from assay.model.record import replace
from assay.model.result import Subject, Tool
from assay.rebuild import bundle
from assay.rebuild.records import Part, Rebuild
from assay.seal import sealed
from assay.seal.keys import SigningKey
from assay.seal.run import RunRecord

DIGEST = "ab" * 32
RUN = RunRecord(
    image="x.bin", started="2026-01-02T03:04:05Z", ended="2026-01-02T03:04:06Z", milliseconds=9,
    workers=1, peak_kib=1, system="Linux", machine="x86_64", python="3.11", processors=1,
)  # fmt: skip


@pytest.fixture
def result():
    part = Part(
        recipe="x 1", file="x", path="/bin/x", shipped=DIGEST, built=DIGEST, state="reproduces",
        level="E0", reason="",
    )  # fmt: skip
    return Rebuild(
        schema="https://assay.invalid/rebuild/1",
        tool=Tool(name="assay", version="0", digest=DIGEST),
        image=Subject(sha256=DIGEST, size=10, kind="image"), sandbox="bubblewrap", level="E0",
        reason="1 of 1 file reproduces.", programs=1, recipes=(), parts=(part,),
    )  # fmt: skip


def made(result, key=None):
    return b"".join(bundle.build(result, RUN, {"recipe-1.toml": b"name = 'x'"}, key))


def test_it_gives_back_what_was_sealed(result):
    key = SigningKey(Ed25519PrivateKey.generate())
    assert made(result, key) == made(result, key)
    found = sealed.parse(bundle.SORT, made(result, key))
    assert found.record == result
    assert found.files["recipe-1.toml"] == b"name = 'x'"
    assert found.signer.raw == key.public.raw


def test_every_changed_byte_is_detected(result):
    whole = made(result, SigningKey(Ed25519PrivateKey.generate()))
    damaged = bytearray(whole)
    for at in range(len(whole)):
        damaged[at] ^= 1 << (at % 8)
        with pytest.raises(BrokenBundle):
            sealed.parse(bundle.SORT, bytes(damaged))
        damaged[at] = whole[at]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"level": "E2"}, "verdict does not follow"),
        ({"reason": "52 of 52 files reproduce."}, "verdict does not follow"),
        ({"part": {"built": "cd" * 32}}, "does not follow from its digests"),
        ({"part": {"state": "differs"}}, "which is not what E0 means"),
    ],
)
def test_a_result_that_contradicts_itself_is_refused(result, changes, says):
    if "part" in changes:
        forged = replace(result, parts=(replace(result.parts[0], **changes["part"]),))
    else:
        forged = replace(result, **changes)
    with pytest.raises(BrokenBundle, match=says):
        sealed.parse(bundle.SORT, made(forged))
