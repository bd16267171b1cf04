"""The symbol table that a Linux kernel carries in itself: kallsyms of 2.6.10 up to 6.x.

Names are strings of tokens: a byte each, looked up in a table of 256 texts with an index of
16-bit offsets. The table of digits is what it is found by; everything else follows from checks
that each part must pass. Layout: Linux, scripts/kallsyms.c and kernel/kallsyms.c: addresses or
offsets, their base, the count, names, markers, token table, token index; since 6.4 the offsets
and the base stand behind the index.
"""

from typing import Any

import numpy as np

from assay._kernel.value import Value
from assay.code.kallsyms_names import DIGITS, FEWEST, Names, Tokens, find_names, token_table
from assay.code.memory import Bytes, Ints

MOST_PADDING = 260
LOWEST = 1 << 24
"""What half of the absolute addresses of a kernel exceed; offsets into it hardly do."""
MOST_TABLES = 16
FUNCTIONS = frozenset("tTwWVv")


class Symbols(Value):
    """Addresses, types (a letter as nm prints it) and names, in the order of the table."""

    addresses: Ints
    kinds: str
    names: tuple[str, ...]


def read_kallsyms(data: Bytes, bits: int) -> Symbols | None:
    """Return the symbols that the kernel image *data* carries, or None when there are none."""
    whole: Any = data.base
    # Which spares a copy of many megabytes.
    text = whole if isinstance(whole, bytes) and len(whole) == data.size else data.tobytes()
    place = -len(DIGITS)
    for _ in range(MOST_TABLES):
        place = text.find(DIGITS, place + len(DIGITS))
        if place < 0:
            return None
        tokens = token_table(text, place)
        names = find_names(text, tokens) if tokens else None
        if tokens and names:
            addresses = _addresses(data, tokens, names, bits)
            if addresses is not None:
                return Symbols(addresses, names.kinds, names.names)
    return None


def _addresses(data: Bytes, tokens: Tokens, names: Names, bits: int) -> Ints | None:
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
