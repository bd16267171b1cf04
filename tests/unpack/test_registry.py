import subprocess
import sys
from pathlib import Path

import pytest

from assay.unpack import registry
from assay.unpack.registry import Registered, declarations, formats, registered
from assay.unpack.view import NotThisFormat, View

TESTS = Path(__file__).parent / "formats"


@pytest.mark.parametrize("module", formats(), ids=lambda module: module.FORMAT.name)
def test_every_format_is_documented_and_tested(module):
    declared = module.FORMAT
    assert declared.about.endswith(".")
    assert declared.references
    family = module.__name__.split(".")[-2]
    name = module.__name__.rsplit(".", 1)[1]
    assert (TESTS / family / f"test_{name}.py").is_file(), "a format needs a test module"


def test_names_are_unique():
    names = [module.FORMAT.name for module in formats()]
    assert len(names) == len(set(names))


def test_what_is_kept_is_what_the_modules_declare():
    declarations()  # kept now, if the folder can be written
    assert [one.FORMAT for one in registered()] == [module.FORMAT for module in formats()]
    assert [one.module for one in declarations()] == [module.__name__ for module in formats()]


def test_without_anything_kept_the_modules_are_asked(monkeypatch):
    monkeypatch.setattr(registry, "kept", lambda *_: None)
    monkeypatch.setattr(registry, "keep", lambda *_: False)
    assert [one.declaration for one in declarations()] == [one.FORMAT for one in formats()]


def test_a_registered_format_measures_as_its_module_does():
    declared = next(one for one in declarations() if one.declaration.name == "gzip")
    with pytest.raises(NotThisFormat):
        Registered(declared).measure(View(b"\x1f\x8b" + bytes(8)), 0)


def test_a_search_loads_no_module_of_a_format():
    code = (
        "import sys\n"
        "from assay.unpack.scan import scanner\n"
        "scanner()\n"
        "print([name for name in sys.modules if name.startswith('assay.unpack.formats.')])"
    )
    for _ in range(2):  # the first may have had to keep what they declare
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
    if not sys.dont_write_bytecode:
        assert done.stdout.strip() == "[]"
