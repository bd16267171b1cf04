"""The disk that the fixtures of disk images hold."""

import runpy
from pathlib import Path

import pytest

MAKER = Path(__file__).resolve().parent / "data/make_disks.py"


@pytest.fixture(scope="session")
def disk() -> bytes:
    """Return what `data/make_disks.py` put into every disk image."""
    content: bytes = runpy.run_path(str(MAKER))["disk"]()
    return content
