"""Modules loaded from byte-code that was brought together are what Python would have loaded."""

import marshal
import sys
from importlib import import_module
from importlib.machinery import PathFinder, SourceFileLoader
from importlib.util import module_from_spec

import pytest

import assay
from assay._kernel import bytecode

NAMES = [
    ("assay", True),
    ("assay.errors", False),
    ("assay.model", True),
    ("assay.model.tree", False),
]


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """Keep in a folder of the test; a few modules have byte-code, and all were missed."""
    keys = {}

    def keep(name, key, value):
        keys[name] = key
        (tmp_path / name).write_bytes(bytes(32) + value)
        return True

    def kept(name, key):
        return (tmp_path / name).read_bytes()[32:] if keys.get(name) == key else None

    monkeypatch.setattr(bytecode, "keep", keep)
    monkeypatch.setattr(bytecode, "kept", kept)
    monkeypatch.setattr(bytecode, "place_of", lambda name: tmp_path / name)
    monkeypatch.setattr(bytecode, "_modules", lambda _: list(NAMES))
    monkeypatch.setattr(bytecode, "FEW", 0)
    monkeypatch.setattr(bytecode, "_Kept", SourceFileLoader)
    monkeypatch.setattr(bytecode, "can_keep", lambda: True)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    return tmp_path


def finder():
    assert bytecode.use_kept()
    return sys.meta_path[0]


def usual(name):
    """Return how Python itself would load the module *name*."""
    return PathFinder.find_spec(name, import_module(name.rpartition(".")[0]).__path__)


@pytest.mark.usefixtures("beside")
def test_modules_are_what_python_loads():
    bytecode.keep_loaded()
    own = finder()
    for name, package in NAMES[1:]:
        spec, wanted = own.find_spec(name, None), usual(name)
        assert (spec.origin, spec.cached, spec.has_location, spec.parent) == (
            wanted.origin, wanted.cached, True, wanted.parent,
        )  # fmt: skip
        assert spec.submodule_search_locations == wanted.submodule_search_locations
        assert (spec.submodule_search_locations is not None) == package
        assert spec.loader.get_code(name) == wanted.loader.get_code(name)
        assert spec.loader.get_code(name).co_filename == wanted.origin
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        assert module.__file__ == wanted.origin
        assert module.__doc__.count("\n") < 9
    assert own.find_spec("assay.claims", None) is None
    assert own.find_spec("json", None) is None


@pytest.mark.usefixtures("beside")
def test_what_is_there_is_not_brought_together_again(monkeypatch):
    bytecode.keep_loaded()
    finder()
    monkeypatch.setattr(SourceFileLoader, "get_code", lambda *_: pytest.fail("read again"))
    before = bytecode.kept("modules", bytecode._key())
    bytecode.keep_loaded()
    assert bytecode.kept("modules", bytecode._key()) == before


def test_nothing_is_kept_without_need_or_leave(beside, monkeypatch):
    monkeypatch.setattr(bytecode, "FEW", 1 << 20)
    bytecode.keep_loaded()
    monkeypatch.setattr(bytecode, "FEW", 0)
    monkeypatch.setattr(bytecode, "can_keep", lambda: False)
    bytecode.keep_loaded()
    assert list(beside.iterdir()) == []
    assert not bytecode.use_kept()


@pytest.mark.usefixtures("beside")
def test_another_package_place_or_python_does_not_take_it(monkeypatch):
    bytecode.keep_loaded()
    for target, name, value in (
        (bytecode, "tool_digest", lambda: "another"),
        (assay, "__path__", ["/another/place"]),
        (sys, "version", "9.9"),
        (sys, "pycache_prefix", "/elsewhere"),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(target, name, value)
            assert not bytecode.use_kept()
    assert bytecode.use_kept()


@pytest.mark.parametrize("content", [None, b"", bytes(31), b"\1" * 4000])
def test_a_file_that_does_not_go_with_its_index_is_left_alone(beside, content):
    bytecode.keep_loaded()
    file = beside / "modules"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    before = list(sys.meta_path)
    assert not bytecode.use_kept()
    assert sys.meta_path == before


def test_a_package_that_was_changed_meanwhile_is_not_kept(beside, monkeypatch):
    digest = bytecode.tool_digest()

    def changed():
        return digest

    changed.__wrapped__ = lambda: "another"
    monkeypatch.setattr(bytecode, "tool_digest", changed)
    bytecode.keep_loaded()
    assert list(beside.iterdir()) == []


def test_what_python_has_no_sound_byte_code_of_is_left_out(beside, monkeypatch):
    def code(self, name):
        if name == "assay.errors":
            raise EOFError(name)
        return genuine(self, name)

    genuine = SourceFileLoader.get_code
    monkeypatch.setattr(SourceFileLoader, "get_code", code)
    bytecode.keep_loaded()
    _, places = marshal.loads((beside / "modules-index").read_bytes()[32:])  # noqa: S302 - its own
    assert sorted(places) == ["assay", "assay.model", "assay.model.tree"]


def test_nothing_is_compiled(tmp_path):
    (tmp_path / "one.py").write_text("ONE = 1\n")
    assert bytecode._code("assay.one", str(tmp_path), None, package=False) is None
    assert [one.name for one in tmp_path.iterdir()] == ["one.py"]
