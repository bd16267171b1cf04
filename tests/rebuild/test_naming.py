"""Functions get the names that the build knows, and nothing else is touched."""

import shutil
import subprocess

import pytest

from assay.compare.records import Change
from assay.rebuild.naming import named, names, renamed

KNOWN = {"0x1000": "login"}


def change(**fields):
    given = {
        "kind": "function", "name": "0x1000", "where_a": "0x1000", "where_b": "0x1010",
        "says": "0x1000: compares with 0x10001 now.",
    } | fields  # fmt: skip
    return Change(**given)


def test_a_function_is_named_with_its_address():
    found = named(change(), KNOWN)
    assert (found.name, found.says) == ("login", "login (0x1000): compares with 0x10001 now.")


@pytest.mark.parametrize("fields", [{"kind": "data"}, {"where_a": "0x2000"}, {"name": "puts"}])
def test_what_is_not_known_stays(fields):
    assert named(change(**fields), KNOWN) == change(**fields)


def test_only_whole_addresses_are_replaced():
    assert renamed("0x1000, 0x10001 and 0x100", KNOWN) == "login (0x1000), 0x10001 and 0x100"


def test_names_come_from_the_symbol_table(tmp_path):
    if not shutil.which("cc") or not shutil.which("strip"):
        pytest.skip("this host has no C compiler")
    (tmp_path / "x.c").write_text("int twice(int x) { return 2 * x; } int main(void) { return 0; }")
    subprocess.run(["cc", "-o", "x", "x.c"], cwd=tmp_path, check=True)
    assert {"twice", "main"} <= set(names(tmp_path / "x").values())
    subprocess.run(["strip", "x"], cwd=tmp_path, check=True)
    assert names(tmp_path / "x") == {}


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"\x7fELF" + b"\xff" * 200])
def test_what_is_no_program_has_none(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    assert names(tmp_path / "x") == {}
    assert names(None) == {}
