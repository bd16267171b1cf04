import json
import os
from pathlib import Path

import pytest

from assay.errors import StorageError, UnreadableInput, UsageError
from assay.supply.catalogue import shipped
from assay.supply.lists.intake import address_table, catalogue_with_lists, take
from assay.supply.lists.status import status
from assay.supply.lists.store import PARTIES, current, lists_folder, read_parties, snapshots
from assay.supply.screening import screen

ROWS = {
    "results": [
        {"id": "1", "source": "Entity List (EL)", "name": "Quorvex Systems", "start_date":
         "2020-01-01", "addresses": [{"country": "CN"}]},
        {"id": "2", "source": "Entity List (EL)", "name": "Zeppelin Maritime", "addresses":
         [{"country": "RU"}]},
    ]
}  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "consolidated.json"
    path.write_text(json.dumps(ROWS))
    return path


def test_a_list_becomes_a_dated_snapshot_that_is_screened(tmp_path: Path, source: Path):
    folder = tmp_path / "lists"
    snapshot = take("us.csl", source, folder, as_of="2026-08-01")
    assert (snapshot.parties, snapshot.as_of) == (2, "2026-08-01")
    assert len(snapshot.source_sha256) == len(snapshot.sha256) == 64
    report = screen("Quorvex Systems", date="2026-08-05", lists=folder)
    assert report.screenings[0].result == "restricted"
    assert {state.list for state in report.lists} == {"assay.seed", "us.csl"}
    assert report.catalogue != screen("Quorvex Systems", date="2026-08-05").catalogue


def test_the_same_file_gives_the_same_snapshot(tmp_path: Path, source: Path):
    one = take("us.csl", source, tmp_path / "a", as_of="2026-08-01")
    two = take("us.csl", source, tmp_path / "b", as_of="2026-08-01")
    take("us.csl", source, tmp_path / "a", as_of="2026-08-01")
    assert one == two
    assert len(snapshots(tmp_path / "a")) == 1


def test_the_newest_known_snapshot_counts(tmp_path: Path, source: Path):
    folder = tmp_path / "lists"
    take("us.csl", source, folder, as_of="2025-01-01")
    source.write_text(json.dumps({"results": ROWS["results"][:1]}))
    take("us.csl", source, folder, as_of="2026-01-01")
    ((newest, _),) = current(folder)
    ((older, _),) = current(folder, "2025-06-30")
    assert (newest.parties, older.parties) == (1, 2)
    assert current(folder, "2024-01-01") == []


def test_stale_lists_make_nothing_found_unknown(tmp_path: Path, source: Path):
    folder = tmp_path / "lists"
    take("us.csl", source, folder, as_of="2026-06-01")
    fresh = screen("Nokia", date="2026-06-10", lists=folder)
    stale = screen("Nokia", date="2026-07-01", lists=folder)
    assert (fresh.screenings[0].result, stale.screenings[0].result) == ("clear", "unknown")
    hit = screen("Quorvex Systems", date="2026-07-01", lists=folder).screenings[0]
    assert hit.result == "restricted"
    assert hit.matches[0].rulings[0].provisional


def test_a_snapshot_says_nothing_of_who_left_before(tmp_path: Path, source: Path):
    folder = tmp_path / "lists"
    take("us.csl", source, folder, as_of="2026-06-01")
    gaps = screen("Nokia", date="2024-01-01", lists=folder).gaps
    assert any("taken off it before" in gap for gap in gaps)


def test_countries_narrow_a_list(tmp_path: Path, source: Path):
    snapshot = take("us.csl", source, tmp_path / "l", as_of="2026-06-01", countries=("RU",))
    assert (snapshot.parties, snapshot.countries) == (1, ("RU",))


def test_a_list_from_the_future_is_refused(tmp_path: Path, source: Path):
    with pytest.raises(UsageError, match="day to come"):
        take("us.csl", source, tmp_path / "l", as_of="2099-01-01", today="2026-11-22")


