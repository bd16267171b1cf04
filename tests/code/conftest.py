"""Fixtures of the code index: stripped programs per instruction set, and the truth about them."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from assay.code import CodeIndex, index

FOLDER = Path(__file__).resolve().parent / "fixtures"
TARGETS = ("mips", "mipsel", "arm", "thumb", "aarch64", "ppc", "x86", "x86-64", "riscv64")


@cache
def load(target: str, program: str) -> CodeIndex:
    """Return the index of a fixture, made once."""
    return index((FOLDER / f"{target}-{program}.elf").read_bytes())


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> str:
    """Return each instruction set in turn."""
    return str(request.param)


@pytest.fixture
def indexed(target: str) -> Callable[[str], CodeIndex]:
    """Return a function that gives the index of a program for the instruction set in turn."""
    return lambda program: load(target, program)


@pytest.fixture(scope="session")
def truth() -> dict[str, dict[str, int]]:
    """Return the addresses of the functions of each fixture."""
    found: dict[str, dict[str, int]] = json.loads((FOLDER / "truth.json").read_text())
    return found


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """Return the folder of the fixtures."""
    return FOLDER
