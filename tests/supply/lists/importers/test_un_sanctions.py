from pathlib import Path

import pytest

from assay.errors import UnreadableInput
from assay.supply.lists.importers.un_sanctions import read
from assay.supply.lists.reading import ReadingReport

LIST = """<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL>
<DATAID>1</DATAID><FIRST_NAME>JOHN</FIRST_NAME><SECOND_NAME>DOE</SECOND_NAME>
<UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDi.001</REFERENCE_NUMBER>
<LISTED_ON>2005-11-01</LISTED_ON><NATIONALITY><VALUE>Uganda</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Musa</ALIAS_NAME></INDIVIDUAL_ALIAS>
</INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY><DATAID>2</DATAID>
<FIRST_NAME>QUORVEX &amp; CO</FIRST_NAME><REFERENCE_NUMBER>CDe.001</REFERENCE_NUMBER>
<ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Quorvex Holdings</ALIAS_NAME></ENTITY_ALIAS>
<ENTITY_ADDRESS><COUNTRY>Yemen</COUNTRY></ENTITY_ADDRESS></ENTITY>
<ENTITY><DATAID>3</DATAID></ENTITY></ENTITIES></CONSOLIDATED_LIST>"""


def test_people_and_entities(tmp_path: Path):
    path = tmp_path / "un.xml"
    path.write_text(LIST)
    report = ReadingReport()
    person, company = read(path, report)
    assert (person.name, person.country, person.kind) == ("JOHN DOE", "UG", "person")
    assert person.names[1].kind == "weak"
    assert person.listings[0].since == "2005-11-01"
    assert [name.text for name in company.names] == ["QUORVEX & CO", "Quorvex Holdings"]
    assert company.country == "YE"
    assert report.count == 1


def test_another_file_is_refused(tmp_path: Path):
    path = tmp_path / "un.xml"
    path.write_text("<x/>")
    with pytest.raises(UnreadableInput):
        list(read(path, ReadingReport()))
