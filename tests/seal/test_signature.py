"""The envelope is DSSE, the statement is in-toto, and the encoding is the specified one."""

import base64
import hashlib
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assay.model.result import Evaluation
from assay.seal.keys import SigningKey
from assay.seal.members import ENVELOPE, SIGNER
from assay.seal.signature import check, encoded, sign, statement

MEMBERS = {"manifest.json": b"{}", "evaluation.json": b"[]"}


def test_the_encoding_is_that_of_the_specification() -> None:
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert encoded("http://example.com/HelloWorld", b"hello world") == expected
    assert encoded("ü", b"") == b"DSSEv1 2 \xc3\xbc 0 "


def test_the_statement_names_manifest_evaluation_and_image(evaluation: Evaluation) -> None:
    found = json.loads(statement(evaluation, MEMBERS))
    assert found["_type"] == "https://in-toto.io/Statement/v1"
    assert found["predicateType"] == evaluation.schema
    assert {item["name"]: item["digest"]["sha256"] for item in found["subject"]} == {
        "manifest.json": hashlib.sha256(b"{}").hexdigest(),
        "evaluation.json": hashlib.sha256(b"[]").hexdigest(),
        "image": evaluation.subject.sha256,
    }
    assert found["predicate"]["verdict"] == "fail"


def test_somebody_elses_reader_can_check_the_envelope(
    evaluation: Evaluation, key: SigningKey
) -> None:
    made = sign(statement(evaluation, MEMBERS), key)
    envelope = json.loads(made[ENVELOPE])
    assert set(envelope) == {"payload", "payloadType", "signatures"}
    (entry,) = envelope["signatures"]
    public = serialization.load_pem_public_key(made[SIGNER])
    assert isinstance(public, Ed25519PublicKey)
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"]
    signed = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    public.verify(base64.b64decode(entry["sig"]), signed)
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    assert entry["keyid"] == hashlib.sha256(raw).hexdigest()


def test_signing_is_deterministic_and_checks(evaluation: Evaluation, key: SigningKey) -> None:
    payload = statement(evaluation, MEMBERS)
    made = sign(payload, key)
    assert made == sign(payload, key)
    assert check(payload, made[ENVELOPE], made[SIGNER]).raw == key.public.raw
