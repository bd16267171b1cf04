"""Data among Thumb code: literal pools and the tables behind jumps, told before decoding.

Tables: TBB and TBH (DDI 0406, A8.8.236), and those of compilers, whose words are distances from
the table: `adr rB, table; ldr.w rT, [rB, rI, lsl #2]; add rB, rT; bx rB`.
"""

import numpy as np
import numpy.typing as npt

from assay.code.isa.streams import Stream, signed
from assay.code.memory import Ints, Mask, where

Halves = npt.NDArray[np.unsignedinteger]
MAX_TABLES = 50_000
"""Inline tables of one program that are told from code."""
MAX_ENTRIES = 1024
FARTHEST = 1 << 16
LOOK_BACK = 8
"""Instructions before a jump among which the comparison and the table's address lie."""


def data_in_code(stream: Stream, rows: Ints) -> Mask:
    """Return which half-words are data, from instructions that may begin at *rows*."""
    halves = stream.words
    data = np.zeros(halves.size, dtype=np.bool_)
    first = halves[rows]
    for place, size, entries in _branch_tables(halves, rows, first):
        data[place : place + (entries * size + 1) // 2] = True
    for place, entries in _offset_tables(stream, rows, first):
        data[place : place + 2 * entries] = True
    sources, targets = _literals(stream, rows, first)
    trusted = ~data[sources]
    # Pools and tables look like instructions too, and those name literals where there are none:
    # what another load takes for a literal is not believed, unless that load is not either.
    for _ in range(2):
        marked = data.copy()
        marked[targets[trusted]] = True
        trusted = ~marked[sources]
    data[targets[trusted]] = True
    return data


def _literals(stream: Stream, rows: Ints, first: Halves) -> tuple[Ints, Ints]:
    """Return the places of loads and of the half-words that they take for literals."""
    halves = stream.words
    final = max(halves.size - 1, 0)
    short = where((first & 0xF800) == 0x4800)
    wide = where(first & 0xFF7F == 0xF85F)
    vector = where(first & 0xFF3F == 0xED1F)
    code = halves[np.minimum(rows[vector] + 1, final)]
    real = code & 0x0E00 == 0x0A00
    vector, code = vector[real], code[real]
    offset = halves[np.minimum(rows[wide] + 1, final)].astype(np.int64) & 0xFFF
    offset = np.where(first[wide] & 0x80 != 0, offset, -offset)
    amount = 4 * (code & 0xFF).astype(np.int64)
    amount = np.where(first[vector] & 0x80 != 0, amount, -amount)
    double = where(code & 0x100 != 0)
    sources, targets = [], []
    for chosen, far in (
        (rows[short], 4 * (first[short] & 0xFF).astype(np.int64)),
        (rows[wide], offset),
        (rows[vector], amount),
        (rows[vector[double]], amount[double] + 4),
    ):
        places, found = stream.locate((stream.at(chosen) + 4 & ~3) + far)
        sources.append(chosen[found])
        targets.append(places[found])
    source, place = np.concatenate(sources), np.concatenate(targets)
    return np.concatenate([source, source]), np.concatenate([place, np.minimum(place + 1, final)])


def _branch_tables(halves: Halves, rows: Ints, first: Halves) -> list[tuple[int, int, int]]:
    """Return (half-word, entry size, entries) of each table of a branch relative to `pc`."""
    found = []
    for row in where(first == 0xE8DF)[:MAX_TABLES].tolist():
        place = int(rows[row])
        second = int(halves[place + 1]) if place + 1 < halves.size else 0
        entries = _compared(halves, rows, row)
        if second & 0xFFE0 == 0xF000 and entries:
            found.append((place + 2, 1 + (second >> 4 & 1), entries))
    return found


def _compared(halves: Halves, rows: Ints, row: int) -> int:
    """Return one more than the constant of the comparison before *row*, 0 if there is none."""
    for place in rows[max(row - LOOK_BACK + 1, 0) : row][::-1].tolist():
        half = int(halves[place])
        if half >> 11 == 5:
            return (half & 0xFF) + 1
        if half & 0xFFF0 == 0xF1B0:
            return (int(halves[place + 1]) & 0xFF) + 1
    return 0


def _offset_tables(stream: Stream, rows: Ints, first: Halves) -> list[tuple[int, int]]:
    """Return (half-word, entries) of each table of distances that a `bx` jumps through."""
    halves = stream.words
    jumps = where(first & 0xFF87 == 0x4700)
    jumps = jumps[(jumps >= 3) & (first[jumps] != 0x4770)]
    register = first[jumps] >> 3 & 15
    added = first[jumps - 1]
    load = first[jumps - 2]
    fits = (added >> 8 == 0x44) & ((added & 7 | added >> 4 & 8) == register)
    fits &= load & 0xFFF0 == 0xF850
    fits &= halves[np.minimum(rows[jumps - 2] + 1, halves.size - 1)] & 0x0FF0 == 0x0020
    found = []
    for row, base in zip(
        jumps[fits][:MAX_TABLES].tolist(), (load[fits] & 15).tolist(), strict=False
    ):
        at = _table_address(stream, rows, row - 2, base)
        places, here = stream.locate(np.array([at]))
        entries = _distances(stream, int(places[0]), _compared(halves, rows, row)) if here[0] else 0
        if entries:
            found.append((int(places[0]), entries))
    return found


def _table_address(stream: Stream, rows: Ints, row: int, base: int) -> int:
    """Return the address that an ADR before *row* leaves in the register *base*, or -1."""
    for place in rows[max(row - LOOK_BACK, 0) : row][::-1].tolist():
        half = int(stream.words[place])
        after = (int(stream.at(np.array([place]))[0]) + 4) & ~3
        if half & 0xFF00 == 0xA000 | base << 8:
            return after + 4 * (half & 0xFF)
        if half == 0xF20F and place + 1 < stream.words.size:
            second = int(stream.words[place + 1])
            if second >> 8 & 15 == base:
                return after + (second >> 4 & 0x700 | second & 0xFF)
    return -1


def _distances(stream: Stream, place: int, compared: int) -> int:
    """Return how many words at *place* are distances of labels from there.

    The table ends where the nearest label behind it begins, if no comparison says how long it is.
    """
    most = min(compared or MAX_ENTRIES, MAX_ENTRIES)
    block = stream.words[place : place + 2 * most].astype(np.int64)
    pairs = block[: block.size // 2 * 2].reshape(-1, 2)
    words = signed(pairs[:, 0] | pairs[:, 1] << 16, 32)
    bad = where(np.abs(words) > FARTHEST)
    words = words[: int(bad[0])] if bad.size else words
    ahead = np.where(words > 0, words & ~1, FARTHEST)
    # A label nearer than the word that names it ends the table before that word.
    ends = where(np.minimum.accumulate(ahead) < 4 * np.arange(1, words.size + 1))
    return int(ends[0]) if ends.size else int(words.size)
