"""The names in the symbol table that a Linux kernel carries in itself, and what they are found by.

Serves `code/kallsyms.py`. A name is a length and so many bytes, each of which stands for a text
of a table of 256; an index of 16-bit offsets follows the table, and the count of names stands in
front of them. Layout: Linux, scripts/kallsyms.c.
"""

import ctypes
from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from assay._kernel.value import Value
from assay._native import kernel
from assay.code.memory import as_words, where

DIGITS = b"".join(bytes([digit, 0]) for digit in range(0x30, 0x3A))
FIRST_DIGIT = 0x30
TOKENS = 256
FEWEST = 400
MOST = 1 << 20
LONGEST_TABLE = 1 << 14
REACH = 1 << 25
"""Bytes in front of the token table in which the names are looked for."""
MOST_COUNTS = 200_000
MARK = 256
"""Names between two marks."""
KINDS = frozenset(b"AaBbCcDdGgIiNnRrSsTtUuVvWw?")
ROOM = 1 << 24
"""Bytes for all names where they are read by the compiled form."""


class Tokens(Value):
    """A token table: where it starts, where its index ends, the byte order, its texts' ranges."""

    start: int
    end: int
    order: str
    places: tuple[int, ...]
    lengths: tuple[int, ...]

    def texts(self, text: bytes) -> tuple[bytes, ...]:
        """Return the texts of the tokens, which lie in *text*."""
        pairs = zip(self.places, self.lengths, strict=True)
        return tuple(text[place : place + length] for place, length in pairs)


class Names(Value):
    """The names: where their count stands, where the markers end, types and names."""

    count_at: int
    end: int
    kinds: str
    names: tuple[str, ...]


def token_table(text: bytes, digits: int) -> Tokens | None:
    """Return the token table that holds the digits at *digits*, checked by its index."""
    at = digits
    for _ in range(TOKENS - FIRST_DIGIT):
        at = text.find(b"\0", at, digits + LONGEST_TABLE) + 1
        if not at:
            return None
    for place in range(at, at + 32):
        if len(text) - place < 2 * TOKENS:
            return None
        for order in "<>":
            index = np.frombuffer(text[place : place + 2 * TOKENS], dtype=f"{order}u2")
            if index[0] or (np.diff(index.astype(np.int64)) <= 0).any():
                continue
            start = digits - int(index[FIRST_DIGIT])
            last = text.find(b"\0", start + int(index[-1])) + 1
            if start >= 0 and last == at:
                ends = [*index.tolist()[1:], at - start]
                pairs = zip(index.tolist(), ends, strict=True)
                lengths = tuple(high - 1 - low for low, high in pairs)
                places = tuple((index.astype(np.int64) + start).tolist())
                return Tokens(start, place + 2 * TOKENS, order, places, lengths)
    return None


def find_names(text: bytes, tokens: Tokens) -> Names | None:
    """Return the names: a count behind which exactly so many decode, and markers that agree."""
    found = _by_kernel(text, tokens)
    for one in _one_by_one(text, tokens) if found is None else found:
        end = _markers_end(text, tokens.order, one.end, one.marks)
        if end:
            return Names(one.count_at, end, one.kinds, tuple(one.names.split("\n")))
    return None


class _Decoded(Value):
    """Names that decode: where their count stands and where they end, types, names, marks."""

    count_at: int
    end: int
    kinds: str
    names: str
    marks: list[int]


_Table = tuple[int, tuple[bytes, ...]]
"""Where the table of tokens begins, and their texts."""


