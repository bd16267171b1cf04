"""The signature of a bundle: a DSSE envelope over an in-toto Statement.

References: DSSE 1.0 (secure-systems-lab/dsse, protocol.md and envelope.md), in-toto Attestation
Framework, Statement v1. The statement follows from what is signed, so a verifier makes it anew
and compares bytes; the signer's public key travels in the bundle and is trusted by its id only.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from assay._kernel import canonical
from assay.errors import UsageError
from assay.model.record import Digest, Record
from assay.model.result import Evaluation
from assay.seal.archive import BrokenPart
from assay.seal.keys import PublicKey, SigningKey, read_public
from assay.seal.members import ENVELOPE, SIGNER

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"


class _Signature(Record):
    keyid: Digest
    sig: str


class _Envelope(Record, rename="camel"):
    payload: str
    payload_type: str
    signatures: tuple[_Signature, ...]


def stated(digests: Mapping[str, Digest], kind: str, predicate: Mapping[str, object]) -> bytes:
    """Return the in-toto Statement with *predicate*, of type *kind*, about what has *digests*."""
    subject = [{"name": name, "digest": {"sha256": one}} for name, one in digests.items()]
    return canonical.encode(
        {
            "_type": STATEMENT_TYPE, "subject": subject, "predicateType": kind,
            "predicate": predicate,
        }
    )  # fmt: skip


def digests_of(members: Mapping[str, bytes], names: Sequence[str]) -> dict[str, Digest]:
    """Return the digests of those *members* of a bundle that *names* names, in that order."""
    return {name: hashlib.sha256(members[name]).hexdigest() for name in names}


def statement(evaluation: Evaluation, members: Mapping[str, bytes]) -> bytes:
    """Return the in-toto Statement about the manifest and evaluation in *members*."""
    digests = digests_of(members, ("manifest.json", "evaluation.json"))
    predicate = {
        "tool": evaluation.tool,
        "profile": evaluation.profile,
        "verdict": evaluation.verdict,
    }
    return stated(digests | {"image": evaluation.subject.sha256}, evaluation.schema, predicate)


def encoded(payload_type: str, payload: bytes) -> bytes:
    """Return the DSSE pre-authentication encoding of *payload*: the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, key: SigningKey) -> dict[str, bytes]:
    """Return the members that sign *payload* with *key*: the envelope and the public key."""
    signature = key.sign(encoded(PAYLOAD_TYPE, payload))
    return {
        ENVELOPE: _envelope(payload, key.public.id, signature),
        SIGNER: key.public.pem(),
    }


def check(payload: bytes, envelope: bytes, signer: bytes) -> PublicKey:
    """Return the key that signed *payload*, given the members of the signature.

    Raises BrokenPart unless the members are exactly what signing *payload* gives.
    """
    try:
        key = read_public(signer, SIGNER)
    except UsageError as error:
        raise BrokenPart(SIGNER, "is not an Ed25519 public key") from error
    if key.pem() != signer:
        raise BrokenPart(SIGNER, "was altered")
    try:
        found = canonical.decode(envelope, _Envelope)
        (entry,) = found.signatures
        signature = base64.b64decode(entry.sig, validate=True)
    except (msgspec.DecodeError, ValueError) as error:
        raise BrokenPart(ENVELOPE, "is not an envelope with one signature") from error
    if entry.keyid != key.id:
        raise BrokenPart(ENVELOPE, f"names another key than {SIGNER}")
    if envelope != _envelope(payload, key.id, signature):
        raise BrokenPart(ENVELOPE, "is about other contents than those in the bundle")
    if not key.signed(signature, encoded(PAYLOAD_TYPE, payload)):
        raise BrokenPart(ENVELOPE, "the signature does not match")
    return key


def _envelope(payload: bytes, keyid: Digest, signature: bytes) -> bytes:
    return canonical.encode(
        _Envelope(
            payload=base64.b64encode(payload).decode(),
            payload_type=PAYLOAD_TYPE,
            signatures=(_Signature(keyid=keyid, sig=base64.b64encode(signature).decode()),),
        )
    )