def test_ownership_of_one_list_leads_to_a_listing_of_another(tmp_path: Path):
    child, parent = "CHILD000000000000001", "PARENT00000000000002"
    files = {
        "gleif.entities": "LEI,Entity.LegalName,Entity.LegalAddress.Country\n"
        f"{child},Zebra Antennas GmbH,DE\n{parent},Quorvex Holding SA,LU\n",
        "gleif.relations": "Relationship.StartNode.NodeID,Relationship.EndNode.NodeID,"
        f"Relationship.RelationshipType\n{child},{parent},IS_DIRECTLY_CONSOLIDATED_BY\n",
        "own": f"name,measure,lei,since\nQuorvex,us.fcc.covered-list,{parent},2026-01-01\n",
    }
    for list_id, text in files.items():
        path = tmp_path / f"{list_id}.csv"
        path.write_text(text)
        take(list_id, path, tmp_path / "lists", as_of="2026-08-01")
    report = screen("Zebra Antennas", date="2026-08-10", lists=tmp_path / "lists")
    rulings = {r.measure: r for m in report.screenings[0].matches for r in m.rulings}
    covered = rulings["us.fcc.covered-list"]
    assert (covered.outcome, covered.through[0].kind) == ("restricted", "consolidation")


def test_damage_is_noticed(tmp_path: Path, source: Path):
    folder = tmp_path / "lists"
    take("us.csl", source, folder, as_of="2026-06-01")
    ((snapshot, place),) = current(folder)
    data = bytearray((place / PARTIES).read_bytes())
    data[len(data) // 2] ^= 1
    (place / PARTIES).write_bytes(bytes(data))
    with pytest.raises(UnreadableInput, match="damaged"):
        read_parties(snapshot, place)
    (place / "manifest.json").write_text("{}")
    with pytest.raises(UnreadableInput):
        snapshots(folder)


def test_licensed_data_needs_a_stated_licence(tmp_path: Path):
    path = tmp_path / "targets.csv"
    path.write_text("id,schema,name\nQ1,Company,Quorvex\n")
    with pytest.raises(UsageError, match="licence"):
        take("opensanctions", path, tmp_path / "l")
    taken = take("opensanctions", path, tmp_path / "l", user_licence="contract 7")
    assert taken.user_licence == "contract 7"


def test_a_file_without_entries_and_a_folder_without_room(tmp_path: Path, source: Path):
    empty = tmp_path / "empty.csv"
    empty.write_text("id,schema,name\n")
    with pytest.raises(UnreadableInput):
        take("opensanctions", empty, tmp_path / "l", user_licence="x")
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(StorageError):
        take("us.csl", source, blocked)


def test_the_date_of_the_file_counts_when_none_is_given(tmp_path: Path, source: Path):
    os.utime(source, (1_700_000_000, 1_700_000_000))
    assert take("us.csl", source, tmp_path / "l").as_of == "2023-11-14"


def test_address_listings_are_not_screened(tmp_path: Path):
    path = tmp_path / "oui.csv"
    path.write_text("Registry,Assignment,Organization Name\nMA-L,ABCDEF,Quorvex\n")
    folder = tmp_path / "lists"
    assert address_table(folder) is None
    take("ieee.oui", path, folder, as_of="2026-01-01")
    assert address_table(folder) == {"ABCDEF": "Quorvex"}
    assert catalogue_with_lists(folder) == shipped()


def test_status_tells_fresh_stale_and_missing(tmp_path: Path, source: Path):
    folder = tmp_path / "lists"
    take("us.csl", source, folder, as_of="2026-08-20")
    rows = {row.list: row for row in status(folder, "2026-09-01")}
    assert rows["us.csl"].state == "fresh"
    assert rows["un.sc"].state == "missing"
    later = {row.list: row.state for row in status(folder, "2027-09-01")}
    assert later["us.csl"] == later["assay.seed"] == "stale"


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert lists_folder() == tmp_path / "assay" / "lists"