def _by_kernel(text: bytes, tokens: Tokens) -> list[_Decoded] | None:
    """Return what `_one_by_one` yields first of all whose markers agree; None without kernel."""
    run, low = _kernel(), _lowest(tokens)
    if run is None:
        return None
    places, lengths = array("q", tokens.places), array("q", tokens.lengths)
    state = array("q", [(tokens.start - low) // 4, MOST_COUNTS, 0, 0, 0, 0])
    kinds, names = np.empty(MOST, np.uint8), np.empty(ROOM, np.uint8)
    marks = np.empty(MOST // MARK, np.int64)
    while True:
        status = run(
            text, len(text), tokens.start, tokens.order == ">", places.buffer_info()[0],
            lengths.buffer_info()[0], low, state.buffer_info()[0], kinds.ctypes.data,
            marks.ctypes.data, names.ctypes.data, ROOM,
        )  # fmt: skip
        if status < 0:
            return None
        if not status:
            return []
        at, count, end, size = state[2:]
        given = marks[: (count + MARK - 1) // MARK].tolist()
        if _markers_end(text, tokens.order, end, given):
            letters = kinds[:count].tobytes().decode("ascii")
            return [_Decoded(at, end, letters, names[: size - 1].tobytes().decode("ascii"), given)]


@lru_cache(maxsize=1)
def _kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    number, pointer = ctypes.c_int64, ctypes.c_void_p
    table = (ctypes.c_char_p, number, number, number, pointer, pointer)
    return kernel("assay_kallsyms", *table, number, *(pointer,) * 4, number)


def _lowest(tokens: Tokens) -> int:
    return max(0, tokens.start - REACH) & ~7


def _one_by_one(text: bytes, tokens: Tokens) -> Iterator[_Decoded]:
    """Yield the names behind each count that has so many, from the last count on."""
    low = _lowest(tokens)
    words = as_words(np.frombuffer(text[low : tokens.start], dtype=np.uint8), 4, tokens.order)
    counts = where((words >= FEWEST) & (words < MOST))
    texts = tokens.texts(text)
    for place in counts[::-1][:MOST_COUNTS].tolist():
        count, at = int(words[place]), low + 4 * place
        # As a 64-bit number the low half holds the count; padding to at most 256 bytes follows.
        first = _skip_zeros(text, at + 4)
        if first - at > 256 or not _plausible(text, (tokens.start, texts), first):
            continue
        names, end, marks = _decode(text, (tokens.start, texts), first, count)
        if names:
            kinds = "".join(chr(name[0]) for name in names)
            joined = b"\n".join(name[1:] for name in names).decode("ascii")
            yield _Decoded(at, end, kinds, joined, marks)


def _skip_zeros(text: bytes, at: int) -> int:
    while at < len(text) and not text[at] and at & 0xFF:
        at += 1
    return at + (1 if at < len(text) and not text[at] else 0)


def _plausible(text: bytes, table: _Table, at: int) -> bool:
    """Say whether the first few names at *at* decode to identifiers."""
    for _ in range(8):
        name, at = _name(text, table, at)
        if not name:
            return False
    return True


def _name(text: bytes, table: _Table, at: int) -> tuple[bytes, int]:
    """Return the name at *at*, with its type in front, and where it ends; empty if it is none."""
    start, texts = table
    if at + 2 >= start:
        return b"", at
    length, at = text[at], at + 1
    if length & 0x80:
        length, at = length & 0x7F | text[at] << 7, at + 1
    # Most places that are tried hold no name, which the type in front already tells.
    if (head := texts[text[at]]) and head[0] not in KINDS:
        return b"", at
    name = b"".join(map(texts.__getitem__, text[at : at + length]))
    good = len(name) > 1 and name[0] in KINDS and name.isascii() and b" " not in name
    return (name, at + length) if good and b"\n" not in name else (b"", at)


def _decode(
    text: bytes, table: _Table, first: int, count: int
) -> tuple[list[bytes], int, list[int]]:
    """Return *count* names, where they end, and their marks; no names where one is none."""
    names, at, marks = [], first, []
    for number in range(count):
        if number % MARK == 0:
            marks.append(at - first)
        name, at = _name(text, table, at)
        if not name:
            return [], at, []
        names.append(name)
    return names, at, marks


def _markers_end(text: bytes, order: str, at: int, marks: list[int]) -> int:
    """Return where the markers behind *at* end, or 0 when they are not those of the names."""
    for size in (4, 8):
        wanted = np.array(marks, dtype=f"{order}u{size}").tobytes()
        place = text.find(wanted, at, at + 256 + len(wanted))
        if place >= 0:
            return place + len(wanted)
    return 0
