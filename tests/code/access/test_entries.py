"""Tables of named handlers are read from the data of programs."""

from assay.code.access.entries import tables


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
