"""What code refers to: addresses that it forms, reads or writes, and the strings among them."""

import msgspec
import numpy as np

from assay.code.listing import (
    ADD,
    ADDI,
    CMPM,
    CONST,
    LOAD,
    ORI,
    PARTIAL,
    REGISTERS,
    STORE,
    STOREI,
    SUB,
)
from assay.code.memory import Ints, Mask, among, listed, member, where, within
from assay.code.texts import Texts
from assay.code.values import Flow

_FORMED = member(CONST, ADDI, ADD, SUB, ORI, LOAD)
_TOUCHED = member(LOAD, STORE, STOREI, CMPM)
_WRITTEN = member(STORE, STOREI)
NEAREST, FAR = 0x100, 0x400
SHORTEST = 5
"""Bytes of a string that is believed although it may lie among instructions."""


class References(msgspec.Struct):
    """Rows that refer to mapped addresses; `length` is that of the string there, or 0."""

    row: Ints
    site: Ints
    target: Ints
    length: Ints

    def __len__(self) -> int:
        return int(self.row.size)


def assume_anchor(flow: Flow, texts: Texts) -> None:
    """Take an unknown base for the anchor where that makes the sum the start of a string.

    i386 has so few registers that the address of the global offset table waits on the stack.
    """
    anchor, listing = flow.isa.anchor(flow.program), flow.listing
    if not anchor:
        return
    rows = where((listing.op == ADDI) & ~flow.known & (listing.ra != flow.isa.stack))
    rows = rows[np.abs(listing.imm.take(rows)) >= NEAREST]
    values = (anchor + listing.imm.take(rows)) & 0xFFFFFFFF
    before, mapped = flow.program.memory.words(values - 1, 1)
    # The end of another string counts too, at a distance that no frame or record has.
    far = (listing.imm.take(rows) <= -FAR) & ~among(listing.ra[rows], flow.isa.frames)
    good = mapped & ((before == 0) | far) & (texts.lengths(values) > 0)
    good &= ~within(values, flow.program.code)
    flow.values[rows[good]] = values[good]
    flow.known[rows[good]] = True
    flow.current = False


def formed_addresses(flow: Flow, texts: Texts) -> References:
    """Return the mapped addresses that instructions leave in a register, strings marked."""
    listing = flow.listing
    rows = where(flow.known & _FORMED.take(listing.op))
    # A vector read in place names its constant as well as forming the address would.
    inplace = where((listing.op == LOAD) & (listing.width == 16))
    rows = np.concatenate([rows, inplace])
    values, op = flow.values[rows], listing.op.take(rows)
    values = np.where(listed(rows, inplace), listing.imm[rows], values) if inplace.size else values
    keep = (values > 0) & ~((op == CONST) & (listing.ra.take(rows) == PARTIAL))
    # Entries of an offset table hold 64-KiB pages or distances that the next step completes.
    keep &= ~((op == LOAD) & ((values & 0xFFFF == 0) | flow.consumed[rows]))
    if not (flow.program.fixed or flow.program.relocatable):
        # Position-independent code never forms an address out of numbers alone.
        keep &= ~flow.absolute[rows]
    rows, values = rows[keep], values[keep]
    mapped = flow.program.memory.mapped(values)
    rows, values = rows[mapped], values[mapped]
    lengths = texts.lengths(values)
    if flow.program.loose:
        lengths[within(values, flow.program.code) & (lengths < SHORTEST)] = 0
    return References(rows, listing.address[rows], values, lengths)


def touched_addresses(flow: Flow) -> tuple[References, Mask]:
    """Return the mapped addresses that are read or written directly, and which are written."""
    listing = flow.listing
    rows = where(_TOUCHED.take(listing.op) & (listing.ra != flow.isa.stack))
    base, known = flow.value_of(listing.ra[rows], rows)
    absolute = listing.ra.take(rows) >= REGISTERS
    targets = np.where(absolute, 0, base) + listing.imm.take(rows)
    if flow.program.bits == 32:
        targets &= 0xFFFFFFFF
    chosen = (known | absolute) & flow.program.memory.mapped(targets)
    rows, targets = rows[chosen], targets[chosen]
    written = _WRITTEN.take(listing.op.take(rows))
    nothing = np.zeros(rows.size, dtype=np.int64)
    return References(rows, listing.address[rows], targets, nothing), written
