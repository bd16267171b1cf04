"""Loads and stores of AArch64.

Reference: Arm Architecture Reference Manual for A-profile (DDI 0487), section C4.1 "Loads and
Stores".
"""

import numpy as np

from assay.code.isa.streams import signed
from assay.code.listing import ADDI, LOAD, LOADX, NONE, STORE, ZERO, Listing
from assay.code.memory import Ints, Mask

SP = 31


def decode_memory(listing: Listing, words: Ints, rows: Ints) -> None:
    """Fill *rows* of *listing*, which hold loads and stores."""
    word = words[rows]
    vector = word >> 26 & 1 == 1
    literal = word & 0x3B000000 == 0x18000000
    here = rows[literal & ~vector]
    chosen = word[literal & ~vector]
    listing.op[here], listing.rd[here], listing.ra[here] = LOAD, _target(chosen & 31), ZERO
    listing.imm[here] = listing.address[here] + 4 * signed(chosen >> 5, 19)
    listing.width[here] = np.array([4, 8, 0, 0], dtype=np.uint8)[chosen >> 30]
    _single(listing, rows, word, word & 0x3B000000 == 0x39000000, "scaled")
    _single(listing, rows, word, word & 0x3B200000 == 0x38000000, "signed")
    _single(listing, rows, word, word & 0x3B200C00 == 0x38200800, "register")
    atomic = word & 0x3B200C00 == 0x38200000
    listing.rd[rows[atomic]] = _target(word & 31)[atomic]
    _pairs(listing, rows, word, word & 0x3A000000 == 0x28000000)
    exclusive = word & 0x3F000000 == 0x08000000
    load = exclusive & (word >> 22 & 1 == 1)
    listing.rd[rows[load]] = _target(word & 31)[load]
    store = exclusive & ~load
    listing.rd[rows[store]] = _target(word >> 16 & 31)[store]


def _target(register: Ints) -> Ints:
    return np.where(register == 31, NONE, register)


def _single(listing: Listing, rows: Ints, word: Ints, chosen: Mask, form: str) -> None:
    at, word = rows[chosen], word[chosen]
    vector = word >> 26 & 1 == 1
    size = word >> 30
    kind = word >> 22 & 3
    rt, rn = word & 31, word >> 5 & 31
    load = (kind != 0) & ~vector
    store = (kind == 0) & ~vector
    # A prefetch has the shape of a signed load of eight bytes.
    load &= ~((size == 3) & (kind == 2))
    mode = word >> 10 & 3
    offset = signed(word >> 12, 9)
    if form == "scaled":
        offset = (word >> 10 & 0xFFF) << size
        mode = np.zeros_like(mode)
    offset = np.where(mode == 1, 0, offset)
    listing.op[at] = np.where(load, LOAD, np.where(store, STORE, 0))
    listing.rd[at] = np.where(load, _target(rt), NONE)
    listing.ra[at] = rn
    listing.rb[at] = np.where(store, np.where(rt == 31, ZERO, rt), NONE)
    listing.imm[at] = offset
    listing.width[at] = np.where(load & (kind > 1), 0, 1 << size)
    if form == "register":
        listing.op[at] = np.where(load, LOADX, 0)
        listing.imm[at] = 0
        listing.rb[at] = np.where(load, word >> 16 & 31, NONE)
        scaled = (word >> 12 & 1 == 1) & (size > 0)
        listing.width[at] = np.where(scaled, 0, listing.width[at])
    elif form == "signed":
        back = (mode & 1 == 1) & (rn != SP)
        listing.overwrite(at[back], rn[back])


def _pairs(listing: Listing, rows: Ints, word: Ints, chosen: Mask) -> None:
    at, word = rows[chosen], word[chosen]
    vector = word >> 26 & 1 == 1
    load = (word >> 22 & 1 == 1) & ~vector
    rt, rn, second = word & 31, word >> 5 & 31, word >> 10 & 31
    mode = word >> 23 & 3
    size = np.where(word >> 31 & 1 == 1, 8, 4)
    offset = np.where(mode == 1, 0, signed(word >> 15, 7) * size)
    listing.op[at] = np.where(load, LOAD, np.where(vector, 0, STORE))
    listing.rd[at] = np.where(load, _target(rt), NONE)
    listing.ra[at], listing.imm[at], listing.width[at] = rn, offset, size
    listing.rb[at] = np.where(load | vector, NONE, np.where(rt == 31, ZERO, rt))
    listing.overwrite(at[load], _target(second)[load])
    back = (mode & 1 == 1) & (rn != SP)
    listing.overwrite(at[back], rn[back])
    # `stp x29, x30, [sp, #-n]!` makes the frame: that matters more than what it stores.
    frame = (mode == 3) & (rn == SP) & ~load
    here = at[frame]
    amount = signed(word >> 15, 7) * np.where(vector, 4 << (word >> 30), size)
    listing.op[here], listing.rd[here], listing.ra[here] = ADDI, SP, SP
    listing.imm[here] = amount[frame]
    listing.rb[here] = NONE
