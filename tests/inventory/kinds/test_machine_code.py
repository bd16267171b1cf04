"""The machine code of a file as facts, and that nothing of it stays in memory."""

import gc
import weakref
from pathlib import Path

import pytest

from assay.inventory.kinds import machine_code
from assay.inventory.kinds.machine_code import examine

FIXTURES = Path(__file__).resolve().parents[2] / "code" / "access" / "fixtures"
PROGRAMS = sorted(FIXTURES.glob("*.elf"))


@pytest.fixture
def indexes(monkeypatch):
    """Return the indexes that are made meanwhile, without keeping them."""
    made = []
    index = machine_code.index

    def noted(content):
        found = index(content)
        made.append(weakref.ref(found))
        return found

    monkeypatch.setattr(machine_code, "index", noted)
    return made


def test_what_is_no_program_has_no_facts():
    assert examine(b"") is None
    assert examine(b"\x7fELF" + bytes(60)) is None


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_the_index_of_a_file_is_let_go_with_its_facts(path, indexes):
    gc.collect()
    gc.disable()  # a worker collects rarely: what is in a cycle would pile up
    try:
        facts = examine(path.read_bytes())
        assert [one() for one in indexes] == [None] * len(indexes)
    finally:
        gc.enable()
    assert facts is None or facts.size == path.stat().st_size


def test_programs_that_take_commands_are_chosen_and_indexed(indexes):
    chosen = [examine(path.read_bytes()) for path in PROGRAMS]
    assert indexes
    assert any(facts is not None and facts.accesses for facts in chosen)
