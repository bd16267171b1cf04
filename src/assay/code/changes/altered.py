"""Constant data that became other in its place: what stands before and behind it stayed the same.

Needs no instruction and no matched function, so that it holds for programs that were built anew.
`stored` tells more surely what code refers to; this finds the rest. Used by `detect`.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from assay._kernel.value import Value
from assay.code.changes.constants import BYTES, is_telling
from assay.code.changes.matching import Matched
from assay.code.changes.portrait import Portrait
from assay.code.changes.record import ProgramChange, change
from assay.code.changes.stored import touches
from assay.code.highhalf import HIGHEST
from assay.code.memory import Area, Ints, Mask, as_words, listed, where, within
from assay.code.program import Program
from assay.code.symbols import (
    DT_GNU_HASH,
    DT_HASH,
    DT_JMPREL,
    DT_PLTRELSZ,
    DT_REL,
    DT_RELA,
    DT_RELASZ,
    DT_RELSZ,
    DT_STRTAB,
    DT_SYMTAB,
)

WINDOW, BESIDE, LONGEST = 8, 16, 512
LEAST = 6
"""Distinct bytes beside a change: less is found anywhere."""

NEAR = 0x100
"""Distances below are numbers."""

VERSIONS = (0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFE)
"""DT_VERSYM, DT_VERDEF, DT_VERNEED."""

TABLES = (DT_HASH, DT_GNU_HASH, DT_SYMTAB, DT_STRTAB, DT_REL, DT_RELA, DT_JMPREL, *VERSIONS)
LARGEST = 1 << 22
MOST_RUNS, MOST_PLACES, MOST = 2_000, 8, 12

FEW, OF_MANY, OF_FEW = 8, 420, 280
READ_NEAR = 4096


class Altered(Value):
    """Bytes at `address` of the new version that were others in the old."""

    address: int
    offset: int
    now: bytes
    was: bytes


def altered_bytes(matched: Matched, told: list[ProgramChange]) -> Iterator[ProgramChange]:
    """Yield the constant bytes that became others in their place, as far as *told* lacks them."""
    known = [one.offset for one in told if one.offset >= 0]
    for one in altered(matched):
        if any(one.offset - WINDOW < at < one.offset + len(one.now) for at in known):
            continue
        shown = "0x" + one.now[:WINDOW].hex()
        says = f"{len(one.now)} constant bytes became `{shown}`; they were "
        says += f"`0x{one.was[:WINDOW].hex()}`"
        reader = _reader(matched.new, one.address)
        says += f" (the function at {reader:#x} refers to what holds them)" if reader >= 0 else ""
        drawn = is_telling(one.now[:WINDOW]) and is_telling(one.was[:WINDOW])
        rank = BYTES if drawn else OF_MANY if len(one.now) >= FEW else OF_FEW
        yield change(
            matched.new.index, "bytes", says, rank, offset=one.offset, constant=shown
        )  # fmt: skip


def _reader(portrait: Portrait, address: int) -> int:
    """Return where the function begins that refers to the nearest place up to *address*, or -1."""
    index = portrait.index
    row, target = touches(index)
    near = where((target <= address) & (target > address - READ_NEAR) & (index.owner[row] >= 0))
    if not near.size or index.functions is None:
        return -1
    nearest = near[int(np.argmax(target[near]))]
    return int(index.functions.starts[index.owner[row[nearest]]])


def altered(matched: Matched) -> list[Altered]:
    """Return the constant bytes that became others, between bytes that stayed."""
    before = [area.data for area in _data(matched.old)]
    after = _data(matched.new)
    size = sum(one.size for one in before) + sum(one.data.size for one in after)
    if not before or not after or size > LARGEST:
        return []
    known = np.sort(np.concatenate([_windows(one) for one in before]))
    contents = [one.tobytes() for one in before]
    found: list[Altered] = []
    for area in after:
        other = _other(matched.new, area)
        for first, last in _runs(area, known):
            if not other[first:last].any() and len(found) < MOST:
                found += _replaced(area, (first, last), contents)
    return found


def _data(portrait: Portrait) -> list[Area]:
    """Return the areas of *portrait* with data in them."""
    return [one for one in portrait.index.program.memory.areas if one.data.size >= WINDOW]


def _windows(data: "np.typing.NDArray[np.uint8]") -> Ints:
    """Return the eight bytes from each place of *data* as a number."""
    whole = np.ascontiguousarray(data)
    count = max(0, whole.size - WINDOW + 1)
    if not count:
        return np.zeros(0, dtype=np.int64)
    return np.ndarray((count,), np.dtype("<i8"), whole, strides=(1,)).astype(np.int64)


def _runs(area: Area, known: Ints) -> Iterator[tuple[int, int]]:
    """Yield the short runs of bytes of *area* of which no window is *known*."""
    held = listed(_windows(area.data), known)
    steps = np.zeros(area.data.size + 1, dtype=np.int64)
    places = where(held)
    np.add.at(steps, places, 1)
    np.add.at(steps, places + WINDOW, -1)
    fresh = np.concatenate([[False], steps[:-1].cumsum() == 0, [False]])
    edges = where(fresh[1:] != fresh[:-1])
    firsts, lasts = edges[::2], edges[1::2]
    short = where(lasts - firsts <= LONGEST)[:MOST_RUNS]
    yield from zip(firsts[short].tolist(), lasts[short].tolist(), strict=True)


def _other(portrait: Portrait, area: Area) -> Mask:
    """Return which bytes of *area* are code, the linker's, a jump table or an address."""
    program, index = portrait.index.program, portrait.index
    found = np.zeros(area.data.size, dtype=np.bool_)
    size = program.memory.pointer_size()
    spans = program.code + program.described + linked_tables(program)
    spans = spans + [(one.address, one.address + one.entries * one.size) for one in index.tables]
    for start, end in spans:
        found[max(0, start - area.start) : max(0, end - area.start)] = True
    found |= _addresses(portrait, area)
    inside = program.pointers[(program.pointers >= area.start) & (program.pointers < area.end)]
    for step in range(size):
        found[np.minimum(inside - area.start + step, found.size - 1)] = True
    return found


