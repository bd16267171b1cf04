"""Functions of two versions belong together by what they are, not by where they lie."""

from pathlib import Path

import pytest

from assay.code import index
from assay.code.changes.matching import match
from assay.code.changes.portrait import Portrait

FOLDER = Path(__file__).resolve().parent / "fixtures"


def portrait(way, version):
    return Portrait(index((FOLDER / f"{way}-{version}.elf").read_bytes()))


@pytest.mark.parametrize("way", ["mips", "thumb", "aarch64", "ppc", "x86-64"])
def test_functions_that_moved_are_the_same(way):
    old, new = portrait(way, "first"), portrait(way, "magic")
    found = match(old, new)
    assert len(found.same) >= new.count - 3
    assert len(set(found.old_of.values())) == len(found.old_of)
    assert not found.rebuilt


@pytest.mark.parametrize("way", ["mips", "x86-64"])
def test_a_changed_function_keeps_its_counterpart(way):
    old, new = portrait(way, "first"), portrait(way, "magic")
    found = match(old, new)
    holder = new.holders[b"zz-diag-41"][0]
    assert holder in found.changed
    before = found.old_of[holder]
    assert b"/etc/init.d/%.40s restart %u" in {*old.texts[before], *new.texts[holder]}
