"""What a program sees: its address space, with relocations applied and file offsets kept.

Built by `loader` from an ELF file or by `raw` from a bare image; read by everything else in
`assay.code`. Vectorised: addresses are int64 arrays, a read says which of them were mapped.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from assay.code import native
from assay.code.native import LOWEST

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


FEW = 64
"""Ranges whose bounds are worth keeping."""

_KINDS = {(order, size): np.dtype(f"{order}u{size}") for order in "<>" for size in (1, 2, 4, 8)}

NO_OBJECT = 0x100
"""What lies lower is no object of a program but a member of one whose address is not known."""


class Area(msgspec.Struct):
    """A mapped run of bytes; `code` when it can be executed, `fixed` when never written."""

    start: int
    data: Bytes
    offset: int
    code: bool
    fixed: bool

    @property
    def end(self) -> int:
        """The address behind the last byte."""
        return self.start + int(self.data.size)


class Memory(msgspec.Struct):
    """The mapped areas of a program, sorted by address, and its byte order (`<` or `>`).

    `blocks` are what words are read from: the areas, or fewer arrays of which they are parts.
    `zeroed` are ranges that only exist when the program runs; `moved` counts how often a block
    got other bytes.
    """

    areas: list[Area]
    order: str
    bits: int
    frozen: list[tuple[int, int]] = msgspec.field(default_factory=list)
    blocks: list[Area] = msgspec.field(default_factory=list)
    zeroed: list[tuple[int, int]] = msgspec.field(default_factory=list)
    moved: int = 0
    _spans: dict[tuple[int, int], list[tuple[int, int]]] = msgspec.field(default_factory=dict)
    _native: tuple[int, native.Mapped | None] | None = None
    _parts: tuple[int, native.Parts | None] | None = None
    _known: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self.blocks = self.blocks or self.areas

    def area(self, address: int) -> Area | None:
        """Return the area that holds *address*, or None."""
        for one in self.areas:
            if one.start <= address < one.start + one.data.size:
                return one
        return None

    def mapped(self, addresses: Ints) -> Mask:
        """Return which of *addresses* are mapped."""
        return within(addresses, self._mapped())

    def _mapped(self) -> list[tuple[int, int]]:
        key = (0, len(self.zeroed))
        if key not in self._spans:
            spans = [(one.start, one.start + one.data.size) for one in self.areas]
            self._spans[key] = sorted(spans + self.zeroed)
        return self._spans[key]

    def constant(self, addresses: Ints) -> Mask:
        """Return which of *addresses* hold what never changes after start-up."""
        return within(addresses, self._constants()) & (addresses >= NO_OBJECT)

    def _constants(self) -> list[tuple[int, int]]:
        key = (1, len(self.frozen))
        if key not in self._spans:
            spans = [(one.start, one.start + one.data.size) for one in self.areas if one.fixed]
            self._spans[key] = sorted(spans + self.frozen)
        return self._spans[key]

    def for_kernels(self) -> native.Mapped | None:
        """Return what the kernels know of it, None where there are none."""
        record, state = self._blocks(), (len(self.frozen), len(self.zeroed))
        if record is not None and self._known != state:
            native.add_ranges(record, self._constants(), self._mapped())
            self._known = state
        return record

    def parts(self) -> native.Parts | None:
        """Return where the kernels find the areas, None where these overlap."""
        if self._parts is None or self._parts[0] != self.moved:
            self._parts = self.moved, native.parts(self.areas)
        return self._parts[1]

    def _blocks(self) -> native.Mapped | None:
        """Return the same, of the blocks alone."""
        if self._native is None or self._native[0] != self.moved:
            self._native, self._known = (self.moved, native.blocks(self)), None
        return self._native[1] if native.kernels() else None

    def offset(self, address: int) -> int:
        """Return the file offset of *address*, or -1."""
        one = self.area(address)
        return address - one.start + one.offset if one else -1

    def bytes_at(self, address: int, size: int) -> bytes:
        """Return up to *size* bytes at *address*, fewer where the area ends."""
        one = self.area(address)
        if one is None:
            return b""
        return bytes(one.data[address - one.start : address - one.start + size])

    def fixed_word(self, address: int, size: int) -> int | None:
        """Return the unsigned word at *address* if it never changes, else None."""
        one = self.area(address)
        if one is None or address + size > one.end:
            return None
        if not one.fixed and not any(start <= address < end for start, end in self.frozen):
            return None
        place = address - one.start
        return int.from_bytes(one.data[place : place + size].tobytes(), byte_order(self.order))

    def words(self, addresses: Ints, size: int) -> tuple[Ints, Mask]:
        """Return the unsigned words of *size* bytes at *addresses* and which were mapped."""
        known = self._blocks()
        if known is not None:
            found, mapped = np.empty(addresses.shape, np.int64), np.empty(addresses.shape, np.bool_)
            asked = native.ints(addresses)
            native.run("memory_words", known, asked, asked.size, size, found, mapped)
            return found, mapped
        values = good = None
        for one in self.blocks if addresses.size else ():
            places = addresses - one.start
            # Places before the block are far behind it as unsigned numbers.
            inside = places.view(np.uint64) <= max(one.data.size - size, 0)
            if one.data.size < size or not inside.any():
                continue
            if inside.all():
                return gather(one.data, places, size, self.order), inside
            if values is None or good is None:
                values = np.zeros(addresses.shape, dtype=np.int64)
                good = np.zeros(addresses.shape, dtype=np.bool_)
            values[inside] = gather(one.data, places[inside], size, self.order)
            good |= inside
        if values is None or good is None:
            return np.zeros(addresses.shape, np.int64), np.zeros(addresses.shape, np.bool_)
        return values, good

    def store(self, places: Ints, values: Ints, size: int) -> bool:
        """Store *values* as words of *size* bytes at the mapped *places*; say whether it was done.

        It is done by a kernel, where all blocks can be written to.
        """
        if not all(one.data.flags.writeable for one in self.blocks):
            return False
        known = self._blocks()
        if known is not None:
            asked = native.ints(places), places.size, size, native.ints(values)
            native.run("memory_store", known, *asked)
        return known is not None

    def pointer_size(self) -> int:
        """Return the size of an address in bytes."""
        return self.bits // 8


def merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return *spans* sorted, with overlaps joined and adjacent ones kept apart."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged


def within(addresses: Ints, ranges: list[tuple[int, int]]) -> Mask:
    """Return which of *addresses* lie in one of the sorted *ranges*."""
    if not ranges or not addresses.size:
        return np.zeros(addresses.shape, dtype=np.bool_)
    if len(ranges) == 1:
        start, end = ranges[0]
        return np.asarray((addresses >= start) & (addresses < end))
    starts, ends = range_bounds(ranges)
    if native.kernels():
        found, asked = np.empty(addresses.shape, dtype=np.bool_), native.ints(addresses)
        native.run("memory_within", starts, ends, starts.size, asked, asked.size, found)
        return found
    place = starts.searchsorted(addresses, side="right")
    return np.asarray(addresses < ends.take(place))


def range_bounds(ranges: list[tuple[int, int]]) -> tuple[Ints, Ints]:
    """Return `bounds_of` sorted *ranges*, kept where they are few; not to be written to."""
    return _bounds(tuple(ranges)) if len(ranges) <= FEW else bounds_of(ranges)


@lru_cache(maxsize=64)
def _bounds(ranges: tuple[tuple[int, int], ...]) -> tuple[Ints, Ints]:
    """Return `bounds_of` a few *ranges*, which are asked for again and again."""
    return bounds_of(ranges)


def bounds_of(ranges: Sequence[tuple[int, int]]) -> tuple[Ints, Ints]:
    """Return the starts of sorted *ranges*, and the furthest end before each and behind all.

    Ranges may overlap: what counts is the furthest end of all that begin before.
    """
    if len(ranges) <= FEW:
        ends = accumulate([LOWEST, *(end for _, end in ranges)], max)
        return np.array([start for start, _ in ranges], np.int64), np.array([*ends], np.int64)
    both = np.array(ranges, dtype=np.int64).reshape(-1, 2)
    return both[:, 0].copy(), np.concatenate([[LOWEST], np.maximum.accumulate(both[:, 1])])


def byte_order(order: str) -> Literal["little", "big"]:
    """Return *order* (`<` or `>`) as `int.from_bytes` calls it."""
    return "little" if order == "<" else "big"


def among(values: npt.NDArray[Any], options: Iterable[int]) -> Mask:
    """Return which of *values* are one of a few *options*: faster than `numpy.isin` for these."""
    found = np.zeros(values.shape, dtype=np.bool_)
    for option in options:
        found |= values == option
    return found


def listed(values: Ints, options: Ints) -> Mask:
    """Return which of *values* are in the sorted *options*: faster than hashing both."""
    if not options.size or not values.size:
        return np.zeros(values.shape, dtype=np.bool_)
    if native.kernels():
        found, asked = np.empty(values.shape, dtype=np.bool_), native.ints(values)
        native.run("sorted_listed", asked, asked.size, native.ints(options), options.size, found)
        return found
    place = np.minimum(options.searchsorted(values), options.size - 1)
    return np.asarray(options[place] == values)


def contained(values: npt.NDArray[Any], options: Ints | list[int]) -> Mask:
    """Return which of *values* are among *options* (`numpy.isin` without what it imports)."""
    return listed(values, distinct(np.asarray(options, dtype=np.int64)))


def where(mask: Mask) -> Ints:
    """Return the places at which *mask* is set (`numpy.flatnonzero` without its detours)."""
    return mask.nonzero()[0]


def member(*values: int) -> Mask:
    """Return a table of 256 flags in which *values* are set: `table.take(bytes)` says which are.

    For bytes `take` is several times faster than an index.
    """
    table = np.zeros(256, dtype=np.bool_)
    table[list(values)] = True
    return table


def gather(data: Bytes, places: Ints, size: int, order: str) -> Ints:
    """Return the words of *size* bytes of *data* at byte *places*, unaligned allowed."""
    if size == 1:
        return data[places].astype(np.int64)
    if data.size < size:
        return np.zeros(places.shape, dtype=np.int64)
    return overlapping(data, size, order)[places].astype(np.int64)


def overlapping(data: Bytes, size: int, order: str) -> npt.NDArray[np.unsignedinteger]:
    """Return the words of *size* bytes that begin at each byte of *data*, as a view of it."""
    kind = _KINDS[order, size]
    whole = np.ascontiguousarray(data)
    count = whole.size - size + 1
    words: npt.NDArray[np.unsignedinteger] = np.ndarray((count,), kind, whole, strides=(1,))
    return words


def as_words(data: Bytes, size: int, order: str) -> npt.NDArray[np.unsignedinteger]:
    """Return *data* as native unsigned words of *size* bytes; a ragged tail is dropped."""
    whole = data[: data.size // size * size]
    words: npt.NDArray[np.unsignedinteger] = whole.view(_KINDS[order, size]).astype(f"u{size}")
    return words


def distinct(values: Ints) -> Ints:
    """Return *values* sorted, each once; much faster than hashing for what is nearly sorted."""
    if values.dtype == np.int64 and native.kernels():
        found = _united(values, values[:0])
        if found is not None:
            return found
    ordered = values.copy()
    if ordered.size < 2:
        return ordered
    ordered.sort(kind="stable")
    keep = np.empty(ordered.size, dtype=np.bool_)
    keep[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=keep[1:])
    return ordered[keep]


def union(first: Ints, second: Ints) -> Ints:
    """Return what is in *first* or *second*, sorted, each once."""
    if native.kernels() and first.dtype == second.dtype == np.int64:
        found = _united(first, second)
        if found is not None:
            return found
    return distinct(np.concatenate([first, second]))


def _united(first: Ints, second: Ints) -> Ints | None:
    """Return the same by a kernel, which takes ascending numbers only: None for others."""
    one, other = native.ints(first), native.ints(second)
    found = np.empty(one.size + other.size, dtype=np.int64)
    count = native.run("sorted_union", one, one.size, other, other.size, found)
    return None if count < 0 else found[:count].copy()


def without(first: Ints, second: Ints) -> Ints:
    """Return what is in *first* but not in *second*, sorted, each once."""
    left = distinct(first)
    return left[~contained(left, second)]


def filled(count: int, value: int, kind: type[np.generic]) -> npt.NDArray[Any]:
    """Return *count* times *value* (`numpy.full` without its detours)."""
    made = np.empty(count, dtype=kind)
    made.fill(value)
    return made
