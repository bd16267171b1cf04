"""Magics as classes of bytes, place by place, for those that a search for texts is slow with.

Serves the candidate search: where all that a magic asks for is frequent in programs, the engine for
expressions has nothing to skip by. What an expression is made of is taken from the parser of `re`.
"""

import ctypes
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from assay._kernel.beside import keep, kept
from assay._kernel.tool import tool_digest
from assay._kernel.value import Value
from assay._native import kernel

MOST_PATTERNS = 64
ROOM = 1 << 16
"""The most places in one stretch of data where some magic may be."""
WHOLE = 320
"""All that a place can be, where a zero counts for 64 of it and each other byte for one, in round
figures."""

Pattern = list[frozenset[int]]
"""The bytes allowed at each place."""
_ANY = frozenset(range(256))
_parser: Any = re._parser  # type: ignore[attr-defined]  # noqa: SLF001 - only it knows the parts


class Tables(Value):
    """What a search works with.

    Attributes:
        owners: the expression of each pattern.
        classes: a word for each place and byte; bit n is set where pattern n allows the byte.
        ended: a word for each place; bit n is set where pattern n is shorter.
        order: the places in the order in which they are asked.
    """

    owners: tuple[int, ...]
    classes: bytes
    ended: bytes
    order: tuple[int, ...]


class Classes:
    """A search for several expressions of fixed width at once."""

    def __init__(self, expressions: Sequence[bytes], name: str = "") -> None:
        """Prepare the search; raises `ValueError` for expressions that are no classes in a row.

        What it works with is kept under *name*, if there is one.
        """
        tables = _kept_tables(expressions, name) if name else tables_of(expressions)
        self._owners = tables.owners
        self._classes = np.frombuffer(tables.classes, np.uint64).reshape(-1, 256)
        self._ended = np.frombuffer(tables.ended, np.uint64)
        self._order = np.array(tables.order, np.int64)

    def find(self, data: memoryview) -> list[tuple[int, int]] | None:
        """Return (place, number of the expression) of all matches; None where nobody can say.

        That is without the compiled form, or with too many matches.
        """
        run = _kernel()
        if run is None:
            return None
        found = np.empty((ROOM, 2), np.int64)
        count = run(
            np.frombuffer(data, np.uint8).ctypes.data, len(data), self._classes.ctypes.data,
            self._ended.ctypes.data, self._order.ctypes.data, len(self._order), found.ctypes.data,
            ROOM,
        )  # fmt: skip
        if count < 0:
            return None
        return [
            (place, owner)
            for place, bits in found[:count].tolist()
            for owner in {one for bit, one in enumerate(self._owners) if bits >> bit & 1}
        ]


@lru_cache(maxsize=4)
def classes_of(expressions: tuple[bytes, ...], name: str = "") -> Classes | None:
    """Return the search for *expressions*; None for none, or where there is no compiled form."""
    return Classes(expressions, name) if expressions and _kernel() is not None else None


def tables_of(expressions: Sequence[bytes]) -> Tables:
    """Return what a search for *expressions* works with; raises `ValueError` as `patterns` does."""
    rows = [(number, one) for number, text in enumerate(expressions) for one in patterns(text)]
    if len(rows) > MOST_PATTERNS:
        raise ValueError("too many alternatives for one search")
    width = max(len(row) for _, row in rows)
    classes = np.full((width, 256), (1 << len(rows)) - 1, np.uint64)
    ended = np.zeros(width, np.uint64)
    for bit, (_, row) in enumerate(rows):
        for place, allowed in enumerate(row):
            classes[place, sorted(_ANY - allowed)] &= np.uint64(~(1 << bit) % 2**64)
        ended[len(row) :] |= np.uint64(1 << bit)
    order = _order([row for _, row in rows], width)
    owners = tuple(number for number, _ in rows)
    return Tables(owners, classes.tobytes(), ended.tobytes(), tuple(order))


def _kept_tables(expressions: Sequence[bytes], name: str) -> Tables:
    """Return the tables that were kept for these very *expressions*, else make and keep them."""
    # The code of this module counts as well: its tables may look otherwise one day.
    key = hashlib.sha256(msgspec.msgpack.encode((tool_digest(), expressions))).hexdigest()
    known = kept(name, key)
    if known is not None:
        return msgspec.msgpack.decode(known, type=Tables)
    tables = tables_of(expressions)
    keep(name, key, msgspec.msgpack.encode(tables))
    return tables


def patterns(expression: bytes) -> list[Pattern]:
    """Return the alternatives of *expression*; raises `ValueError` for what is no such row."""
    return _of_sequence(_parser.parse(expression, re.DOTALL))


def _of_sequence(tree: Any) -> list[Pattern]:  # noqa: ANN401 - of the parser
    found: list[Pattern] = [[]]
    for operation, value in tree:
        found = [row + part for row in found for part in _of_item(str(operation), value)]
        if len(found) > MOST_PATTERNS:
            raise ValueError("too many alternatives")
    return found


def _of_item(operation: str, value: Any) -> list[Pattern]:  # noqa: ANN401 - of the parser
    if operation == "LITERAL":
        return [[frozenset({value})]]
    if operation == "ANY":
        return [[_ANY]]
    if operation == "IN":
        return [[_letters(value)]]
    if operation == "BRANCH":
        return [row for one in value[1] for row in _of_sequence(one)]
    if operation == "SUBPATTERN":
        return _of_sequence(value[3])
    if operation == "MAX_REPEAT" and value[0] == value[1]:
        return _of_sequence(list(value[2]) * value[0])
    raise ValueError(f"no class of bytes: {operation}")


def _letters(parts: Any) -> frozenset[int]:  # noqa: ANN401 - of the parser
    letters: set[int] = set()
    for operation, value in parts:
        if str(operation) == "LITERAL":
            letters.add(value)
        elif str(operation) == "RANGE":
            letters.update(range(value[0], value[1] + 1))
        else:
            raise ValueError(f"no class of bytes: {operation}")
    return frozenset(letters)


def _order(rows: list[Pattern], width: int) -> list[int]:
    """Return the places in the order in which asking leaves least: zeros are frequent."""
    shares = [[_share(row, place) for row in rows] for place in range(width)]
    left, order, open_places = [1 << 40] * len(rows), list[int](), list(range(width))
    while open_places:
        _, best, left = min(
            (sum(then := _asked(left, shares[place])), place, then) for place in open_places
        )
        order.append(best)
        open_places.remove(best)
    return order


def _asked(left: list[int], shares: list[int]) -> list[int]:
    return [now * share // WHOLE for now, share in zip(left, shares, strict=True)]


def _share(row: Pattern, place: int) -> int:
    """Return how much of `WHOLE` is left of what matched the pattern, once *place* was asked."""
    return len(row[place]) + 63 * (0 in row[place]) if place < len(row) else WHOLE


@lru_cache(maxsize=1)
def _kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    return kernel("assay_classes", pointer, number, *(pointer,) * 3, number, pointer, number)
