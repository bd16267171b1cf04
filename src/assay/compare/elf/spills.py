"""Parts of addresses that wait on the stack: stored once, loaded and completed later.

A slot counts only when every store into it that reaches the load puts the same part there on
both sides; then what completes it can be resolved as if the part had stayed in a register.
"""

import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value
from assay.code.listing import ADD, ADDI, LOAD, REGISTERS, STORE
from assay.code.memory import Ints, distinct
from assay.compare.elf.half import Half
from assay.compare.elf.paths import constant_of, constant_rows, number_of, walker_of
from assay.compare.elf.references import holding
from assay.compare.elf.state import State

Mask = npt.NDArray[np.bool_]
MOST_ROWS, MORE = 20_000, 2
WORD = 4
BEHIND = 64
"""More bytes than there are behind the end of a zone in which a place still belongs to it."""
DEPTH, MOST_SOURCES = 6, 16
"""Copies of copies that are followed, and rows that may set a register."""


class Spilled(Value):
    """Paired rows that are resolved through the stack, and the parts that they used."""

    good: Mask
    sources: Mask
    slots: "Slots"


def through_stack(state: State, wanted: Mask) -> Spilled:
    """Return which of the *wanted* paired rows complete a part that was kept on the stack."""
    rows, refs, half = state.rows, state.refs[0], state.a
    good = np.zeros(rows.a.size, dtype=np.bool_)
    sources = np.zeros(rows.a.size, dtype=np.bool_)
    listing = half.index.listing
    slots = Slots(state)
    places = half.code.rows[np.maximum(refs.base_def[rows.a], 0)]
    kept = (listing.op[places] == LOAD) & (listing.ra[places] == slots.stack)
    chosen = np.flatnonzero(wanted & kept & (refs.base_def[rows.a] >= 0))[:MOST_ROWS]
    mask = -1 if half.elf.bits == 64 else 0xFFFFFFFF
    bounds = _bounds(state)
    first_offsets, second_offsets, adds = _offsets(state, chosen)
    loads = refs.base_def[rows.a[chosen]]
    asked = (chosen, loads, listing.imm[half.code.rows[loads]], first_offsets, second_offsets)
    for number, load, place, one, two in zip(
        *(column[adds].tolist() for column in asked), strict=True
    ):
        if not _any_place(slots.values(load, place), one, mask, bounds):
            continue
        found = slots.part(load, place)
        if found is None:
            continue
        first, second, parts = found
        if state.same_one((first + one) & mask, (second + two) & mask):
            good[number] = True
            sources[parts] = True
    return Spilled(good, sources, slots)


def _bounds(state: State) -> tuple[int, int]:
    """Return between which addresses all that has a counterpart lies."""
    mapped = state.map
    starts = [mapped.starts, mapped.externs[0], state.boundaries[:, 0]]
    ends = [mapped.ends, mapped.externs[0], state.boundaries[:, 0]]
    first, last = np.concatenate(starts), np.concatenate(ends)
    return (int(first.min()), int(last.max()) + BEHIND) if first.size else (0, -1)


def _any_place(values: list[int], offset: int, mask: int, bounds: tuple[int, int]) -> bool:
    """Say whether one of *values* may be completed to an address by adding *offset*."""
    return any(bounds[0] <= value + offset & mask <= bounds[1] for value in values)


def _offsets(state: State, numbers: Ints) -> list[Ints]:
    """Return the constants that pairs of rows add to their base registers, on each side.

    And which do on both.
    """
    found, good = [], np.ones(numbers.size, dtype=np.bool_)
    for half, fields, rows in (
        (state.a, state.fields[0], state.rows.a[numbers]),
        (state.b, state.fields[1], state.rows.b[numbers]),
    ):
        listing, places = half.index.listing, half.code.rows[rows]
        sums = listing.op[places] == ADDI
        at = np.minimum(np.searchsorted(fields.bases, rows), max(fields.bases.size - 1, 0))
        based = fields.bases[at] == rows if fields.bases.size else np.zeros(rows.size, np.bool_)
        offset = fields.offset[at] if fields.bases.size else np.zeros(rows.size, np.int64)
        found.append(np.where(sums, listing.imm[places], offset))
        good &= sums | based
    return [*found, np.flatnonzero(good)]


