"""Fixtures that all tests share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from assay.unpack.content import Contents
from assay.unpack.limits import Limits
from assay.unpack.sink import Sink
from assay.unpack.view import View

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "edge-router.bin"


# The same examples in every run, and nothing timed: how long one takes says more of the host than
# of the code. `pytest --hypothesis-profile search` looks for new ones.
SLOW = [HealthCheck.too_slow]
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=SLOW)
settings.register_profile("search", deadline=None, print_blob=True, suppress_health_check=SLOW)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of real images, or skip where there is none."""
    folder = Path(os.environ.get("ASSAY_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not folder.is_dir():
        pytest.skip("no corpus of real images: set ASSAY_CORPUS to its folder")
    return folder


class Opened:
    """A container read by one format: its sink, and the contents of its files."""

    def __init__(self, module: Any, data: bytes, start: int = 0, limits: Limits | None = None):
        self.view = View(data, limits)
        self.extent = module.measure(self.view, start)
        self.sink = Sink(self.view.limits, module.FORMAT.name)
        module.unpack(self.view, self.extent, self.sink)
        self.entries = {entry.path: entry for entry in self.sink.entries}

    def content(self, path: str) -> bytes:
        """Return the bytes of the file or part at *path*."""
        entry = self.entries[path]
        if entry.inline is not None:
            return entry.inline
        return Contents(self.view).read(entry.pieces)


@pytest.fixture
def opened() -> Callable[..., Opened]:
    """Return a function that reads data with a format module."""
    return Opened
