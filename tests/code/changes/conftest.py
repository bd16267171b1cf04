"""Versions of a small daemon for five instruction sets, and what one can do that the first not."""

from functools import cache
from pathlib import Path

import pytest

from assay.code import index
from assay.code.changes import changes

FOLDER = Path(__file__).resolve().parent / "fixtures"
WAYS = ("mips", "thumb", "aarch64", "ppc", "x86-64")


@cache
def compared(way, old, new):
    """Return the changes from one version to another, worked out once."""
    contents = [(FOLDER / f"{way}-{name}.elf").read_bytes() for name in (old, new)]
    return changes(*(index(one) for one in contents))


@pytest.fixture(params=WAYS)
def way(request):
    return str(request.param)


@pytest.fixture
def told(way):
    """Return a function that gives the changes between two versions of the daemon."""
    return lambda old, new: compared(way, old, new)
