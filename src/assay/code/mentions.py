"""The texts of a program, to ask which words they mention: help, usage, pages, messages."""

from collections.abc import Iterator
from ctypes import c_char_p, c_int64, c_void_p
from functools import cache, cached_property
from itertools import chain
from typing import Any

import numpy as np

from assay._native import kernel
from assay.code.native import address_of
from assay.code.program import Program

SHORTEST = 4
FEWEST_BITS, MOST_BITS = 10, 16
LARGEST = 1 << 30
_SPELT = bytes(one in b"\t\n\r" or 32 <= one < 127 for one in range(256))
_CHARACTERS = bytes(one for one in range(256) if _SPELT[one])


class Mentions:
    """The texts of a program, to ask which words they mention."""

    def __init__(self, program: Program) -> None:
        self._pieces = tuple(program.data_between_code())
        self._known: dict[bytes, bool] = {}

    def of(self, word: bytes) -> bool:
        """Say whether *word* stands inside a longer text of the program."""
        if word not in self._known:
            spelt = word and not word.translate(None, _CHARACTERS)
            self._known[word] = bool(spelt) and self._holds(word)
        return self._known[word]

    def _holds(self, word: bytes) -> bool:
        if self._linked is not None:
            return self._linked.holds(word)
        joined, size = self._joined, len(word)
        place = joined.find(word)
        while place >= 0:
            if joined[place - 1] or joined[place + size]:
                return True
            place = joined.find(word, place + 1)
        return False

    @cached_property
    def _joined(self) -> bytes:
        # What is there several times is looked at once.
        texts = dict.fromkeys(chain.from_iterable(map(_texts, self._pieces)))
        return b"\0" + b"\0\0".join(texts) + b"\0"

    @cached_property
    def _linked(self) -> "_Linked | None":
        small = sum(map(len, self._pieces)) + len(self._pieces) < LARGEST
        return _Linked(b"\0".join(self._pieces)) if small and _kernels()[0] is not None else None


class _Linked:
    """The same texts with the places linked at which the same four characters stand."""

    def __init__(self, data: bytes) -> None:
        bits = min(max(len(data).bit_length() - 2, FEWEST_BITS), MOST_BITS)
        self._heads = np.empty(1 << bits, dtype=np.int32)
        self._before = np.empty(len(data), dtype=np.int32)
        heads, before = address_of(self._heads), address_of(self._before)
        self._texts = data, len(data), bits, heads, before
        _kernels()[0](*self._texts)

    def holds(self, word: bytes) -> bool:
        """Say whether *word*, of printable characters, stands inside a longer text."""
        return bool(_kernels()[1](*self._texts, word, len(word)))


@cache
def _kernels() -> tuple[Any, Any]:
    """Return what links texts and what looks for a word: functions of ctypes, or None."""
    texts = c_char_p, c_int64, c_int64, c_void_p, c_void_p
    return kernel("mentions_link", *texts), kernel("mentions_word", *texts, c_char_p, c_int64)


def _texts(data: bytes) -> Iterator[bytes]:
    """Yield the runs of printable characters in *data*, SHORTEST and more."""
    spelt = np.frombuffer(b"\0" + data.translate(_SPELT) + b"\0", dtype=np.bool_)
    edges = (spelt[1:] != spelt[:-1]).nonzero()[0]
    first, last = edges[::2], edges[1::2]
    long = last - first >= SHORTEST
    for start, end in zip(first[long].tolist(), last[long].tolist(), strict=True):
        yield data[start:end]
