"""Fixtures of the detectors: small stripped programs with known ways in, per instruction set."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from assay.code import CodeIndex, index
from assay.code.access.referred import ReferredTexts

FOLDER = Path(__file__).resolve().parent / "fixtures"
WAYS = ("mips", "thumb", "aarch64", "ppc", "x86-64")


@cache
def load(way: str, program: str) -> CodeIndex:
    """Return the index of a fixture, made once."""
    return index((FOLDER / f"{way}-{program}.elf").read_bytes())


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Return each instruction set in turn."""
    return str(request.param)


@pytest.fixture
def program(way: str) -> Callable[[str], CodeIndex]:
    """Return a function that gives the index of a program for the instruction set in turn."""
    return lambda name: load(way, name)


@pytest.fixture(scope="session")
def places() -> dict[str, dict[str, int]]:
    """Return the addresses of the functions of each fixture."""
    found: dict[str, dict[str, int]] = json.loads((FOLDER / "truth.json").read_text())
    return found


class Spoken(ReferredTexts):
    """The given texts, as if the code of a program referred to them."""

    def __init__(self, texts: tuple[bytes, ...]) -> None:
        sizes = np.array([len(one) for one in texts], dtype=np.int64)
        self.ends = np.cumsum(sizes + 1) - 1
        self.starts = self.ends - sizes
        self.places = self.starts
        self.joined = b"".join(one + b"\0" for one in texts)
        self.data = np.frombuffer(self.joined, dtype=np.uint8)


@pytest.fixture(scope="session")
def spoken() -> Callable[..., ReferredTexts]:
    """Return a function that makes texts that code refers to of the texts themselves."""
    return lambda *texts: Spoken(texts)
