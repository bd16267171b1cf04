"""What every instruction of a program refers to, as columns beside the rows of its code.

Three ways to name an address: in the instruction itself (*direct*), by what it leaves in a
register (*formed*), by the memory it reaches through one (*touched*).
"""

import msgspec
import numpy as np
import numpy.typing as npt

from assay.code.listing import (
    ADD,
    ADDI,
    CONST,
    LOAD,
    LOADX,
    NONE,
    ORI,
    OTHER,
    PARTIAL,
    REGISTERS,
    STORE,
    STOREI,
    SUB,
)
from assay.code.memory import Ints, contained, distinct, member
from assay.compare.elf.fields import Fields, words_of
from assay.compare.elf.half import Half
from assay.compare.elf.jumps import note_places

Mask = npt.NDArray[np.bool_]

MIPS, AARCH64 = 8, 183
CHAIN = 8
"""Copies of copies of a part that are followed."""
ARM, PC, AHEAD = 40, 15, 8
"""A32 instructions that compute with the program counter see it eight bytes ahead."""
ROUNDED = 8
_FORMED = member(CONST, ADDI, ADD, SUB, ORI, LOAD)
_PAIRED = member(ADD, LOADX, SUB)
_PLAIN = member(LOAD, STORE, STOREI, OTHER)


class Column(msgspec.Struct):
    """An address per row, and which rows have one."""

    value: Ints
    has: Mask


class References(msgspec.Struct):
    """All references of one program, by the rows of its code.

    `soft` tells direct ones that may be numbers. `part` are rows that hold part of an address,
    `rooted` those that complete one: what they form does not follow from another reference;
    `anchored` says the same of the memory that a row reaches.
    `base_def` and `index_def` are the rows (of the code) that set what a row computes with;
    negative for none. `part_def` are the parts to which an index was added before a row reaches
    memory there. `literal` is where a row loads a literal from the code, -1 elsewhere. `moved` are
    the parts that are copies of others.
    """

    direct: Column
    soft: Mask
    formed: Column
    touched: Column
    part: Mask
    rooted: Mask
    anchored: Mask
    base_def: Ints
    index_def: Ints
    part_def: Ints
    literal: Ints
    moved: Mask

    def named(self) -> tuple[Mask, ...]:
        """Return, per way of naming an address, which rows do."""
        return self.direct.has, self.formed.has, self.touched.has, self.part

    def lead_into(self, start: int, end: int) -> bool:
        """Say whether an instruction surely refers to what lies behind *start* and before *end*."""
        for column, sure in (
            (self.direct, ~self.soft),
            (self.formed, self.rooted),
            (self.touched, self.anchored),
        ):
            values = column.value[column.has & sure]
            if bool(((values > start) & (values < end)).any()):
                return True
        return False


def references_of(half: Half, fields: Fields) -> References:
    """Return the references of *half*."""
    code = half.code
    count = code.rows.size
    direct = _empty(count)
    soft = np.zeros(count, dtype=np.bool_)
    direct.value[fields.rows], direct.has[fields.rows] = fields.targets, True
    soft[fields.rows] = fields.soft
    listing, flow = half.index.listing, half.index.flow
    if flow is None:
        raise ValueError("there is no decoder for this program")
    rows = code.rows
    op = listing.op[rows]
    base = listing.ra[rows].astype(np.int64)
    base[fields.bases] = fields.base
    touched = _touched(half, fields, base)
    literal = np.where(
        (op == LOAD) & (listing.ra[rows] >= REGISTERS) & code.inside(listing.imm[rows]),
        listing.imm[rows],
        -1,
    )
    base_def = _definitions(half, base, rows)
    paired = _PAIRED[op]
    index_def = np.full(count, -1, dtype=np.int64)
    index_def[paired] = _definitions(half, listing.rb[rows][paired].astype(np.int64), rows[paired])
    formed = _formed(half, op, literal)
    loads = (op == LOAD) & formed.has
    if not half.index.program.fixed:
        # What the loader does not write is no address in a program that runs anywhere.
        places = np.where(touched.has, touched.value, listing.imm[rows])
        formed.has &= ~loads | _written_by_loader(half, places)
    part = (op == CONST) & (listing.ra[rows] == PARTIAL)
    held = (literal >= 0) | (touched.has & _in_table(half, touched.value))
    part |= (op == LOAD) & flow.known[rows] & ~formed.has & held
    moved = _moved(half, part, base_def)
    part, formed.has = part | moved, formed.has & ~moved
    rooted, anchored = _rooted(half, base, op, part, (base_def, index_def))
    users, values, sources = _indexed(half, fields, part, base_def)
    touched.value[users], touched.has[users] = values, True
    anchored[users] = True
    part_def = np.full(count, -1, dtype=np.int64)
    part_def[users] = sources
    users, values = _table_loads(half, op, touched.has, (base_def, index_def))
    touched.value[users], touched.has[users] = values, True
    anchored[users] = True
    wholes = [direct.value[direct.has & ~soft], formed.value[formed.has & rooted]]
    note_places(half, distinct(np.concatenate([*wholes, touched.value[touched.has & anchored]])))
    named = direct, soft, formed, touched
    defined = base_def, index_def, part_def
    return References(*named, part, rooted, anchored, *defined, literal, moved)


