"""Jump tables: where an indirect jump can lead, read from the table that selects its target.

From each computed jump the definitions are followed back to the constants that took part; one
is the table, another may be the base that entries are relative to. A table ends at the first
entry that does not lead to an instruction near the jump.
"""

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from assay.code.listing import (
    ADD,
    ADDI,
    ALWAYS,
    JUMP,
    JUMPR,
    LOAD,
    LOADX,
    NONE,
    ORI,
    OTHER,
    REGISTERS,
    SUB,
    TABLE,
    ZERO,
)
from assay.code.memory import (
    Ints,
    as_words,
    byte_order,
    distinct,
    listed,
    member,
    union,
    where,
    within,
)
from assay.code.program import Program
from assay.code.values import Flow, evaluate

DEPTH = 6
MAX_ENTRIES = 1024
FIRST_ENTRIES = 32
"""Entries that are read at first: few tables have more."""
NEAR = 1 << 16
MAX_JUMPS = 50_000
FEWEST_ENTRIES = 4
"""Words in a row that are taken for a jump table although no jump was seen to read them."""
_FOLLOWED = member(ADD, ADDI, LOAD, LOADX, ORI, SUB, OTHER)
_PAIRED = member(ADD, LOADX, OTHER, SUB)


@dataclass(frozen=True, slots=True)
class JumpTable:
    """The jump at row `row` reads its target from `entries` words at `address`."""

    row: int
    address: int
    entries: int
    size: int
    targets: Ints


def jump_tables(flow: Flow, starts: Ints) -> list[JumpTable]:
    """Return the tables of the computed jumps of *flow*; *starts* bound the functions."""
    jumps = where(flow.listing.op == JUMPR)
    if jumps.size > MAX_JUMPS:
        flow.program.problems.append(f"jump tables of {MAX_JUMPS} computed jumps were read only")
        jumps = jumps[:MAX_JUMPS]
    found = _inline_tables(flow)
    for jump, constants in _constants_behind(flow, jumps).items():
        table = _best(flow, jump, constants, starts)
        if table is not None:
            found.append(table)
    return found


def _constants_behind(flow: Flow, jumps: Ints) -> dict[int, list[int]]:
    """Return, for each jump, the constants that its target is computed from, nearest first."""
    listing = flow.listing
    if not jumps.size:
        return {}
    rows = flow.reach(listing.ra[jumps], jumps)
    owner = jumps
    mask = -1 if flow.program.bits == 64 else 0xFFFFFFFF
    found: dict[int, list[int]] = {}
    inline = jumps[listing.ra[jumps] == NONE]
    for jump, value in zip(inline.tolist(), listing.imm[inline].tolist(), strict=True):
        found[jump] = [value]
    for _ in range(DEPTH):
        inside = rows >= 0
        owner, rows = owner[inside], rows[inside]
        known = flow.known[rows]
        for jump, value in zip(
            owner[known].tolist(), flow.values[rows[known]].tolist(), strict=True
        ):
            found.setdefault(jump, []).append(value)
        for register, value in flow.ambient.items():
            used = (listing.ra[rows] == register) | (listing.rb[rows] == register)
            for jump in owner[used].tolist():
                found.setdefault(jump, []).append(value)
        # A table's address can be the displacement of the load, from a known base or none.
        loads = where((listing.op[rows] == LOADX) & (listing.imm[rows] != 0))
        chosen = rows[loads]
        base, based = flow.value_of(listing.ra[chosen], chosen)
        places = np.where(based, base, 0) + listing.imm[chosen]
        for jump, value in zip(owner[loads].tolist(), places.tolist(), strict=True):
            found.setdefault(jump, []).append(value & mask)
        further = ~known & _FOLLOWED[listing.op[rows]]
        owner, rows = owner[further], rows[further]
        if not rows.size:
            break
        paired = _PAIRED[listing.op[rows]]
        registers = np.concatenate([listing.ra[rows], listing.rb[rows[paired]]])
        position = np.concatenate([rows, rows[paired]])
        owner = np.concatenate([owner, owner[paired]])
        real = (registers < REGISTERS) & (registers != ZERO)
        owner = owner[real]
        rows = flow.reach(registers[real], position[real])
    return found


