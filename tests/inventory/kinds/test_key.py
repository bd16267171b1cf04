"""Private and public keys in all their containers, and damaged ones."""

import struct

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings, strategies

from assay.inventory.kinds.key import examine

KEY = rsa.generate_private_key(65537, 1024)  # noqa: S505 - made to be found
PKCS1 = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
LINE = KEY.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)


def test_the_same_key_in_four_containers_has_one_fingerprint() -> None:
    der = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    openssh = KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    numbers = KEY.private_numbers()
    fields = [b"ssh-rsa", _mpint(65537), _mpint(numbers.public_numbers.n), _mpint(numbers.d)]
    dropbear = b"".join(struct.pack(">I", len(field)) + field for field in fields)
    found = [examine(content) for content in (PKCS1, der, openssh, dropbear, LINE)]
    keys = [(facts.private or facts.public)[0] for facts in found if facts]
    assert {key.ssh for key in keys} == {keys[0].ssh}
    assert [(key.algorithm, key.bits) for key in keys] == [("rsa", 1024)] * 5
    forms = [key.form for facts in found if facts for key in facts.private]
    assert forms == ["PEM RSA PRIVATE KEY", "DER", "OpenSSH", "Dropbear"]


def test_encrypted_keys() -> None:
    locked = BestAvailableEncryption(b"word")
    pkcs8 = examine(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    legacy = examine(KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, locked))
    for facts in (pkcs8, legacy):
        assert facts
        assert facts.private[0].encrypted


def test_keys_inside_programs_and_scripts_point_at_their_bytes() -> None:
    content = b"\x7fELF\0\0" + PKCS1 + b"\0more"
    facts = examine(content)
    assert facts
    assert facts.private[0].span.offset == 6
    escaped = examine(b'key = "' + PKCS1.replace(b"\n", b"\\n") + b'";\n')
    assert escaped
    assert escaped.private[0].bits == 1024


def test_options_and_comment_of_an_authorized_key() -> None:
    facts = examine(b'command="/bin/x",no-pty ' + LINE + b" me@host\n")
    assert facts
    assert (facts.public[0].options, facts.public[0].comment) == (
        'command="/bin/x",no-pty',
        "me@host",
    )


@pytest.mark.parametrize("at", range(0, len(PKCS1), 97))
def test_truncated_keys_raise_nothing(at: int) -> None:
    examine(PKCS1[:at])
    examine(PKCS1[:at] + b"!" + PKCS1[at + 1 :])


@settings(max_examples=60, deadline=None)
@given(strategies.binary(max_size=200))
def test_any_bytes_are_taken(content: bytes) -> None:
    examine(content)
    examine(b"\0\0\0\x07ssh-rsa" + content)
    examine(b"\x30\x82\x01\x02\x02\x01" + content)
    examine(
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + content + b"-----END OPENSSH PRIVATE KEY-----"
    )


def test_ed25519() -> None:
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    facts = examine(pem)
    assert facts
    assert (facts.private[0].algorithm, facts.private[0].bits) == ("ed25519", 256)


def _mpint(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def test_a_long_line_of_words_ends_soon() -> None:
    assert examine(b"a" * 200_000 + b"\nssh-rsa x\n" + b"no-pty," * 5000) is None
