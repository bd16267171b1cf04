"""How the advisory store lies in SQLite, and what a snapshot says of itself.

`affected` joins a product key with an advisory and holds what the authorities say of it;
`advisory` holds the rest of a record. Bodies are MessagePack of the records in `advisory.py`.
"""

from assay.model.record import Digest, Record

APPLICATION = 0x41535356  # "ASSV"
VERSION = 1
"""Raised when a store made before cannot be read any more."""

TABLES = """
CREATE TABLE product (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE advisory (
    id TEXT NOT NULL, source TEXT NOT NULL, modified TEXT NOT NULL, products BLOB NOT NULL,
    digest BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (id, source)) WITHOUT ROWID;
CREATE TABLE affected (
    product INTEGER NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (product, id, source)) WITHOUT ROWID;
CREATE TABLE exploited (id TEXT PRIMARY KEY, added TEXT NOT NULL, ransomware INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE likelihood (id TEXT PRIMARY KEY, chance INTEGER NOT NULL, rank INTEGER NOT NULL,
    day TEXT NOT NULL) WITHOUT ROWID;
"""


class SourceFile(Record):
    """A file that went into a snapshot: its form, digest, latest day, and what came of it."""

    name: str
    feed: str
    sha256: Digest
    size: int
    day: str
    records: int
    refused: int
    examples: tuple[str, ...] = ()


class Manifest(Record):
    """What a snapshot is.

    `as_of` is the latest day of its data. `digest` covers the records, however they were
    imported; `file` is the SHA-256 of the database file. `sequence` orders snapshots of one day.
    """

    version: int
    as_of: str
    digest: Digest
    file: Digest
    size: int
    sequence: int
    advisories: int
    products: int
    exploited: int
    likelihoods: int
    sources: tuple[SourceFile, ...]
