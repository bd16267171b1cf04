"""A cache by content: values under keys that name all they depend on, each with a check.

A damaged entry, or one moved to another key, does not match its check and counts as absent. A
damaged file is replaced by an empty one.
"""

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from assay._kernel import behind

MOST_BYTES = 2 << 30
AT_ONCE = 256
"""Keys in one question: every SQLite takes that many."""

_LAYOUT, _PAGE = 2, 1 << 14
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY, space TEXT NOT NULL, size INTEGER NOT NULL,
    proof BLOB NOT NULL, value BLOB NOT NULL
);
PRAGMA user_version = {_LAYOUT};
COMMIT;
"""
"""Keys have a tree of their own: a search in a tree of rows reads every long value on its way."""


class Usage(NamedTuple):
    """How many entries a space of the cache has, and their bytes."""

    space: str
    entries: int
    size: int


def default_folder() -> Path:
    """Return the user's cache folder for Assay (XDG base directories)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assay"


class Cache:
    """Values by key in one SQLite file below *folder*; unusable storage means no cache."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "content.sqlite"
        self._connection: sqlite3.Connection | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = self._open()
        except sqlite3.DatabaseError as error:
            _warn("the cache was damaged and is started afresh: %s", error)
            self._start_afresh()
        except OSError as error:
            _warn("the cache cannot be used: %s", error)

    def _open(self) -> sqlite3.Connection:
        # Two threads use it, but never at once.
        connection = sqlite3.connect(
            self.file, timeout=10, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA page_size={_PAGE}")  # of a new file only
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        if connection.execute("PRAGMA user_version").fetchone() != (_LAYOUT,):
            _lay_out(connection)
        return connection

    def _start_afresh(self) -> None:
        self._close()
        for name in (self.file, *(Path(f"{self.file}-{end}") for end in ("wal", "shm"))):
            name.unlink(missing_ok=True)
        with contextlib.suppress(OSError, sqlite3.Error):
            self._connection = self._open()

    def get(self, key: str) -> bytes | None:
        """Return the value under *key*, or None when there is none or it is damaged."""
        return self.get_all((key,)).get(key)

    def get_all(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Return the values under *keys*, without those that are not there or are damaged."""
        behind.settle()
        asked = list(dict.fromkeys(keys))
        if self._connection is None or not asked:
            return {}
        found: dict[str, bytes] = {}
        try:
            for begin in range(0, len(asked), AT_ONCE):
                some = asked[begin : begin + AT_ONCE]
                places = ",".join("?" * len(some))
                rows = self._connection.execute(
                    f"SELECT key, proof, value FROM entries WHERE key IN ({places})",  # noqa: S608 - question marks only
                    some,
                )
                found.update(_sound(rows))
        except sqlite3.Error as error:
            _warn("the cache cannot be read: %s", error)
        return found

    def put(self, space: str, values: Iterable[tuple[str, bytes]]) -> None:
        """Store *values* (key, value) under *space*; a full or read-only disk is only logged."""
        behind.settle()
        self._store(space, values)

    def put_behind(self, space: str, values: Iterable[tuple[str, bytes]]) -> None:
        """Store *values* as `put` does, and trim, while the caller goes on.

        Whatever is asked of the cache next waits for that, and so does a fork of the process.
        """
        behind.settle()
        given = list(values)

        def store() -> None:
            self._store(space, given)
            with contextlib.suppress(sqlite3.Error):
                self._trim()

        behind.begin(store)

    def _store(self, space: str, values: Iterable[tuple[str, bytes]]) -> None:
        if self._connection is None:
            return
        rows = [(key, space, len(value), _proof(key, value), value) for key, value in values]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?)", rows
            )
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            _warn("the cache cannot be written: %s", error)
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def usage(self) -> list[Usage]:
        """Return the usage of each space, sorted by name."""
        behind.settle()
        return self._usage()

    def _usage(self) -> list[Usage]:
        if self._connection is None:
            return []
        rows = self._connection.execute(
            "SELECT space, count(*), sum(size) FROM entries GROUP BY space ORDER BY space"
        )
        return [Usage(*row) for row in rows]

    def clear(self) -> None:
        """Remove every entry."""
        behind.settle()
        self._start_afresh()

    def trim(self) -> None:
        """Empty the cache when it has outgrown its bound; content is found again in one run."""
        behind.settle()
        self._trim()

    def _trim(self) -> None:
        if sum(usage.size for usage in self._usage()) > MOST_BYTES:
            self._start_afresh()

    def close(self) -> None:
        """Close the file."""
        behind.settle()
        self._close()

    def _close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None


def _lay_out(connection: sqlite3.Connection) -> None:
    """Make the table of a new file; raises `sqlite3.DatabaseError` for a file of another layout."""
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        # Another process may have made the table just now.
        if connection.execute("PRAGMA user_version").fetchone() == (_LAYOUT,):
            return
        raise sqlite3.DatabaseError("it is of another version")
    connection.executescript(_SCHEMA)


def _sound(rows: Iterable[tuple[str, object, object]]) -> Iterator[tuple[str, bytes]]:
    """Yield the key and value of those *rows* (key, proof, value) that match their proof."""
    for key, proof, value in rows:
        if isinstance(value, bytes) and proof == _proof(key, value):
            yield key, value
        else:
            _warn("a damaged cache entry is computed again")


def _proof(key: str, value: bytes) -> bytes:
    return hashlib.blake2b(value, key=hashlib.sha256(key.encode()).digest()).digest()[:16]


def _warn(message: str, *said: object) -> None:
    import logging  # noqa: PLC0415 - a start without trouble does without

    logging.getLogger(__name__).warning(message, *said)