def _best(flow: Flow, jump: int, constants: list[int], starts: Ints) -> JumpTable | None:
    """Return the longest table that the constants behind *jump* give, if it has two entries."""
    address = int(flow.listing.address[jump])
    low, high = _bounds(address, starts)
    best: JumpTable | None = None
    unique = list(dict.fromkeys(constants))[:6]
    for at in unique:
        # Most guesses fail at the first entries: that is told without building arrays.
        head = flow.program.memory.bytes_at(at, 2 * max(flow.isa.table_sizes))
        for base, size in product([0, *unique], flow.isa.table_sizes):
            if not _plausible(flow, head[: 2 * size], (base, size), (low, high)):
                continue
            table = _read(flow, jump, (at, base, size), (low, high))
            if table and (best is None or table.entries > best.entries):
                best = table
    return best


def _bounds(address: int, starts: Ints) -> tuple[int, int]:
    place = int(np.searchsorted(starts, address, side="right"))
    low = int(starts[place - 1]) if place else 0
    high = int(starts[place]) if place < starts.size else address + NEAR
    return max(low, address - NEAR), min(high, address + NEAR)


def _read(
    flow: Flow, jump: int, form: tuple[int, int, int], bounds: tuple[int, int]
) -> JumpTable | None:
    """Return the table at an address whose entries of a size are relative to a base."""
    memory = flow.program.memory
    at, base, size = form
    for most in (FIRST_ENTRIES, MAX_ENTRIES):
        places = at + size * np.arange(most, dtype=np.int64)
        values, good = memory.words(places, size)
        targets, fine = _lead(flow, values, (base, size), bounds)
        bad = where(~(good & fine))
        if bad.size:
            break
    count = int(bad[0]) if bad.size else MAX_ENTRIES
    return JumpTable(jump, at, count, size, distinct(targets[:count])) if count > 1 else None


def _plausible(flow: Flow, head: bytes, form: tuple[int, int], bounds: tuple[int, int]) -> bool:
    """Say whether the first two entries of a table lead between *bounds*."""
    base, size = form
    if len(head) < 2 * size:
        return False
    order, scale = byte_order(flow.program.order), _scale(flow, size)
    signed = bool(base) and size < 8
    for entry in (head[:size], head[size:]):
        target = int.from_bytes(entry, order, signed=signed) * scale + base
        if flow.program.bits == 32:
            target &= 0xFFFFFFFF
        if not bounds[0] <= target < bounds[1]:
            return False
    return True


def _scale(flow: Flow, size: int) -> int:
    """Return what the entries of a table of *size* bytes count: AArch64 packs instructions."""
    return 4 if flow.program.machine == 183 and size < 4 else 1


def _lead(
    flow: Flow, values: Ints, form: tuple[int, int], bounds: tuple[int, int]
) -> tuple[Ints, "np.typing.NDArray[np.bool_]"]:
    """Return where table entries lead and which lead to an instruction within *bounds*."""
    base, size = form
    sign = 1 << (8 * size - 1)
    signed = (values ^ sign) - sign if base and size < 8 else values
    targets = signed * _scale(flow, size) + base
    if flow.program.bits == 32:
        targets &= 0xFFFFFFFF
    if flow.program.machine == 40:
        targets &= ~1
    _, exact = flow.listing.find(targets)
    return targets, exact & (targets >= bounds[0]) & (targets < bounds[1])


def reconsider(flow: Flow, tables: list[JumpTable], starts: Ints) -> None:
    """Let control reach the targets of *tables*, and evaluate their functions once more."""
    chosen = np.zeros(len(flow.listing), dtype=np.bool_)
    for table in tables:
        rows, good = flow.listing.find(table.targets)
        floors = flow.floor[rows[good]]
        flow.origin[floors[flow.origin[floors] < 0]] = table.row
        address = int(flow.listing.address[table.row])
        low, high = _bounds(address, starts)
        first, last = np.searchsorted(flow.listing.address, (low, high))
        chosen[first:last] = True
    evaluate(flow, chosen)


