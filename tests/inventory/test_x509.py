"""Certificates and keys as the library reads them, and that it is loaded for nothing else."""

import hashlib
import subprocess
import sys

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, strategies as st

from assay.inventory.kind import Span
from assay.inventory.x509 import certificate_of, form_of, key_form, private_key, spki_of_rsa

SPAN = Span(offset=0, length=1, text="")


def spki(public):
    return hashlib.sha256(
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def test_a_private_key_is_stated_by_its_public_half():
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    form = form_of(private_key(der))
    assert (form.algorithm, form.bits, form.spki) == ("ec secp256r1", 256, spki(key.public_key()))
    assert len(form.ssh) == 32


def test_an_rsa_key_is_known_by_its_numbers():
    public = rsa.generate_private_key(65537, 2048).public_key()
    numbers = public.public_numbers()
    assert spki_of_rsa(numbers.e, numbers.n) == spki(public)
    assert spki_of_rsa(0, 0) is None
    assert key_form(ed25519.Ed25519PrivateKey.generate().public_key()) == ("ed25519", 256)


@given(st.binary(max_size=300))
def test_bytes_that_are_neither_are_none(content):
    assert certificate_of(SPAN, content) is None
    assert private_key(content) is None


def test_files_that_hold_none_do_not_load_the_library():
    code = (
        "import sys\n"
        "from assay.inventory.kinds import certificate, key\n"
        "assert certificate.examine(b'x' * 100) is key.examine(b'\\x30\\x82' * 50) is None\n"
        "print('cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
