"""Constant data that became other, found without instructions; what is no data is left alone."""

from pathlib import Path

from assay.code import index
from assay.code.changes.altered import altered, altered_bytes
from assay.code.changes.matching import match
from assay.code.changes.portrait import Portrait

FOLDER = Path(__file__).resolve().parent / "fixtures"


def matched(way, old, new):
    contents = [(FOLDER / f"{way}-{name}.elf").read_bytes() for name in (old, new)]
    return match(*(Portrait(index(one)) for one in contents))


def test_a_table_that_changed_in_its_middle(way):
    found = altered(matched(way, "first", "table"))
    assert [(one.now.hex(), one.was.hex()) for one in found] == [("5fd237", "31d27b")]
    content = (FOLDER / f"{way}-table.elf").read_bytes()
    assert content[found[0].offset :].startswith(found[0].now)


def test_code_addresses_and_relocations_are_no_data(way):
    for version in ("magic", "open", "near", "derived", "port", "rebuilt"):
        assert altered(matched(way, "first", version)) == [], version


def test_what_is_told_already_is_not_told_again():
    both = matched("x86-64", "first", "table")
    (one,) = altered_bytes(both, [])
    assert one.sort == "bytes"
    assert "the function at 0x" in one.what
    assert list(altered_bytes(both, [one])) == []


def test_a_longer_table_in_a_program_of_its_own(way):
    old, new = (bytearray((FOLDER / f"{way}-first.elf").read_bytes()) for _ in range(2))
    at = old.find(bytes.fromhex("9c05ea31d27bc168"))
    new[at + 2 : at + 10] = bytes.fromhex("1122d344e5668791")
    found = altered(match(*(Portrait(index(bytes(one))) for one in (old, new))))
    assert [one.offset for one in found] == [at + 2]
