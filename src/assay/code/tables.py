"""Jump tables: where an indirect jump can lead, read from the table that selects its target.

From each computed jump the definitions are followed back to the constants that took part; one
is the table, another may be the base that entries are relative to. A table ends at the first
entry that does not lead to an instruction near the jump.
"""

from itertools import pairwise

import numpy as np

from assay._kernel.value import Value
from assay.code import native
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
    Mask,
    distinct,
    listed,
    member,
    merge,
    where,
)
from assay.code.packed_tables import packed_forms, packed_targets
from assay.code.pointers import words_of_data
from assay.code.values import Flow, evaluate

DEPTH = 6
MAX_ENTRIES = 1024
FIRST_ENTRIES = 32
"""Entries that are read at first: few tables have more."""
FEW_TARGETS = 1 << 15
"""Room for where the tables of nearly every program lead."""
MOST_CONSTANTS = 6
MOST_PAGES = 16
"""Upper parts of addresses that a table of addresses holds: one for 64 KB of the program."""
BATCH = 1024
"""Jumps whose constants are looked at together."""
NEAR = 1 << 16
MAX_JUMPS = 50_000
FEWEST_PACKED = 2
FEWEST_ENTRIES = 4
"""Words in a row that are taken for a jump table although no jump was seen to read them."""
_FOLLOWED = member(ADD, ADDI, LOAD, LOADX, ORI, SUB, OTHER)
_PAIRED = member(ADD, LOADX, OTHER, SUB)
_THROUGH, _TABLES = member(JUMPR), member(TABLE)
_NONE = np.zeros(0, dtype=np.int64)


class JumpTable(Value):
    """The jump at row `row` reads its target from `entries` words at `address`."""

    row: int
    address: int
    entries: int
    size: int
    targets: Ints


def jump_tables(flow: Flow, starts: Ints) -> list[JumpTable]:
    """Return the tables of the computed jumps of *flow*; *starts* bound the functions."""
    jumps = flow.listing.transfers(_THROUGH) if flow.listing.has(JUMPR) else _NONE
    if jumps.size > MAX_JUMPS:
        flow.program.problems.append(f"jump tables of {MAX_JUMPS} computed jumps were read only")
        jumps = jumps[:MAX_JUMPS]
    found = _inline_tables(flow)
    if not jumps.size:
        return found
    packed = _packed(flow, jumps, starts)
    found += packed
    if packed:
        jumps = jumps[~listed(jumps, np.array(sorted(table.row for table in packed)))]
    by_kernel = _computed_by_kernel(flow, jumps, starts)
    if by_kernel is not None:
        return found + by_kernel
    behind = list(_constants_behind(flow, jumps).items())
    for first in range(0, len(behind), BATCH):
        found += _computed(flow, _guesses(flow, behind[first : first + BATCH]), starts)
    return found


def _packed(flow: Flow, jumps: Ints, starts: Ints) -> list[JumpTable]:
    """Return the tables of bytes and half-words that *jumps* of AArch64 read, two entries at least.

    How they are read is exact, so nothing has to be guessed of them.
    """
    forms = packed_forms(flow, jumps)
    if not forms:
        return []
    rows = np.array([form.row for form in forms], dtype=np.int64)
    low, high = _bounds(flow, rows, starts)
    found = []
    for form, first, last in zip(forms, low.tolist(), high.tolist(), strict=True):
        count, targets = packed_targets(flow, form, (first, last))
        if count >= FEWEST_PACKED:
            found.append(JumpTable(form.row, form.address, count, form.size, targets))
    return found


def _computed(flow: Flow, guesses: Ints, starts: Ints) -> list[JumpTable]:
    """Return the longest table among the *guesses* for each jump, if it has two entries."""
    bounds = _bounds(flow, guesses[:, 0], starts)
    good = where(_plausible(flow, guesses, bounds))
    best: dict[int, JumpTable] = {}
    for first in range(0, good.size, BATCH):
        part = good[first : first + BATCH]
        edges = bounds[0][part], bounds[1][part]
        counts, targets = _first_entries(flow, guesses[part], edges)
        columns = (guesses[part].tolist(), counts.tolist(), *(edge.tolist() for edge in edges))
        for place, (guess, count, low, high) in enumerate(zip(*columns, strict=True)):
            jump, at, base, size = guess
            most = MAX_ENTRIES if count == FIRST_ENTRIES else count
            if most < 2 or (jump in best and most <= best[jump].entries):
                continue
            if count == FIRST_ENTRIES:
                table = _read(flow, jump, (at, base, size), (low, high))
            else:
                table = JumpTable(jump, at, count, size, distinct(targets[place, :count]))
            if jump not in best or table.entries > best[jump].entries:
                best[jump] = table
    return list(best.values())


