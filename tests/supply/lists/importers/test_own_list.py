from pathlib import Path

from assay.supply.lists.importers.own_list import read
from assay.supply.lists.importing import merged
from assay.supply.lists.reading import ReadingReport


def test_rows_owners_and_unknown_measures(tmp_path: Path):
    path = tmp_path / "own.csv"
    path.write_text(
        "name,aliases,country,measure,since,owner,percentage\n"
        "Quorvex,QV;Kwo,US,cn.unreliable-entity-list,2023-02-16,,\n"
        "Child,,US,,,Quorvex,50.1%\n"
        "Other,,US,no.such,,,\n"
        ",,,,,,\n"
    )
    report = ReadingReport()
    parties = {party.name: party for party in merged(read(path, report))}
    assert parties["Quorvex"].listings[0].since == "2023-02-16"
    assert len(parties["Quorvex"].names) == 3
    (share,) = parties["Child"].owners
    assert (share.owner, share.permille) == (parties["Quorvex"].id, 501)
    assert parties["Other"].listings == ()
    assert "no.such" in report.problems[0]