class Slots:
    """What each slot of the stack frame of each chunk holds.

    `loaded` are the paired rows that were found to load from the table of addresses.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.loaded: set[int] = set()
        self._parts: dict[int, tuple[int, int, list[int]] | None] = {}
        self._held: dict[tuple[int, int], list[tuple[int, tuple[int, int]]]] = {}
        half = state.a
        self.stack = half.index.isa.stack if half.index.isa else -1
        listing, code = half.index.listing, half.code
        self._op, self._ra = listing.op[code.rows], listing.ra[code.rows]
        self._rb, self._imm = listing.rb[code.rows], listing.imm[code.rows]
        stores = np.flatnonzero((self._op == STORE) & (self._ra == self.stack))
        self._rows = stores
        self._defined = _definitions(half, stores)
        sources = np.maximum(self._defined, 0)
        self._known = (self._defined >= 0) & constant_rows(state)[sources]
        constants = np.zeros(code.rows.size, dtype=np.int64)
        constants[state.rows.a] = state.constants[0]
        self._constants = constants[sources]
        self._values: dict[tuple[int, int], list[int]] = {}
        self._stores: dict[tuple[int, int], list[int]] = {}
        places = self._imm[stores]
        for number, (chunk, place) in enumerate(
            zip(code.chunk[stores].tolist(), places.tolist(), strict=True)
        ):
            self._stores.setdefault((chunk, place), []).append(number)

    def values(self, load: int, place: int) -> list[int]:
        """Return the constants of the first program that stores put into a slot, each once."""
        key = int(self._state.a.code.chunk[load]), place
        if key not in self._values:
            chosen = np.array(self._stores.get(key, []), dtype=np.int64)
            self._values[key] = distinct(self._constants[chosen[self._known[chosen]]]).tolist()
        return self._values[key]

    def part(self, load: int, place: int) -> tuple[int, int, list[int]] | None:
        """Return what row *load* gets from a slot on both sides, and the rows that made it.

        Where stores of the chunk put different things there, those count that reach the load.
        """
        if load not in self._parts:
            self._parts[load] = self._part(load, place)
        return self._parts[load]

    def _part(self, load: int, place: int) -> tuple[int, int, list[int]] | None:
        half = self._state.a
        stores = self._stores.get((int(half.code.chunk[load]), place), [])
        if not self.values(load, place):
            return None
        found = self._one(stores)
        if found is not None or len(stores) < MORE:
            return found
        rows = {int(self._rows[number]): number for number in stores}
        nearest = walker_of(half).nearest(load, rows)
        return self._one([rows[row] for row in sorted(nearest)]) if nearest else None

    @property
    def defined(self) -> tuple[Ints, Ints]:
        """The rows that store to the stack, and the row that sets what each stores, -1 for none."""
        return self._rows, self._defined

    def put_back(self) -> list[int]:
        """Return the rows that load from a slot into which a part, or the pointer, was put."""
        state, half = self._state, self._state.a
        chunk = half.code.chunk
        pointers = state.pointers
        makes = state.refs[0].part | holding(half, [pointers[0]] if pointers else [])
        put = self._rows[(self._defined >= 0) & makes[np.maximum(self._defined, 0)]]
        places = set(zip(chunk[put].tolist(), self._imm[put].tolist(), strict=True))
        rows = np.flatnonzero((self._op == LOAD) & (self._ra == self.stack))
        keys = zip(chunk[rows].tolist(), self._imm[rows].tolist(), strict=True)
        return [row for row, key in zip(rows.tolist(), keys, strict=True) if key in places]

    def held(self, row: int, depth: int = DEPTH) -> list[tuple[int, tuple[int, int]]]:
        """Return the parts that *row* leaves in its register: paired rows, values of both sides.

        Follows copies, slots, and what is loaded through the pointer to
        the table of addresses; empty where one of its sources is not known.
        """
        key = row, depth
        if key not in self._held:
            self._held[key] = []
            self._held[key] = self._sources(row, depth)
        return self._held[key]

    def _sources(self, row: int, depth: int) -> list[tuple[int, tuple[int, int]]]:
        if self._copies(row):
            found = self._copied(row, depth) if depth > 0 else []
            if found:
                return found
        number, value = number_of(self._state, row), constant_of(self._state, row)
        if value is not None:
            return [(number, value)]
        if depth <= 0 or self._op.item(row) != LOAD:
            return []
        if self._ra.item(row) == self.stack:
            return self._slot(row, self._imm.item(row), depth)
        return self._entry(row, number, depth)

    def summed(self, row: int) -> list[tuple[int, tuple[int, int]]]:
        """Return the parts to which *row* adds an index: those of one of its two registers.

        Only what was loaded from the table of addresses counts.
        """
        if self._op.item(row) != ADD:
            return []
        sides = [
            self._before(row, register, DEPTH)
            for register in (self._ra.item(row), self._rb.item(row))
        ]
        found = sides[0] or sides[1] if not (sides[0] and sides[1]) else []
        # A number that is added to a pointer looks like the upper half of an address.
        rows = self._state.rows.a[[number for number, _ in found]]
        return found if (self._op[rows] == LOAD).all() else []

    def _copies(self, row: int) -> bool:
        copies = self._op.item(row) == ADDI and not self._imm.item(row)
        return copies and self._ra.item(row) < REGISTERS

    def _copied(self, row: int, depth: int) -> list[tuple[int, tuple[int, int]]]:
        """Return the parts that come to a copy through any number of copies, also in a circle."""
        walker = walker_of(self._state.a)
        seen, leaves, pending = {row}, set(), [row]
        while pending:
            one = pending.pop()
            sources = walker.definitions(one, self._ra.item(one))
            if not sources or len(seen) > MOST_SOURCES:
                return []
            fresh = sources - seen
            seen |= fresh
            leaves |= {source for source in fresh if not self._copies(source)}
            pending += [source for source in sorted(fresh) if self._copies(source)]
        many = [self.held(one, depth - 1) for one in sorted(leaves)]
        return list(dict.fromkeys(one for some in many for one in some)) if all(many) else []

    def _before(self, row: int, register: int, depth: int) -> list[tuple[int, tuple[int, int]]]:
        """Return the parts that a register holds before *row*, empty where one is not known."""
        if register >= REGISTERS:
            return []
        sources = sorted(walker_of(self._state.a).definitions(row, register) or ())
        many = [self.held(one, depth - 1) for one in sources[:MOST_SOURCES]]
        complete = all(many) and len(sources) <= MOST_SOURCES
        return list(dict.fromkeys(one for some in many for one in some)) if complete else []

    def _slot(self, load: int, place: int, depth: int) -> list[tuple[int, tuple[int, int]]]:
        """Return the parts that a load gets from a slot of the stack."""
        found = self.part(load, place)
        if found is not None:
            return [(part, (found[0], found[1])) for part in found[2]]
        half = self._state.a
        stores = self._stores.get((int(half.code.chunk[load]), place), [])
        rows = [int(self._rows[number]) for number in stores]
        if len(rows) >= MORE:
            rows = sorted(walker_of(half).nearest(load, rows) or ())
        written = self._rb[rows].tolist()
        many = [
            self._before(row, register, depth - 1)
            for row, register in zip(rows, written, strict=True)
        ]
        return list(dict.fromkeys(one for some in many for one in some)) if all(many) else []

    def _entry(self, row: int, number: int, depth: int) -> list[tuple[int, tuple[int, int]]]:
        """Return what a load through the pointer to the table of addresses gets."""
        state, pointers = self._state, self._state.pointers
        if pointers is None or number < 0:
            return []
        places = state.a.code.rows[row], state.b.code.rows[int(state.rows.b[number])]
        listings = state.a.index.listing, state.b.index.listing
        if any(one.width[at] != WORD for one, at in zip(listings, places, strict=True)):
            return []
        base = self._before(row, self._ra.item(row), depth)
        if not base or any(value != pointers for _, value in base):
            return []
        values = []
        for half, listing, place, pointer in zip(
            (state.a, state.b), listings, places, pointers, strict=True
        ):
            at = np.array([pointer + int(listing.imm[place])], dtype=np.int64)
            held, good = half.index.program.memory.words(at, 4)
            values.append(int(held[0]) if good[0] else -1)
        if min(values) < 0:
            return []
        self.loaded.add(number)
        return [(number, (values[0], values[1]))]

    def _one(self, stores: list[int]) -> tuple[int, int, list[int]] | None:
        """Return the part that all *stores* put into a slot, and the paired rows that made it."""
        state = self._state
        values: set[tuple[int, int]] = set()
        parts: list[int] = []
        for number in stores:
            source = int(self._defined[number])
            part = number_of(state, source) if source >= 0 else -1
            value = constant_of(state, source) if part >= 0 else None
            if value is None:
                return None
            values.add(value)
            parts.append(part)
        return (*values.pop(), parts) if len(values) == 1 else None


def _definitions(half: Half, stores: Ints) -> Ints:
    """Return the row of the code that set what each store writes."""
    flow, code = half.index.flow, half.code
    if flow is None or not stores.size:
        return np.zeros(0, dtype=np.int64)
    rows = code.rows[stores]
    return code.numbers(flow.reach(half.index.listing.rb[rows], rows))
