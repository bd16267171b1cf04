"""Where rpm keeps its headers: SQLite (rpmdb.sqlite), ndb (Packages.db), Berkeley DB (Packages).

Serves the kind `rpm`. Layouts: rpm's lib/backend (sqlite, ndb/rpmpkg.c); Berkeley DB's dbinc/
db_page.h and hash.h. SQLite is read by the standard library, in memory, with reading of tables as
the only thing that a statement may do.
"""

import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from itertools import islice

from assay._kernel import lazy_re

MOST_HEADERS = 6000
LARGEST = 4 << 20
"""The most bytes that one header may have."""

SQLITE = b"SQLite format 3\0"
_NDB = b"RpmP"
_BLOB = lazy_re.compile(rb"BlbS", re.DOTALL)
_HASH_MAGIC = 0x061561
_HASH_PAGES, _OVERFLOW, _OFF_PAGE = {2, 13}, 7, 3
_PAGE_HEADER = 26
_STEPS = 50_000_000


def headers_in(content: bytes) -> Iterator[bytes]:
    """Yield the headers of the database *content*; nothing for what is no database of rpm."""
    if content.startswith(SQLITE):
        yield from _sqlite(content)
    elif content.startswith(_NDB):
        yield from _ndb(content)
    elif len(content) > 64:
        yield from _berkeley(content)


def _sqlite(content: bytes) -> Iterator[bytes]:
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}

    def authorise(action: int, *_: object) -> int:
        return sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY

    with closing(sqlite3.connect(":memory:")) as database:
        try:
            # Versions of reading and writing: 2 asks for a write-ahead log, which memory has not.
            database.deserialize(content[:18] + b"\1\1" + content[20:])
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
            database.set_authorizer(authorise)
            database.set_progress_handler(lambda: 1, _STEPS)
            rows = database.execute("SELECT blob FROM Packages ORDER BY hnum")
            for (blob,) in islice(rows, MOST_HEADERS):
                if isinstance(blob, bytes):
                    yield blob
        except (sqlite3.Error, OverflowError):
            return


def _ndb(content: bytes) -> Iterator[bytes]:
    for match in islice(_BLOB.finditer(content), MOST_HEADERS):
        start = match.start() + 16
        if start > len(content):
            return
        size = int.from_bytes(content[start - 4 : start], "little")
        if 8 <= size <= LARGEST and start + size <= len(content):
            yield content[start : start + size]


def _berkeley(content: bytes) -> Iterator[bytes]:
    """Yield the values of a hash database that lie on chains of overflow pages."""
    order = next((one for one in "<>" if _number(content, 12, one) == _HASH_MAGIC), "")
    size = _number(content, 20, order) if order else 0
    if not 512 <= size <= 65536 or size & (size - 1):
        return
    found = 0
    for page in range(size, len(content) - _PAGE_HEADER, size):
        if content[page + 25] not in _HASH_PAGES:
            continue
        for first in _values(content, page, size, order):
            blob = _chain(content, first, size, order)
            found += 1
            if found > MOST_HEADERS:
                return
            if blob:
                yield blob


def _number(content: bytes, at: int, order: str, layout: str = "I") -> int:
    return int(struct.unpack_from(order + layout, content, at)[0])


def _values(content: bytes, page: int, size: int, order: str) -> Iterator[int]:
    """Yield the first overflow page of each value (each second item) of a hash page."""
    entries = min(_number(content, page + 20, order, "H"), (size - _PAGE_HEADER) // 2)
    for number in range(1, entries, 2):
        place = page + _PAGE_HEADER + 2 * number
        if place + 2 > len(content):
            return
        at = page + _number(content, place, order, "H")
        if at + 12 <= min(page + size, len(content)) and content[at] == _OFF_PAGE:
            yield _number(content, at + 4, order)


def _chain(content: bytes, number: int, size: int, order: str) -> bytes:
    """Return the bytes on the chain of overflow pages from page *number* on, at most `LARGEST`."""
    parts = []
    for _ in range(LARGEST // (size - _PAGE_HEADER) + 1):
        page = number * size
        if not number or page + size > len(content) or content[page + 25] != _OVERFLOW:
            break
        length = _number(content, page + 22, order, "H")
        parts.append(content[page + _PAGE_HEADER : page + _PAGE_HEADER + length][:size])
        number = _number(content, page + 16, order)
    return b"".join(parts)
