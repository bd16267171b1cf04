"""Which of many texts hold one of several words: all words looked for in one compiled pass."""

from collections.abc import Sequence
from ctypes import c_char_p, c_int64, c_void_p
from functools import cache
from typing import Any

import numpy as np

from assay._native import kernel
from assay.code.memory import Ints, distinct
from assay.code.native import address_of

MOST_WORDS = 256
"""Words that the kernel looks for at once."""

Words = tuple[bytes, ...]


def holding(data: bytes, ends: Ints, words: Words, *, lower: bool = False) -> list[int]:
    """Return the numbers of the texts of *data*, which end at *ends*, that hold one of *words*.

    With *lower* the texts are taken in lower case. No word is empty.
    """
    search = _search()
    if search is None or len(words) > MOST_WORDS:
        return _holding(data.lower() if lower else data, ends, words)
    joined, word_ends = _laid_out(words)
    found = np.empty(ends.size, dtype=np.int64)
    bounds, stops, room = map(address_of, (ends, word_ends, found))
    count = search(data, len(data), bounds, ends.size, lower, joined, stops, len(words), room)
    numbers: list[int] = found[:count].tolist()
    return numbers


def names_holding(names: Sequence[str], words: Words) -> list[int]:
    """Return the places of the *names* that hold one of *words* (lower case) in any case."""
    joined = ("\0".join(names) + "\0").encode("ascii", "replace")
    ends = np.fromiter(map(len, names), dtype=np.int64, count=len(names))
    return holding(joined, (ends + 1).cumsum() - 1, words, lower=True)


def holds(data: bytes, words: Words) -> bool:
    """Say whether *data* holds one of *words*."""
    if _search() is None:
        return any(word in data for word in words)
    return bool(holding(data, np.array([len(data)]), words))


def _holding(joined: bytes, ends: Ints, words: Words) -> list[int]:
    found: list[int] = []
    for word in words:
        place = joined.find(word)
        while place >= 0:
            found.append(place)
            place = joined.find(word, place + 1)
    numbers: list[int] = distinct(ends.searchsorted(np.array(found, dtype=np.int64))).tolist()
    return numbers


@cache
def _laid_out(words: Words) -> tuple[bytes, Ints]:
    """Return *words* one behind the other, and where each ends."""
    sizes = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    return b"".join(words), sizes.cumsum()


@cache
def _search() -> Any:  # noqa: ANN401 - a function of ctypes, or None
    place, size = c_void_p, c_int64
    return kernel("texts_holding", c_char_p, size, place, size, size, c_char_p, place, size, place)
