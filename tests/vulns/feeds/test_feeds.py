"""Feed files: every form is recognised and read; broken, truncated and huge ones are refused."""

import bz2
import gzip
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, strategies
from tests.vulns.conftest import cve, hit, nvd

from assay.vulns.advisory import Advisory, Exploited, Item, Likelihood
from assay.vulns.feeds import stream
from assay.vulns.feeds.feed import Tally, is_day
from assay.vulns.feeds.osv import version_of_tag
from assay.vulns.feeds.reading import feeds, is_feed, read_file
from assay.vulns.feeds.stream import BrokenFeed

ID = "CVE-2021-1000"
OSV = {
    "id": "GHSA-xxxx", "aliases": [ID], "modified": "2022-01-01T00:00:00Z",
    "affected": [{"package": {"ecosystem": "npm", "name": "left"}, "versions": ["1.0"]}],
}  # fmt: skip
TABLE = {
    "vendor": "haxx", "product": "curl",
    "vulnerabilities": [{"id": ID, "first_affected": "7.1", "last_affected": "7.2"}],
}  # fmt: skip
CSAF = {
    "document": {
        "category": "csaf_security_advisory", "csaf_version": "2.0",
        "publisher": {"name": "Maker"},
        "tracking": {"id": "M-1", "current_release_date": "2024-05-06T00:00:00Z"},
    },
    "product_tree": {"branches": [{"category": "vendor", "name": "Maker", "branches": [
        {"category": "product_name", "name": "Box", "branches": [
            {"category": "product_version_range", "name": "vers:generic/>=1.0|<1.5",
             "product": {"product_id": "P1", "name": "Box", "product_identification_helper": {
                 "cpe": "cpe:2.3:a:maker:box:*:*:*:*:*:*:*:*"}}}]}]}]},
    "vulnerabilities": [{"cve": ID, "product_status": {"known_affected": ["P1"]}}],
}  # fmt: skip
NVD_API = {
    "resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE",
    "version": "2.0", "timestamp": "2024-01-01T00:00:00.000",
    "vulnerabilities": [{"cve": nvd(ID, hit("haxx:curl", versionEndExcluding="8"))}],
}  # fmt: skip
FORMS: dict[str, tuple[str, Any]] = {
    "nvd.json": ("nvd", NVD_API),
    "fkie.json": ("nvd", {"cve_items": [nvd(ID, hit("haxx:curl"))]}),
    "one.json": ("nvd", nvd(ID, hit("haxx:curl"))),
    "cve.json": ("cve5", cve(ID, [{"vendor": "a", "product": "b", "versions": []}])),
    "osv.json": ("osv", OSV),
    "kev.json": ("kev", {"catalogVersion": "1", "vulnerabilities": [
        {"cveID": ID, "dateAdded": "2021-01-02", "knownRansomwareCampaignUse": "Known"}]}),
    "tracker.json": ("debian", {"curl": {ID: {"releases": {"sid": {"status": "open"}}}}}),
    "secdb.json": ("alpine", {"distroversion": "v3.18", "packages": [
        {"pkg": {"name": "curl", "secfixes": {"8.0-r0": [f"{ID} GHSA-1"]}}}]}),
    "table.json": ("project-table", TABLE),
    "csaf.json": ("csaf", CSAF),
    "fixes.json": ("kernel-streams", {ID: {"4.14": {"cmt_id": "a", "fixed_version": "4.14.9"}}}),
    "kernel.json": ("kernel-mainline", {ID: {"affected_versions": "v3.1-rc1 to v4.2-rc1"}}),
}  # fmt: skip


def read(path: Path) -> tuple[str, list[Item], Tally]:
    tally = Tally()
    name, items = read_file(path, tally)
    return name, list(items), tally


@pytest.mark.parametrize("name", sorted(FORMS))
@pytest.mark.parametrize("indent", [None, 2])
def test_every_form(tmp_path: Path, name: str, indent: int | None) -> None:
    form, document = FORMS[name]
    path = tmp_path / name
    path.write_text(json.dumps(document, indent=indent), "utf-8")
    found, items, tally = read(path)
    assert (found, len(items), tally.refused) == (form, 1, 0)
    assert items[0].id == ID
    if isinstance(items[0], Advisory) and name != "cve.json":
        assert items[0].affected, "it names a product"


def test_every_reader_has_a_case() -> None:
    told = {form for form, _ in FORMS.values()} | {"epss"}
    assert {module.FEED.name for module in feeds()} == told
    assert all(module.FEED.about and module.FEED.references for module in feeds())


def test_epss(tmp_path: Path) -> None:
    path = tmp_path / "epss.csv.gz"
    head = "#model_version:v2023,score_date:2024-05-06T00:00:00+0000\ncve,epss,percentile\n"
    lines = f"{head}{ID},0.00042,0.5\nrubbish\n"
    path.write_bytes(gzip.compress(lines.encode()))
    name, items, tally = read(path)
    assert (name, tally.day, tally.refused) == ("epss", "2024-05-06", 1)
    assert items == [Likelihood(id=ID, chance=420, rank=500_000, day="2024-05-06")]


