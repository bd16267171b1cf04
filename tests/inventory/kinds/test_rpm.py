"""rpm's database in its three formats: packages, where they stand, damage, bounds."""

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest
from building import image_of
from hypothesis import given, strategies as st

from assay.identify.components import identify
from assay.inventory.kinds import rpm
from assay.inventory.rpm.headers import read_header
from assay.inventory.rpm.storage import headers_in

BUSYBOX = {1000: "busybox", 1001: "1.35.0", 1002: "4.el9", 1014: "GPL-2.0-only", 1022: "mips"}
OPENSSL = {1000: "openssl-libs", 1001: "3.0.7", 1002: "25.el9", 1003: 1, 1014: "Apache-2.0"}


def header(told: dict[int, str | int]) -> bytes:
    """Return the header of a package as rpm stores it."""
    entries, data = b"", b""
    for tag, value in told.items():
        kind = 6 if isinstance(value, str) else 4
        if kind == 4:
            data += bytes(-len(data) % 4)
        entries += struct.pack(">IIII", tag, kind, len(data), 1)
        data += value.encode() + b"\0" if isinstance(value, str) else struct.pack(">I", value)
    return struct.pack(">II", len(told), len(data)) + entries + data


def sqlite(folder: Path, *headers: bytes) -> bytes:
    path = folder / "rpmdb.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
        database.executemany("INSERT INTO Packages(blob) VALUES (?)", [(one,) for one in headers])
        database.commit()
    return path.read_bytes()


def ndb(*headers: bytes) -> bytes:
    blobs = b"".join(
        b"BlbS" + struct.pack("<III", number, 1, len(one)) + one + bytes(-len(one) % 16)
        for number, one in enumerate(headers, 1)
    )
    return b"RpmP" + bytes(4092) + blobs


def berkeley(*headers: bytes, order: str = "<", size: int = 512) -> bytes:
    """Return a hash database: a page of items, and a chain of overflow pages for each value."""

    def page(number: int, following: int, entries: int, offset: int, kind: int) -> bytes:
        words = struct.pack(f"{order}IIIII", 0, 0, number, 0, following)
        return words + struct.pack(f"{order}HHBB", entries, offset, 0, kind)

    meta = bytearray(size)
    struct.pack_into(f"{order}I", meta, 12, 0x061561)
    struct.pack_into(f"{order}I", meta, 20, size)
    room, chains, items = size - 26, [], []
    number = 2
    for one in headers:
        items.append((number, len(one)))
        pieces = [one[at : at + room] for at in range(0, len(one), room)]
        for place, piece in enumerate(pieces, 1):
            following = number + 1 if place < len(pieces) else 0
            chains.append((page(number, following, 1, len(piece), 7) + piece).ljust(size, b"\0"))
            number += 1
    body, table = bytearray(size), []
    at = size
    for first, length in items:
        at -= 4
        table.append(at)
        at -= 12
        struct.pack_into(f"{order}BxxxII", body, at, 3, first, length)
        table.append(at)
    body[:26] = page(1, 0, len(table), at, 13)
    struct.pack_into(f"{order}{len(table)}H", body, 26, *table)
    return bytes(meta) + bytes(body) + b"".join(chains)


@pytest.mark.parametrize("form", ["sqlite", "ndb", "little", "big"])
def test_each_format(form: str, tmp_path: Path) -> None:
    headers = (header(BUSYBOX), header({**OPENSSL, 1044: "x" * 900}))
    content = {
        "sqlite": lambda: sqlite(tmp_path, *headers),
        "ndb": lambda: ndb(*headers),
        "little": lambda: berkeley(*headers),
        "big": lambda: berkeley(*headers, order=">"),
    }[form]()
    facts = rpm.examine(content)
    assert facts is not None
    assert [(one.name, one.version) for one in facts.packages] == [
        ("busybox", "1.35.0-4.el9"),
        ("openssl-libs", "1:3.0.7-25.el9"),
    ]
    span = facts.packages[0].span
    assert content[span.offset : span.offset + span.length] == b"busybox\x001.35.0\x004.el9"


def test_components() -> None:
    content = ndb(header(BUSYBOX), header({1000: "own", 1001: "2.0", 1002: "1"}))
    found = {one.name: one for one in identify(image_of({"/var/lib/rpm/Packages.db": content}))}
    assert found["BusyBox"].version == "1.35.0"
    assert found["BusyBox"].purl == "pkg:rpm/busybox@1.35.0-4.el9"
    assert found["own"].version == "2.0"


def test_what_is_no_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x")) as database:
        database.execute("CREATE TABLE other (a)")
        database.commit()
    for content in (b"", b"RpmP", (tmp_path / "x").read_bytes(), bytes(600)):
        assert rpm.examine(content) is None


def test_a_view_is_not_run(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x")) as database:
        database.execute(
            "CREATE VIEW Packages AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) "
            "SELECT x AS hnum, zeroblob(9) AS blob FROM n"
        )
        database.commit()
    assert list(headers_in((tmp_path / "x").read_bytes())) == []


def test_a_chain_that_leads_back_ends() -> None:
    content = bytearray(berkeley(header({**BUSYBOX, 1044: "y" * 900})))
    struct.pack_into("<I", content, 2 * 512 + 16, 2)
    assert sum(map(len, headers_in(bytes(content)))) < 5 << 20


@given(st.binary(max_size=120))
def test_hostile_headers(data: bytes) -> None:
    package = read_header(data)
    assert package is None or package.name


@given(st.binary(max_size=600), st.sampled_from([b"SQLite format 3\0", b"RpmP", b""]))
def test_hostile_databases(data: bytes, start: bytes) -> None:
    rpm.examine(start + data)
    rpm.examine(berkeley(header(BUSYBOX))[:1024] + data)
