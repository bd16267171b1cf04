"""Certificates: issued anew for one key is for a person, another key is a difference."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from assay.compare.files import compare_contents


@pytest.fixture(scope="module")
def keys():
    return [ec.derive_private_key(number, ec.SECP256R1()) for number in (11, 12)]


def certificate(key, *, year=2020, name="router", encoding=Encoding.PEM):
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(who, who, key.public_key(), year)
    builder = builder.not_valid_before(datetime(year, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(year + 1, 1, 1, tzinfo=UTC))
    return builder.sign(key, hashes.SHA256()).public_bytes(encoding)


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_issued_anew(keys, encoding):
    a = certificate(keys[0], encoding=encoding)
    b = certificate(keys[0], year=2021, encoding=encoding)
    outcome = compare_contents("/etc/uhttpd.crt", a, b)
    assert outcome.level == "E3"
    assert {one.cause for one in outcome.sums if one.cause} == {"N10"}
    assert len(outcome.changes[0].lines) == 2


def test_another_key_or_holder_differs(keys):
    a = certificate(keys[0])
    assert compare_contents("/etc/uhttpd.crt", a, certificate(keys[1])).level == "D"
    assert compare_contents("/etc/uhttpd.crt", a, certificate(keys[0], name="other")).level == "D"


def test_one_more_certificate_differs(keys):
    a = certificate(keys[0])
    outcome = compare_contents("/etc/ca.pem", a, a + certificate(keys[1]))
    assert outcome.level == "D"
    assert outcome.changes[0].lines[0].startswith("+")


def test_what_lies_around_certificates_counts(keys):
    a, b = certificate(keys[0]), certificate(keys[0], year=2021)
    assert compare_contents("/etc/uhttpd.crt", a, b + b"payload\n").level == "D"
    a, b = (certificate(keys[0], year=year, encoding=Encoding.DER) for year in (2020, 2021))
    assert compare_contents("/etc/uhttpd.crt", a, b + b"payload").level == "D"
