"""The features of a file that an index knows, and the version templates of its strings.

`_of_kernel` has it done in C in one pass; `_of_arrays` is its twin from the same rules over arrays.
"""

import ctypes
import threading
from array import array
from functools import lru_cache
from typing import Any

import numpy as np

from assay._kernel.value import Value
from assay._native import kernel
from assay.inventory.elf.layout import SHT_NOBITS, Headers, read_headers
from assay.inventory.elf.symbols import ET_REL, Table, rows_held
from assay.inventory.fingerprints.features import (
    ADDRESSES,
    CHUNK,
    LONGEST_CARRY,
    MOST_FEATURES,
    Places,
)
from assay.inventory.fingerprints.index import Index
from assay.inventory.fingerprints.regions import features_of, name_tables, ranges_of
from assay.inventory.fingerprints.templates import (
    MOST_BARE,
    MOST_STRINGS,
    MOST_TEXT,
    Template,
    bare_template,
    cut,
)

LEAST_SET, LEAST_HITS, KEPT_BITS = 2048, 512, 20
_NOTHING = np.zeros((0, 5), np.int64)
FULL = -1
"""What the kernel returns when it needs more room; -2 when only arrays can do it."""


class Known(Value):
    """Features that an index knows, and how many there are in all in the file.

    `rows` has for each, in order of their numbers: number, offset, length, class, place in the
    index.
    """

    count: int
    rows: Places

    def __len__(self) -> int:
        """Return how many are known."""
        return len(self.rows)


class Room:
    """The arrays that the kernel works in, for a file of at most *size* bytes.

    `addresses` are what the kernel takes: each array and how much it holds.
    """

    def __init__(self, size: int, set_size: int, hit_room: int) -> None:
        run_room = min(size, CHUNK + LONGEST_CARRY) // 4 + 1
        bare_room = MOST_BARE * (size // CHUNK * 2 + 2)
        self.hits = np.empty((hit_room, 5), np.int64)
        self._marks = np.empty((MOST_STRINGS + bare_room, 3), np.int64)
        self._set, self._runs = np.empty(set_size, np.uint64), np.empty(run_room * 3, np.int32)
        self.addresses = (
            self._set.ctypes.data, set_size, self._runs.ctypes.data, run_room,
            self.hits.ctypes.data, hit_room, self._marks.ctypes.data, bare_room,
        )  # fmt: skip

    def marks(self, numbered: int, bare: int) -> list[tuple[int, int, int, int]]:
        """Return the marked strings in order: group, 1 for a bare number, begin, length."""
        rows = [(0, row) for row in self._marks[:numbered].tolist()]
        rows += [(1, row) for row in self._marks[MOST_STRINGS : MOST_STRINGS + bare].tolist()]
        return sorted((group, sort, begin, length) for sort, (begin, length, group) in rows)


class _Rooms(threading.local):
    """The rooms that a thread has made for small files, by how many bits the size has."""

    def __init__(self) -> None:
        self.by_bits: dict[int, Room] = {}


_rooms = _Rooms()


def _room(size: int) -> Room:
    """Return room for what a file of *size* bytes usually holds."""
    bits = size.bit_length()
    if bits in _rooms.by_bits:
        return _rooms.by_bits[bits]
    found = Room(1 << bits, max(LEAST_SET, 1 << bits >> 4), max(LEAST_HITS, 1 << bits >> 9))
    if bits <= KEPT_BITS:
        _rooms.by_bits[bits] = found
    return found


def known_features(content: bytes, index: Index) -> tuple[Known, list[Template]]:
    """Return the features of *content* that *index* knows, and its version templates."""
    found = _of_kernel(content, index)
    return _of_arrays(content, index) if found is None else found


def _of_arrays(content: bytes, index: Index) -> tuple[Known, list[Template]]:
    features, templates = features_of(content)
    which, places = index.find(features.numbers)
    spots = (features.offsets[which], features.lengths[which], features.classes[which])
    rows = np.column_stack([features.numbers[which].view(np.int64), *spots, places])
    return Known(len(features), rows.astype(np.int64)), templates


@lru_cache(maxsize=1)
def _kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    return kernel(
        "assay_features",
        *(pointer, number, pointer, pointer, pointer, pointer, pointer, pointer),
        *(pointer, number, pointer, number, pointer, number, pointer, number, pointer),
    )


def _of_kernel(content: bytes, index: Index) -> tuple[Known, list[Template]] | None:
    """Return what `_of_arrays` does; None without kernel, or where it must leave it to arrays."""
    run = _kernel()
    if run is None:
        return None
    size, plan = len(content), _plan(content)
    found = _run(run, content, plan, index, _room(size))
    if found == FULL:
        most = min(MOST_FEATURES, size) + 1
        found = _run(run, content, plan, index, Room(size, 2 << most.bit_length(), most))
    return None if isinstance(found, int) else found


def _run(
    run: Any,  # noqa: ANN401 - a function of ctypes
    content: bytes,
    plan: list[int],
    index: Index,
    room: Room,
) -> tuple[Known, list[Template]] | int:
    """Return what the kernel finds within *room*, or its status when it does not end."""
    places, counts = array("q", plan), array("q", bytes(32))
    status: int = run(
        np.frombuffer(content, np.uint8).ctypes.data, len(content), places.buffer_info()[0],
        *ADDRESSES, *index.addresses, *room.addresses, counts.buffer_info()[0],
    )  # fmt: skip
    if status:
        return status
    features, known, numbered, bare = counts
    rows = room.hits[:known]
    rows = rows[np.argsort(rows[:, 0].view(np.uint64))] if known else _NOTHING
    strings = room.marks(numbered, bare) if numbered or bare else []
    return Known(features, rows), _templates(content, strings)


def _templates(content: bytes, strings: list[tuple[int, int, int, int]]) -> list[Template]:
    """Return the templates of *strings*: group, whether a bare number, begin, length."""
    found: list[Template] = []
    for _, bare, begin, length in strings:
        if bare:
            found.append(bare_template(content[begin : begin + length], begin))
        else:
            found += cut(content[begin : begin + min(length, MOST_TEXT)], begin, length)
    return found


def _plan(content: bytes) -> list[int]:
    """Return what the kernel is to read: seven counts and flags, then the ranges and tables."""
    headers = read_headers(content)
    if headers is None:
        return [1, 0, 0, 0, 0, 0, 0, 0, len(content)]
    ranges, constant = ranges_of(headers)
    tables = [place for table in name_tables(headers) for place in _table(headers, table)]
    linked = headers.kind != ET_REL
    sections = headers.sections if linked else ()
    empty = [place for place, one in enumerate(sections) if one.kind == SHT_NOBITS]
    return [
        len(ranges), len(constant), len(tables) // 4, len(empty),
        headers.bits, headers.mark == ">", linked,
        *(place for one in ranges for place in one), *(place for one in constant for place in one),
        *tables, *empty,
    ]  # fmt: skip


def _table(headers: Headers, table: Table) -> tuple[int, int, int, int]:
    """Return where the rows of *table* begin, how many the file holds, and the range of names."""
    end = min(table.strings_at + table.strings_size, len(headers.content))
    return table.at, rows_held(headers, table), table.strings_at, end
