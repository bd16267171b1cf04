"""Secrets that several images have in common."""

from pathlib import Path

from building import image_of
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from assay.checks.secrets.shared import shared_secrets

PROGRAM = Path(__file__).parents[2] / "inventory" / "fixtures" / "elf" / "weak.mips"
HASH = b"$1$abcdefgh$0123456789abcdefghijk."
LOGIN = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA%s maker\n" % (b"B" * 42)


def private_key():
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def sorts(**images):
    found = shared_secrets({name: image_of(files) for name, files in images.items()})
    return [(one.sort, one.images) for one in found]


def test_a_key_in_two_images():
    key = private_key()
    one, two = {"/etc/a.pem": key, "/etc/b.pem": key}, {"/etc/ssl/c.pem": key}
    assert sorts(one=one, two=two) == [("private-key", ("one", "two"))]


def test_a_key_twice_in_one_image_is_not_shared():
    key = private_key()
    assert not sorts(one={"/a.pem": key, "/b.pem": key}, two={"/c.pem": private_key()})


def test_password_hashes_and_login_keys():
    files = {
        "/etc/shadow": b"root:" + HASH + b":1:0:9:7:::\n",
        "/root/.ssh/authorized_keys": LOGIN,
    }
    assert sorts(one=files, two=files) == [
        ("login-key", ("one", "two")),
        ("password-hash", ("one", "two")),
    ]


def test_public_keys_of_other_files_locked_and_empty_passwords_are_no_secrets():
    files = {"/etc/shadow": b"root:*:1:0:9:7:::\nftp::1:0:9:7:::\n", "/etc/host.pub": LOGIN}
    assert not sorts(one=files, two=files)


def test_hashes_of_self_tests_in_programs_are_left_alone():
    program = {"/lib/libc.so": PROGRAM.read_bytes() + b"\0" + HASH + b"\0"}
    assert not sorts(one=program, two=program)


def test_where_it_stands():
    files = {"/etc/shadow": b"root:" + HASH + b":1:0:9:7:::\n"}
    (one,) = shared_secrets({"b": image_of(files), "a": image_of(files)})
    assert [holder.image for holder in one.holders] == ["a", "b"]
    holder = one.holders[0]
    assert files["/etc/shadow"][holder.offset : holder.offset + holder.length] == HASH
