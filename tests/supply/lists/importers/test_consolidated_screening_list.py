import json
from pathlib import Path

import pytest

from assay.errors import UnreadableInput
from assay.supply.lists.importers.consolidated_screening_list import read
from assay.supply.lists.reading import ReadingReport

ENTITY = {
    "id": "e1",
    "source": "Entity List (EL) - Bureau of Industry and Security",
    "type": None,
    "name": "Quorvex Systems Co., Ltd. (Quorvex). Affiliated Entity: Hangzhou Quorvex",
    "alt_names": ["QV Systems"],
    "addresses": [{"country": "CN"}],
    "start_date": "2019-05-21",
    "federal_register_notice": "84 FR 22961",
    "source_list_url": "https://www.bis.gov/entity-list",
}
PERSON = {"id": "s1", "source": "Specially Designated Nationals (SDN) - X", "type": "Individual",
          "name": "DOE, John", "addresses": []}  # fmt: skip


def test_json_with_an_affiliate_inside_the_name(tmp_path: Path):
    path = tmp_path / "consolidated.json"
    path.write_text(json.dumps({"results": [ENTITY, PERSON, "junk", {"name": ""}]}))
    report = ReadingReport()
    main, affiliate, person = read(path, report)
    assert [name.text for name in main.names] == [
        "Quorvex Systems Co., Ltd", "Quorvex", "QV Systems"
    ]  # fmt: skip
    assert (main.country, main.listings[0].measure) == ("CN", "us.bis.entity-list")
    assert main.listings[0].since == "2019-05-21"
    assert affiliate.owners[0].owner == main.id
    assert affiliate.listings == main.listings
    assert (person.kind, person.listings[0].measure) == ("person", "us.ofac.sdn")
    assert report.count == 2


def test_csv_with_joined_lists(tmp_path: Path):
    path = tmp_path / "consolidated.csv"
    path.write_text(
        "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,"
        "start_date,end_date,alt_names,source_list_url\n"
        'x,Denied Persons List (DPL) - BIS,,,,ACME LLC,,"1 Road, Tehran, IR; 2 Road, AE",82 FR 1,'
        "2017-10-18,2020-10-15,Acme One; Acme Two,http://x\n"
    )
    (party,) = read(path, ReadingReport())
    assert (party.country, party.listings[0].until) == ("IR", "2020-10-15")
    assert [name.text for name in party.names] == ["ACME LLC", "Acme One", "Acme Two"]
    assert party.listings[0].measure == "us.bis.dpl"


@pytest.mark.parametrize("text", ["{", "[1, 2", '{"results": 5}', '{"x": []}'])
def test_broken_json_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "c.json"
    path.write_text(text)
    with pytest.raises(UnreadableInput):
        list(read(path, ReadingReport()))
