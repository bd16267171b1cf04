"""Where x86 instructions begin, how long they are, and of which shape.

A kernel follows them one by one. Without it, lengths are computed for every byte of the code at
once, and a linear pass only follows these. Reference: Intel 64 and IA-32 Architectures Software
Developer's Manual, volume 2, chapter 2 and appendix A.
"""

from ctypes import c_int64, c_void_p
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value
from assay._native import kernel
from assay.code.native import address_of

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

MODRM, IMM8, IMM16, IMMZ, IMMV, OFFSET, BAD_CODE, GROUP3, RELZ = 1, 2, 4, 8, 16, 32, 64, 128, 256
_ONE = {
    MODRM: "00-03 08-0b 10-13 18-1b 20-23 28-2b 30-33 38-3b 62-63 69 6b 80-8f c0-c1 c4-c7 d0-d3"
    " d8-df f6-f7 fe-ff",
    IMM8: "04 0c 14 1c 24 2c 34 3c 6a 6b 70-7f 80 82-83 a8 b0-b7 c0-c1 c6 c8 cd d4-d5 e0-e7 eb",
    IMM16: "c2 c8 ca 9a ea",
    IMMZ: "05 0d 15 1d 25 2d 35 3d 68 69 81 a9 c7 9a ea",
    RELZ: "e8-e9",
    IMMV: "b8-bf",
    OFFSET: "a0-a3",
    GROUP3: "f6-f7",
}
_BAD_64 = "06-07 0e 16-17 1e-1f 27 2f 37 3f 60-62 82 9a c4-c5 ce d4-d6 ea"
_TWO_PLAIN = "05-09 0b 0e 30-37 77 80-8f a0-a2 a8-aa c8-cf ff"
_TWO_IMM8 = "70-73 a4 ac ba c2 c4-c6 0f"


def _expand(text: str) -> list[int]:
    codes: list[int] = []
    for part in text.split():
        low, _, high = part.partition("-")
        codes.extend(range(int(low, 16), int(high or low, 16) + 1))
    return codes


@cache
def opcode_table(bits: int) -> npt.NDArray[np.uint16]:
    """Return the shape of each opcode: 256 of each map (one byte, 0F, 0F 38, 0F 3A)."""
    table = np.zeros(1024, dtype=np.uint16)
    for flag, codes in _ONE.items():
        table[_expand(codes)] |= flag
    if bits == 64:
        table[_expand(_BAD_64)] = BAD_CODE
    else:
        table[[0xC4, 0xC5, 0x62]] = MODRM
    table[256:] |= MODRM
    table[[256 + code for code in _expand(_TWO_PLAIN)]] = 0
    table[[256 + code for code in range(0x80, 0x90)]] = RELZ
    table[[256 + code for code in _expand(_TWO_IMM8)]] |= IMM8
    table[768:] |= IMM8
    return table


class Shapes(Value):
    """The instructions that begin at places of the code, or would begin at every byte of it.

    `length` is 0 where there is none. `opcode` is map * 256 + code; `at` is where the ModRM byte
    is or would be; `rex` the REX bits (of VEX too); `small` says that an operand-size prefix is
    present; `immediate` is where the constant begins.
    """

    length: Ints
    opcode: Ints
    at: Ints
    rex: Ints
    small: npt.NDArray[np.bool_]
    immediate: Ints

    def taken(self, places: Ints) -> "Shapes":
        """Return the instructions at *places* of these."""
        return Shapes(
            self.length[places], self.opcode[places], self.at[places], self.rex[places],
            self.small[places], self.immediate[places],
        )  # fmt: skip


def followed(code: Bytes, bits: int, heads: list[int]) -> tuple[Ints, Shapes]:
    """Return where instructions begin, from each of the ascending *heads* to the next, and which.

    Where no instruction fits one byte is stepped over.
    """
    walk = kernel("x86_follow", *_FOLLOW)
    if walk is not None:
        table, starts = opcode_table(bits), np.array(heads, dtype=np.int64)
        whole, count = np.ascontiguousarray(code), code.size
        places, columns = np.empty(count, np.int64), np.empty((COLUMNS, count), np.int64)
        rows = walk(
            address_of(whole), count, bits, address_of(table), address_of(starts), len(heads),
            address_of(places), address_of(columns),
        )  # fmt: skip
        if rows >= 0:
            return places[:rows].copy(), _of_columns(columns[:, :rows].copy())
    every = shapes(code, bits)
    places = follow(every.length, heads, int(code.size))
    return places, every.taken(places)


def shapes_at(code: Bytes, bits: int, places: Ints) -> Shapes:
    """Return the instructions at *places* of *code*."""
    read = kernel("x86_shapes", *_SHAPES)
    if read is not None:
        table, whole = opcode_table(bits), np.ascontiguousarray(code)
        asked, columns = np.ascontiguousarray(places), np.empty((COLUMNS, places.size), np.int64)
        outside = read(
            address_of(whole), code.size, bits, address_of(table), address_of(asked), asked.size,
            address_of(columns),
        )  # fmt: skip
        if not outside:
            return _of_columns(columns)
    return shapes(code, bits).taken(places)


COLUMNS = 6
_FOLLOW = (c_void_p, c_int64, c_int64, c_void_p, c_void_p, c_int64, c_void_p, c_void_p)
_SHAPES = (c_void_p, c_int64, c_int64, c_void_p, c_void_p, c_int64, c_void_p)


def _of_columns(columns: npt.NDArray[np.int64]) -> Shapes:
    length, opcode, at, rex, small, immediate = columns
    return Shapes(length, opcode, at, rex, small.astype(np.bool_), immediate)


