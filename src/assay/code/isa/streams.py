"""The words of all code ranges of a program in one array, so that a decoder runs only once."""

from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from assay.code.memory import Area, Ints, Mask, as_words, distinct, filled, where
from assay.code.program import Program

SHORT = 1 << 16
"""Words of a stream for which a table of all addresses is quicker than reckoning them."""


class Stream(msgspec.Struct, frozen=True, dict=True):
    """Code words of `size` bytes, unsigned and in native order, of several ranges.

    `heads` are the places where ranges begin, `first` the addresses of these places.
    """

    words: npt.NDArray[np.unsignedinteger]
    heads: Ints
    first: Ints
    size: int = 4

    @cached_property
    def address(self) -> Ints:
        """The address of each word."""
        count = self.edges[1:] - self.heads
        return self._ahead.repeat(count) + self.size * np.arange(self.words.size, dtype=np.int64)

    @cached_property
    def edges(self) -> Ints:
        """The heads and the number of words."""
        return np.concatenate([self.heads, [self.words.size]])

    @cached_property
    def _ahead(self) -> Ints:
        return np.asarray(self.first - self.size * self.heads)

    @cached_property
    def ends(self) -> Ints:
        """The addresses behind the last word of each range."""
        return np.asarray(self.first + self.size * (self.edges[1:] - self.heads))

    def at(self, places: Ints) -> Ints:
        """Return the addresses of the words at *places*, which ascend."""
        if self.heads.size == 1:
            return np.asarray(self.size * places + self._ahead)
        if self.words.size < SHORT:
            return self.address.take(places)
        bounds = places.searchsorted(self.edges)
        return np.asarray(self.size * places + self._ahead.repeat(bounds[1:] - bounds[:-1]))

    def locate(self, addresses: Ints) -> tuple[Ints, Mask]:
        """Return the places of the words at *addresses* and which of these are here."""
        if not self.words.size or not addresses.size:
            return np.zeros(addresses.size, np.int64), np.zeros(addresses.size, np.bool_)
        # Ranges are few: a place follows from the distance to the beginning of its range.
        number = np.maximum(self.first.searchsorted(addresses, side="right") - 1, 0)
        distance = addresses - self.first[number]
        here = (distance >= 0) & (addresses < self.ends[number]) & (distance % self.size == 0)
        return np.where(here, self.heads[number] + distance // self.size, 0), here

    def places(self, addresses: Ints) -> Ints:
        """Return the places of the words at *addresses*, those that are not here left out."""
        found, here = self.locate(addresses)
        return found[here]

    def without(self, addresses: Ints) -> Ints:
        """Return the places of all words but those at *addresses*."""
        gone = self.places(addresses)
        if not gone.size:
            return np.arange(self.words.size, dtype=np.int64)
        keep = filled(self.words.size, 1, np.bool_)
        keep[gone] = False
        return where(keep)


def code_stream(program: Program, size: int, ranges: list[tuple[int, int]]) -> Stream:
    """Return the words of *size* bytes of *ranges*, aligned to *size*, in ascending order."""
    pieces, firsts, counts = [], [], []
    area: Area | None = None
    for start, end in ranges:
        if area is None or not area.start <= start < area.end:
            area = program.memory.area(start)
        first = -(-start // size) * size
        if area is None or first >= end:
            continue
        place = first - area.start
        count = (min(end, area.end) - first) // size
        if count <= 0:
            continue
        pieces.append(area.data[place : place + count * size])
        firsts.append(first)
        counts.append(count)
    nothing = np.zeros(0, dtype=np.int64)
    if not pieces:
        return Stream(nothing.astype(np.uint32), nothing, nothing, size)
    whole = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
    number = np.array(counts, dtype=np.int64)
    heads = number.cumsum() - number
    return Stream(
        as_words(whole, size, program.order), heads, np.array(firsts, dtype=np.int64), size
    )


def row_breaks(rows: Ints, heads: Ints) -> Ints:
    """Return which of *rows*, ascending places of a stream, are the first of a range."""
    breaks = distinct(rows.searchsorted(heads))
    return breaks[breaks < rows.size]


def signed(value: Ints, bits: int) -> Ints:
    """Return the low *bits* of *value* as a signed number."""
    sign = 1 << (bits - 1)
    return np.asarray(((value & ((1 << bits) - 1)) ^ sign) - sign)
