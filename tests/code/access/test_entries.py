"""Tables of named handlers are read from the data of programs."""

import numpy as np

from assay.code import accesses
from assay.code.access.entries import tables
from assay.code.index import build
from assay.code.memory import Area, Memory
from assay.code.program import Program


def test_reads_the_table_of_commands(way, program, places):
    index = program("console")
    known = places[f"{way}-console"]
    (table,) = list(tables(index))
    names = [entry.name for entry in table]
    assert names[:3] == [b"time", b"ports", b"leave"]
    assert table[1].handler & ~1 == known["do_ports"]


def test_tells_the_entry_without_help(program):
    (table,) = list(tables(program("console")))
    assert {entry.name for entry in table if entry.signs} == {b"_raw"}


def test_a_program_without_functions_has_no_tables():
    # Traps, and data that holds an address inside the first: nothing begins a function.
    data = np.frombuffer(b"\x0b\x0f\x0b\x0f\x0b\x0f\x0b\x0f" * 4, np.uint8)
    held = np.full(16, 0x1001, "<u8").view(np.uint8)
    areas = [Area(0x1000, data, 0, code=True, fixed=True), Area(0x2000, held, 64, False, False)]
    made = Program(62, 64, "<", 0, 0, Memory(areas, "<", 64), [(0x1000, 0x1020)])
    made.fixed = made.loose = True
    found = build(made)
    assert found.functions is not None
    assert not len(found.functions)
    assert list(tables(found)) == []
    assert accesses(found) == ()
