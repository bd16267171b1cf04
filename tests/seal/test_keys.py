"""Keys are made private, are never overwritten, and are read only when they are Ed25519."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.errors import StorageError, UnknownName, UsageError
from assay.seal import keys


def test_a_new_key_is_stored_privately_and_signs(home: Path) -> None:
    made = keys.new("lab")
    assert stat.S_IMODE((home / "lab.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    loaded = keys.signing_key("lab")
    assert loaded.public.id == made.public.id
    assert keys.public_key("lab").signed(loaded.sign(b"message"), b"message")
    assert not keys.public_key("lab").signed(loaded.sign(b"message"), b"massage")


def test_the_files_are_what_other_tools_read(home: Path) -> None:
    keys.new("lab")
    private = serialization.load_pem_private_key((home / "lab.key").read_bytes(), None)
    public = serialization.load_pem_public_key((home / "lab.pub").read_bytes())
    assert isinstance(private, Ed25519PrivateKey)
    assert private.public_key() == public


def test_two_keys_differ_and_signing_is_deterministic(home: Path) -> None:
    first, second = keys.new("one"), keys.new("two")
    assert first.public.id != second.public.id
    assert len(list(home.iterdir())) == 4
    assert first.sign(b"m") == first.sign(b"m") != second.sign(b"m")


@pytest.mark.parametrize("left", ["lab.key", "lab.pub"])
def test_a_key_is_never_overwritten(home: Path, left: str) -> None:
    keys.new("lab")
    before = (home / left).read_bytes()
    for other in {"lab.key", "lab.pub"} - {left}:
        (home / other).unlink()
    with pytest.raises(UsageError, match="already"):
        keys.new("lab")
    assert (home / left).read_bytes() == before
    assert [item.name for item in home.iterdir()] == [left]


@pytest.mark.parametrize("name", ["", "..", "a/b", ".x", "a b", "x" * 65, "-k", "ä"])
def test_a_name_that_is_no_file_name_is_refused(home: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a key"):
        keys.new(name)
    assert not home.exists()


def test_stored_keys_tell_own_from_trusted(home: Path, tmp_path: Path) -> None:
    keys.new("mine")
    theirs = Ed25519PrivateKey.generate()
    file = tmp_path / "their.pub"
    file.write_bytes(keys.SigningKey(theirs).public.pem())
    keys.trust(file, "theirs")
    assert [(key.name, key.own) for key in keys.stored()] == [("mine", True), ("theirs", False)]
    with pytest.raises(UsageError, match="known already as theirs"):
        keys.trust(file, "again")
    assert not (home / "again.pub").exists()


def test_without_a_folder_there_are_no_keys(home: Path) -> None:
    assert not home.exists()
    assert keys.stored() == ()


def test_a_relative_configuration_folder_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert keys.folder() == Path("/home/somebody/.config/assay/keys")


def test_a_key_is_found_by_path_too(home: Path, tmp_path: Path) -> None:
    made = keys.new("lab")
    for suffix in ("key", "pub"):
        (tmp_path / f"moved.{suffix}").write_bytes((home / f"lab.{suffix}").read_bytes())
    assert keys.signing_key(str(tmp_path / "moved.key")).public.id == made.public.id
    assert keys.public_key(str(tmp_path / "moved.pub")).id == made.public.id


def test_an_unknown_key_is_named(home: Path) -> None:
    assert not home.exists()
    with pytest.raises(UnknownName, match="no key called nobody"):
        keys.signing_key("nobody")
    with pytest.raises(UnknownName, match="no key called nobody"):
        keys.public_key("nobody")
    with pytest.raises(UnknownName):
        keys.trust(Path("/nonexistent.pub"), "x")


def pem(key: object) -> bytes:
    return key.private_bytes(  # type: ignore[attr-defined,no-any-return]
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_other_keys_and_junk_are_refused(home: Path, tmp_path: Path) -> None:
    assert not home.exists()
    other = ec.generate_private_key(ec.SECP256R1())
    public = other.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    locked = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    file = tmp_path / "file"
    long = rsa.generate_private_key(65537, 2048)
    for data in (pem(other), pem(long), locked, b"", b"\xff\0"):
        file.write_bytes(data)
        with pytest.raises(UsageError):
            keys.signing_key(str(file))
    for data in (public, locked, b"", b"-----BEGIN PUBLIC KEY-----\n\xff"):
        file.write_bytes(data)
        with pytest.raises(UsageError):
            keys.public_key(str(file))


def test_a_folder_that_cannot_be_made_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_bytes(b"a file is in the way")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with pytest.raises(StorageError) as caught:
        keys.new("lab")
    assert "XDG_CONFIG_HOME" in caught.value.advice


def test_a_full_disk_leaves_no_half_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        keys.new("lab")
    assert list(home.iterdir()) == []