def words_of_data(program: Program) -> tuple[Ints, Ints]:
    """Return the words of data that are addresses of code, and where they lie, ascending.

    Where the program is relocated only what relocations fill counts: other words are numbers.
    """
    nothing = np.zeros(0, dtype=np.int64)
    size = program.memory.pointer_size()
    found, lie = [nothing], [nothing]
    for area in program.memory.areas:
        first = -(-area.start // size) * size
        words = as_words(area.data[first - area.start :], size, program.order).astype(np.int64)
        hits = where(within(words, program.code))
        hits = hits[~within(first + size * hits, program.code)]
        found.append(words[hits])
        lie.append(first + size * hits)
    words, places = np.concatenate(found), np.concatenate(lie)
    if not program.fixed:
        known = listed(words, program.pointers)
        words, places = words[known], places[known]
    return words, places


def unread_tables(flow: Flow, tables: list[JumpTable], starts: Ints) -> list[JumpTable]:
    """Return runs of data words that only the unresolved jumps of one function can use.

    A register allocator short of registers keeps the address of a table on the stack.
    """
    listing, size = flow.listing, flow.program.memory.pointer_size()
    jumps = where((listing.op == JUMPR) & (listing.cond == ALWAYS))
    if not jumps.size:
        return []
    jumps = jumps[~listed(jumps, np.array(sorted(table.row for table in tables), dtype=np.int64))]
    here = np.searchsorted(starts, listing.address[jumps], side="right")
    homes = dict(zip(here.tolist(), jumps.tolist(), strict=True))
    words, places = words_of_data(flow.program) if homes else (starts[:0], starts[:0])
    if not words.size:
        return []
    home = np.searchsorted(starts, words, side="right")
    breaks = where((np.diff(places) != size) | (np.diff(home) != 0)) + 1
    bounds = [0, *breaks.tolist(), int(words.size)]
    # Functions that only a table of pointers names look alike, but they make frames.
    frames = listed(words, listing.address[openings(flow)])
    found = []
    for first, last in pairwise(bounds):
        row = homes.get(int(home[first])) if last - first >= FEWEST_ENTRIES else None
        if row is not None and not frames[first:last].any():
            targets = distinct(words[first:last])
            found.append(JumpTable(row, int(places[first]), last - first, size, targets))
    return found


def openings(flow: Flow) -> Ints:
    """Return the rows that make a stack frame or set up the global pointer."""
    listing, stack = flow.listing, flow.isa.stack
    frames = (listing.op == ADDI) & (listing.rd == stack) & (listing.ra == stack)
    rows = where(frames & (listing.imm < 0))
    return union(rows, listing.openings)


def _inline_tables(flow: Flow) -> list[JumpTable]:
    """Return the tables that lie behind the jump itself: TBB and TBH, and A32 `ldr pc,[pc]`.

    The decoder left their bytes out of the listing, so the next row tells their size.
    """
    listing, memory = flow.listing, flow.program.memory
    found = []
    for row in where(listing.op == TABLE)[:MAX_JUMPS].tolist():
        width = int(listing.width[row])
        if not width:
            found.extend(_row_of_branches(flow, row))
            continue
        start = int(listing.address[row]) + (8 if width == 4 else 4)
        if row + 1 >= len(listing) or width not in (1, 2, 4):
            continue
        room = int(listing.address[row + 1]) - start
        if width == 4 and row + 2 < len(listing):
            # One instruction, the branch to the default, stands between jump and table.
            room = int(listing.address[row + 2]) - start
        count = min(max(room // width, 0), MAX_ENTRIES)
        values, good = memory.words(start + width * np.arange(count, dtype=np.int64), width)
        targets = values if width == 4 else start + 2 * values
        _, exact = listing.find(targets)
        kept = distinct(targets[good & exact])
        if kept.size:
            found.append(JumpTable(row, start, count, width, kept))
    return found


def _row_of_branches(flow: Flow, row: int) -> list[JumpTable]:
    """Return the table of A32 `add pc, pc, rX, lsl #2`: the branches from two rows on."""
    listing = flow.listing
    last = row + 2
    while last < min(len(listing), row + 2 + MAX_ENTRIES) and listing.op[last] == JUMP:
        last += 1
    targets = listing.address[row + 2 : last]
    if not targets.size:
        return []
    return [JumpTable(row, int(targets[0]), int(targets.size), 4, targets)]
