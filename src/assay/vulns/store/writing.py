"""Building a store: records go in, newer ones replace older ones of the same id and source."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

from assay.vulns.advisory import Advisory, Affected, Exploited, Item, Likelihood
from assay.vulns.store.layout import APPLICATION, TABLES, VERSION

BATCH = 2000
_ENCODER = msgspec.msgpack.Encoder()
_NUMBERS = msgspec.msgpack.Decoder(list[int])


class Builder:
    """An open store that takes records; `finish` returns the digest of its contents.

    The file at *path* is made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        fresh = not path.exists()
        self.database = sqlite3.connect(path, isolation_level=None)
        run = self.database.execute
        run("PRAGMA journal_mode = TRUNCATE")  # so that a file that breaks off can be undone
        run("PRAGMA synchronous = OFF")
        run("PRAGMA cache_size = -65536")
        if fresh:
            run("PRAGMA page_size = 8192")
            run(f"PRAGMA application_id = {APPLICATION}")
            run(f"PRAGMA user_version = {VERSION}")
            self.database.executescript(TABLES)
        self._products: dict[str, int] = {}
        self._known: set[tuple[str, str]] = set()
        self._advisories: list[tuple[str, str, str, bytes, bytes, bytes]] = []
        self._affected: list[tuple[int, str, str, bytes]] = []
        self._load()

    def add(self, items: Iterable[Item]) -> int:
        """Take *items* into the store; returns how many were new or newer.

        When *items* break off with an error, none of them stays.
        """
        self.database.execute("BEGIN")
        try:
            taken = sum(self._take(item) for item in items)
            self._flush()
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has undone it already
                self.database.execute("ROLLBACK")
                self._load()
            raise
        self.database.execute("COMMIT")
        return taken

    def _load(self) -> None:
        """Learn what the file holds."""
        run = self.database.execute
        self._products = dict(run("SELECT key, n FROM product").fetchall())
        self._known = set(run("SELECT id, source FROM advisory").fetchall())
        self._advisories, self._affected = [], []

    def finish(self) -> tuple[str, dict[str, int]]:
        """Return the digest of all records and their counts by table, and close the file."""
        run = self.database.execute
        total = hashlib.sha256()
        for table, columns, order in (
            ("advisory", "id, source, digest", "id, source"),
            ("exploited", "id, added, ransomware", "id"),
            ("likelihood", "id, chance, rank, day", "id"),
        ):
            for row in run(f"SELECT {columns} FROM {table} ORDER BY {order}"):  # noqa: S608 - constants
                total.update(_ENCODER.encode((table, *row)))
        counts = {
            table: int(run(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - constants
            for table in ("advisory", "product", "exploited", "likelihood")
        }
        run("ANALYZE")
        self.database.close()
        return total.hexdigest(), counts

    def close(self) -> None:
        """Close the file without finishing."""
        self.database.close()

    def _take(self, item: Item) -> int:
        if isinstance(item, Advisory):
            return self._advisory(item)
        if isinstance(item, Exploited):
            row = (item.id, item.added, int(item.ransomware))
            self.database.execute("INSERT OR REPLACE INTO exploited VALUES (?, ?, ?)", row)
        elif isinstance(item, Likelihood):
            values = (item.id, item.chance, item.rank, item.day)
            self.database.execute("INSERT OR REPLACE INTO likelihood VALUES (?, ?, ?, ?)", values)
        return 1

    def _advisory(self, item: Advisory) -> int:
        name = (item.id, item.source)
        if name in self._known and not self._replace(item):
            return 0
        self._known.add(name)
        grouped: dict[int, list[Affected]] = {}
        for one in item.affected:
            grouped.setdefault(self._product(one.product), []).append(one)
        whole = _ENCODER.encode(item)
        self._advisories.append(
            (
                item.id, item.source, item.modified or item.published,
                _ENCODER.encode(sorted(grouped)), hashlib.sha256(whole).digest()[:16],
                _ENCODER.encode(msgspec.structs.replace(item, affected=())),
            )
        )  # fmt: skip
        for product, entries in grouped.items():
            self._affected.append((product, *name, _ENCODER.encode(entries)))
        if len(self._advisories) >= BATCH:
            self._flush()
        return 1

    def _replace(self, item: Advisory) -> bool:
        """Make room for a record that is not older than the one that is there."""
        self._flush()
        run = self.database.execute
        name = (item.id, item.source)
        modified, products = run(
            "SELECT modified, products FROM advisory WHERE id = ? AND source = ?", name
        ).fetchone()
        if modified > (item.modified or item.published):
            return False
        run("DELETE FROM advisory WHERE id = ? AND source = ?", name)
        for product in _NUMBERS.decode(products):
            run(
                "DELETE FROM affected WHERE product = ? AND id = ? AND source = ?",
                (product, *name),
            )
        return True

    def _product(self, key: str) -> int:
        number = self._products.get(key)
        if number is None:
            number = self._products[key] = len(self._products) + 1
            self.database.execute("INSERT INTO product VALUES (?, ?)", (number, key))
        return number

    def _flush(self) -> None:
        many = self.database.executemany
        if self._advisories:
            many("INSERT INTO advisory VALUES (?, ?, ?, ?, ?, ?)", self._advisories)
            many("INSERT INTO affected VALUES (?, ?, ?, ?)", self._affected)
        self._advisories, self._affected = [], []
