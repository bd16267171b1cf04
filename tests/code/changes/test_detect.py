"""What a version of the daemon can do that the first could not, on five instruction sets."""

import struct
from pathlib import Path

from assay.code import index
from assay.code.changes import changes, severity_of
from assay.code.changes.record import NOTED

FOLDER = Path(__file__).resolve().parent / "fixtures"


def noted(found, sort=""):
    return [one for one in found.found if one.rank >= NOTED and one.sort in (sort or one.sort)]


def test_the_same_program_changes_nothing(told):
    found = told("first", "first")
    assert (found.found, found.changed, found.steady) == ((), 0, 1000)


def test_another_level_of_the_compiler_is_no_change(told):
    assert noted(told("first", "rebuilt")) == []


def test_a_word_that_only_answers_matters_little(told):
    assert noted(told("first", "plain")) == []


def test_a_word_that_starts_a_shell_is_grave(told):
    triggers = noted(told("first", "magic"), "trigger")
    assert [one.constant for one in triggers][:1] == ["zz-diag-41"]
    assert "telnetd -l /bin/sh" in triggers[0].what
    assert severity_of(triggers[0]) == "high"
    assert triggers[0].offset > 0
    assert triggers[0].code


def test_what_left_is_not_told(told):
    assert noted(told("magic", "plain")) == []


def test_a_second_password_is_told(told):
    found = noted(told("first", "door"))
    assert any("Wq7-lamp-Kd3" in one.constant or one.sort == "check-gone" for one in found)


def test_a_check_that_is_gone(told):
    gone = noted(told("first", "open"), "check-gone")
    assert len(gone) == 1
    assert gone[0].what.startswith("system is no longer behind")


def test_another_port(told):
    assert [one.constant for one in noted(told("first", "port"), "port")] == ["6121"]


def test_constant_bytes_that_changed_in_their_place(told):
    (only,) = noted(told("first", "table"))
    assert (only.sort, only.constant) == ("bytes", "0x9c05ea5fd237c168")
    assert "they were `0x9c05ea31d27bc168`" in only.what
    assert only.offset > 0
    assert told("first", "table").changed == 0


def test_a_word_that_is_nearly_one_of_the_program(told, way):
    found = noted(told("first", "near"))
    assert any("which is nearly `refresh`" in one.what for one in found), way


def test_a_comparison_with_a_text_that_is_made(told, way):
    found = noted(told("first", "derived"), "check")
    assert len(found) == 1, way
    assert found[0].what == "decides on access, and compares with one text more"


def test_what_runs_when_it_is_loaded(told):
    found = noted(told("first", "loaded"))
    assert any(one.constant == "sh /data/.early" for one in found)


def test_results_do_not_depend_on_the_run(told, way):
    contents = [(FOLDER / f"{way}-{name}.elf").read_bytes() for name in ("first", "magic")]
    assert changes(*(index(one) for one in contents)) == told("first", "magic")


def test_a_string_table_that_claims_any_size_stops_nothing():
    data = bytearray((FOLDER / "x86-64-table.elf").read_bytes())
    place = next(
        at
        for at in range(0, len(data) - 16, 8)
        if struct.unpack_from("<Q", data, at)[0] == 10
        and struct.unpack_from("<Q", data, at - 16)[0] == 6
    )
    data[place + 15] = 0x80
    first = (FOLDER / "x86-64-first.elf").read_bytes()
    found = changes(index(first), index(bytes(data)))
    assert found.changed == 0
