"""All paths on which parts of addresses come together, where the fast pass follows one.

A part that arrives at an instruction on another path has to complete an address there that
corresponds, as the part on the nearest path does.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assay.code.listing import (
    ADD,
    ADDI,
    ALWAYS,
    JUMP,
    JUMPM,
    JUMPR,
    LOAD,
    REGISTERS,
    RET,
    STOP,
    TABLE,
)
from assay.code.memory import Ints, contained, member
from assay.compare.elf.callees import lasting, overwritten
from assay.compare.elf.half import Half
from assay.compare.elf.jumps import jumps_of
from assay.compare.elf.leaders import is_transfer, leaders
from assay.compare.elf.references import CHAIN, holding
from assay.compare.elf.state import State

Mask = npt.NDArray[np.bool_]
MOST_STEPS = 4000
MOST_USERS = 20_000
ENDS = member(JUMP, JUMPR, JUMPM, RET, STOP, TABLE)


POINTER = 28
"""The register that holds the pointer to the table of addresses on MIPS."""


class Slots(Protocol):
    """Says which parts a row leaves in its register: paired rows, and values of both sides.

    `loaded` are the paired rows that load from the table of addresses.
    """

    loaded: set[int]

    def held(self, row: int) -> list[tuple[int, tuple[int, int]]]:
        """Return the parts that *row* of the first program leaves in its register."""

    def summed(self, row: int) -> list[tuple[int, tuple[int, int]]]:
        """Return the parts to which *row* of the first program adds an index."""

    def put_back(self) -> list[int]:
        """Return the rows that load from a slot of the stack into which a part was put."""


def judge_paths(
    state: State, changed: Mask, parts: Mask, both: tuple[Mask, Mask], slots: Slots
) -> tuple[Mask, Mask]:
    """Return the good rows with the *parts* that are completed on another path.

    The second result are rows whose addresses correspond on every path. *both* are the rows that
    are good and bad; parts that are completed wrongly become bad.
    """
    good, bad = both
    rows, refs = state.rows, state.refs[0]
    right: list[int] = []
    wrong: list[tuple[int, int]] = []
    for part, user, fine in _known_users(state, good & ~bad):
        if fine:
            right.append(part)
        else:
            wrong.append((part, user))
    everywhere = np.zeros(rows.a.size, dtype=np.bool_)
    for part, user, fine in _unknown_users(state, slots):
        everywhere[user] |= part == user
        if fine:
            right.append(part)
        else:
            wrong.append((part, user))
    found = good.copy()
    found[[one for one in right if parts[one] or changed[one]]] = True
    ready = np.array(sorted(set(right)), dtype=np.int64)
    ready = ready[refs.part[rows.a[ready]]]
    state.completed[ready] = True
    bad[ready[refs.touched.has[rows.a[ready]]]] = False
    for part, number in wrong:
        # A part that another row completes is not meant for one that did not change.
        if changed[number] or not (found[part] or part in right):
            bad[part] = True
    return found, everywhere


def _known_users(state: State, chosen: Mask) -> Iterator[tuple[int, int, bool]]:
    """Yield the parts that come to the *chosen* rows on other paths than the nearest.

    Each with its user and whether the address corresponds.
    """
    rows, refs = state.rows, state.refs[0]
    after = leaders(state.a)
    for definition, side in ((refs.base_def, "ra"), (refs.index_def, "rb")):
        source = definition[rows.a]
        users = np.flatnonzero((source >= 0) & (after[rows.a] > source))
        users = users[refs.part[source[users]] & chosen[users]]
        for number in users[:MOST_USERS].tolist():
            for part, fine in _others(state, number, int(source[number]), side):
                yield part, number, fine
    users = np.flatnonzero((refs.part_def[rows.a] >= 0) & chosen)
    for number in users[:MOST_USERS].tolist():
        for part, fine in _indexed(state, number):
            yield part, number, fine


def _others(state: State, user: int, nearest: int, side: str) -> list[tuple[int, bool]]:
    """Return the parts that a pair of rows completes on other paths, and whether they fit."""
    row = int(state.rows.a[user])
    return _elsewhere(state, user, nearest, reaching(state.a, row, side, nearest))


def _indexed(state: State, user: int) -> list[tuple[int, bool]]:
    """Return the same for a part to which an index is added before the row completes it."""
    half, row = state.a, int(state.rows.a[user])
    nearest, total = int(state.refs[0].part_def[row]), int(state.refs[0].base_def[row])
    register = int(half.index.listing.rd[half.code.rows[nearest]])
    sums = walker_of(half).definitions(row, int(half.index.listing.rd[half.code.rows[total]]))
    sources = walker_of(half).definitions(total, register)
    if sums != {total} or nearest not in (sources or ()):
        number = number_of(state, nearest)
        return [(number if number >= 0 else user, False)]
    return _elsewhere(state, user, nearest, sources)


def _elsewhere(
    state: State, user: int, nearest: int, sources: set[int] | None
) -> list[tuple[int, bool]]:
    """Return which of *sources* are parts, and whether they complete what *nearest* does."""
    if sources is None or len(sources) < MORE:
        return []
    base = constant_of(state, nearest)
    places = _completes(state, user)
    found = []
    for source in sorted(sources - {nearest}):
        number = number_of(state, source)
        value = constant_of(state, source)
        if number < 0 or not state.refs[0].part[source] or None in {base, value, places}:
            continue
        mask = -1 if state.a.elf.bits == 64 else 0xFFFFFFFF
        first, second = (
            place - old + new & mask
            for place, old, new in zip(places or (), base or (), value or (), strict=True)
        )
        found.append((number, state.same_one(first, second)))
    return found


MORE = 2


def _unknown_users(state: State, slots: Slots) -> Iterator[tuple[int, int, bool]]:
    """Yield parts with rows that complete them although the fast pass does not know it.

    Each with whether the address corresponds. At a place where paths join the fast pass may
    follow one on which the register holds nothing that is known.
    """
    half, rows = state.a, state.rows
    offsets = _offsets(state, 0), _offsets(state, 1)
    users = np.array(sorted(offsets[0].keys()), dtype=np.int64)
    users = users[contained(users, rows.a)]
    for user in _undecided(state, users, offsets[0], slots):
        register, offset = offsets[0][user]
        number = number_of(state, user)
        other = offsets[1].get(int(rows.b[number]))
        reached = sorted(walker_of(half).definitions(user, register) or ())
        if other is None:
            continue
        found: list[tuple[int, bool]] = []
        complete = True
        for row in reached:
            held_parts, known = slots.held(row) or slots.summed(row), len(found)
            for part, value in held_parts:
                if _is_part(state, slots, part, value):
                    found += _judged(state, part, value, (offset, other[1]))
            complete = complete and 0 < len(held_parts) == len(found) - known
        yield from ((part, number, fine) for part, fine in found)
        if found and complete and all(fine for _, fine in found):
            # What it completes corresponds on every path, so the row itself does.
            yield number, number, True


def _undecided(
    state: State, users: Ints, offsets: dict[int, tuple[int, int]], slots: Slots
) -> list[int]:
    """Return those of *users* that may complete a part which the fast pass did not follow."""
    half, refs = state.a, state.refs[0]
    flow, listing, code = half.index.flow, half.index.listing, half.code
    if flow is None:
        return []
    pointers = state.pointers()
    pointing = holding(half, [pointers[0]] if pointers else [])
    op = listing.op[code.rows]
    loads = (op == LOAD) & ~flow.known[code.rows] & _kept_pointer(half, pointing)
    # Registers that a part may come to be in: where it is made, or put back from the stack.
    passes = np.flatnonzero(refs.part | pointing | loads)
    passes = np.concatenate([passes, np.array(slots.put_back(), dtype=np.int64)])
    chunks, registers = code.chunk[passes].tolist(), listing.rd[code.rows[passes]].tolist()
    made = set(zip(chunks, registers, strict=True))
    source = refs.base_def[users]
    sums = (op == ADD) & ~flow.known[code.rows]
    copies = (op == ADDI) & (listing.imm[code.rows] == 0) & ~flow.known[code.rows]
    made |= _passed_on(half, np.flatnonzero(sums | copies), made)
    open_ = (source < 0) | (~refs.part[source] & (leaders(half)[users] > source))
    open_ |= (source >= 0) & (loads | sums | (copies & ~refs.part))[source]
    chosen = users[open_].tolist()
    pairs = zip(chosen, code.chunk[chosen].tolist(), strict=True)
    return [user for user, chunk in pairs if (chunk, offsets[user][0]) in made]


def _passed_on(half: Half, rows: Ints, made: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the chunks and registers into which *rows* may put a part, copied or with an index."""
    listing, code = half.index.listing, half.code
    places = code.rows[rows]
    columns = (code.chunk[rows], listing.ra[places], listing.rb[places], listing.rd[places])
    steps = list(zip(*(column.tolist() for column in columns), strict=True))
    found: set[tuple[int, int]] = set()
    for _ in range(CHAIN):
        known = made | found
        fresh = {
            (chunk, to)
            for chunk, one, two, to in steps
            if ((chunk, one) in known or (chunk, two) in known) and (chunk, to) not in known
        }
        if not fresh:
            break
        found |= fresh
    return found


