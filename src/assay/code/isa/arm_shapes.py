"""What each A32 instruction looks like: operation, register fields and constant, as a table.

The key of a word is its bits 27 to 20 and 7 to 4, and whether its condition is 0xF. Reference:
Arm Architecture Reference Manual for ARMv7-A (DDI 0406), chapter A5.
"""

from functools import cache

import msgspec
import numpy as np

from assay.code.listing import (
    ADD,
    ADDI,
    ALWAYS,
    CMP,
    CMPI,
    CONST,
    EQ,
    EXTEND,
    INSERT,
    LOAD,
    LOADX,
    NE,
    ORI,
    SOMETIMES,
    STOP,
    STORE,
    SUB,
    Small,
)
from assay.code.memory import Ints, Mask

KEYS = 1 << 13
ROTATED, NEGATED, INVERTED, HALF, DISTANCE, SHORT_DISTANCE, TARGET = range(1, 8)
"""What the constant of an instruction is made of; 0 is none."""
PROCESSING, PRODUCT, WIDE_TOP, ACCESS, EXTRA, SEVERAL, BRANCHES, HINT, STATUS = range(1, 10)
"""Families that have fields of their own; 0 is none."""
DESTINATION, FIRST, SECOND = 1, 2, 3
"""Register fields: bits 15 to 12, 19 to 16, 3 to 0."""
CONDITIONS = np.array([EQ, NE, *[SOMETIMES] * 12, ALWAYS, ALWAYS], dtype=np.uint8)


def _column() -> Small:
    return np.zeros(KEYS, dtype=np.uint8)


class Shapes(msgspec.Struct):
    """Columns by key: the operation, which field each register is, the constant, the family."""

    op: Small = msgspec.field(default_factory=_column)
    rd: Small = msgspec.field(default_factory=_column)
    ra: Small = msgspec.field(default_factory=_column)
    rb: Small = msgspec.field(default_factory=_column)
    width: Small = msgspec.field(default_factory=_column)
    constant: Small = msgspec.field(default_factory=_column)
    family: Small = msgspec.field(default_factory=_column)
    back: Mask = msgspec.field(default_factory=lambda: np.zeros(KEYS, dtype=np.bool_))

    def put(self, chosen: Mask, **columns: int) -> None:
        """Fill *columns* of the keys *chosen*."""
        for name, value in columns.items():
            getattr(self, name)[: KEYS // 2][chosen] = value


@cache
def shapes() -> Shapes:
    """Return the table, made once."""
    found = Shapes()
    key = np.arange(KEYS // 2, dtype=np.int64)
    group = key >> 9
    _processing(found, key, group)
    _extra(found, key, group)
    _access(found, key, group)
    found.put(group == 4, family=SEVERAL)
    found.put(group == 5, family=BRANCHES)
    found.family[KEYS // 2 :][group == 5] = BRANCHES
    found.put((group == 7) & (key >> 4 & 0x11 == 1) & (key & 1 == 1), rd=DESTINATION)
    # REV turns the bytes of a word round: the same value as far as its origin goes.
    found.put(key == 0x6B3, op=EXTEND, rd=DESTINATION, ra=SECOND, width=8)
    return found


def _processing(found: Shapes, key: Ints, group: Ints) -> None:
    code, immediate = key >> 5 & 15, key >> 9 == 1
    every = group <= 1
    compares = (code >= 8) & (code <= 11)
    flags = key >> 4 & 1 == 1
    found.put(every, family=PROCESSING, ra=FIRST)
    found.put(every & ~immediate, rb=SECOND)
    found.put(every & ~compares, rd=DESTINATION)
    simple = (group == 0) & (key & 15 == 0)
    for kind, operation, constant in (
        (4, ADDI, ROTATED), (2, ADDI, NEGATED), (12, ORI, ROTATED), (13, CONST, ROTATED),
        (15, CONST, INVERTED),
    ):  # fmt: skip
        found.put((group == 1) & (code == kind), op=operation, constant=constant)
    found.put((group == 1) & ((code == 13) | (code == 15)), ra=0)
    found.put((group == 1) & flags & (code == 10), op=CMPI, constant=ROTATED)
    found.put((group == 1) & flags & (code == 11), op=CMPI, constant=NEGATED)
    found.put(simple & flags & ((code == 10) | (code == 11)), op=CMP)
    found.put(simple & (code == 4), op=ADD)
    found.put(simple & (code == 2), op=SUB)
    found.put(simple & (code == 13), op=ADDI, ra=SECOND)
    _status(found, key)


def _status(found: Shapes, key: Ints) -> None:
    """Fill in what takes the place of comparisons that set no flags, and the products."""
    top = key >> 4
    found.put(top == 0x30, op=CONST, rd=DESTINATION, ra=0, constant=HALF)
    found.put(top == 0x34, op=INSERT, rd=DESTINATION, family=WIDE_TOP, constant=HALF)
    found.put(top == 0x32, family=HINT)
    found.put((key == 0x121) | (key == 0x123) | (key == 0x161), family=STATUS)
    found.put((key & 0xF0F == 0x009), op=0, rd=FIRST, family=PRODUCT)


def _extra(found: Shapes, key: Ints, group: Ints) -> None:
    """Fill in half-words, signed bytes and pairs."""
    kind, flag = key >> 1 & 3, key >> 4 & 1 == 1
    every = (group == 0) & (key & 9 == 9) & (kind != 0)
    load, store = flag | (kind == 2), ~flag & (kind == 1)
    immediate = (key >> 6 & 1 == 1) & (key >> 8 & 1 == 1)
    found.put(every, family=EXTRA, op=0, rd=0, ra=FIRST, rb=0, width=2, constant=0)
    found.put(every & load, rd=DESTINATION)
    found.put(every & store, rb=DESTINATION)
    found.put(every & load & immediate, op=LOAD)
    found.put(every & store & immediate, op=STORE)
    found.put(every & immediate, constant=SHORT_DISTANCE)
    # Signed bytes and the two words of a pair are not single unsigned values.
    found.put(every & (kind == 2), width=0)


def _access(found: Shapes, key: Ints, group: Ints) -> None:
    """Fill in words and bytes, and the media instructions beside them."""
    every = (group == 2) | ((group == 3) & (key & 1 == 0))
    load, register = key >> 4 & 1 == 1, group == 3
    before = key >> 8 & 1 == 1
    found.put(every, family=ACCESS, ra=FIRST, width=4)
    found.put(every & (key >> 6 & 1 == 1), width=1)
    found.put(every & load, op=LOAD, rd=DESTINATION)
    found.put(every & ~load & ~register, op=STORE, rb=DESTINATION)
    found.put(every & load & register, op=LOADX, rb=SECOND)
    found.put(every & before & ~register, constant=DISTANCE)
    found.put(every & (~before | (key >> 5 & 1 == 1)), back=1)
    media = (group == 3) & (key & 1 == 1)
    found.put(media, rd=DESTINATION)
    found.put(key == 0x7FF, op=STOP)
