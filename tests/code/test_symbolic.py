"""The careful pass reads a function when what it found is asked for, and once."""

from pathlib import Path

from assay.code import index
from assay.code.sources import MOST_ROWS, Network
from assay.code.symbolic import Reader

FIXTURE = Path(__file__).resolve().parent / "access" / "fixtures" / "mips-console.elf"


def test_a_function_is_read_when_it_is_asked_for():
    found = index(FIXTURE.read_bytes())
    reader = Reader(found, 0)
    assert not reader.states
    assert reader.found is reader.found
    assert reader.states


def test_functions_beyond_the_limit_are_passed_over(monkeypatch):
    found = index(FIXTURE.read_bytes())
    monkeypatch.setattr("assay.code.sources.MOST_ROWS", 0)
    study = Network(found).study(0)
    assert not study.calls
    assert list(study.blocks.values()) == [()]
    assert any("read with care" in one for one in found.problems)
    assert MOST_ROWS > 0
