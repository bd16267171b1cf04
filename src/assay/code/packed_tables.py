"""Jump tables of AArch64 whose entries count instructions: bytes or half-words.

The target is `add xT, xB, wE, sxtb|sxth #2` (GCC, relative to a middle) or `add xT, xB, xE, lsl #2`
(LLVM, relative to the lowest target) with the entry that `ldrb` or `ldrh` fetched just before.
Reference: Arm Architecture Reference Manual for A-profile (DDI 0487), chapter C6.2.
"""

import numpy as np

from assay._kernel.value import Value
from assay.code.listing import ADDI, BRANCH, CMPI
from assay.code.memory import Ints, distinct, where
from assay.code.values import Flow

MACHINE = 183
MAX_ENTRIES = 1024
LOOK_BACK = 16
"""Rows before the load among which the bound of the index is looked for."""
ENTRY = 4
_ADD_MASK, _ADD_SCALED, _ADD_BYTE, _ADD_HALF = 0xFFE0FC00, 0x8B000800, 0x8B208800, 0x8B20A800
_LOAD_MASK, _LOAD = 0x3FE00C00, 0x38600800
_HIGHER_MASK, _HIGHER = 0xFF00001F, 0x54000008


class Packed(Value):
    """A computed jump at row `row`: `count` entries of `size` bytes at `address`, from `base` on.

    `count` is -1 where no bound of the index was found.
    """

    row: int
    address: int
    base: int
    size: int
    count: int
    signed: bool


def packed_forms(flow: Flow, jumps: Ints) -> list[Packed]:
    """Return how those of the rows *jumps* select their target that do so by a packed entry."""
    if flow.program.machine != MACHINE or not jumps.size:
        return []
    sums = flow.reach(flow.listing.ra[jumps], jumps)
    jumps, sums = jumps[sums >= 0], sums[sums >= 0]
    word = _words(flow, sums)
    form = word & _ADD_MASK
    good = (form == _ADD_SCALED) | (form == _ADD_BYTE) | (form == _ADD_HALF)
    jumps, sums, word, form = jumps[good], sums[good], word[good], form[good]
    loads = flow.reach((word >> 16 & 31).astype(np.uint8), sums)
    entry = _words(flow, np.maximum(loads, 0))
    size = 1 << (entry >> 30 & 3)
    fits = np.where(form == _ADD_SCALED, size <= 2, size == np.where(form == _ADD_BYTE, 1, 2))
    good = (loads >= 0) & (entry & _LOAD_MASK == _LOAD) & fits
    jumps, sums, word, form = jumps[good], sums[good], word[good], form[good]
    loads, entry, size = loads[good], entry[good], size[good]
    base, one = flow.value_of((word >> 5 & 31).astype(np.uint8), sums)
    at, two = flow.value_of((entry >> 5 & 31).astype(np.uint8), loads)
    return [
        Packed(
            int(jumps[k]), int(at[k]), int(base[k]), int(size[k]),
            _bound(flow, int(loads[k]), int(entry[k] >> 16 & 31)), bool(form[k] != _ADD_SCALED),
        )
        for k in where(one & two).tolist()
    ]  # fmt: skip


def packed_targets(flow: Flow, form: Packed, bounds: tuple[int, int]) -> tuple[int, Ints]:
    """Return how many entries of *form* lead to an instruction within *bounds*, and where."""
    most = MAX_ENTRIES if form.count < 0 else min(form.count, MAX_ENTRIES)
    places = form.address + form.size * np.arange(most, dtype=np.int64)
    values, mapped = flow.program.memory.words(places, form.size)
    if form.signed:
        sign = 1 << (8 * form.size - 1)
        values = (values ^ sign) - sign
    targets = form.base + ENTRY * values
    _, exact = flow.listing.find(targets)
    good = mapped & exact & (targets >= bounds[0]) & (targets < bounds[1])
    count = int(np.argmin(good)) if not good.all() else most
    return count, distinct(targets[:count])


def _words(flow: Flow, rows: Ints) -> Ints:
    """Return the instructions at *rows*, which are little-endian in every program."""
    address = flow.listing.address[rows]
    found = np.zeros(rows.size, dtype=np.int64)
    for step in range(4):
        value, good = flow.program.memory.words(address + step, 1)
        found |= np.where(good, value, 0) << (8 * step)
    return found


def _bound(flow: Flow, load: int, index: int) -> int:
    """Return how many values the register *index* has at row *load*, -1 for unknown.

    The bound is the last comparison of the register, or of what was copied into it, before a
    branch for higher values; nothing may write the register in between.
    """
    listing = flow.listing
    names = {index}
    for row in range(load - 1, max(load - LOOK_BACK, 0), -1):
        compared = listing.op[row] == CMPI and int(listing.ra[row]) in names
        if compared and listing.op[row + 1] == BRANCH:
            branch = int(_words(flow, np.array([row + 1]))[0])
            return int(listing.imm[row]) + 1 if branch & _HIGHER_MASK == _HIGHER else -1
        if compared:
            return -1
        written = int(listing.rd[row])
        copies = listing.op[row] == ADDI and not listing.imm[row]
        if written in names and copies:
            names = (names - {written}) | {int(listing.ra[row])}
        elif written in names:
            return -1
    return -1
