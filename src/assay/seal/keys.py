"""Ed25519 keys for signing bundles, in the user's configuration folder.

`NAME.key` (PKCS #8 PEM, mode 0600) with `NAME.pub` (SubjectPublicKeyInfo PEM) is a key of the
user's own; a `.pub` without `.key` is somebody else's that the user trusts. Nothing is
overwritten. A key's id is the SHA-256 of its raw 32 public bytes.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.errors import StorageError, UnknownName, UnreadableInput, UsageError
from assay.model.record import Digest

NAME = lazy_re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LARGEST = 16384
"""The most bytes that a key file may have."""


class PublicKey(Value):
    """A key that checks signatures. `name` is the user's for it; `own` says who can sign."""

    raw: bytes
    name: str = ""
    own: bool = False

    @property
    def id(self) -> Digest:
        """The SHA-256 of the raw key."""
        return hashlib.sha256(self.raw).hexdigest()

    def pem(self) -> bytes:
        """Return the key as SubjectPublicKeyInfo PEM."""
        return Ed25519PublicKey.from_public_bytes(self.raw).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Return whether *signature* over *message* was made with this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SigningKey(Value):
    """A key that makes signatures; equal messages get equal signatures."""

    private: Ed25519PrivateKey
    name: str = ""

    @property
    def public(self) -> PublicKey:
        """The key that checks the signatures."""
        raw = self.private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return PublicKey(raw, self.name, own=True)

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature over *message*."""
        return self.private.sign(message)

    def pem(self) -> bytes:
        """Return the key as unencrypted PKCS #8 PEM."""
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def folder() -> Path:
    """Return the folder of the keys: `assay/keys` in the user's configuration folder."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".config"
    return root / "assay" / "keys"


def new(name: str) -> SigningKey:
    """Make a key called *name* and store it; raises UsageError where one exists already."""
    _check_name(name)
    key = SigningKey(Ed25519PrivateKey.generate(), name)
    home = folder()
    if (home / f"{name}.pub").exists():
        raise UsageError(f"there is a key called {name} already", advice="Choose another name.")
    _store(home / f"{name}.key", key.pem(), 0o600)
    _store(home / f"{name}.pub", key.public.pem(), 0o644)
    return key


def trust(file: Path, name: str) -> PublicKey:
    """Store the public key in *file* as *name*, so that its signatures are known."""
    _check_name(name)
    key = read_public(_read(file), file.name)
    for known in stored():
        if known.raw == key.raw:
            raise UsageError(
                f"that key is known already as {known.name}", advice="Nothing needs to be done."
            )
    _store(folder() / f"{name}.pub", key.pem(), 0o644)
    return PublicKey(key.raw, name)


def stored() -> tuple[PublicKey, ...]:
    """Return the keys in the folder, the user's own and the trusted ones, by name."""
    return tuple(_stored())


def signing_key(name: str) -> SigningKey:
    """Return the private key called *name*, or the one in the file *name*.

    Raises UnknownName, and UsageError when the file holds something else.
    """
    path = _locate(name, ".key")
    try:
        private = serialization.load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(
            f"{path.name} is not an unencrypted private key in PEM form",
            advice="`assay keys new NAME` makes one.",
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError(
            f"{path.name} is not an Ed25519 key", advice="`assay keys new NAME` makes one."
        )
    return SigningKey(private, name)


def public_key(name: str) -> PublicKey:
    """Return the public key called *name*, or the one in the file *name*."""
    path = _locate(name, ".pub")
    key = read_public(_read(path), path.name)
    return PublicKey(key.raw, name)


def read_public(data: bytes, origin: str) -> PublicKey:
    """Return the Ed25519 public key in the PEM *data*; *origin* names it in the UsageError."""
    try:
        public = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(
            f"{origin} is not a public key in PEM form",
            advice="Ask the maker of the bundle for the .pub file.",
        ) from error
    if not isinstance(public, Ed25519PublicKey):
        raise UsageError(f"{origin} is not an Ed25519 key", advice="Bundles use Ed25519 only.")
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return PublicKey(raw)


def _stored() -> Iterator[PublicKey]:
    home = folder()
    if not home.is_dir():
        return
    for path in sorted(home.glob("*.pub")):
        key = read_public(_read(path), path.name)
        yield PublicKey(key.raw, path.stem, own=path.with_suffix(".key").exists())


def _locate(name: str, suffix: str) -> Path:
    """Return the file that *name* means: one in the key folder, or else the path itself."""
    own = folder() / f"{name}{suffix}"
    if NAME.fullmatch(name) and own.is_file():
        return own
    if Path(name).is_file():
        return Path(name)
    raise UnknownName(
        f"there is no key called {name}",
        advice="`assay keys list` shows the keys; the path of a PEM file works too.",
    )


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot name a key",
            advice="Use letters, digits, dots, dashes and underscores, at most 64.",
        )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except FileNotFoundError as error:
        raise UnknownName(f"there is no file {path}", advice="Check the path.") from error
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}") from error


def _store(path: Path, data: bytes, mode: int) -> None:
    """Create *path* with *data*; never touches a file that exists."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise UsageError(
            f"there is a key called {path.stem} already", advice="Choose another name."
        ) from error
    except OSError as error:
        raise _cannot_store(path, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _cannot_store(path, error) from error


def _cannot_store(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path} cannot be written: {error.strerror}",
        advice="Set XDG_CONFIG_HOME to a folder that can be written.",
    )
