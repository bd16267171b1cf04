"""The symbol table that a Linux kernel carries in itself: kallsyms of 2.6.10 up to 6.x.

Names are strings of tokens: a byte each, looked up in a table of 256 texts with an index of
16-bit offsets. The table of digits is what it is found by; everything else follows from checks
that each part must pass. Layout: Linux, scripts/kallsyms.c and kernel/kallsyms.c: addresses or
offsets, their base, the count, names, markers, token table, token index; since 6.4 the offsets
and the base stand behind the index.
"""

import re

import numpy as np

from assay._kernel.value import Value
from assay.code.memory import Bytes, Ints, as_words, where

DIGITS = b"".join(bytes([digit, 0]) for digit in range(0x30, 0x3A))
FIRST_DIGIT = 0x30
TOKENS = 256
FEWEST = 400
MOST = 1 << 20
LONGEST_TABLE = 1 << 14
REACH = 1 << 25
"""Bytes in front of the token table in which the names are looked for."""
MOST_PADDING = 260
LOWEST = 1 << 24
"""What half of the absolute addresses of a kernel exceed; offsets into it hardly do."""
MOST_TABLES = 16
MOST_COUNTS = 200_000
KINDS = frozenset(b"AaBbCcDdGgIiNnRrSsTtUuVvWw?")
FUNCTIONS = frozenset("tTwWVv")


class Symbols(Value):
    """Addresses, types (a letter as nm prints it) and names, in the order of the table."""

    addresses: Ints
    kinds: str
    names: tuple[str, ...]


class _Tokens(Value):
    """A token table: where it starts, where its index ends, the byte order, the texts."""

    start: int
    end: int
    order: str
    texts: tuple[bytes, ...]


class _Names(Value):
    """The names: where their count stands, where the markers end, how many there are."""

    count_at: int
    end: int
    names: tuple[bytes, ...]


def read_kallsyms(data: Bytes, bits: int) -> Symbols | None:
    """Return the symbols that the kernel image *data* carries, or None when there are none."""
    text = data.tobytes()
    for number, match in enumerate(re.finditer(re.escape(DIGITS), text)):
        tokens = _token_table(text, match.start()) if number < MOST_TABLES else None
        names = _find_names(text, tokens) if tokens else None
        if tokens and names:
            addresses = _addresses(data, tokens, names, bits)
            if addresses is not None:
                return _joined(addresses, names.names)
    return None


def _joined(addresses: Ints, names: tuple[bytes, ...]) -> Symbols:
    kinds = "".join(chr(name[0]) for name in names)
    return Symbols(addresses, kinds, tuple(name[1:].decode("ascii") for name in names))


def _token_table(text: bytes, digits: int) -> _Tokens | None:
    """Return the token table that holds the digits at *digits*, checked by its index."""
    at = digits
    for _ in range(TOKENS - FIRST_DIGIT):
        at = text.find(b"\0", at, digits + LONGEST_TABLE) + 1
        if not at:
            return None
    for place in range(at, at + 32):
        for order in "<>":
            index = np.frombuffer(text[place : place + 2 * TOKENS], dtype=f"{order}u2")
            if index.size < TOKENS or index[0] or (np.diff(index.astype(np.int64)) <= 0).any():
                continue
            start = digits - int(index[FIRST_DIGIT])
            last = text.find(b"\0", start + int(index[-1])) + 1
            if start >= 0 and last == at:
                ends = [*index.tolist()[1:], at - start]
                pairs = zip(index.tolist(), ends, strict=True)
                texts = tuple(text[start + low : start + high - 1] for low, high in pairs)
                return _Tokens(start, place + 2 * TOKENS, order, texts)
    return None


def _find_names(text: bytes, tokens: _Tokens) -> _Names | None:
    """Return the names: a count behind which exactly so many decode, and markers that agree."""
    low = max(0, tokens.start - REACH) & ~7
    words = as_words(np.frombuffer(text[low : tokens.start], dtype=np.uint8), 4, tokens.order)
    counts = where((words >= FEWEST) & (words < MOST))
    for place in counts[::-1][:MOST_COUNTS].tolist():
        count, at = int(words[place]), low + 4 * place
        # As a 64-bit number the low half holds the count; padding to at most 256 bytes follows.
        first = _skip_zeros(text, at + 4)
        if first - at > 256 or not _plausible(text, tokens, first):
            continue
        found = _decode(text, tokens, first, count)
        if found is not None:
            return _Names(at, found[1], found[0])
    return None


def _skip_zeros(text: bytes, at: int) -> int:
    while at < len(text) and not text[at] and at & 0xFF:
        at += 1
    return at + (1 if at < len(text) and not text[at] else 0)


