from pathlib import Path

import pytest

from assay.errors import UnknownName
from assay.supply.lists.importing import (
    clean,
    importer,
    importers,
    merged,
    names_of,
    permille_of,
)
from assay.supply.records import Listing, Party, PartyName

TESTS = Path(__file__).parent / "importers"


def test_every_importer_is_found_and_has_a_test():
    found = importers()
    assert len(found) >= 11
    for list_id, (about, read) in found.items():
        assert about.list == list_id
        assert about.licence
        module = read.__module__.rpartition(".")[2]
        names = {f"test_{module}.py", f"test_{module.split('_')[0]}.py"}
        assert any((TESTS / name).is_file() for name in names), module


def test_unknown_lists_are_refused():
    with pytest.raises(UnknownName, match=r"us\.cls"):
        importer("us.cls")


def test_hostile_texts_become_one_clean_line():
    assert clean("a\x00b\nc\u202ed") == "a b c d"
    assert len(clean("x" * 1000)) == 300


def test_names_are_kept_once_and_local_ones_marked():
    found = names_of("Alpha", [("ALPHA", "alias"), ("Альфа", "alias"), ("...", "alias")])
    assert [(name.text, name.kind) for name in found] == [("Alpha", "name"), ("Альфа", "local")]


def test_duplicates_are_merged_whatever_their_order():
    one = Party(id="x/1", names=(PartyName(text="A"),), listings=(Listing(measure="m"),))
    two = Party(id="x/1", names=(PartyName(text="A"), PartyName(text="B")), country="DE")
    nameless = Party(id="x/2", names=())
    forwards, backwards = merged([one, two, nameless]), merged([two, one])
    assert forwards == backwards
    assert len(forwards) == 1
    assert forwards[0].country == "DE"
    assert len(forwards[0].listings) == 1


def test_percentages_without_floats():
    assert permille_of("51.5 %") == 515
    assert permille_of("7,25") == 72
    assert permille_of("250") == 1000
    for wrong in ("", "half", "\u00b2", "1.x", "-5"):
        assert permille_of(wrong) == -1