def _kept_pointer(half: Half, pointing: Mask) -> Mask:
    """Return which rows of the code lie in a chunk that keeps the pointer in a plain register."""
    code = half.code
    plain = pointing & (half.index.listing.rd[code.rows] != POINTER)
    found = np.zeros(len(code), dtype=np.bool_)
    found[code.chunk[plain]] = True
    return np.asarray(found[code.chunk])


def _is_part(state: State, slots: Slots, part: int, value: tuple[int, int]) -> bool:
    known = bool(state.refs[0].part[state.rows.a[part]]) or value == state.pointers()
    return known or part in slots.loaded


def _judged(
    state: State, part: int, value: tuple[int, int], offsets: tuple[int, int]
) -> list[tuple[int, bool]]:
    """Return whether a part completes with *offsets* what it has to; empty for no address."""
    mask = -1 if state.a.elf.bits == 64 else 0xFFFFFFFF
    first, second = value[0] + offsets[0] & mask, value[1] + offsets[1] & mask
    if not (_is_place(state.a, first) or _is_place(state.b, second)):
        return []
    same = state.same_one(first, second)
    if same or value != state.pointers():
        return [(part, same)]
    # Two entries of the table of addresses are one when what they hold is.
    held = state.a.word(first, 4), state.b.word(second, 4)
    good = None not in held and state.same_one(held[0] or 0, held[1] or 0)
    return [(part, True)] if good else []


