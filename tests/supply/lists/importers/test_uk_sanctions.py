from pathlib import Path

import pytest

from assay.errors import UnreadableInput
from assay.supply.lists.importers.uk_sanctions import read
from assay.supply.lists.importing import merged
from assay.supply.lists.reading import ReadingReport

LIST = """Report Date: 18-Aug-2026
Last Updated,Unique ID,OFSI Group ID,Name 6,Name 1,Name 2,Name type,Name non-latin script,\
Regime Name,Designation Type,Address Country,Date Designated
04/08/2026,RUS1,G-1,QUORVEX LLC,,,Primary Name,Кворвекс,Russia,Entity,Russia,01/03/2022
04/08/2026,RUS1,G-1,QV TRADING,,,Alias,,Russia,Entity,Russia,01/03/2022
04/08/2026,RUS2,G-2,PETROV,IVAN,,Primary Name,,Russia,Individual,,12/04/2022
04/08/2026,,,,,,,,,,,
"""


def test_rows_of_one_designation_become_one_party(tmp_path: Path):
    path = tmp_path / "uk.csv"
    path.write_text(LIST)
    company, person = merged(read(path, ReadingReport()))
    assert [(name.text, name.kind) for name in company.names] == [
        ("QUORVEX LLC", "name"), ("Кворвекс", "local"), ("QV TRADING", "alias")
    ]  # fmt: skip
    assert company.listings[0].since == "2022-03-01"
    assert company.country == "RU"
    assert (person.name, person.kind) == ("IVAN PETROV", "person")


def test_another_file_is_refused(tmp_path: Path):
    path = tmp_path / "uk.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableInput):
        list(read(path, ReadingReport()))
