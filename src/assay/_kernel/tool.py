"""Which Assay this is: its version and a digest of its own code and data."""

import hashlib
from functools import lru_cache
from pathlib import Path

import assay

IGNORED = {".pyc", ".pyo"}


@lru_cache(maxsize=1)
def tool_digest() -> str:
    """Return the SHA-256 over the names and contents of all files of the package."""
    root = Path(assay.__file__).parent
    total = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix not in IGNORED and path.is_file():
            total.update(path.relative_to(root).as_posix().encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