def _computed_by_kernel(flow: Flow, jumps: Ints, starts: Ints) -> list[JumpTable] | None:
    """Return the tables of *jumps* by kernels: None without, or where there is too much."""
    memory = flow.program.memory.for_kernels()
    if memory is None or flow.native is None or flow.listing.native is None:
        return None
    count, mask = jumps.size, -1 if flow.program.bits == 64 else 0xFFFFFFFF
    most, room = 16 * count, (256 if flow.ambient else 64) * count
    work, pairs = np.empty(6 * most, dtype=np.int64), np.empty((2, room), dtype=np.int64)
    ambient = np.array([*flow.ambient.items()], dtype=np.int64)
    behind = native.run(
        "tables_constants", flow.native, jumps, count, flow.cells, flow.filled, flow.cells.size,
        mask, ambient, len(ambient), most, work, room, *pairs,
    )  # fmt: skip
    if behind < 0:
        return None
    sizes = np.array(flow.isa.table_sizes, dtype=np.int64)
    asked = flow.listing.native, memory, jumps, count, *pairs, behind, starts, starts.size
    kind = sizes, sizes.size, flow.program.machine, flow.program.bits, work
    found, number = np.empty((count, 5), np.int64), -1
    for room in (FEW_TARGETS, MAX_ENTRIES * min(count, BATCH)):
        targets = np.empty(room, np.int64)
        number = native.run("tables_guessed", *asked, *kind, room, found, targets)
        if number >= 0:
            break
    if number < 0:
        return None
    tables, last = [], 0
    for row, at, entries, size, kept in found[:number].tolist():
        tables.append(JumpTable(row, at, entries, size, targets[last : last + kept].copy()))
        last += kept
    return tables


