"""Operands of x86: what an instruction reads, writes and compares.

Reference: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, chapter 2.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value
from assay.code.isa.x86_length import Shapes
from assay.code.listing import (
    ADD,
    ADDI,
    CMP,
    CMPI,
    CMPM,
    CMPS,
    CONST,
    FLAGS,
    LOAD,
    LOADX,
    NONE,
    ORI,
    RELATIVE,
    STORE,
    STOREI,
    SUB,
    ZERO,
    Listing,
)
from assay.code.memory import Ints, Mask, among, contained, where, without

Codes = npt.NDArray[np.int64]


class Fields(Value):
    """The fields of the instructions at `places` of `code`.

    `direct` says that ModRM names a register, `rm`; otherwise memory at `base` plus `index`
    times a scale plus `offset`. `base` is ZERO for an absolute address, into which a distance
    from the program counter is already resolved.
    """

    bits: int
    code: npt.NDArray[np.uint8]
    places: Ints
    address: Ints
    length: Ints
    opcode: Codes
    reg: Ints
    rm: Ints
    coded: Ints
    direct: Mask
    base: Ints
    index: Ints
    scale: Ints
    offset: Ints
    operand: Ints
    values: Ints
    rex: Ints

    def immediate(self, rows: Ints, size: int) -> Ints:
        """Return the signed constant of *size* bytes that ends the instructions at *rows*."""
        return _signed_at(self.code, self.values[rows], size)

    def word(self, rows: Ints) -> Ints:
        """Return the signed constant at *rows*: 2 bytes where the operand has two, else 4."""
        value = self.immediate(rows, 4)
        short = ((value & 0xFFFF) ^ 0x8000) - 0x8000
        return np.where(self.operand[rows] == 2, short, value)


def _signed_at(code: npt.NDArray[np.uint8], places: Ints, size: int) -> Ints:
    value = np.zeros(places.size, dtype=np.int64)
    for step in range(size):
        value |= code[places + step].astype(np.int64) << (8 * step)
    if size < 8:
        sign = 1 << (8 * size - 1)
        value = (value ^ sign) - sign
    return value


def fields_of(
    code: npt.NDArray[np.uint8], shape: Shapes, places: Ints, start: int, bits: int
) -> Fields:
    """Return the fields of the instructions of *code*, those of *shape* that begin at *places*."""
    data = np.concatenate([code, np.zeros(24, dtype=np.uint8)])
    at, rex, length = shape.at, shape.rex, shape.length
    modrm = data[at].astype(np.int64)
    mod, low = modrm >> 6, modrm & 7
    sib = (mod != 3) & (low == 4)
    scaled = data[at + 1].astype(np.int64)
    base = np.where(sib, scaled & 7, low) | (rex & 1) << 3
    index = np.where(sib, (scaled >> 3 & 7) | (rex & 2) << 2, NONE)
    index = np.where(index == 4, NONE, index)
    after = at + 1 + sib
    offset = np.where(mod == 1, _signed_at(data, after, 1), 0)
    bare = (mod == 0) & (np.where(sib, scaled & 7, low) == 5)
    long = (mod == 2) | bare
    offset = np.where(long, _signed_at(data, after, 4), offset)
    address = start + places
    relative = bare & ~sib & (bits == 64)
    offset = np.where(relative, address + length + offset, offset)
    base = np.where(bare, ZERO, base)
    if bits == 32:
        offset = np.where(bare, offset & 0xFFFFFFFF, offset)
    wide = rex & 8 != 0
    operand = np.where(wide, 8, np.where(shape.small, 2, 4))
    return Fields(
        bits,
        data,
        places,
        address,
        length,
        shape.opcode,
        (modrm >> 3 & 7) | (rex & 4) << 1,
        low | (rex & 1) << 3,
        (data[at - 1] & 7).astype(np.int64) | (rex & 1) << 3,
        mod == 3,
        base,
        index,
        scaled >> 6,
        offset,
        operand,
        shape.immediate,
        rex,
    )


# What an opcode overwrites when it is not handled in detail: 1 the register of `reg`, 2 that of
# `rm` if it is one, 4 the accumulator, 8 the flags, 16 the data register.
@cache
def _effects() -> npt.NDArray[np.uint8]:
    table = np.zeros(1024, dtype=np.uint8)
    for row in range(8):
        for code, effect in ((0, 2), (1, 2), (2, 1), (3, 1), (4, 4), (5, 4)):
            table[8 * row + code] = (0 if row == 7 else effect) | 8
    one = {
        1 | 8: (0x69, 0x6B),
        2 | 8: (0x80, 0x81, 0x83, 0xC0, 0xC1, 0xD0, 0xD1, 0xD2, 0xD3, 0xFE, 0xFF),
        1: (0x63, 0x8A, 0x8B, 0x8D),
        2: (0x88, 0x89, 0x8C, 0x8F, 0xC6, 0xC7),
        3: (0x86, 0x87),
        4: (0x98, 0xA0, 0xA1, 0xAC, 0xAD, 0xE4, 0xE5, 0xEC, 0xED),
        8: (0x84, 0x85, 0xA8, 0xA9, 0xA6, 0xA7, 0xAE, 0xAF),
        16: (0x99,),
        4 | 8 | 16: (0xF6, 0xF7),
    }
    two = {
        1: (*range(0x40, 0x50), 0xB6, 0xB7, 0xBE, 0xBF, 0x2C, 0x2D, 0x50, 0xD7, 0xC5, 0x02, 0x03),
        1 | 8: (0xAF, 0xB8, 0xBC, 0xBD),
        2: (*range(0x90, 0xA0), 0x7E),
        2 | 8: (0xA4, 0xA5, 0xAB, 0xAC, 0xAD, 0xB3, 0xBA, 0xBB, 0x00, 0x01),
        8: (0xA3, 0x2E, 0x2F),
        3 | 8: (0xC0, 0xC1),
        2 | 4 | 8: (0xB0, 0xB1),
        4 | 16: (0x31, 0xA2),
    }
    for effect, codes in one.items():
        table[list(codes)] = effect
    for effect, codes in two.items():
        table[[256 + code for code in codes]] = effect
    # BMI in map 2: ANDN, BEXTR, BZHI, SHLX … write `reg`.
    table[[0x2F0, 0x2F1, 0x2F2, 0x2F5, 0x2F6, 0x2F7, 0x3F0]] = 1
    # PEXTR in map 3 writes `rm`.
    table[[0x314, 0x315, 0x316, 0x317]] = 2
    return table


# Opcodes that read a whole constant from memory: arithmetic and vector instructions.
_READS = np.zeros(1024, dtype=np.bool_)
_READS[[8 * row + code for row in range(8) for code in (2, 3)]] = True
_READS[0x110:0x180] = _READS[0x1C2:0x1C8] = _READS[0x1D0:0x1FF] = True
_READS[0x130:0x138] = _READS[0x140:0x150] = False
_READS[[0x11F, 0x10D, 0x118, 0x177]] = False


def decode_operands(listing: Listing, fields: Fields) -> None:
    """Fill *listing* with what the instructions of *fields* do to registers and memory."""
    real = fields.length > 0
    effect = np.where(real, _effects()[np.minimum(fields.opcode, 1023)], 0)
    to_reg, to_rm = effect & 1 != 0, (effect & 2 != 0) & fields.direct
    listing.rd[to_rm] = fields.rm[to_rm]
    listing.rd[to_reg] = fields.reg[to_reg]
    both = where(to_reg & to_rm)
    listing.overwrite(both, fields.rm[both])
    for bit, register in ((4, 0), (16, 2)):
        rows = where(effect & bit != 0)
        listing.overwrite(rows, np.full(rows.size, register))
    swaps = where(real & (fields.opcode > 0x90) & (fields.opcode < 0x98))
    listing.rd[swaps] = fields.coded[swaps]
    listing.overwrite(swaps, np.zeros(swaps.size, dtype=np.int64))
    grown = where(real & (fields.opcode >= 0x1C8) & (fields.opcode <= 0x1CF))
    listing.rd[grown] = fields.coded[grown]
    _strings(listing, fields, real)
    listing.overwrite_flags(where(effect & 8 != 0))
    _moves(listing, fields, real)
    _sums(listing, fields, real)
    _compares(listing, fields, real)


def _strings(listing: Listing, fields: Fields, real: Mask) -> None:
    chosen = real & among(fields.opcode, (0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAE, 0xAF))
    rows = where(chosen)
    for register in (1, 6, 7):
        # `stos` and `scas` have no source.
        moved = rows[fields.opcode[rows] < 0xA8] if register == 6 else rows
        listing.overwrite(moved, np.full(moved.size, register))
    # `repe cmps`; the prefix stands first, or behind one for the operand size.
    compares = rows[fields.opcode[rows] & 0xFE == 0xA6]
    place = fields.places[compares]
    while_equal = (fields.code[place] == 0xF3) | (fields.code[place + 1] == 0xF3)
    here = compares[while_equal]
    listing.op[here], listing.rd[here], listing.ra[here], listing.rb[here] = CMPS, 1, 6, 7
    listing.width[here] = np.where(fields.opcode[here] == 0xA6, 1, fields.operand[here])


def _pick(fields: Fields, real: Mask, *codes: int) -> Ints:
    return where(real & among(fields.opcode, codes))


def _memory(listing: Listing, fields: Fields, rows: Ints) -> None:
    listing.ra[rows], listing.imm[rows] = fields.base[rows], fields.offset[rows]


def _moves(listing: Listing, fields: Fields, real: Mask) -> None:
    constant = where(real & (fields.opcode >= 0xB8) & (fields.opcode <= 0xBF))
    listing.op[constant], listing.rd[constant] = CONST, fields.coded[constant]
    wide = constant[fields.operand[constant] == 8]
    half = fields.operand[constant] == 2
    listing.imm[constant] = fields.word(constant) & np.where(half, 0xFFFF, 0xFFFFFFFF)
    listing.imm[wide] = fields.immediate(wide, 8)
    byte = where(real & (fields.opcode >= 0xB0) & (fields.opcode <= 0xB7))
    listing.rd[byte] = fields.coded[byte]
    for code, load in ((0x8B, True), (0x89, False)):
        rows = _pick(fields, real, code)
        direct = rows[fields.direct[rows]]
        listing.op[direct], listing.imm[direct] = ADDI, 0
        listing.ra[direct] = fields.rm[direct] if load else fields.reg[direct]
        memory = rows[~fields.direct[rows]]
        _access(listing, fields, memory, fields.operand[memory], load=load)
    for code, size in ((0x1B6, 1), (0x1B7, 2), (0x8A, 1), (0x1BE, 0), (0x1BF, 0), (0x63, 0)):
        rows = _pick(fields, real, code)
        rows = rows[~fields.direct[rows]]
        _access(listing, fields, rows, np.full(rows.size, size), load=True)
    rows = _pick(fields, real, 0x88)
    _access(listing, fields, rows[~fields.direct[rows]], 1, load=False)
    for code, size in ((0xC7, 4), (0xC6, 1)):
        rows = _pick(fields, real, code)
        value = fields.word(rows) if size == 4 else fields.immediate(rows, size)
        memory = ~fields.direct[rows] & (fields.index[rows] == NONE)
        here = rows[memory]
        listing.op[here], listing.second[here] = STOREI, value[memory]
        _memory(listing, fields, here)
        listing.width[here] = fields.operand[here] if size == 4 else 1
        here = rows[fields.direct[rows]]
        if size == 4:
            listing.op[here], listing.imm[here] = CONST, value[fields.direct[rows]]
    _addresses(listing, fields, _pick(fields, real, 0x8D))
    # Such instructions read constants, strings to compare with among them, in place.
    vector = where(real & (listing.op == 0) & _READS[np.minimum(fields.opcode, 1023)])
    vector = vector[~fields.direct[vector] & (fields.index[vector] == NONE)]
    vector = vector[fields.base[vector] == ZERO]
    listing.op[vector], listing.width[vector] = LOAD, 16
    _memory(listing, fields, vector)


def _access(listing: Listing, fields: Fields, rows: Ints, size: Ints | int, *, load: bool) -> None:
    indexed = fields.index[rows] != NONE
    _memory(listing, fields, rows)
    listing.width[rows] = size
    if load:
        listing.op[rows] = np.where(indexed, LOADX, LOAD)
        listing.rb[rows] = fields.index[rows]
        plain = rows[indexed & (fields.scale[rows] == 0) & (fields.offset[rows] == 0)]
        scaled = without(rows[indexed], plain)
        listing.width[scaled] = 0
        return
    listing.op[rows] = np.where(indexed, 0, STORE)
    listing.rb[rows] = np.where(indexed, NONE, fields.reg[rows])
    listing.ra[rows] = np.where(indexed, NONE, listing.ra[rows])


def _addresses(listing: Listing, fields: Fields, rows: Ints) -> None:
    """Handle LEA: a sum, or an address as a constant."""
    base, index = fields.base[rows], fields.index[rows]
    constant = (base == ZERO) & (index == NONE)
    here = rows[constant]
    listing.op[here], listing.imm[here] = CONST, fields.offset[here]
    listing.width[here] = RELATIVE if fields.bits == 64 else 0
    plain = (base != ZERO) & (index == NONE)
    here = rows[plain]
    listing.op[here], listing.ra[here], listing.imm[here] = ADDI, base[plain], fields.offset[here]
    both = (base != ZERO) & (index != NONE) & (fields.scale[rows] == 0) & (fields.offset[rows] == 0)
    here = rows[both]
    listing.op[here], listing.ra[here], listing.rb[here] = ADD, base[both], index[both]


def _sums(listing: Listing, fields: Fields, real: Mask) -> None:
    for codes, operation in (((0x01, 0x03), ADD), ((0x29, 0x2B), SUB), ((0x31, 0x33), CONST)):
        rows = _pick(fields, real, *codes)
        rows = rows[fields.direct[rows]]
        forward = fields.opcode[rows] & 2 == 0
        target = np.where(forward, fields.rm[rows], fields.reg[rows])
        source = np.where(forward, fields.reg[rows], fields.rm[rows])
        if operation == CONST:
            same = target == source
            here = rows[same]
            listing.op[here], listing.imm[here] = CONST, 0
            continue
        listing.op[rows] = operation
        listing.ra[rows], listing.rb[rows] = target, source
    for code, size in ((0x81, 4), (0x83, 1)):
        rows = _pick(fields, real, code)
        value = fields.word(rows) if size == 4 else fields.immediate(rows, size)
        kind = fields.reg[rows] & 7
        direct = fields.direct[rows]
        for number, operation, sign in ((0, ADDI, 1), (5, ADDI, -1), (1, ORI, 1)):
            chosen = (kind == number) & direct
            here = rows[chosen]
            listing.op[here], listing.ra[here] = operation, fields.rm[here]
            listing.imm[here] = sign * value[chosen]
        chosen = rows[kind == 7]
        _compare_group(listing, fields, chosen, value[kind == 7], fields.operand[chosen])
    for code, sign in ((0x05, 1), (0x2D, -1)):
        rows = _pick(fields, real, code)
        listing.op[rows], listing.rd[rows], listing.ra[rows] = ADDI, 0, 0
        listing.imm[rows] = sign * fields.word(rows)
    rows = _pick(fields, real, 0xFF)
    kind = fields.reg[rows] & 7
    steps = rows[(kind < 2) & fields.direct[rows]]
    listing.op[steps], listing.ra[steps] = ADDI, fields.rm[steps]
    listing.imm[steps] = np.where(fields.reg[steps] & 7 == 0, 1, -1)


def _compare_group(listing: Listing, fields: Fields, rows: Ints, value: Ints, width: Ints) -> None:
    """Handle comparisons of *width* bytes with the constants *value*, in a register or memory."""
    value = _as_read(value, width)
    direct = fields.direct[rows]
    here = rows[direct]
    listing.op[here], listing.rd[here] = CMPI, NONE
    listing.ra[here], listing.imm[here] = fields.rm[here], value[direct]
    plain = ~direct & (fields.index[rows] == NONE)
    here = rows[plain]
    listing.op[here] = CMPM
    _memory(listing, fields, here)
    listing.second[here], listing.width[here] = value[plain], width[plain]
    _forget_flag_marks(listing, rows)


def _as_read(value: Ints, width: Ints) -> Ints:
    """Return constants of one or two bytes without sign: such a load fills up with zeros."""
    short = width < 4
    return np.where(short, value & ((1 << 8 * np.where(short, width, 1)) - 1), value)


def _forget_flag_marks(listing: Listing, rows: Ints) -> None:
    """Drop the marks of unknown flags at *rows*, whose effect is known after all."""
    keep = ~(contained(listing.extra_index, rows) & (listing.extra_register == FLAGS))
    listing.extra_index = listing.extra_index[keep]
    listing.extra_register = listing.extra_register[keep]


def _compares(listing: Listing, fields: Fields, real: Mask) -> None:
    rows = _pick(fields, real, 0x80)
    kind = fields.reg[rows] & 7 == 7
    _compare_group(
        listing, fields, rows[kind], fields.immediate(rows[kind], 1), np.ones_like(rows[kind])
    )
    for code, size in ((0x3D, 4), (0x3C, 1)):
        rows = _pick(fields, real, code)
        listing.op[rows], listing.rd[rows], listing.ra[rows] = CMPI, NONE, 0
        value = fields.word(rows) if size == 4 else fields.immediate(rows, size)
        width = fields.operand[rows] if size == 4 else np.ones_like(rows)
        listing.imm[rows] = _as_read(value, width)
        _forget_flag_marks(listing, rows)
    rows = _pick(fields, real, 0x39, 0x3B)
    direct = fields.direct[rows]
    here = rows[direct]
    listing.op[here], listing.ra[here], listing.rb[here] = CMP, fields.rm[here], fields.reg[here]
    here = rows[~direct & (fields.index[rows] == NONE)]
    listing.op[here], listing.rb[here] = CMPM, fields.reg[here]
    _memory(listing, fields, here)
    listing.width[here] = fields.operand[here]
    _forget_flag_marks(listing, rows)
    rows = _pick(fields, real, 0x84, 0x85)
    same = rows[fields.direct[rows] & (fields.rm[rows] == fields.reg[rows])]
    listing.op[same], listing.ra[same], listing.imm[same] = CMPI, fields.rm[same], 0
    _forget_flag_marks(listing, same)
    tests = _pick(fields, real, 0xF6, 0xF7)
    plain = tests[fields.reg[tests] & 7 < 2]
    listing.rd[plain] = NONE