def _moved(half: Half, part: Mask, base_def: Ints) -> Mask:
    """Return the rows that copy a part of an address to another register: still a part."""
    copies = _copies(half)
    found = np.zeros(part.size, dtype=np.bool_)
    for _ in range(CHAIN):
        more = copies & (base_def >= 0) & (part | found)[np.maximum(base_def, 0)]
        if np.array_equal(more, found):
            break
        found = more
    return found


def _copies(half: Half) -> Mask:
    """Return the rows of AArch64 and MIPS that move a register, told from sums with a constant."""
    words = words_of(half)
    if half.elf.machine == AARCH64:
        if half.elf.order == ">":
            words = words.astype(np.uint32).byteswap().astype(np.int64)
        return np.asarray(words & 0xFFE0FFE0 == 0xAA0003E0)
    if half.elf.machine == MIPS:
        sums = (words & 0xFC0007FF == 0x21) | (words & 0xFC0007FF == 0x25)
        return np.asarray(sums & ((words >> 16 & 31 == 0) | (words >> 21 & 31 == 0)))
    return np.zeros(words.size, dtype=np.bool_)


def _table_loads(
    half: Half, op: npt.NDArray[np.uint8], known: Mask, definitions: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """Return the rows that load from a jump table at a place the fast pass does not know.

    The index knows the table; that it is the one follows from the lower part in the row.
    """
    first, second = definitions
    code = half.code
    found: dict[int, int] = {}
    for table in half.index.tables:
        jump = int(np.searchsorted(code.rows, table.row))
        here = jump < code.rows.size and int(code.rows[jump]) == table.row
        total = int(first[jump]) if here else -1
        if total < 0 or op[total] != ADD:
            continue
        for load in (int(first[total]), int(second[total])):
            sums = load >= 0 and op[load] == LOAD and not known[load] and first[load] >= 0
            if not sums or op[first[load]] != ADD:
                continue
            low = int(half.index.listing.imm[code.rows[load]])
            if low and not (table.address - low) & 0xFFFF:
                found[load] = table.address
    rows = np.array(sorted(found), dtype=np.int64)
    return rows, np.array([found[row] for row in rows.tolist()], dtype=np.int64)


def _indexed(half: Half, fields: Fields, part: Mask, base_def: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the rows that reach memory at a part of an address plus an index, where, which part.

    The part comes from a table of addresses; the row itself has the lower part of the address.
    """
    flow, listing, code = half.index.flow, half.index.listing, half.code
    users = fields.bases[base_def[fields.bases] >= 0]
    sums = base_def[users]
    chosen = (listing.op[code.rows[sums]] == ADD) & _PLAIN[listing.op[code.rows[users]]]
    users, sums = users[chosen], code.rows[sums[chosen]]
    nothing = np.zeros(0, dtype=np.int64)
    if flow is None or not users.size:
        return nothing, nothing, nothing
    sides = []
    for column in (listing.ra, listing.rb):
        found = _definitions(half, column[sums].astype(np.int64), sums)
        entry = part[np.maximum(found, 0)] & (listing.op[code.rows[np.maximum(found, 0)]] == LOAD)
        sides.append(np.where((found >= 0) & entry, found, -1))
    one = (sides[0] >= 0) ^ (sides[1] >= 0)
    users, source = users[one], np.maximum(*sides)[one]
    place = np.searchsorted(fields.bases, users)
    values = flow.values[code.rows[source]] + fields.offset[place]
    if half.elf.bits == 32:
        values &= 0xFFFFFFFF
    good = flow.known[code.rows[source]] & known_place(half, values)
    return users[good], values[good], source[good]


def _rooted(
    half: Half, base: Ints, op: npt.NDArray[np.uint8], part: Mask, definitions: tuple[Ints, Ints]
) -> tuple[Mask, Mask]:
    """Return which rows complete an address: from a part, from nothing, or from the `$gp`.

    First for what rows form, then for the memory that they reach.
    """
    first, second = definitions
    found = (op == CONST) | (base >= REGISTERS)
    if half.index.isa is not None:
        ambient = half.index.isa.ambient(half.index.program)
        found |= contained(base, list(ambient))
        part = part | holding(half, list(ambient.values()))
    for one in (first, second):
        found |= (one >= 0) & part[np.maximum(one, 0)]
    # What is loaded from a table of addresses does not follow from the address of the table.
    return found | (op == LOAD) | (op == LOADX), found


def holding(half: Half, values: list[int]) -> Mask:
    """Return which rows leave one of *values* in their register."""
    flow, rows = half.index.flow, half.code.rows
    if flow is None or not values:
        return np.zeros(rows.size, dtype=np.bool_)
    return np.asarray(flow.known[rows] & contained(flow.values[rows], values))


def _empty(count: int) -> Column:
    return Column(np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_))


def _definitions(half: Half, registers: Ints, rows: Ints) -> Ints:
    """Return the row of the code that sets each register before each row of the listing."""
    flow, code = half.index.flow, half.code
    if flow is None or not rows.size:
        return np.full(rows.size, -1, dtype=np.int64)
    real = registers < REGISTERS
    found = np.full(rows.size, -1, dtype=np.int64)
    found[real] = flow.reach(registers[real].astype(np.uint8), rows[real])
    return code.numbers(found)


def _formed(half: Half, op: npt.NDArray[np.uint8], literal: Ints) -> Column:
    flow, listing, rows = half.index.flow, half.index.listing, half.code.rows
    program = half.index.program
    column = _empty(rows.size)
    if flow is None:
        return column
    values = flow.values[rows]
    good = flow.known[rows] & _FORMED[op]
    good &= ~((op == CONST) & (listing.ra[rows] == PARTIAL))
    loads = op == LOAD
    good &= ~(loads & ((values & 0xFFFF == 0) | flow.consumed[rows]))
    if not (program.fixed or program.relocatable):
        # Position-independent code makes no address out of numbers, nor finds one in literals.
        good &= ~flow.absolute[rows] & ~(literal >= 0)
    column.value, column.has = values, good & known_place(half, values)
    return column


def _written_by_loader(half: Half, places: Ints) -> Mask:
    found = np.zeros(places.shape, dtype=np.bool_)
    for zone in half.zones:
        if zone.writable or zone.name.startswith(".got"):
            found |= (places >= zone.address) & (places < zone.end)
    return found


def _in_table(half: Half, places: Ints) -> Mask:
    found = np.zeros(places.shape, dtype=np.bool_)
    for zone in half.zones:
        if zone.name.startswith(".got"):
            found |= (places >= zone.address) & (places < zone.end)
    return found


def known_place(half: Half, values: Ints) -> Mask:
    """Return which of *values* are addresses of the program or of an import."""
    starts, ends = _named_ranges(half)
    place = np.searchsorted(starts, values, side="right") - 1
    found = (place >= 0) & (values <= ends[place]) if starts.size else np.zeros(values.shape, bool)
    return np.asarray(half.index.program.external(values) | found)


def _named_ranges(half: Half) -> tuple[Ints, Ints]:
    """Return where runs of named zones begin, and the last address that names each."""
    known: tuple[Ints, Ints] | None = half.__dict__.get("named_ranges")
    if known is None:
        # Linkers name the end of a zone, rounded up.
        bounds = sorted(
            (zone.address, -(-zone.end // ROUNDED) * ROUNDED) for zone in half.zones if zone.name
        )
        starts = np.array([start for start, _ in bounds], dtype=np.int64)
        ends = np.maximum.accumulate(np.array([end for _, end in bounds], dtype=np.int64))
        known = half.__dict__["named_ranges"] = starts, ends
    return known


def _touched(half: Half, fields: Fields, base: Ints) -> Column:
    """Return the memory that rows reach through a register of known content."""
    flow, listing, rows = half.index.flow, half.index.listing, half.code.rows
    column = _empty(rows.size)
    if flow is None:
        return column
    stack = half.index.isa.stack if half.index.isa else NONE
    moved = base[fields.bases] != stack
    chosen = fields.bases[moved]
    value, known = flow.value_of(base[chosen].astype(np.uint8), rows[chosen])
    column.value[chosen], column.has[chosen] = value + fields.offset[moved], known
    indexed = np.flatnonzero(listing.op[rows] == LOADX)
    first, one = flow.value_of(listing.ra[rows[indexed]], rows[indexed])
    if half.elf.machine == ARM:
        counted = listing.ra[rows[indexed]] == PC
        first = np.where(counted, half.code.address[indexed] + AHEAD, first)
        one = one | counted
    second, two = flow.value_of(listing.rb[rows[indexed]], rows[indexed])
    column.value[indexed] = first + second + listing.imm[rows[indexed]]
    column.has[indexed] = one & two
    if half.elf.bits == 32:
        column.value &= 0xFFFFFFFF
    column.has &= known_place(half, column.value)
    return column
