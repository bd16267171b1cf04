"""The sample tree that the fixtures of file systems and archives hold, and how to compare."""

import gzip
import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

HERE = Path(__file__).resolve().parent


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


@pytest.fixture(scope="session")
def announces() -> Callable[[Any, bytes], bool]:
    """Return a function that says whether a magic of the format matches at the start of data."""
    return lambda module, data: any(
        re.compile(magic.expression, re.DOTALL).match(data, magic.at)
        for magic in module.FORMAT.magic
    )


@pytest.fixture(scope="session")
def endures() -> Callable[..., None]:
    """Return a function that reads data with some bytes changed and its end cut off.

    Only `NotThisFormat` may come out of it.
    """

    def read(module: Any, data: bytes, changes: list[tuple[int, int]], cut: int) -> None:
        image = bytearray(data)
        for at, value in changes:
            image[at % len(image)] = value
        view = View(bytes(image[:cut] if cut < len(image) else image))
        with suppress(NotThisFormat):
            extent = module.measure(view, 0)
            assert 0 <= extent.start < extent.end <= view.size
            sink = Sink(view.limits, module.FORMAT.name)
            module.unpack(view, extent, sink)
            for region in sink.regions:
                assert 0 <= region.offset < region.offset + region.length <= view.size

    return read


@pytest.fixture
def announced() -> Callable[..., bool]:
    """Return a function that says whether a magic of a format announces *data* at *start*."""

    def check(module: Any, data: bytes, start: int = 0) -> bool:
        return any(
            re.compile(magic.expression, re.DOTALL).match(data, start + magic.at)
            for magic in module.FORMAT.magic
        )

    return check


@pytest.fixture
def app_keeps() -> Callable[[Any], bool]:
    """Return what says whether `bin/app` has the attributes and the time of the sample tree."""

    def keeps(result: Any) -> bool:
        entry = result.entries["bin/app"]
        attributes = [(one.name, one.value[:8]) for one in entry.attributes]
        wanted = [("security.capability", "01000002"), ("user.note", b"kept".hex())]
        return attributes == wanted and entry.mtime == 1_500_000_000

    return keeps
