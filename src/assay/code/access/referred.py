"""The texts that the code of a program refers to, joined so that all are asked at once."""

from functools import cached_property

import numpy as np

from assay.code.holding import holding
from assay.code.index import CodeIndex
from assay.code.memory import distinct, where

LONGEST = 400
"""Characters of a text that are kept."""


class ReferredTexts:
    """The texts at the addresses `places` (ascending), one behind the other, NUL behind each.

    A text is called by its number, its place among `places`.
    """

    def __init__(self, index: CodeIndex) -> None:
        self.places = np.zeros(0, dtype=np.int64)
        sizes, pieces = self.places, []
        if index.references is not None and index.texts is not None:
            places = distinct(index.references.target)
            lengths = np.minimum(index.texts.lengths(places), LONGEST)
            spoken = where(lengths > 0)
            self.places, sizes = places[spoken], lengths[spoken]
        self.ends = np.cumsum(sizes + 1) - 1
        self.starts = self.ends - sizes
        joined = np.zeros(int(sizes.sum()) + sizes.size, dtype=np.uint8)
        for area in index.program.memory.areas:
            low, high = self.places.searchsorted((area.start, area.end)).tolist()
            if low < high:
                begin, end = int(self.starts[low]), int(self.ends[high - 1]) + 1
                shift = self.places[low:high] - area.start - self.starts[low:high]
                at = np.arange(begin, end) + shift.repeat(sizes[low:high] + 1)
                pieces.append((begin, end, area.data.take(at, mode="clip")))
        for begin, end, piece in pieces:
            joined[begin:end] = piece
        joined[self.ends] = 0
        self.data = joined
        self.joined = joined.tobytes()

    def __len__(self) -> int:
        return int(self.places.size)

    def text(self, number: int) -> bytes:
        """Return text *number*."""
        return self.joined[self.starts[number] : self.ends[number]]

    def holding(self, words: tuple[bytes, ...], *, lower: bool = False) -> list[int]:
        """Return the numbers of the texts that hold one of *words*, in lower case if so asked.

        A NUL in a word stands for the end of the text.
        """
        return holding(self.joined, self.ends, words, lower=lower)

    @cached_property
    def traits(self) -> "np.typing.NDArray[np.uint8]":
        """The union, for each text, of the bits that KINDS has for its characters."""
        if not len(self):
            return self.data
        return np.bitwise_or.reduceat(KINDS.take(self.data), self.starts)


SPACE, PERCENT, ODD = 1, 2, 4
LOWER, UPPER, DIGIT, MARK = 8, 16, 32, 64
"""Bits of characters; the marks are printable and none of the other kinds, ODD unprintable."""

KINDS = np.full(256, ODD, dtype=np.uint8)
KINDS[32:127] = MARK
KINDS[ord("a") : ord("z") + 1] = LOWER
KINDS[ord("A") : ord("Z") + 1] = UPPER
KINDS[ord("0") : ord("9") + 1] = DIGIT
KINDS[ord(" ")] |= SPACE
KINDS[ord("%")] |= PERCENT
KINDS[0] = 0
