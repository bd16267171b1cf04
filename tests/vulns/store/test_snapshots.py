"""Snapshots: side by side, the same digest for the same records, and no damage unnoticed."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.vulns.conftest import hit, nvd

from assay.errors import UnknownName, UsageError
from assay.vulns.advisory import Advisory
from assay.vulns.feeds.stream import BrokenFeed
from assay.vulns.store import layout
from assay.vulns.store.building import build
from assay.vulns.store.reading import BrokenStore, OutdatedStore
from assay.vulns.store.snapshots import find, manifest_of, open_store, outdated, remove, snapshots

FIRST = nvd("CVE-2021-1001", hit("haxx:curl", versionEndExcluding="8"))
SECOND = nvd("CVE-2021-1002", hit("haxx:curl", versionEndExcluding="9"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def names(place: Path) -> list[str]:
    store = open_store(place)
    try:
        return [identity for identity, _, _ in store.of_product("cpe:haxx:curl")]
    finally:
        store.close()


def test_the_digest_is_of_the_records(write: Callable[..., Path], folder: Path) -> None:
    one, other = write(FIRST, name="a.jsonl"), write(SECOND, name="b.jsonl")
    both, _ = build([one, other], folder, fresh=True)
    turned, _ = build([other, one], folder, fresh=True)
    joined, _ = build([write(SECOND, FIRST, name="c.jsonl")], folder, fresh=True)
    assert both.digest == turned.digest == joined.digest
    assert both.advisories == 2
    alone, _ = build([one], folder, fresh=True)
    assert alone.digest != both.digest


def test_two_snapshots_side_by_side(write: Callable[..., Path], folder: Path) -> None:
    _, old = build([write(FIRST, name="a.jsonl")], folder)
    fresh, new = build([write(SECOND, name="b.jsonl")], folder)
    assert names(old) == ["CVE-2021-1001"]
    assert names(new) == ["CVE-2021-1001", "CVE-2021-1002"]
    assert find(folder) == new
    assert find(folder, manifest_of(old).digest) == old
    assert find(folder, old.name) == old
    assert [source.name for source in fresh.sources] == ["a.jsonl", "b.jsonl"]
    assert fresh.as_of == "2021-03-04"
    remove(folder, new.name)
    assert find(folder) == old


def test_newer_records_replace_older_ones(write: Callable[..., Path], folder: Path) -> None:
    changed = nvd("CVE-2021-1001", hit("other:thing"), lastModified="2022-01-01T00:00:00")
    _, place = build([write(FIRST, name="a.jsonl"), write(changed, name="b.jsonl")], folder)
    assert names(place) == []
    _, again = build([write(FIRST, name="late.jsonl")], folder, fresh=False)
    assert names(again) == [], "an older state of the record does not come back"


def test_the_same_file_adds_nothing(write: Callable[..., Path], folder: Path) -> None:
    one = write(FIRST, name="a.jsonl")
    first, _ = build([one], folder)
    second, _ = build([one], folder)
    assert first.digest == second.digest
    assert len(second.sources) == 1


def test_a_broken_file_changes_nothing(write: Callable[..., Path], folder: Path) -> None:
    _, place = build([write(FIRST, name="a.jsonl")], folder)
    bad = write("nothing", name="bad.json")
    with pytest.raises(BrokenFeed):
        build([write(SECOND, name="b.jsonl"), bad], folder)
    assert [path for _, path in snapshots(folder)] == [place]
    assert not list(folder.glob(".draft-*"))


def test_what_cannot_be_read_is_left_out_and_the_rest_taken(
    write: Callable[..., Path], folder: Path, tmp_path: Path
) -> None:
    """A file that breaks off in the middle leaves nothing, not even its first records."""
    unknown = tmp_path / "notes.txt"
    unknown.write_text("notes, no feed")
    many = [nvd(f"CVE-2021-{n}", hit("cut:thing")) for n in range(5000, 8000)]
    cut = write({"cve_items": many}, name="cut.json")
    cut.write_bytes(cut.read_bytes()[:-2000])
    left_out: list[tuple[str, str]] = []
    _, place = build(
        [write(FIRST, name="a.jsonl"), unknown, cut, write(SECOND, name="b.jsonl")],
        folder, refuse=lambda file, error: left_out.append((file.name, str(error))),
    )  # fmt: skip
    assert names(place) == ["CVE-2021-1001", "CVE-2021-1002"]
    alone, _ = build([write(FIRST, SECOND, name="both.jsonl")], folder, fresh=True)
    assert manifest_of(place).digest == alone.digest
    assert [name for name, _ in left_out] == ["notes.txt", "cut.json"]
    assert "no known form" in left_out[0][1]
    with pytest.raises(BrokenFeed):
        build([unknown], folder, refuse=lambda *_: None)


def test_nothing_and_what_is_not_there(folder: Path, tmp_path: Path) -> None:
    assert find(folder) is None
    with pytest.raises(UsageError):
        build([], folder)
    with pytest.raises(UsageError):
        build([tmp_path / "absent.json"], folder)
    with pytest.raises(UnknownName):
        find(folder, "2020-01-01")


def test_damage_is_noticed(write: Callable[..., Path], folder: Path) -> None:
    _, place = build([write(FIRST, name="a.jsonl")], folder)
    database = place / "advisories.sqlite"
    whole = database.read_bytes()
    flipped = whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]
    for damaged in (whole[:-1000], flipped, b"", b"rubbish" * 99):
        database.write_bytes(damaged)
        with pytest.raises(BrokenStore):
            open_store(place)
    database.unlink()
    with pytest.raises(BrokenStore):
        open_store(place)


def test_a_store_that_lies_about_itself(write: Callable[..., Path], folder: Path) -> None:
    """Whoever can write the store can fit the digest to it; reading still raises nothing else."""
    _, place = build([write(FIRST, name="a.jsonl")], folder)
    path = place / "advisories.sqlite"
    database = sqlite3.connect(path)
    database.execute("UPDATE affected SET body = x'ff00ff'")
    database.commit()
    database.close()
    manifest = json.loads((place / "manifest.json").read_bytes())
    manifest["file"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (place / "manifest.json").write_text(json.dumps(manifest))
    store = open_store(place)
    with pytest.raises(BrokenStore):
        list(store.of_product("cpe:haxx:curl"))
    store.close()


@pytest.mark.parametrize(("version", "age"), [(layout.VERSION - 1, "older"), (99, "newer")])
def test_a_store_of_another_version(
    write: Callable[..., Path],
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    version: int,
    age: str,
) -> None:
    """Whatever its manifest holds besides: another version has other fields."""
    _, place = build([write(FIRST, name="a.jsonl")], folder)
    (place / "manifest.json").write_text(json.dumps({"version": version, "other": []}))
    with pytest.raises(OutdatedStore, match=f"{age} version of Assay") as told:
        open_store(place)
    assert "damaged" not in str(told.value)
    assert "feeds" in told.value.advice
    assert snapshots(folder) == []
    assert outdated(folder) == [place]
    assert find(folder) is None
    assert "made by another version" in caplog.text
    with pytest.raises(OutdatedStore):
        find(folder, place.name)
    remove(folder, place.name)
    assert not place.exists()


def test_a_database_of_another_version(
    write: Callable[..., Path], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, place = build([write(FIRST, name="a.jsonl")], folder)
    database = sqlite3.connect(place / "advisories.sqlite")
    database.execute("PRAGMA user_version = 7")
    database.close()
    monkeypatch.setattr("assay.vulns.store.snapshots.file_digest", lambda _: manifest.file)
    with pytest.raises(OutdatedStore, match="its layout is 7"):
        open_store(place)
    database = sqlite3.connect(place / "advisories.sqlite")
    database.execute("PRAGMA application_id = 7")
    database.close()
    with pytest.raises(BrokenStore, match="no advisory store"):
        open_store(place)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": "1"}', "[" * 100_000])
def test_a_manifest_that_is_none(write: Callable[..., Path], folder: Path, text: str) -> None:
    _, place = build([write(FIRST, name="a.jsonl")], folder)
    (place / "manifest.json").write_text(text)
    with pytest.raises(BrokenStore, match="no readable manifest"):
        manifest_of(place)
    assert outdated(folder) == []


def test_everything_of_an_id(write: Callable[..., Path], folder: Path) -> None:
    _, place = build([write(FIRST, name="a.jsonl")], folder)
    store = open_store(place)
    (record,) = store.of_id("CVE-2021-1001")
    assert isinstance(record, Advisory)
    assert record.summary == "CVE-2021-1001 in words."
    assert store.of_id("CVE-2099-1") == []
    assert store.exploited("CVE-2021-1001") is None
    store.close()
