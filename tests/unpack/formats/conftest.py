"""The sample tree that the fixtures of file systems and archives hold, and how to compare."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HERE = Path(__file__).resolve().parent
CAPABILITY = ("security.capability", "0100000200200000000000000000000000000000")


class Expected(NamedTuple):
    kind: str
    mode: int
    uid: int
    gid: int
    holds: str


@pytest.fixture(scope="session")
def fixture_bytes() -> Callable[[str], bytes]:
    """Return a function that reads a committed image, named by its path below `formats`."""
    return lambda name: gzip.decompress((HERE / f"{name}.gz").read_bytes())


@pytest.fixture(scope="session")
def sample_tree() -> dict[str, Expected]:
    """Return what `filesystems/data/make_fixtures.py` put into every image, by path."""
    table = (HERE / "filesystems/data/tree.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines())
    return {
        path: Expected(kind, int(mode, 8), int(uid), int(gid), holds)
        for path, kind, mode, uid, gid, holds in rows
    }


def shown(result: Any, path: str) -> Expected:
    """Return what *result* has at *path* in the words of the table."""
    entry = result.entries[path]
    holds = entry.target or entry.device
    if entry.kind == "file":
        content = result.content(path)
        assert len(content) == entry.size
        holds = hashlib.sha256(content).hexdigest()
    return Expected(entry.kind, entry.mode, entry.uid, entry.gid, holds)


@pytest.fixture
def describe() -> Callable[[Any], dict[str, Expected]]:
    """Return a function that puts all that was unpacked into the words of the table."""
    return lambda result: {path: shown(result, path) for path in result.entries}
