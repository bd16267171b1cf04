"""The texts of a program, to ask which words they mention: help, usage, pages, messages."""

from collections.abc import Iterator
from itertools import chain

import numpy as np

from assay.code.program import Program

SHORTEST = 4
_SPELT = bytes(one in b"\t\n\r" or 32 <= one < 127 for one in range(256))


class Mentions:
    """The texts of a program, to ask which words they mention."""

    def __init__(self, program: Program) -> None:
        data = program.data_between_code()
        # What is there several times is looked at once.
        texts = dict.fromkeys(chain.from_iterable(map(_texts, data)))
        self._joined = b"\0" + b"\0\0".join(texts) + b"\0"
        self._known: dict[bytes, bool] = {}

    def of(self, word: bytes) -> bool:
        """Say whether *word* stands inside a longer text of the program."""
        if word not in self._known:
            self._known[word] = self._holds(word)
        return self._known[word]

    def _holds(self, word: bytes) -> bool:
        joined, size = self._joined, len(word)
        place = joined.find(word) if word else -1
        while place >= 0:
            if joined[place - 1] or joined[place + size]:
                return True
            place = joined.find(word, place + 1)
        return False


def _texts(data: bytes) -> Iterator[bytes]:
    """Yield the runs of printable characters in *data*, SHORTEST and more."""
    spelt = np.frombuffer(b"\0" + data.translate(_SPELT) + b"\0", dtype=np.bool_)
    edges = (spelt[1:] != spelt[:-1]).nonzero()[0]
    first, last = edges[::2], edges[1::2]
    long = last - first >= SHORTEST
    for start, end in zip(first[long].tolist(), last[long].tolist(), strict=True):
        yield data[start:end]
