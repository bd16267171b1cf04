"""The register on disk: a folder of JSON Lines files, or one SQLite file; the same records in both.

Every line and row is canonical JSON, sorted by id, so equal registers are equal files.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from assay._kernel import canonical
from assay.claims.register.collection import SHAPES, Register
from assay.errors import BrokenBundle, StorageError, UsageError
from assay.seal.storage import write_together

DATABASES = (".sqlite", ".sqlite3", ".db")
MOST_RECORDS = 2_000_000


def is_database(path: Path) -> bool:
    """Tell whether a register at *path* is an SQLite file by its name."""
    return path.suffix.lower() in DATABASES


def load(path: Path) -> Register:
    """Return the register at *path*, empty where there is none.

    Raises BrokenBundle for what is no register, and says which record is at fault.
    """
    register = Register()
    if not path.exists():
        return register
    rows = _database_rows(path) if is_database(path) else _file_rows(path)
    for count, (kind, where, data) in enumerate(rows):
        if count > MOST_RECORDS:
            raise BrokenBundle(
                f"{path} holds more than {MOST_RECORDS} records", advice="Split the register."
            )
        try:
            register.put(kind, canonical.decode(data, SHAPES[kind]))
        except msgspec.MsgspecError as error:
            raise BrokenBundle(
                f"{where} is no {kind} record: {error}",
                advice="Extract the documents again into a new register.",
            ) from error
    return register


def save(register: Register, path: Path) -> None:
    """Write *register* to *path*, each file whole or not at all; raises StorageError."""
    if is_database(path):
        _save_database(register, path)
        return
    if path.exists() and not path.is_dir():
        raise UsageError(
            f"{path} is a file, not a register",
            advice="Name a folder, or a file ending in .sqlite.",
        )
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be made: {error.strerror}", advice="Write to a folder of your own."
        ) from error
    lines = {
        f"{kind}.jsonl": [canonical.encode(record) + b"\n" for record in register.all(kind)]
        for kind in SHAPES
    }
    write_together(path, lines)


def _file_rows(path: Path) -> Iterator[tuple[str, str, bytes]]:
    if not path.is_dir():
        raise UsageError(
            f"{path} is not a register", advice="Name a folder, or a file ending in .sqlite."
        )
    for kind in SHAPES:
        file = path / f"{kind}.jsonl"
        if not file.is_file():
            continue
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield kind, f"{file.name} line {number}", line


def _database_rows(path: Path) -> Iterator[tuple[str, str, bytes]]:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
            for kind, identity, data in base.execute(
                "SELECT kind, id, json FROM records ORDER BY kind, id"
            ):
                if kind in SHAPES:
                    yield kind, f"record {identity}", str(data).encode()
    except sqlite3.DatabaseError as error:
        raise BrokenBundle(
            f"{path} is no register: {error}", advice="Name a folder or another file."
        ) from error


def _save_database(register: Register, path: Path) -> None:
    rows: list[tuple[Any, ...]] = [
        (kind, record.id, canonical.encode(record).decode())
        for kind in SHAPES
        for record in register.all(kind)
    ]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as base, base:
            base.execute(
                "CREATE TABLE IF NOT EXISTS records (kind TEXT NOT NULL, id TEXT NOT "
                "NULL, json TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID"
            )
            base.execute("DELETE FROM records")
            base.executemany("INSERT INTO records VALUES (?, ?, ?)", rows)
    except (sqlite3.Error, OSError) as error:
        raise StorageError(
            f"{path} cannot be written: {error}", advice="Write to a folder of your own."
        ) from error
