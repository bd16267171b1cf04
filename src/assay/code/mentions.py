"""The texts of a program, to ask which words they mention: help, usage, pages, messages."""

import re
from itertools import chain

from assay.code.program import Program

TEXT = re.compile(rb"[\t\n\r\x20-\x7e]{4,}")


class Mentions:
    """The texts of a program, to ask which words they mention."""

    def __init__(self, program: Program) -> None:
        data = program.data_between_code()
        # What is there several times is looked at once.
        texts = dict.fromkeys(chain.from_iterable(map(TEXT.findall, data)))
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
