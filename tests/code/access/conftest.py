"""Fixtures of the detectors: small stripped programs with known ways in, per instruction set."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from assay.code import CodeIndex, index

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