def test_kev(write: Callable[..., Path]) -> None:
    _, items, _ = read(write(FORMS["kev.json"][1], name="kev.json"))
    assert items == [Exploited(id=ID, added="2021-01-02", ransomware=True)]


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress, bz2.compress, lzma.compress,
        lambda data: zstandard.ZstdCompressor().compress(data),
    ],
)  # fmt: skip
def test_compressed(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "feed"
    path.write_bytes(pack(json.dumps(NVD_API).encode()))
    assert read(path)[1][0].id == ID


def test_zip_of_records_and_of_zips(tmp_path: Path) -> None:
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("cves/2021/1/CVE-2021-1.json", json.dumps(cve(ID, [])))
        archive.writestr("README.md", "no feed")
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "all.zip")
    assert [item.id for item in read(inner)[1]] == [ID]
    assert [item.id for item in read(outer)[1]] == [ID]


def test_records_larger_than_a_block(tmp_path: Path) -> None:
    large = nvd(ID, hit("haxx:curl"), extra=["x" * 100] * 30_000)
    path = tmp_path / "large.json"
    path.write_text(json.dumps({"cve_items": [large, nvd("CVE-2021-1001", hit("a:b"))]}))
    assert [item.id for item in read(path)[1]] == [ID, "CVE-2021-1001"]


def test_brackets_and_quotes_in_texts(write: Callable[..., Path]) -> None:
    record = nvd(ID, hit("haxx:curl"), extra='a "quoted]} { [ \\ text', more="\\\\")
    document = {"cve_items": [record, nvd("CVE-2021-1001", hit("a:b"))]}
    assert len(read(write(document, name="a.json"))[1]) == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty", b""),
        ("text", b"hello\n" * 50),
        ("html", b"<html><body>404</body></html>"),
        ("truncated", json.dumps(NVD_API, indent=1).encode()[:-60]),
        ("truncated.gz", gzip.compress(json.dumps(NVD_API).encode() * 50)[:-30]),
        ("damaged.xz", lzma.compress(json.dumps(NVD_API).encode())[:40] + b"\0" * 100),
        ("damaged.zip", b"PK\x03\x04" + b"\0" * 200),
        ("unbalanced", b'{"cve_items": []}]]]'),
        ("binary", bytes(range(256)) * 40),
        ("wrong types", b'{"cve_items": [{"id": 5, "vulnStatus": []}]}'),
        ("deep", b'{"cve_items": [' + b"[" * 100_000),
    ],
)
def test_broken_files(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(BrokenFeed):
        read(path)


def test_a_bad_record_costs_itself_only(write: Callable[..., Path]) -> None:
    records = [nvd(f"CVE-2021-{number}", hit("haxx:curl")) for number in range(1000, 1010)]
    records[3]["configurations"] = "none"
    records[5]["id"] = "x"
    _, items, tally = read(write(*records))
    assert (len(items), tally.refused) == (8, 2)
    assert "CVE-2021-1003" in tally.examples[0]


def test_mostly_bad_records_are_no_feed(write: Callable[..., Path]) -> None:
    records = [nvd(f"CVE-2021-{number}", hit("haxx:curl")) for number in range(1000, 1010)]
    for record in records[:6]:
        record["configurations"] = 7
    with pytest.raises(BrokenFeed, match="6 records do not fit"):
        read(write(*records))


def test_a_text_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST_TEXT", 1 << 18)
    path = tmp_path / "feed.json"
    path.write_bytes(b'{"cve_items": [{"id": "' + b"A" * (3 << 20))
    with pytest.raises(BrokenFeed, match="too large"):
        read(path)


def test_a_document_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LARGEST_DOCUMENT", 1 << 20)
    path = tmp_path / "bomb.json.gz"
    path.write_bytes(gzip.compress(b'{"cve_items": [' + b"{}," * 2_000_000))
    with pytest.raises(BrokenFeed, match="larger than"):
        read(path)


def test_what_is_a_feed(write: Callable[..., Path], tmp_path: Path) -> None:
    assert is_feed(write(nvd(ID, hit("a:b"))))
    other = tmp_path / "notes.txt"
    other.write_text("notes")
    assert not is_feed(other)


@given(strategies.recursive(strategies.text(max_size=5) | strategies.integers(),
                            lambda inner: strategies.lists(inner, max_size=4)
                            | strategies.dictionaries(strategies.text(max_size=5), inner,
                                                      max_size=4), max_leaves=20),
       strategies.integers(1, 40))  # fmt: skip
def test_cutting_agrees_with_a_parser(value: Any, block: int) -> None:
    data = json.dumps({"list": [value, [1], {"a": []}]}).encode()
    cutter = stream._Cutter("test", 2)
    pieces = []
    for start in range(0, len(data), block):
        pieces += [raw for _, raw in cutter.feed(data[start : start + block])]
    cutter.finish()
    expected = [one for one in [value, [1], {"a": []}] if isinstance(one, list | dict)]
    assert [json.loads(piece) for piece in pieces] == expected


@given(strategies.binary(max_size=300))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    for module in feeds():
        assert module.recognises(data) in {True, False}


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("curl-7_50_0", "7.50.0"), ("v1.2.3", "1.2.3"), ("openssl-3.0.1", "3.0.1"),
        ("OpenSSL_1_1_1k", "1.1.1k"), ("release", ""), ("", ""),
    ],
)  # fmt: skip
def test_tags(tag: str, version: str) -> None:
    assert version_of_tag(tag) == version


def test_days() -> None:
    assert is_day("2024-02-29")
    assert not is_day("2024-13-01")
    assert not is_day("yesterday!")