def _is_place(half: Half, address: int) -> bool:
    zone = half.zone_at(address)
    return zone is not None and bool(zone.name)


def _offsets(state: State, side: int) -> dict[int, tuple[int, int]]:
    """Return the rows that add a constant to a register, in memory or not: register, constant."""
    half, fields = (state.a, state.b)[side], state.fields[side]
    listing, code = half.index.listing, half.code
    isa = half.index.isa
    ambient = {isa.stack, *isa.ambient(half.index.program)} if isa else set()
    found = {}
    for row in np.flatnonzero(listing.op[code.rows] == ADDI).tolist():
        place = code.rows[row]
        found[row] = int(listing.ra[place]), int(listing.imm[place])
    rows = zip(fields.bases.tolist(), fields.base.tolist(), fields.offset.tolist(), strict=True)
    found |= {row: (base, offset) for row, base, offset in rows}
    return {row: one for row, one in found.items() if one[0] not in ambient}


def _completes(state: State, user: int) -> tuple[int, int] | None:
    """Return the addresses that a pair of rows completes on the nearest path."""
    one, two = int(state.rows.a[user]), int(state.rows.b[user])
    for name in ("touched", "formed"):
        left, right = (getattr(refs, name) for refs in state.refs)
        if left.has[one] and right.has[two]:
            return int(left.value[one]), int(right.value[two])
    return None


def number_of(state: State, row: int) -> int:
    """Return the number of the pair that holds *row* of the first program, -1 for none."""
    number = int(np.searchsorted(state.rows.a, row))
    inside = number < state.rows.a.size and int(state.rows.a[number]) == row
    return number if inside else -1


def constant_of(state: State, row: int) -> tuple[int, int] | None:
    """Return what a row of the first program and its partner set their register to, if known."""
    number = number_of(state, row)
    flow_a, flow_b = state.a.index.flow, state.b.index.flow
    if number < 0 or flow_a is None or flow_b is None:
        return None
    first, second = state.a.code.rows[row], state.b.code.rows[state.rows.b[number]]
    if not (flow_a.known[first] and flow_b.known[second]):
        return None
    return int(flow_a.values[first]), int(flow_b.values[second])


