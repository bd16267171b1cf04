"""The words of all code ranges of a program in one array, so that a decoder runs only once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assay.code.memory import Area, Ints, Mask, as_words, distinct, where
from assay.code.program import Program


@dataclass(frozen=True, slots=True)
class Stream:
    """Code words of `size` bytes, the address of each, and the places where ranges begin."""

    words: npt.NDArray[np.int64]
    address: Ints
    heads: Ints
    size: int = 4

    def locate(self, addresses: Ints) -> tuple[Ints, Mask]:
        """Return the places of the words at *addresses* and which of these are here."""
        if not self.words.size or not addresses.size:
            return np.zeros(addresses.size, np.int64), np.zeros(addresses.size, np.bool_)
        # Ranges are few: a place follows from the distance to the beginning of its range.
        first = self.address[self.heads]
        number = np.maximum(first.searchsorted(addresses, side="right") - 1, 0)
        found = self.heads[number] + (addresses - first[number]) // self.size
        found = np.minimum(np.maximum(found, 0), self.words.size - 1)
        return found, self.address[found] == addresses

    def places(self, addresses: Ints) -> Ints:
        """Return the places of the words at *addresses*, those that are not here left out."""
        found, here = self.locate(addresses)
        return found[here]

    def without(self, addresses: Ints) -> Ints:
        """Return the places of all words but those at *addresses*."""
        keep = np.ones(self.words.size, dtype=np.bool_)
        keep[self.places(addresses)] = False
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
    if not pieces:
        nothing = np.zeros(0, dtype=np.int64)
        return Stream(nothing, nothing, nothing, size)
    words = as_words(np.concatenate(pieces), size, program.order).astype(np.int64)
    number = np.array(counts, dtype=np.int64)
    heads = number.cumsum() - number
    ahead = np.array(firsts, dtype=np.int64) - size * heads
    address = np.repeat(ahead, number) + size * np.arange(words.size, dtype=np.int64)
    return Stream(words, address, heads, size)


def row_breaks(rows: Ints, heads: Ints) -> Ints:
    """Return which of *rows*, ascending places of a stream, are the first of a range."""
    breaks = distinct(rows.searchsorted(heads))
    return breaks[breaks < rows.size]


def signed(value: Ints, bits: int) -> Ints:
    """Return the low *bits* of *value* as a signed number."""
    sign = 1 << (bits - 1)
    return np.asarray(((value & ((1 << bits) - 1)) ^ sign) - sign)