def linked_tables(program: Program) -> list[tuple[int, int]]:
    """Return where the dynamic segment says that the linker's tables lie; each ends at the next."""
    tags = program.dynamic
    starts = sorted({tags.get(tag) for tag in TABLES} - {0})
    # What lies behind code is data, whatever table comes next.
    spans = [
        one for one in pairwise(starts) if not any(one[0] < at < one[1] for at, _ in program.code)
    ]
    sizes = ((DT_REL, DT_RELSZ), (DT_RELA, DT_RELASZ), (DT_JMPREL, DT_PLTRELSZ))
    spans += [(tags.get(at), tags.get(at) + tags.get(size)) for at, size in sizes]
    return [(start, end) for start, end in spans if 0 < start < end < HIGHEST]


def _addresses(portrait: Portrait, area: Area) -> Mask:
    """Return which bytes of *area* are words that may be addresses, or distances to code."""
    program = portrait.index.program
    found = np.zeros(area.data.size, dtype=np.bool_)
    for size in sorted({4, program.memory.pointer_size()}):
        skipped = -area.start % size
        words = as_words(area.data[skipped:], size, program.order).astype(np.int64)
        places = area.start + skipped + size * np.arange(words.size)
        signed = words - ((words >> 31) << 32) if size == 4 else words
        leads = within(places + signed, program.code) & (np.abs(signed) >= NEAR)
        leads |= program.memory.mapped(words) & (words >= NEAR)
        for step in range(size):
            found[where(leads) * size + skipped + step] = True
    return found


def _replaced(area: Area, run: tuple[int, int], contents: list[bytes]) -> Iterator[Altered]:
    """Yield what the bytes of a *run* were, where the same stood around them in the old version."""
    first, last = run
    data = area.data
    before = data[max(0, first - BESIDE) : first].tobytes()
    behind = data[last : last + BESIDE].tobytes()
    now = data[first:last].tobytes()
    if min(len(set(before)), len(set(behind))) < LEAST:
        return
    if all(32 <= byte < 127 or byte in b"\0\t\n\r" for byte in now):
        return  # texts are told as texts
    for content in contents:
        at = -1
        for _ in range(MOST_PLACES):
            at = content.find(before, at + 1)
            if at < 0:
                break
            start = at + len(before)
            was = content[start : start + last - first]
            if content[start + len(was) : start + len(was) + len(behind)] == behind and was != now:
                yield Altered(area.start + first, area.offset + first, now, was)
                return
