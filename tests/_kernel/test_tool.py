"""The digest of the package: of its files alone, read again when they change."""

import os

import pytest

import assay
from assay._kernel import tool


@pytest.fixture
def package(tmp_path, monkeypatch):
    (tmp_path / "part").mkdir()
    (tmp_path / "a.py").write_text("A = 1\n")
    (tmp_path / "part" / "b.c").write_text("int b;\n")
    monkeypatch.setattr(assay, "__path__", [str(tmp_path)])
    beside = {}
    monkeypatch.setattr(tool, "kept", lambda name, key: beside.get((name, key)))
    monkeypatch.setattr(tool, "keep", lambda name, key, value: beside.update({(name, key): value}))
    yield tmp_path
    tool.tool_digest.cache_clear()


def digest():
    tool.tool_digest.cache_clear()
    return tool.tool_digest()


def test_it_is_of_names_and_contents(package):
    first = digest()
    assert digest() == first
    (package / "part" / "b.c").write_text("int c;\n")
    second = digest()
    assert second != first
    (package / "part" / "b.c").rename(package / "part" / "c.c")
    assert digest() not in {first, second}


def test_byte_code_and_compiled_kernels_do_not_count(package):
    first = digest()
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.pyc").write_bytes(b"code")
    (package / "kernels.so").write_bytes(b"\x7fELF")
    assert digest() == first


@pytest.mark.usefixtures("package")
def test_files_are_read_once_as_long_as_nothing_is_known_to_change(monkeypatch):
    first = digest()
    monkeypatch.setattr(tool, "_digest", lambda _: pytest.fail("read again"))
    assert digest() == first


def test_a_change_of_same_size_with_its_time_set_back_is_seen(package):
    path = package / "a.py"
    before = path.stat()
    first = digest()
    path.write_text("A = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert digest() != first
