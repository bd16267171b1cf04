"""Keeps what is derived from the package's own data beside Python's byte-code, as Python does.

What is kept depends on the package and the machine alone, never on an image, so it outlives
caches of results. `PYTHONDONTWRITEBYTECODE` and `PYTHONPYCACHEPREFIX` hold for it too.
"""

import contextlib
import hashlib
import os
import sys
from importlib.util import cache_from_source
from pathlib import Path

_PROOF = 32


def kept(name: str, key: str) -> bytes | None:
    """Return what was kept under *name* for *key*; None when that is nothing, or damaged."""
    try:
        content = place_of(name).read_bytes()
    except OSError:
        return None
    value = content[_PROOF:]
    return value if content[:_PROOF] == _proof(key, value) else None


def can_keep() -> bool:
    """Say whether something can be kept: to make what cannot would be for nothing."""
    if sys.dont_write_bytecode:
        return False
    folder = next(one for one in place_of("any").absolute().parents if one.exists())
    return os.access(folder, os.W_OK)


def keep(name: str, key: str, value: bytes) -> bool:
    """Keep *value* under *name* for *key* in place of what is there; say whether it was kept."""
    if sys.dont_write_bytecode:
        return False
    file = place_of(name)
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(_proof(key, value) + value)
        partial.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        return False
    return True


def place_of(name: str) -> Path:
    """Return the file for what is kept under *name*."""
    code = Path(cache_from_source(__file__))
    return code.with_name(f"{name}.{sys.implementation.cache_tag}.kept")


def _proof(key: str, value: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(key.encode()).digest() + value).digest()
