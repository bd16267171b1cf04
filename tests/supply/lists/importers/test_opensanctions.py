import json
from pathlib import Path

from assay.supply.lists.importers.opensanctions import read
from assay.supply.lists.importing import merged
from assay.supply.lists.reading import ReadingReport


def test_targets_as_csv(tmp_path: Path):
    path = tmp_path / "targets.simple.csv"
    path.write_text(
        "id,schema,name,aliases,birth_date,countries,sanctions,first_seen\n"
        "Q1,Company,Quorvex,QV;Quor Vex,,ru;cy,Some programme,2022-03-01T00:00:00\n"
        "Q2,Company,Plain,,,de,,2022-03-01\n"
    )
    listed, plain = read(path, ReadingReport())
    assert (listed.country, len(listed.names)) == ("RU", 3)
    assert listed.listings[0].reference == "Some programme"
    assert plain.listings == ()


def test_entities_with_ownership(tmp_path: Path):
    entities = [
        {"id": "a", "schema": "Company", "caption": "Alpha", "datasets": ["x"],
         "properties": {"name": ["Alpha Ltd"], "country": ["gb"], "topics": ["sanction"],
                        "leiCode": ["529900T8BM49AURSDO55"], "previousName": ["Old Alpha"]}},
        {"id": "b", "schema": "Company", "caption": "Beta", "properties": {"name": ["Beta Ltd"]}},
        {"id": "o", "schema": "Ownership",
         "properties": {"owner": ["a"], "asset": ["b"], "percentage": ["51.5%"],
                        "startDate": ["2020-01-01"]}},
        {"id": "s", "schema": "Sanction", "properties": {"name": ["no party"]}},
    ]  # fmt: skip
    path = tmp_path / "entities.ftm.json"
    path.write_text("\n".join(map(json.dumps, entities)) + "\nbroken\n[1]\n" + "[" * 90_000 + "\n")
    report = ReadingReport()
    alpha, beta = merged(read(path, report))
    assert [name.kind for name in alpha.names] == ["name", "former"]
    assert alpha.ids[1].value == "529900T8BM49AURSDO55"
    assert [name.text for name in beta.names] == ["Beta Ltd"]
    (share,) = beta.owners
    assert (share.owner, share.permille, share.since) == (alpha.id, 515, "2020-01-01")
    assert report.count == 3
