from pathlib import Path

import pytest

from assay.unpack.registry import formats

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
