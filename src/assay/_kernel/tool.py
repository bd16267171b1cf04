"""Which Assay this is: its version and a digest of its own code and data."""

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache

import assay

IGNORED = "__pycache__"
COMPILED = ".so"
"""Kernels compiled from C files of the package, which are counted in their place."""


@lru_cache(maxsize=1)
def tool_digest() -> str:
    """Return the SHA-256 over the names and contents of all files of the package."""
    total = hashlib.sha256()
    for name, path in sorted(_files(os.fspath(assay.__path__[0]), "")):
        total.update(name.encode() + b"\0")
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a thousand of them
            total.update(hashlib.sha256(file.read()).digest())
    return total.hexdigest()


def _files(folder: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the name within the package and the path of each file below *folder*."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = prefix + entry.name
            if entry.name == IGNORED:
                continue
            if entry.is_dir():
                yield from _files(entry.path, f"{name}/")
            elif entry.is_file() and not name.endswith(COMPILED):
                yield name, entry.path
