"""Kernels of 64 bits at the top of the address space, moved to where addresses are positive.

A kernel at 0xffffffff81000000 is analysed at 0x81000000: arrays of signed numbers hold every
address then. Pointers in its data and constants in its code are moved alike. Reference: Linux
Documentation/arch/x86/x86_64/mm.rst.
"""

import numpy as np
from msgspec.structs import replace

from assay.code.elf import PT_LOAD, Elf
from assay.code.listing import ADDI, CMPI, CONST, LOAD, LOADX, STORE, Listing
from assay.code.memory import member, within
from assay.code.program import Program

HALF = 1 << 63
HIGHEST = 1 << 62
"""No address is as high once the halves are folded; sums of two lower ones fit 64 bits."""

LOW = (1 << 32) - 1
WIDE = (1 << 48) - 1
X86_64 = 62
_WITH_ADDRESS = member(CONST, ADDI, CMPI, LOAD, LOADX, STORE)


def fold(elf: Elf) -> Elf:
    """Return *elf* with its addresses in the low half; as it is when they are there."""
    spans = [
        (one.address, one.address + one.memory_size)
        for one in elf.segments
        if one.kind == PT_LOAD and one.address >= HALF
    ]
    if elf.bits != 64 or not spans:
        return elf
    low, high = min(spans)[0], max(end for _, end in spans)
    mask = LOW if low > (1 << 64) - (1 << 32) else WIDE
    # The entry of a kernel is often a physical address, which says nothing here.
    entry = elf.entry & mask if low <= elf.entry < high else 0
    moved = replace(elf, data=_fold_words(elf, low, high, mask), entry=entry)
    moved.segments = tuple(replace(one, address=one.address & mask) for one in elf.segments)
    moved.sections = tuple(replace(one, address=one.address & mask) for one in elf.sections)
    moved.problems.append(
        f"runs at {low:#x}; addresses are shown without their upper {64 - mask.bit_length()} bits"
    )
    return moved


def without_damage(elf: Elf) -> Elf:
    """Return *elf* without the segments, and with the sections unmapped, that lie too high."""
    segments = tuple(one for one in elf.segments if one.address + one.memory_size < HIGHEST)
    high = {one.index for one in elf.sections if one.address >= HIGHEST}
    if len(segments) == len(elf.segments) and not high:
        return elf
    elf.problems.append("parts of the file claim addresses that no machine has")
    sections = tuple(
        replace(one, address=0, flags=0) if one.index in high else one for one in elf.sections
    )
    return replace(elf, segments=segments, sections=sections)


def _fold_words(elf: Elf, low: int, high: int, mask: int) -> "np.typing.NDArray[np.uint8]":
    """Return the bytes of *elf* with every aligned pointer from *low* to *high* folded."""
    data = elf.data.copy()
    words = data[: data.size // 8 * 8].view(f"{elf.order}u8")
    pointers = (words >= np.uint64(low)) & (words < np.uint64(min(high, (1 << 64) - 1)))
    words[pointers] &= np.uint64(mask)
    return data


def fold_constants(listing: Listing, program: Program) -> None:
    """Move the sign-extended addresses in the instructions of a folded x86-64 program."""
    if program.machine != X86_64 or not program.folded:
        return
    spans = sorted((area.start, area.end) for area in program.memory.areas)
    moved = listing.imm & LOW
    chosen = (listing.imm < 0) & (listing.imm >= -(1 << 31)) & _WITH_ADDRESS[listing.op]
    chosen &= within(moved, spans + program.memory.zeroed)
    listing.imm[chosen] = moved[chosen]
