from pathlib import Path

import pytest

from assay.errors import UnreadableInput
from assay.supply.lists.importers.eu_sanctions import read
from assay.supply.lists.reading import ReadingReport

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export">
<sanctionEntity designationDate="2014-07-30" euReferenceNumber="EU.1.1" logicalId="7">
<regulation publicationDate="2014-07-31" entryIntoForceDate="2014-07-31" numberTitle="826/2014">
<publicationUrl>http://eur-lex.europa.eu/x</publicationUrl></regulation>
<subjectType code="enterprise"/>
<nameAlias wholeName="Quorvex AO" strong="true"/><nameAlias wholeName="Кворвекс" strong="true"/>
<nameAlias wholeName="QV" strong="false"/>
<address countryIso2Code="RU"/></sanctionEntity>
<sanctionEntity logicalId="8"><subjectType code="person"/></sanctionEntity></export>"""


def test_names_dates_and_country(tmp_path: Path):
    path = tmp_path / "eu.xml"
    path.write_text(LIST)
    report = ReadingReport()
    (party,) = read(path, report)
    assert [(name.text, name.kind) for name in party.names] == [
        ("Quorvex AO", "name"), ("Кворвекс", "local"), ("QV", "weak")
    ]  # fmt: skip
    assert (party.country, party.kind) == ("RU", "organisation")
    assert party.listings[0].since == "2014-07-30"
    assert party.listings[0].known == "2014-07-31"
    assert report.problems == ["entity 8: no name"]


def test_another_file_is_refused(tmp_path: Path):
    path = tmp_path / "eu.xml"
    path.write_text("<export/>")
    with pytest.raises(UnreadableInput):
        list(read(path, ReadingReport()))
