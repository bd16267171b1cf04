"""Certificates and keys as `cryptography` reads them: RFC 5280, RFC 5958, RFC 8017.

Apart from the kinds `certificate` and `key`, which load it when a file holds one: few do, and to
load the library costs more than to search most images for them.
"""

import base64
import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.inventory.kind import Span
from assay.inventory.kinds.certificate import Certificate

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

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HASH_OF_OID = {"1.2.840.113549.1.1.2": "md2", "1.2.840.113549.1.1.3": "md4"}


class KeyForm(Value):
    """What is stated of a key: algorithm, bits, SHA-256 of its SPKI, MD5 of its SSH form."""

    algorithm: str
    bits: int
    spki: str
    ssh: str


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep the library from warning of old certificates and small keys: they are stated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def certificate_of(span: Span, der: bytes) -> Certificate | None:
    """Return the certificate *der*, which stands at *span*, or None where it cannot be read."""
    with _quietly():
        return _certificate(span, der)


def _certificate(span: Span, der: bytes) -> Certificate | None:
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


def private_key(der: bytes) -> Any:  # noqa: ANN401 - any key class of `cryptography`
    """Return the private key *der*, None where it cannot be read."""
    try:
        with _quietly():
            return serialization.load_der_private_key(
                der, None, unsafe_skip_rsa_key_validation=True
            )
    except BAD_INPUT:
        return None


def form_of(private: Any) -> KeyForm | None:  # noqa: ANN401 - see private_key
    """Return what is stated of the key *private*, None where that cannot be made out."""
    try:
        with _quietly():
            public = private.public_key()
            spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            algorithm, bits = key_form(public)
            return KeyForm(algorithm, bits, hashlib.sha256(spki).hexdigest(), ssh_digest(public))
    except BAD_INPUT:
        return None


def spki_of_rsa(exponent: int, modulus: int) -> str | None:
    """Return the SHA-256 of the SubjectPublicKeyInfo of an RSA key, None for no such key."""
    try:
        with _quietly():
            public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
            spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except BAD_INPUT:
        return None
    return hashlib.sha256(spki).hexdigest()
