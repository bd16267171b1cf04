"""The package's tables: what is kept of them is what they say."""

import sys
import tomllib
from importlib import resources

import pytest

from assay._kernel import tables
from assay._kernel.tables import table

TABLES = [
    ("assay.vulns.data", "presence.toml"),
    ("assay.checks.data", "component-support.toml"),
    ("assay.checks.data", "kernel-branches.toml"),
    ("assay.checks.data", "documented-behaviour.toml"),
]


@pytest.mark.parametrize(("package", "file"), TABLES)
def test_what_is_kept_is_what_the_table_says(package, file):
    text = resources.files(package).joinpath(file).read_text("utf-8")
    for _ in range(2):
        assert table(package, file) == tomllib.loads(text)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Make a package with one table, and hold what is kept of it."""
    (tmp_path / "tabled").mkdir()
    (tmp_path / "tabled" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tabled", raising=False)
    held = {}
    monkeypatch.setattr(tables, "keep", lambda *given: held.update([(given[:2], given[2])]))
    monkeypatch.setattr(tables, "kept", lambda *given: held.get(given))
    return tmp_path / "tabled" / "one.toml", held


def test_a_changed_table_is_parsed_again(package):
    file, held = package
    for number in (1, 2):
        file.write_text(f"number = {number}\n")
        assert table("tabled", "one.toml") == table("tabled", "one.toml") == {"number": number}
    assert len(held) == 2


def test_what_would_not_come_back_the_same_is_not_kept(package):
    file, held = package
    file.write_text("day = 2024-02-29\n")
    assert table("tabled", "one.toml")["day"].year == 2024
    assert not held