def _plausible(text: bytes, tokens: _Tokens, at: int) -> bool:
    """Say whether the first few names at *at* decode to identifiers."""
    for _ in range(8):
        name, at = _name(text, tokens, at)
        if not name:
            return False
    return True


def _name(text: bytes, tokens: _Tokens, at: int) -> tuple[bytes, int]:
    """Return the name at *at*, with its type in front, and where it ends; empty if it is none."""
    if at + 2 >= tokens.start:
        return b"", at
    length, at = text[at], at + 1
    if length & 0x80:
        length, at = length & 0x7F | text[at] << 7, at + 1
    texts = tokens.texts
    # Most places that are tried hold no name, which the type in front already tells.
    if (head := texts[text[at]]) and head[0] not in KINDS:
        return b"", at
    name = b"".join(map(texts.__getitem__, text[at : at + length]))
    good = len(name) > 1 and name[0] in KINDS and name.isascii() and b" " not in name
    return (name, at + length) if good and b"\n" not in name else (b"", at)


def _decode(
    text: bytes, tokens: _Tokens, first: int, count: int
) -> tuple[tuple[bytes, ...], int] | None:
    names, at, marks = [], first, []
    for number in range(count):
        if number % 256 == 0:
            marks.append(at - first)
        name, at = _name(text, tokens, at)
        if not name:
            return None
        names.append(name)
    end = _markers_end(text, tokens.order, at, marks)
    return (tuple(names), end) if end else None


def _markers_end(text: bytes, order: str, at: int, marks: list[int]) -> int:
    """Return where the markers behind *at* end, or 0 when they are not those of the names."""
    for size in (4, 8):
        wanted = np.array(marks, dtype=f"{order}u{size}").tobytes()
        place = text.find(wanted, at, at + 256 + len(wanted))
        if place >= 0:
            return place + len(wanted)
    return 0


def _addresses(data: Bytes, tokens: _Tokens, names: _Names, bits: int) -> Ints | None:
    """Return the address of each name: relative to a base, or absolute, from either place."""
    count, size, order = len(names.names), bits // 8, tokens.order
    for gap in range(0, MOST_PADDING, 4):
        end = names.count_at - gap
        for pad in range(0, MOST_PADDING, 4):
            found = _relative(data, (end - size - pad - 4 * count, end - size), count, order, size)
            if found is not None:
                return found
        words = _numbers(data, end - size * count, count, order, size)
        if _ascending(words) and int(words[count // 2]) & 0xFFFFFFFF >= LOWEST:
            return words
    for gap in range(0, MOST_PADDING, 4):
        for pad in range(0, 8, 4):
            at = tokens.end + gap
            found = _relative(data, (at, at + 4 * count + pad), count, order, size)
            if found is not None:
                return found
    return None


def _relative(
    data: Bytes, places: tuple[int, int], count: int, order: str, size: int
) -> Ints | None:
    """Return offsets plus base, which stand at *places*, or None when they are not in order.

    A negative offset counts down from the base; others are absolute then (per-CPU data).
    """
    start, base_at = places
    base = _numbers(data, base_at, 1, order, size) if base_at % size == 0 else data[:0]
    # A 64-bit kernel that relocates itself holds 0 and has offsets into the image then.
    if not base.size or not _kernel_base(int(base[0]), size):
        return None
    offsets = _numbers(data, start, count, order, 4)
    if not offsets.size:
        return None
    signed = np.where(offsets >= 1 << 31, offsets - (1 << 32), offsets)
    split = int((signed < 0).sum()) * 4 > count
    values = np.where(signed < 0, base[0] - 1 - signed, signed) if split else base[0] + offsets
    fits = size == 8 or int(values[-1]) < 1 << 32
    return values if fits and _ascending(values) else None


def _kernel_base(base: int, size: int) -> bool:
    """Say whether a kernel may lie at *base*, which is signed when *size* is 8."""
    if size == 4:
        return base >= 0x1000 and not base & 3
    return -(1 << 56) < base <= 0 and not base & 0xFFF


def _numbers(data: Bytes, at: int, count: int, order: str, size: int) -> Ints:
    block = data[at : at + size * count]
    if at < 0 or block.size < size * count:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(block.view(f"{order}u{size}").astype(np.int64))


def _ascending(values: Ints) -> bool:
    """Say whether *values* are addresses in ascending order, but for a few."""
    if values.size < FEWEST or not values[-1] or values[-1] == values[-FEWEST]:
        return False
    steps = np.diff(values)
    fine = int((steps >= 0).sum()) >= values.size * 98 // 100
    return fine and int((steps > 0).sum()) * 2 > values.size and int(steps.max()) < 1 << 40
