"""The register on disk: both forms hold the same, and what is broken is said."""

from pathlib import Path

import pytest

from assay.claims.register.collection import SHAPES, Register
from assay.claims.register.storage import load, save
from assay.errors import BrokenBundle, UsageError


@pytest.mark.parametrize("name", ["register", "register.sqlite"])
def test_what_is_saved_is_loaded(register: Register, tmp_path: Path, name: str) -> None:
    save(register, tmp_path / name)
    again = load(tmp_path / name)
    assert {kind: again.all(kind) for kind in SHAPES} == {
        kind: register.all(kind) for kind in SHAPES
    }
    assert again.all("statements")


def test_equal_registers_are_equal_files(register: Register, tmp_path: Path) -> None:
    save(register, tmp_path / "a")
    save(load(tmp_path / "a"), tmp_path / "b")
    for kind in SHAPES:
        first, second = (tmp_path / one / f"{kind}.jsonl" for one in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()


def test_a_missing_register_is_empty(tmp_path: Path) -> None:
    assert load(tmp_path / "none").all("claims") == []


def test_a_broken_line_is_named(register: Register, tmp_path: Path) -> None:
    save(register, tmp_path / "r")
    with (tmp_path / "r" / "claims.jsonl").open("ab") as file:
        file.write(b'{"id": 5}\n')
    with pytest.raises(BrokenBundle, match=r"claims\.jsonl line \d+"):
        load(tmp_path / "r")


def test_a_file_is_no_register(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with pytest.raises(UsageError):
        load(tmp_path / "x")
    (tmp_path / "x.sqlite").write_text("not a database, whatever its name says")
    with pytest.raises(BrokenBundle):
        load(tmp_path / "x.sqlite")
