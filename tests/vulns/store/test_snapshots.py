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
from assay.vulns.store.reading import BrokenStore
from assay.vulns.store.snapshots import build, find, manifest_of, open_store, remove, snapshots

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


def test_a_store_of_another_version(
    write: Callable[..., Path], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, place = build([write(FIRST, name="a.jsonl")], folder)
    manifest = json.loads((place / "manifest.json").read_bytes()) | {"version": 99}
    (place / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BrokenStore, match="another version"):
        open_store(place)
    assert snapshots(folder) == []
    manifest["version"] = layout.VERSION
    (place / "manifest.json").write_text(json.dumps(manifest))
    database = sqlite3.connect(place / "advisories.sqlite")
    database.execute("PRAGMA user_version = 7")
    database.close()
    monkeypatch.setattr("assay.vulns.store.snapshots._file_digest", lambda _: manifest["file"])
    with pytest.raises(BrokenStore, match="no advisory store of this version"):
        open_store(place)


def test_everything_of_an_id(write: Callable[..., Path], folder: Path) -> None:
    _, place = build([write(FIRST, name="a.jsonl")], folder)
    store = open_store(place)
    (record,) = store.of_id("CVE-2021-1001")
    assert isinstance(record, Advisory)
    assert record.summary == "CVE-2021-1001 in words."
    assert store.of_id("CVE-2099-1") == []
    assert store.exploited("CVE-2021-1001") is None
    store.close()
