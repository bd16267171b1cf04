import os
import sys

import pytest

from assay._kernel import beside


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path


def kept_file(folder):
    (file,) = folder.rglob("*.kept")
    return file


def test_what_was_kept_comes_back_for_its_key_alone():
    assert beside.kept("patterns", "one") is None
    assert beside.keep("patterns", "one", b"compiled")
    assert beside.kept("patterns", "one") == b"compiled"
    assert beside.kept("patterns", "other") is None
    assert beside.kept("magics", "one") is None


def test_another_key_takes_its_place(folder):
    beside.keep("patterns", "one", b"first")
    beside.keep("patterns", "two", b"second")
    assert (beside.kept("patterns", "one"), beside.kept("patterns", "two")) == (None, b"second")
    assert kept_file(folder).exists()


@pytest.mark.parametrize("place", [0, 31, 32, -1])
def test_a_damaged_file_counts_as_absent(folder, place):
    beside.keep("patterns", "one", b"compiled")
    file = kept_file(folder)
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    assert beside.kept("patterns", "one") is None


def test_nothing_is_written_where_python_writes_no_byte_code(folder, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert not beside.keep("patterns", "one", b"compiled")
    assert not list(folder.rglob("*"))


def test_a_folder_that_cannot_be_written_is_no_failure(folder, monkeypatch):
    (folder / "file").write_bytes(b"")
    monkeypatch.setattr(sys, "pycache_prefix", str(folder / "file"))
    assert not beside.keep("patterns", "one", b"compiled")
    assert beside.kept("patterns", "one") is None


def test_what_cannot_be_kept_need_not_be_made(folder, monkeypatch):
    assert beside.can_keep()
    assert beside.keep("patterns", "one", b"1")
    assert beside.can_keep()
    asked = []
    monkeypatch.setattr(os, "access", lambda place, mode: asked.append((place, mode)))
    assert not beside.can_keep()
    assert asked == [(kept_file(folder).parent, os.W_OK)]
    monkeypatch.undo()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert not beside.can_keep()
