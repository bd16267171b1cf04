"""Which Assay this is: its version and a digest of its own code and data."""

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache

import assay
from assay._kernel.beside import keep, kept

IGNORED = "__pycache__"
COMPILED = ".so"
"""Kernels compiled from C files of the package, which are counted in their place."""


@lru_cache(maxsize=1)
def tool_digest() -> str:
    """Return the SHA-256 over the names and contents of all files of the package.

    It is kept with what the file system says of the files: size, times of change, number. As long
    as that stays, they are not read again.
    """
    files = sorted(_files(os.fspath(assay.__path__[0])))
    seen = hashlib.sha256("".join([_stated(name, path) for name, path in files]).encode())
    known = kept("tool", seen.hexdigest())
    if known is not None:
        return known.decode()
    digest = _digest(files)
    keep("tool", seen.hexdigest(), digest.encode())
    return digest


def _stated(name: str, path: str) -> str:
    about = os.stat(path)  # noqa: PTH116 - a thousand of them
    return f"{name} {about.st_size} {about.st_mtime_ns} {about.st_ctime_ns} {about.st_ino}\n"


def _digest(files: list[tuple[str, str]]) -> str:
    total = hashlib.sha256()
    for name, path in files:
        total.update(name.encode() + b"\0")
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a thousand of them
            total.update(hashlib.sha256(file.read()).digest())
    return total.hexdigest()


def _files(package: str) -> Iterator[tuple[str, str]]:
    """Yield the name within the *package* and the path of each file below it."""
    folders = [(package, "")]
    while folders:
        folder, prefix = folders.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if entry.is_dir():
                    if name != IGNORED:
                        folders.append((entry.path, f"{prefix}{name}/"))
                elif entry.is_file() and not name.endswith(COMPILED):
                    yield prefix + name, entry.path
