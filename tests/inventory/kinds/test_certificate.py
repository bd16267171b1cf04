"""Certificates as files, in bundles, in programs, and damaged ones."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings, strategies

from assay.inventory.kinds.certificate import examine

_KEY = ec.generate_private_key(ec.SECP256R1())
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "router, inc\u202e")])
CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(_NAME)
    .issuer_name(_NAME)
    .public_key(_KEY.public_key())
    .serial_number(255)
    .not_valid_before(datetime(2001, 1, 1, tzinfo=UTC))
    .not_valid_after(datetime(2031, 1, 1, tzinfo=UTC))
    .add_extension(x509.SubjectAlternativeName([x509.DNSName("a.example")]), critical=False)
    .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    .sign(_KEY, hashes.SHA256())
)
PEM = CERTIFICATE.public_bytes(Encoding.PEM)
DER = CERTIFICATE.public_bytes(Encoding.DER)


def test_what_a_certificate_states() -> None:
    facts = examine(PEM)
    assert facts
    (found,) = facts.certificates
    assert found.subject == "CN=router, inc\\u202e"
    assert (found.algorithm, found.bits, found.signature_hash) == ("ec secp256r1", 256, "sha256")
    assert (found.serial, found.ca, found.self_issued) == ("ff", True, True)
    assert (found.not_before, found.not_after) == (978307200, 1924992000)
    assert found.names == ("a.example",)
    assert (found.span.offset, found.span.length) == (0, len(PEM) - 1)


def test_der_pem_and_embedded_are_the_same() -> None:
    digests = []
    for content in (DER, b"# ca\n" + PEM, b"\x7fELF\0" + PEM):
        facts = examine(content)
        assert facts
        digests.append(facts.certificates[0].spki)
    assert len(set(digests)) == 1


def test_bundle() -> None:
    facts = examine(PEM * 3)
    assert facts
    assert [item.span.offset for item in facts.certificates] == [0, len(PEM), 2 * len(PEM)]


def test_unreadable_is_counted() -> None:
    facts = examine(PEM.replace(PEM[60:70], b"AAAAAAAAAA"))
    assert facts
    assert (facts.certificates, facts.unreadable) == ((), 1)


def test_other_content_has_none() -> None:
    assert examine(b"-----BEGIN CERTIFICATE-----") is None
    assert examine(b"\x30\x82\x01\x02\x30" + b"\0" * 300) is None
    assert examine(b"") is None


@settings(max_examples=80, deadline=None)
@given(strategies.integers(0, len(DER) - 1), strategies.binary(min_size=1, max_size=4))
def test_damage_raises_nothing(at: int, patch: bytes) -> None:
    examine(DER[:at] + patch + DER[at + len(patch) :])
