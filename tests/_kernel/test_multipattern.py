import sys

import pytest

from assay._kernel import multipattern
from assay._kernel.cache import Cache

EXPRESSIONS = [b"ab+c", b"x.z"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "code"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(multipattern, "_cache", [])
    return tmp_path


def hits(database, content=b"..abbbc..x\nz"):
    found = []
    database.scan(
        content, match_event_handler=lambda number, _, end, *__: found.append((number, end))
    )
    return found


def count_compiling(monkeypatch):
    made = []
    database = multipattern.hyperscan.Database
    monkeypatch.setattr(
        multipattern.hyperscan, "Database", lambda **words: made.append(1) or database(**words)
    )
    return made


def test_the_kept_form_finds_the_same_without_compiling(monkeypatch):
    first = hits(multipattern.compiled(EXPRESSIONS, once=False, name="some"))
    made = count_compiling(monkeypatch)
    assert hits(multipattern.compiled(EXPRESSIONS, once=False, name="some")) == first
    assert first == [(0, 7), (1, 12)]
    assert not made


def test_other_expressions_are_compiled_afresh(monkeypatch):
    multipattern.compiled(EXPRESSIONS, once=False, name="some")
    made = count_compiling(monkeypatch)
    assert hits(multipattern.compiled([b"bc"], once=False, name="some")) == [(0, 7)]
    assert made


def test_without_a_name_nothing_is_kept(folder):
    multipattern.compiled(EXPRESSIONS, once=True)
    assert not list(folder.rglob("*.kept"))


def test_the_cache_serves_where_the_package_cannot_be_written(folder, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    multipattern.remember_in(Cache(folder / "cache"))
    multipattern.compiled(EXPRESSIONS, once=False, name="some")
    made = count_compiling(monkeypatch)
    assert hits(multipattern.compiled(EXPRESSIONS, once=False, name="some")) == [(0, 7), (1, 12)]
    assert not made
