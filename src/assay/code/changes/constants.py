"""Numbers and bytes drawn by chance that the code of the new version holds and the old has nowhere.

Compilers turn a comparison with a constant into arithmetic that no data flow follows; the
constant stays. Numbers that divide by multiplying are no constants of the source and left out.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay.code.access.numbers import is_divisor, is_published
from assay.code.access.rarity import is_rare_number
from assay.code.changes.portrait import Portrait
from assay.code.changes.record import ProgramChange, change
from assay.code.listing import BRANCH, CALL, CONST, INSERT, JUMP, LOAD
from assay.code.memory import Ints, byte_order, member, where

NUMBER, BYTES, LETTERS = 470, 470, 200
MOST_DRAWN, MOST_STEPS = 400, 80
MOST_ASKED = 2_000
LEAST = 0x1000000
ODD_MARK = lazy_re.compile(rb"[A-Za-z0-9].{0,2}[~^!#$@&*|\\{}]|[~^!#$@&*|\\{}].{0,2}[A-Za-z0-9]")
"""A mark among letters that neither words nor paths nor formats have."""

LENGTH = 8
DISTINCT, LETTERED, COUNTED = 7, 5, 4
MIPS = 8
_HELD = member(CONST, INSERT, LOAD)
_LEADS = member(BRANCH, CALL, JUMP)


def new_constants(old: Portrait, new: Portrait, changed: list[int]) -> Iterator[ProgramChange]:
    """Yield the telling numbers and bytes of the *changed* functions that *old* lacks."""
    rows = _rows(new, changed)
    yield from _numbers(old, new, rows)
    yield from _bytes(old, new, rows)


def _rows(new: Portrait, changed: list[int]) -> Ints:
    wanted = np.zeros(new.count + 1, dtype=np.bool_)
    wanted[changed] = True
    wanted[-1] = False
    return where(wanted[new.index.owner])


def _numbers(old: Portrait, new: Portrait, rows: Ints) -> Iterator[ProgramChange]:
    index, flow = new.index, new.index.flow
    if flow is None:
        return
    memory = index.program.memory
    rows = rows[~_LEADS[index.listing.op[rows]]]
    if index.program.machine == MIPS:  # it has no constants among its code
        rows = rows[index.listing.op[rows] != LOAD]
    made = flow.known[rows] & (flow.absolute[rows] | _HELD[index.listing.op[rows]])
    rows = rows[made | ~flow.known[rows]]
    values = np.where(flow.known[rows], flow.values[rows], index.listing.imm[rows])
    good = (np.abs(values) >= LEAST) & ~memory.mapped(values) & ~index.program.external(values)
    multiples = _multiples(old)
    told: set[int] = set()
    for row, value in zip(rows[good].tolist(), values[good].tolist(), strict=True):
        if value in told or len(told) >= MOST_ASKED:
            continue
        told.add(value)
        constant = _spelt(value, index.program.order)
        if not constant or old.holds(constant):
            continue
        letters = all(32 <= byte < 127 for byte in constant.strip(b"\0"))
        if is_published(constant) or (not letters and not _is_drawn(constant, value)):
            continue
        if letters and old.holds(constant[:4]):
            continue
        if not letters and _is_multiple(value & 0xFFFFFFFF, multiples):
            continue
        shown = printable(constant) if letters else "0x" + constant.hex()
        near = old.nearly(constant) if letters else b""
        plain = letters and not near and ODD_MARK.search(constant) is None
        words = f"holds the number `{shown}`"
        words += f", which is nearly `{printable(near)}`" if near else ""
        yield change(
            index, "number", words, NUMBER - (LETTERS if plain else 0),
            function=int(index.owner[row]), row=row, constant=shown,
        )  # fmt: skip


def _multiples(portrait: Portrait) -> frozenset[int]:
    """Return the first multiples of the drawn numbers of a program: steps of unrolled loops."""
    drawn = [one & 0xFFFFFFFF for one in sorted(portrait.numbers) if abs(one) >= LEAST]
    chosen = [one for one in drawn if is_rare_number(one.to_bytes(4, "big"))][:MOST_DRAWN]
    return frozenset(one * step & 0xFFFFFFFF for one in chosen for step in range(1, MOST_STEPS))


def _is_multiple(value: int, multiples: frozenset[int]) -> bool:
    return value in multiples or -value & 0xFFFFFFFF in multiples


def _spelt(value: int, order: str) -> bytes:
    """Return the bytes of a number of four or eight, empty for others."""
    width = 4 if -(1 << 31) <= value < 1 << 32 else 8
    if not -(1 << 63) <= value < 1 << 64:
        return b""
    return (value & ((1 << 8 * width) - 1)).to_bytes(width, byte_order(order))


def _is_drawn(constant: bytes, value: int) -> bool:
    """Say whether the bytes of a number look drawn by chance and are no arithmetic's."""
    if len(constant) == LENGTH:
        return len(set(constant) - {0, 255}) >= DISTINCT
    return is_rare_number(constant) and not is_divisor(value & 0xFFFFFFFF)


def _bytes(old: Portrait, new: Portrait, rows: Ints) -> Iterator[ProgramChange]:
    """Yield constant bytes that the code refers to: digests, keys, packets."""
    index = new.index
    touched = index.accesses[0]
    references = index.references
    memory = index.program.memory
    targets = [(int(at), int(row)) for at, row in zip(touched.target, touched.row, strict=True)]
    if references is not None:
        targets += zip(references.target.tolist(), references.row.tolist(), strict=True)
    wanted = set(rows.tolist())
    told: set[int] = set()
    for target, row in sorted(targets):
        area = memory.area(target) if row in wanted and target not in told else None
        data = area is not None and area.fixed and not _is_other(new, target)
        if not data or len(told) >= MOST_ASKED:
            continue
        told.add(target)
        held = memory.bytes_at(target, LENGTH)
        if not is_telling(held) or old.wholly(held) or _is_address(new, held):
            continue
        yield change(
            index, "bytes", f"refers to the constant bytes `0x{held.hex()}`", BYTES,
            function=int(index.owner[row]), row=row, constant="0x" + held.hex(),
        )  # fmt: skip


def _is_other(new: Portrait, address: int) -> bool:
    """Say whether code, notes or tables of the linker lie within the bytes at *address*."""
    program = new.index.program
    other = program.code + program.described
    return any(start < address + LENGTH and address < end for start, end in other)


def is_telling(held: bytes) -> bool:
    """Say whether eight bytes look drawn by chance: nearly all different, none of them padding."""
    first = held.partition(b"\0")[0]
    lettered = first if len(first) >= LETTERED else held
    text = all(32 <= byte < 127 or byte in b"\0\t\n\r" for byte in lettered)
    counted = sum(after - byte == 1 for byte, after in pairwise(held)) >= COUNTED
    distinct = len(set(held) - {0, 255}) >= DISTINCT
    return len(held) == LENGTH and distinct and not text and not counted


def _is_address(new: Portrait, held: bytes) -> bool:
    order = byte_order(new.index.program.order)
    words = [int.from_bytes(held[:4], order), int.from_bytes(held, order) & ((1 << 63) - 1)]
    return bool(new.index.program.memory.mapped(np.array(words, dtype=np.int64)).any())