def _first_entries(flow: Flow, guesses: Ints, bounds: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Return how many of the first entries of the tables *guesses* lead somewhere, and where."""
    shape = (guesses.shape[0], FIRST_ENTRIES)
    targets = np.zeros(shape, dtype=np.int64)
    good = np.zeros(shape, dtype=np.bool_)
    for size in flow.isa.table_sizes:
        rows = where(guesses[:, 3] == size)
        at, base = guesses[rows, 1][:, None], guesses[rows, 2][:, None]
        edges = bounds[0][rows][:, None], bounds[1][rows][:, None]
        places = at + size * np.arange(FIRST_ENTRIES, dtype=np.int64)
        values, mapped = flow.program.memory.words(places, size)
        targets[rows], fine = _lead(flow, values, (base, size), edges)
        good[rows] = fine & mapped
    counts = np.where(good.all(axis=1), FIRST_ENTRIES, good.argmin(axis=1))
    return counts, targets


def _constants_behind(flow: Flow, jumps: Ints) -> dict[int, list[int]]:
    """Return, for each jump, the constants that its target is computed from, nearest first."""
    if not jumps.size:
        return {}
    listing, mask = flow.listing, -1 if flow.program.bits == 64 else 0xFFFFFFFF
    found: dict[int, list[int]] = {}
    rows = flow.reach(listing.ra[jumps], jumps)
    owner = jumps
    inline = jumps[listing.ra.take(jumps) == NONE]
    for jump, value in zip(inline.tolist(), listing.imm.take(inline).tolist(), strict=True):
        found[jump] = [value]
    ahead = np.zeros(rows.size, dtype=np.int64)
    for _ in range(DEPTH):
        inside = rows >= 0
        owner, rows, ahead = owner[inside], rows[inside], ahead[inside]
        known = flow.known.take(rows)
        for jump, value, offset in zip(
            owner[known].tolist(), flow.values[rows[known]].tolist(), ahead[known].tolist(),
            strict=True,
        ):  # fmt: skip
            if offset:
                found.setdefault(jump, []).append(_cut(value + offset, mask))
            found.setdefault(jump, []).append(value)
        for register, value in flow.ambient.items():
            used = (listing.ra.take(rows) == register) | (listing.rb.take(rows) == register)
            for jump in owner[used].tolist():
                found.setdefault(jump, []).append(value)
        # A table's address can be the displacement of the load, from a known base or none.
        loads = where((listing.op.take(rows) == LOADX) & (listing.imm.take(rows) != 0))
        chosen = rows[loads]
        base, based = flow.value_of(listing.ra[chosen], chosen)
        places = np.where(based, base, 0) + listing.imm.take(chosen)
        for jump, value in zip(owner[loads].tolist(), places.tolist(), strict=True):
            found.setdefault(jump, []).append(value & mask)
        for jump, value in _paged(flow, owner, rows):
            found.setdefault(jump, []).append(value)
        further = ~known & _FOLLOWED.take(listing.op.take(rows))
        # Where the index is added to the upper part, the load has the lower part of the address.
        ahead = np.where(
            listing.op.take(rows) == ADD,
            ahead,
            np.where(_parted(flow, rows), listing.imm.take(rows), 0),
        )
        owner, rows, ahead = owner[further], rows[further], ahead[further]
        if not rows.size:
            break
        paired = _PAIRED.take(listing.op.take(rows))
        registers = np.concatenate([listing.ra[rows], listing.rb[rows[paired]]])
        position = np.concatenate([rows, rows[paired]])
        owner = np.concatenate([owner, owner[paired]])
        ahead = np.concatenate([ahead, ahead[paired]])
        real = (registers < REGISTERS) & (registers != ZERO)
        owner, ahead = owner[real], ahead[real]
        rows = flow.reach(registers[real], position[real])
    return found


def _cut(value: int, mask: int) -> int:
    """Return *value* as an address of 32 bits, or as the kernels have it in 64."""
    return value & mask if mask > 0 else (value + (1 << 63)) % (1 << 64) - (1 << 63)


def _paged(flow: Flow, owner: Ints, rows: Ints) -> list[tuple[int, int]]:
    """Return what *rows* would load from, behind a sum with one of the program's few pages.

    Where the upper part of the address of a table was kept on the stack, it is one of those.
    """
    loads = where(~flow.known[rows] & _parted(flow, rows)) if flow.ambient else rows[:0]
    if not loads.size:
        return []
    listing, mask = flow.listing, 0xFFFFFFFF
    pages = flow.values[flow.known & (listing.op == LOAD) & (listing.width == 4)]
    pages = distinct(pages[pages & 0xFFFF == 0])[:MOST_PAGES]
    offsets = listing.imm[rows[loads]].tolist()
    return [
        (jump, page + offset & mask)
        for jump, offset in zip(owner[loads].tolist(), offsets, strict=True)
        for page in pages.tolist()
    ]


def _parted(flow: Flow, rows: Ints) -> Mask:
    """Return which of *rows* load from a constant behind a sum."""
    listing = flow.listing
    found = (listing.op[rows] == LOAD) & (listing.imm[rows] != 0) & (listing.ra[rows] < REGISTERS)
    loads = where(found)
    source = flow.reach(listing.ra[rows[loads]], rows[loads])
    found[loads] = (source >= 0) & (listing.op[np.maximum(source, 0)] == ADD)
    return np.asarray(found)


def _guesses(flow: Flow, behind: list[tuple[int, list[int]]]) -> Ints:
    """Return (jump, table, base, size of entries) of what the constants *behind* jumps may mean."""
    found = []
    for jump, constants in behind:
        unique = list(dict.fromkeys(constants))[: MOST_CONSTANTS + MOST_PAGES]
        bases = [0, *unique]
        for at in unique:
            found += [(jump, at, base, size) for base in bases for size in flow.isa.table_sizes]
    return np.array(found, dtype=np.int64).reshape(-1, 4)


def _bounds(flow: Flow, jumps: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """Return between which addresses the tables of *jumps* may lead: their functions, if known."""
    address = flow.listing.address.take(jumps)
    place = starts.searchsorted(address, side="right")
    edges = np.concatenate([[0], starts, [np.iinfo(np.int64).max]])
    return np.maximum(edges[place], address - NEAR), np.minimum(edges[place + 1], address + NEAR)


def _read(flow: Flow, jump: int, form: tuple[int, int, int], bounds: tuple[int, int]) -> JumpTable:
    """Return the table at an address whose entries of a size are relative to a base."""
    at, base, size = form
    places = at + size * np.arange(MAX_ENTRIES, dtype=np.int64)
    values, good = flow.program.memory.words(places, size)
    edges = np.array(bounds[0]), np.array(bounds[1])
    targets, fine = _lead(flow, values, (np.array(base), size), edges)
    bad = where(~(good & fine))
    count = int(bad[0]) if bad.size else MAX_ENTRIES
    return JumpTable(jump, at, count, size, distinct(targets[:count]))


def _plausible(flow: Flow, guesses: Ints, bounds: tuple[Ints, Ints]) -> Mask:
    """Return of which *guesses* the first two entries lead between *bounds*.

    Most fail there, which is told for all of them at once.
    """
    good = np.ones(guesses.shape[0], dtype=np.bool_)
    for size in flow.isa.table_sizes:
        for entry in (0, 1):
            rows = where(good & (guesses[:, 3] == size))
            values, mapped = flow.program.memory.words(guesses[rows, 1] + entry * size, size)
            targets = _targets(flow, values, guesses[rows, 2], size)
            good[rows] = mapped & (targets >= bounds[0][rows]) & (targets < bounds[1][rows])
    return good


def _targets(flow: Flow, values: Ints, base: Ints, size: int) -> Ints:
    """Return where entries of *size* bytes lead, relative to *base* where that is not 0."""
    targets = values
    if size < 8:
        sign = 1 << (8 * size - 1)
        targets = np.where(base != 0, (values ^ sign) - sign, values)
    targets = targets * _scale(flow, size) + base
    return targets & 0xFFFFFFFF if flow.program.bits == 32 else targets


def _scale(flow: Flow, size: int) -> int:
    """Return what the entries of a table of *size* bytes count: AArch64 packs instructions."""
    return 4 if flow.program.machine == 183 and size < 4 else 1


def _lead(
    flow: Flow, values: Ints, form: tuple[Ints, int], bounds: tuple[Ints, Ints]
) -> tuple[Ints, Mask]:
    """Return where table entries lead and which lead to an instruction within *bounds*."""
    base, size = form
    targets = _targets(flow, values, base, size)
    if flow.program.machine == 40:
        targets &= ~1
    _, exact = flow.listing.find(targets)
    return targets, exact & (targets >= bounds[0]) & (targets < bounds[1])


def reconsider(flow: Flow, tables: list[JumpTable], starts: Ints) -> None:
    """Let control reach the targets of *tables*, and evaluate their functions once more."""
    listing = flow.listing
    homes = np.array([table.row for table in tables], dtype=np.int64)
    rows, good = listing.find(np.concatenate([table.targets for table in tables]))
    home = np.repeat(homes, [table.targets.size for table in tables])[good]
    floors = flow.floor[rows[good]]
    fresh = flow.origin[floors] < 0
    # The first table that leads to a place counts.
    flow.origin[floors[fresh][::-1]] = home[fresh][::-1]
    low, high = _bounds(flow, homes, starts)
    firsts, lasts = listing.address.searchsorted(low), listing.address.searchsorted(high)
    evaluate(flow, merge(list(zip(firsts.tolist(), lasts.tolist(), strict=True))))


def unread_tables(flow: Flow, tables: list[JumpTable], starts: Ints) -> list[JumpTable]:
    """Return runs of data words that only the unresolved jumps of one function can use.

    A register allocator short of registers keeps the address of a table on the stack.
    """
    listing, size = flow.listing, flow.program.memory.pointer_size()
    if not listing.has(JUMPR):
        return []
    jumps = listing.transfers(_THROUGH)
    jumps = jumps[listing.cond.take(jumps) == ALWAYS]
    if not jumps.size:
        return []
    if tables:
        read = np.array(sorted(table.row for table in tables), dtype=np.int64)
        jumps = jumps[~listed(jumps, read)]
    words, places = words_of_data(flow.program) if jumps.size else (jumps, jumps)
    if words.size < FEWEST_ENTRIES:
        return []
    # Most programs have no words of a function with such jumps: the rest is for those.
    here = starts.searchsorted(listing.address[jumps], side="right")
    home = starts.searchsorted(words, side="right")
    wanted = np.zeros(starts.size + 1, dtype=np.bool_)
    wanted[here] = True
    if not wanted.take(home).any():
        return []
    breaks = where((np.diff(places) != size) | (np.diff(home) != 0)) + 1
    return _runs(flow, dict(zip(here.tolist(), jumps.tolist(), strict=True)), home, breaks)


def _runs(flow: Flow, homes: dict[int, int], home: Ints, breaks: Ints) -> list[JumpTable]:
    """Return the tables among the words of data, runs of which end at *breaks*.

    *homes* are the jumps by the number of their function, *home* the functions of the words.
    """
    words, places = words_of_data(flow.program)
    size, bounds = flow.program.memory.pointer_size(), [0, *breaks.tolist(), int(words.size)]
    found = []
    for first, last in pairwise(bounds):
        row = homes.get(int(home[first])) if last - first >= FEWEST_ENTRIES else None
        # Functions that only a table of pointers names look alike, but they make frames.
        if row is not None and not _frames(flow, words[first:last]).any():
            targets = distinct(words[first:last])
            found.append(JumpTable(row, int(places[first]), last - first, size, targets))
    return found


def _frames(flow: Flow, addresses: Ints) -> Mask:
    """Return at which of *addresses* a stack frame is made or the global pointer set up."""
    listing, stack = flow.listing, flow.isa.stack
    rows, good = listing.find(addresses)
    made = (listing.op.take(rows) == ADDI) & (listing.imm.take(rows) < 0)
    made &= (listing.rd.take(rows) == stack) & (listing.ra.take(rows) == stack)
    return np.asarray(good & (made | listed(rows, listing.openings)))


def _inline_tables(flow: Flow) -> list[JumpTable]:
    """Return the tables that lie behind the jump itself: TBB and TBH, and A32 `ldr pc,[pc]`.

    The decoder left their bytes out of the listing, so the next row tells their size.
    """
    found: list[JumpTable] = []
    if not flow.listing.has(TABLE):
        return found
    rows = flow.listing.transfers(_TABLES)[:MAX_JUMPS]
    width = flow.listing.width.take(rows)
    for row in rows[width == 0].tolist():
        found.extend(_row_of_branches(flow, row))
    for size in (1, 2, 4):
        found.extend(_inline_of_size(flow, rows[width == size], size))
    return sorted(found, key=lambda table: table.row)


def _inline_of_size(flow: Flow, rows: Ints, size: int) -> list[JumpTable]:
    """Return the tables behind the jumps at *rows*, whose entries have *size* bytes."""
    listing = flow.listing
    # One instruction, the branch to the default, stands between a jump of A32 and its table.
    behind = 2 if size == 4 else 1
    rows = rows[rows + behind < len(listing)]
    if not rows.size:
        return []
    by_kernel = _inline_by_kernel(flow, rows, size, behind)
    if by_kernel is not None:
        return by_kernel
    start = listing.address.take(rows) + (8 if size == 4 else 4)
    count = np.clip((listing.address[rows + behind] - start) // size, 0, MAX_ENTRIES)
    last = count.cumsum()
    entry = np.arange(int(last[-1])) - np.repeat(last - count, count)
    base = np.repeat(start, count)
    values, good = flow.program.memory.words(base + size * entry, size)
    targets = values if size == 4 else base + 2 * values
    good &= listing.find(targets)[1]
    found = []
    columns = (rows.tolist(), start.tolist(), count.tolist(), last.tolist())
    for row, at, entries, end in zip(*columns, strict=True):
        kept = distinct(targets[end - entries : end][good[end - entries : end]])
        if kept.size:
            found.append(JumpTable(row, at, entries, size, kept))
    return found


def _inline_by_kernel(flow: Flow, rows: Ints, size: int, behind: int) -> list[JumpTable] | None:
    """Return the same by a kernel, None where there is none."""
    memory = flow.program.memory.for_kernels() if flow.native is not None else None
    if memory is None:
        return None
    room = np.maximum(flow.listing.address[rows + behind] - flow.listing.address[rows], 0) // size
    most = int(np.minimum(room, MAX_ENTRIES).sum())
    targets, columns = np.empty(most, dtype=np.int64), np.empty((3, rows.size), dtype=np.int64)
    asked = flow.listing.native, memory, rows, rows.size, size, behind, most
    if native.run("tables_inline", *asked, *columns, targets) < 0:
        return None
    found, last = [], 0
    for row, at, entries, kept in zip(rows.tolist(), *columns.tolist(), strict=True):
        if kept:
            held = targets[last : last + kept].copy()
            found.append(JumpTable(row, at, entries, size, held))
            last += kept
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
