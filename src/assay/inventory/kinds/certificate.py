"""X.509 certificates: files, bundles, and those inside programs. Reference: RFC 5280."""

import base64
import hashlib
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay._kernel.printable import printable
from assay.inventory.kind import Kind, Span, shown
from assay.inventory.pem import blocks
from assay.model.record import Record

BAD_INPUT = (
    ValueError,
    TypeError,
    OverflowError,
    NotImplementedError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the parser of `cryptography` raises for bytes that are not as they should be."""

_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HASH_OF_OID = {"1.2.840.113549.1.1.2": "md2", "1.2.840.113549.1.1.3": "md4"}
_LONGEST_DER = 64 << 10


class Certificate(Record):
    """One certificate. Times are seconds since 1970; `spki` is the SHA-256 of its public key.

    `names` are the DNS names and addresses it is for. `self_issued` means that issuer and
    subject are the same; `ca` that it may sign other certificates. `ssh` is the MD5 of the public
    key in SSH wire form.
    """

    span: Span
    subject: str
    issuer: str
    serial: str
    not_before: int
    not_after: int
    algorithm: str
    bits: int
    signature_hash: str
    spki: str
    ssh: str
    self_issued: bool
    ca: bool
    names: tuple[str, ...] = ()


class CertificateFacts(Record):
    """The certificates of a blob, and how many blocks say so but cannot be read."""

    certificates: tuple[Certificate, ...]
    unreadable: int = 0


KIND = Kind(
    name="certificate",
    version=1,
    facts=CertificateFacts,
    about="X.509 certificates in PEM anywhere, in DER as whole files",
    text=True,
    binary=True,
)


def examine(content: bytes) -> CertificateFacts | None:
    """Return the certificates in *content*, or None when there are none."""
    found, unreadable = [], 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # oddities of old certificates are stated, not warned of
        for span, der in _candidates(content):
            certificate = _read(span, der)
            if certificate is None:
                unreadable += 1
            else:
                found.append(certificate)
    if not found and (not unreadable or content[:1] == b"\x30"):
        return None
    return CertificateFacts(certificates=tuple(found), unreadable=unreadable)


def _candidates(content: bytes) -> Iterator[tuple[Span, bytes]]:
    if content[:2] == b"\x30\x82" and len(content) <= _LONGEST_DER:
        length = int.from_bytes(content[2:4], "big") + 4
        # A certificate begins with a sequence in a sequence; keys begin with a number.
        if content[4:5] == b"\x30" and 200 < length <= len(content):
            yield Span(offset=0, length=length, text=shown(content[:32])), content[:length]
    for block in blocks(content):
        if block.label in _LABELS:
            text = shown(content[block.offset : block.offset + 64])
            yield Span(offset=block.offset, length=block.length, text=text), block.body


def _read(span: Span, der: bytes) -> Certificate | None:
    try:
        found = x509.load_der_x509_certificate(der)
        public = found.public_key()
        spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        algorithm, bits = key_form(public)
        return Certificate(
            span=span,
            subject=_name(found.subject),
            issuer=_name(found.issuer),
            serial=f"{found.serial_number:x}"[:80],
            not_before=_seconds(found.not_valid_before_utc),
            not_after=_seconds(found.not_valid_after_utc),
            algorithm=algorithm,
            bits=bits,
            signature_hash=_signature_hash(found),
            spki=hashlib.sha256(spki).hexdigest(),
            self_issued=found.issuer == found.subject,
            ssh=ssh_digest(public),
            ca=_may_sign(found),
            names=_names(found),
        )
    except BAD_INPUT:
        return None


def key_form(key: object) -> tuple[str, int]:
    """Return the algorithm of a public *key* (`rsa`, `ec secp256r1`, …) and its size in bits."""
    if isinstance(key, rsa.RSAPublicKey):
        return "rsa", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ec {key.curve.name}", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "dsa", key.key_size
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "ed25519", 256
    if isinstance(key, ed448.Ed448PublicKey):
        return "ed448", 448
    return "other", int(getattr(key, "key_size", 0))


def ssh_digest(key: PublicKeyTypes) -> str:
    """Return the MD5 of a public *key* in SSH wire form, empty where SSH has no name for it."""
    try:
        line = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    except BAD_INPUT:
        return ""
    wire = base64.b64decode(line.split(b" ")[1])
    return hashlib.md5(wire, usedforsecurity=False).hexdigest()


def _name(name: x509.Name) -> str:
    text = name.rfc4514_string().replace("\\,", ",")
    return printable(text.encode("utf-8", "surrogateescape"))[:300]


def _seconds(moment: datetime) -> int:
    between = moment - _EPOCH
    return between.days * 86400 + between.seconds


def _signature_hash(certificate: x509.Certificate) -> str:
    identifier = certificate.signature_algorithm_oid.dotted_string
    if identifier in _HASH_OF_OID:
        return _HASH_OF_OID[identifier]
    algorithm = certificate.signature_hash_algorithm
    return algorithm.name if algorithm is not None else "none"


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, *BAD_INPUT):
        return False
    return constraints.value.ca


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        stated = [name.value for name in extension.value][:10]
    except (x509.ExtensionNotFound, *BAD_INPUT):
        return ()
    names = [str(name) for name in stated if not isinstance(name, x509.Name)]
    return tuple(printable(name.encode("utf-8", "surrogateescape"))[:200] for name in names)