def reaching(half: Half, user: int, side: str, first: int) -> set[int] | None:
    """Return all rows that set the register *side* of row *user*, None when that is not known.

    Walks backwards over all paths inside the chunk.
    """
    walker = walker_of(half)
    register = int(getattr(half.index.listing, side)[half.code.rows[user]])
    if register >= REGISTERS:
        register = int(half.index.listing.rd[half.code.rows[first]])
    return walker.definitions(user, register)


def walker_of(half: Half) -> "Walker":
    """Return the walker of *half*, made when it is first asked for."""
    known = half.__dict__.get("walker")
    if known is None:
        known = half.__dict__["walker"] = Walker(half)
    return known


class Walker:
    """Walks backwards through the rows of one program.

    Its columns are lists: one value at a time is read.
    """

    def __init__(self, half: Half) -> None:
        code, listing = half.code, half.index.listing
        op = listing.op[code.rows]
        isa = half.index.isa
        delay = isa.delay if isa else 0
        stops = ENDS[op] & (listing.cond[code.rows] == ALWAYS)
        place = np.arange(op.size)
        self._written: list[int] = listing.rd[code.rows].tolist()
        self._chunk: list[int] = code.chunk.tolist()
        # Where control comes from the row above: not behind a delay slot of what ends a path.
        ended = stops[np.maximum(place - 1 - delay, 0)] & (place > delay)
        behind = lasting(half) + delay + 1
        ended[behind[behind < ended.size]] = True
        self._falls: list[bool] = (~ended).tolist()
        self._falls[:1] = [False] * len(self._falls[:1])
        self._lost = {row + delay: lost for row, lost in overwritten(half).items()}
        self._from: dict[int, list[int]] = {}
        sources = np.flatnonzero(is_transfer(half))
        self._jump(code.address, sources + delay, listing.imm[code.rows[sources]])
        for table, targets in jumps_of(half):
            source = int(np.searchsorted(code.rows, table.row)) + delay
            self._jump(code.address, np.full(targets.size, source), targets)
        self._extra: dict[int, set[int]] = {}
        extra = np.searchsorted(code.rows, listing.extra_index)
        for row, register in zip(extra.tolist(), listing.extra_register.tolist(), strict=True):
            self._extra.setdefault(row, set()).add(register)
        self._known: dict[tuple[int, int], set[int] | None] = {}

    def _jump(self, address: Ints, sources: Ints, targets: Ints) -> None:
        place = np.minimum(np.searchsorted(address, targets), max(address.size - 1, 0))
        exact = address[place] == targets
        # The delay slot of the last row lies outside.
        sources = np.minimum(sources, address.size - 1)
        for source, target in zip(sources[exact].tolist(), place[exact].tolist(), strict=True):
            if source != target:
                self._from.setdefault(target, []).append(source)

    def definitions(self, user: int, register: int) -> set[int] | None:
        """Return the rows that may set *register* before row *user*; None if one is unknown."""
        key = user, register
        if key not in self._known:
            self._known[key] = self._definitions(user, register)
        return self._known[key]

    def _definitions(self, user: int, register: int) -> set[int] | None:
        found: set[int] = set()
        seen: set[int] = set()
        chunk, bit = self._chunk[user], 1 << register
        pending = self._before(user)
        while pending:
            row = pending.pop()
            if row in seen:
                continue
            seen.add(row)
            if self._chunk[row] != chunk or len(seen) > MOST_STEPS:
                return None
            if self._lost.get(row, 0) & bit:
                # A call left nothing in it, also not what its delay slot put there: the callee
                # does not come back on this path.
                continue
            if self._written[row] == register:
                found.add(row)
                continue
            if row in self._extra and register in self._extra[row]:
                return None
            pending += self._before(row)
        return found

    def nearest(self, user: int, wanted: frozenset[int]) -> set[int] | None:
        """Return those of the rows *wanted* that control meets last before *user*.

        None where a path comes from elsewhere without meeting one.
        """
        found: set[int] = set()
        seen: set[int] = set()
        pending = self._before(user)
        while pending:
            row = pending.pop()
            if row in seen:
                continue
            seen.add(row)
            if self._chunk[row] != self._chunk[user] or len(seen) > MOST_STEPS:
                return None
            if row in wanted:
                found.add(row)
            else:
                pending += self._before(row)
        return found

    def _before(self, row: int) -> list[int]:
        """Return the rows from which control comes to *row*."""
        jumps = self._from.get(row)
        if not self._falls[row]:
            return list(jumps or ())
        return [*jumps, row - 1] if jumps else [row - 1]