def shapes(code: Bytes, bits: int) -> Shapes:
    """Return the shape of the instruction at every byte of *code*; length 0 where there is none."""
    data = np.concatenate([code, np.zeros(24, dtype=np.uint8)])
    count = code.size
    here = np.arange(count, dtype=np.int32)
    at, small = _prefixes(data, here)
    rex = np.zeros(count, dtype=np.uint8)
    if bits == 64:
        present = data[at] & 0xF0 == 0x40
        rex = np.where(present, data[at] & 15, 0).astype(np.uint8)
        at = at + present
    opcode, at, rex, vector = _opcode(data, at, rex, bits)
    flags = opcode_table(bits)[opcode]
    flags = np.where(vector & (opcode < 768), flags & IMM8 | MODRM, flags).astype(np.uint16)
    flags[vector & (opcode == 0x177)] = 0  # vzeroupper
    body, fields = _operand_size(data, at, flags)
    size = _immediate_size(flags, small, rex, fields, narrow=opcode == 0xF6, bits=bits)
    immediate = at + body
    length = immediate + size - here
    length[(flags & BAD_CODE != 0) | (length > 15) | (here + length > count)] = 0
    columns = np.stack(
        [one.astype(np.int64) for one in (length, opcode, at, rex, small, immediate)]
    )
    return _of_columns(columns)


def _prefixes(data: Bytes, here: Places) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Return where the prefixes end, and whether 66 is among them."""
    table = np.zeros(256, dtype=np.bool_)
    table[[0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3]] = True
    prefix = table[data]
    small = data == 0x66
    run = prefix.astype(np.int32)
    for _ in range(4):
        run[:-1] = np.where(prefix[:-1], np.minimum(run[1:] + 1, 14), 0)
        small[:-1] |= prefix[:-1] & small[1:]
    count = here.size
    return here + np.minimum(run[:count], 5), small[:count]


def _opcode(
    data: Bytes, at: Places, rex: Bytes, bits: int
) -> tuple[npt.NDArray[np.uint16], Places, Bytes, npt.NDArray[np.bool_]]:
    """Return the opcode, where its operands begin, the REX bits, and whether it is VEX or EVEX."""
    first, second, third = data[at], data[at + 1], data[at + 2]
    opcode = first.astype(np.uint16)
    two = first == 0x0F
    opcode = np.where(two, 256 + second.astype(np.uint16), opcode)
    length = 1 + two.astype(np.int32)
    for value, number in ((0x38, 2), (0x3A, 3)):
        three = two & (second == value)
        opcode = np.where(three, number * 256 + third.astype(np.uint16), opcode)
        length += three
    free = np.ones(at.size, dtype=np.bool_) if bits == 64 else second >= 0xC0
    short, long, wide = (first == 0xC5) & free, (first == 0xC4) & free, (first == 0x62) & free
    opcode = np.where(short, 256 + third.astype(np.uint16), opcode)
    fourth = data[at + 3]
    chosen = np.where(wide, second & 7, second & 31).astype(np.uint16)
    chosen = np.where((chosen >= 1) & (chosen <= 3), chosen, 1)
    opcode = np.where(long, chosen * 256 + fourth, opcode)
    opcode = np.where(wide, chosen * 256 + data[at + 4], opcode).astype(np.uint16)
    length = np.where(short, 3, np.where(long, 4, np.where(wide, 5, length)))
    bits3 = (~second >> 5 & 7).astype(np.uint8)
    rex = np.where(short, bits3 & 4, np.where(long | wide, bits3, rex)).astype(np.uint8)
    return opcode, at + length, rex, short | long | wide


def _operand_size(data: Bytes, at: Places, flags: npt.NDArray[np.uint16]) -> tuple[Places, Bytes]:
    """Return the bytes of ModRM, SIB and displacement, and the `reg` field."""
    modrm = data[at]
    mod, rm = modrm >> 6, modrm & 7
    memory = mod != 3
    sib = memory & (rm == 4)
    base = np.where(sib, data[at + 1] & 7, rm)
    size = 1 + sib.astype(np.int32)
    size += np.where(mod == 1, 1, np.where(mod == 2, 4, 0))
    size += np.where((mod == 0) & (base == 5), 4, 0)
    return np.where(flags & MODRM != 0, size, 0).astype(np.int32), (modrm >> 3 & 7).astype(np.uint8)


def _immediate_size(
    flags: npt.NDArray[np.uint16],
    small: npt.NDArray[np.bool_],
    rex: Bytes,
    fields: Bytes,
    *,
    narrow: npt.NDArray[np.bool_],
    bits: int,
) -> Places:
    # REX.W takes the operand-size prefix back.
    word = np.where(small & (rex & 8 == 0), 2, 4)
    size = np.where(flags & IMM8 != 0, 1, 0) + np.where(flags & IMM16 != 0, 2, 0)
    size += np.where(flags & IMMZ != 0, word, 0)
    # Long mode has no 16-bit distances.
    size += np.where(flags & RELZ != 0, 4 if bits == 64 else word, 0)
    size += np.where(flags & IMMV != 0, np.where(rex & 8 != 0, 8, word), 0)
    size += np.where(flags & OFFSET != 0, bits // 8, 0)
    test = (flags & GROUP3 != 0) & (fields < 2)
    return np.asarray(size + np.where(test, np.where(narrow, 1, word), 0)).astype(np.int32)


def follow(length: Ints, heads: list[int], end: int) -> npt.NDArray[np.int64]:
    """Return where instructions begin, following *length* from each of *heads* to the next.

    Where no instruction fits one byte is stepped over.
    """
    steps = length.tolist()
    found: list[int] = []
    bounds = [*heads, end]
    for start, until in pairwise(bounds):
        place = start
        while place < until:
            found.append(place)
            place += steps[place] or 1
    return np.array(found, dtype=np.int64)
