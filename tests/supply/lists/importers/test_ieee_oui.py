from pathlib import Path

import pytest

from assay.errors import UnreadableInput
from assay.supply.lists.importers.ieee_oui import read
from assay.supply.lists.importing import merged
from assay.supply.lists.reading import ReadingReport


def test_both_forms(tmp_path: Path):
    path = tmp_path / "oui"
    path.write_text(
        'Registry,Assignment,Organization Name,Organization Address\nMA-L,00259E,"Quorvex, Inc",x\n'
        'MA-L,00259F,"Quorvex, Inc",x\nMA-L,XYZ,Broken,x\n'
    )
    (party,) = merged(read(path, ReadingReport()))
    assert [one.value for one in party.ids] == ["00259E", "00259F"]
    path.write_text("OUI\n10-E9-92   (hex)\t\tX\n10E992     (base 16)\t\tINGRAM\n\t\t\tADDRESS\n")
    (party,) = read(path, ReadingReport())
    assert (party.name, party.ids[0].value) == ("INGRAM", "10E992")


def test_another_file_is_refused(tmp_path: Path):
    path = tmp_path / "oui"
    path.write_text("nothing\n")
    with pytest.raises(UnreadableInput):
        list(read(path, ReadingReport()))
