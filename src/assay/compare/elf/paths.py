"""All paths on which parts of addresses come together, where the fast pass follows one.

A part that arrives at an instruction on another path has to complete an address there that
corresponds, as the part on the nearest path does.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value
from assay.code.listing import ADD, ADDI, LOAD, REGISTERS
from assay.code.memory import Ints, contained
from assay.compare.elf.carriers import KINDS, Small, carriers, keys_of
from assay.compare.elf.half import Half
from assay.compare.elf.leaders import leaders
from assay.compare.elf.references import CHAIN, holding
from assay.compare.elf.state import State
from assay.compare.elf.walking import Sources, steps_of, walk_over

Mask = npt.NDArray[np.bool_]
MOST_USERS = 20_000


POINTER = 28
"""The register that holds the pointer to the table of addresses on MIPS."""


class Slots(Protocol):
    """Says which parts a row leaves in its register: paired rows, and values of both sides.

    `loaded` are the paired rows that load from the table of addresses.
    """

    loaded: set[int]

    @property
    def defined(self) -> tuple[Ints, Ints]:
        """The rows that store to the stack, and the row that sets what each stores, -1 for none."""

    def held(self, row: int) -> list[tuple[int, tuple[int, int]]]:
        """Return the parts that *row* of the first program leaves in its register."""

    def summed(self, row: int) -> list[tuple[int, tuple[int, int]]]:
        """Return the parts to which *row* of the first program adds an index."""

    def put_back(self) -> list[int]:
        """Return the rows that load from a slot of the stack into which a part was put."""


def judge_paths(
    state: State, which: tuple[Mask, Mask, Mask], both: tuple[Mask, Mask], slots: Slots
) -> tuple[Mask, Mask]:
    """Return the good rows with the parts that are completed on another path.

    *which* are the rows that changed, that hold parts, and whose paths have to be followed.

    The second result are rows whose addresses correspond on every path. *both* are the rows that
    are good and bad; parts that are completed wrongly become bad.
    """
    changed, parts, wanted = which
    good, bad = both
    rows, refs = state.rows, state.refs[0]
    right: list[int] = []
    wrong: list[tuple[int, int]] = []
    for part, user, fine in _known_users(state, good & ~bad & wanted):
        if fine:
            right.append(part)
        else:
            wrong.append((part, user))
    everywhere = np.zeros(rows.a.size, dtype=np.bool_)
    for part, user, fine in _unknown_users(state, wanted, slots):
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


def _unknown_users(state: State, wanted: Mask, slots: Slots) -> Iterator[tuple[int, int, bool]]:
    """Yield parts with *wanted* rows that complete them although the fast pass does not know it.

    Each with whether the address corresponds. At a place where paths join the fast pass may
    follow one on which the register holds nothing that is known.
    """
    half, rows = state.a, state.rows
    offsets = _offsets(state, 0), _offsets(state, 1)
    users = rows.a[offsets[0].has(rows.a) & offsets[1].has(rows.b) & wanted]
    for user in _undecided(state, users, offsets[0].register, slots):
        number = number_of(state, user)
        added = offsets[0].constant.item(user), offsets[1].constant.item(rows.b.item(number))
        reached = sorted(walker_of(half).definitions(user, offsets[0].register.item(user)) or ())
        found: list[tuple[int, bool]] = []
        complete = True
        for row in reached:
            held_parts, known = slots.held(row) or slots.summed(row), len(found)
            for part, value in held_parts:
                if _is_part(state, slots, part, value):
                    found += _judged(state, part, value, added)
            complete = complete and 0 < len(held_parts) == len(found) - known
        yield from ((part, number, fine) for part, fine in found)
        if found and complete and all(fine for _, fine in found):
            # What it completes corresponds on every path, so the row itself does.
            yield number, number, True


def _undecided(state: State, users: Ints, registers: Ints, slots: Slots) -> list[int]:
    """Return those of *users* that may complete a part which the fast pass did not follow.

    *registers* are what rows add their constants to.
    """
    half, refs = state.a, state.refs[0]
    flow, listing, code = half.index.flow, half.index.listing, half.code
    if flow is None or not users.size:
        return []
    pointers = state.pointers
    pointing = holding(half, [pointers[0]] if pointers else [])
    op = listing.op[code.rows]
    loads = (op == LOAD) & ~flow.known[code.rows] & _kept_pointer(half, pointing)
    # Registers that a part may come to be in: where it is made, or put back from the stack.
    here = _in_chunks_of(half, users)
    passes = np.flatnonzero((refs.part | pointing | loads) & here)
    passes = np.concatenate([passes, np.array(slots.put_back(), dtype=np.int64)])
    made = np.zeros(KINDS * max(len(code), 1), dtype=np.bool_)
    made[keys_of(half, passes, listing.rd[code.rows[passes]])] = True
    sums = (op == ADD) & ~flow.known[code.rows]
    copies = (op == ADDI) & (listing.imm[code.rows] == 0) & ~flow.known[code.rows]
    _pass_on(half, np.flatnonzero((sums | copies) & here), made)
    source = refs.base_def[users]
    open_ = (source < 0) | (~refs.part[source] & (leaders(half)[users] > source))
    open_ |= (source >= 0) & (loads | sums | (copies & ~refs.part))[source]
    chosen = users[open_ & made[keys_of(half, users, registers[users])]]
    if not chosen.size:
        return []
    walk = walker_of(half)
    which = (refs.part | pointing) & constant_rows(state), _in_chunks_of(half, chosen)
    carrying = carriers(half, which, slots.defined, walk)
    reached = walk.sources(chosen, registers[chosen].astype(np.uint8))
    found: list[int] = chosen[reached.touching(carrying)].tolist() if reached else chosen.tolist()
    return found


def constant_rows(state: State) -> Mask:
    """Return which rows of the first program set their register to what is known on both sides."""
    found = np.zeros(state.a.code.rows.size, dtype=np.bool_)
    found[state.rows.a] = state.constants[2]
    return found


def _in_chunks_of(half: Half, users: Ints) -> Mask:
    """Return which rows of the code lie in a chunk with one of *users*: nothing else reaches it."""
    chunk = half.code.chunk
    chosen = np.zeros(len(half.code), dtype=np.bool_)
    chosen[chunk[users]] = True
    return np.asarray(chosen[chunk])


def _pass_on(half: Half, rows: Ints, made: Mask) -> None:
    """Note the chunks and registers into which *rows* may put a part, copied or with an index."""
    listing, places = half.index.listing, half.code.rows[rows]
    one, two, to = (
        keys_of(half, rows, column[places]) for column in (listing.ra, listing.rb, listing.rd)
    )
    for _ in range(CHAIN):
        fresh = (made[one] | made[two]) & ~made[to]
        if not fresh.any():
            break
        made[to[fresh]] = True


def _kept_pointer(half: Half, pointing: Mask) -> Mask:
    """Return which rows of the code lie in a chunk that keeps the pointer in a plain register."""
    code = half.code
    plain = pointing & (half.index.listing.rd[code.rows] != POINTER)
    found = np.zeros(len(code), dtype=np.bool_)
    found[code.chunk[plain]] = True
    return np.asarray(found[code.chunk])


def _is_part(state: State, slots: Slots, part: int, value: tuple[int, int]) -> bool:
    known = bool(state.refs[0].part[state.rows.a[part]]) or value == state.pointers
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
    if same or value != state.pointers:
        return [(part, same)]
    # Two entries of the table of addresses are one when what they hold is.
    held = state.a.word(first, 4), state.b.word(second, 4)
    good = None not in held and state.same_one(held[0] or 0, held[1] or 0)
    return [(part, True)] if good else []


def _is_place(half: Half, address: int) -> bool:
    zone = half.zone_at(address)
    return zone is not None and bool(zone.name)


class Offsets(Value):
    """The constant that each row adds to a register, in memory or not; no register for none."""

    register: Ints
    constant: Ints

    def has(self, rows: Ints) -> Mask:
        """Return which of *rows* add a constant."""
        return np.asarray(self.register[rows] >= 0)


def _offsets(state: State, side: int) -> Offsets:
    """Return what the rows of one side add to registers that are no pointer everywhere."""
    half, fields = (state.a, state.b)[side], state.fields[side]
    listing, code = half.index.listing, half.code
    isa = half.index.isa
    ambient = [isa.stack, *isa.ambient(half.index.program)] if isa else []
    register = np.full(code.rows.size, -1, dtype=np.int64)
    constant = np.zeros(code.rows.size, dtype=np.int64)
    sums = np.flatnonzero(listing.op[code.rows] == ADDI)
    register[sums], constant[sums] = listing.ra[code.rows[sums]], listing.imm[code.rows[sums]]
    register[fields.bases], constant[fields.bases] = fields.base, fields.offset
    register[contained(register, ambient)] = -1
    return Offsets(register, constant)


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
    return state.numbers.item(row) if row >= 0 else -1


def constant_of(state: State, row: int) -> tuple[int, int] | None:
    """Return what a row of the first program and its partner set their register to, if known."""
    number = number_of(state, row)
    first, second, known = state.constants
    if number < 0 or not known.item(number):
        return None
    return first.item(number), second.item(number)


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
    """The paths of one program; what was asked once is kept.

    Those of a part of a program are the paths of the whole: none leaves its chunk.
    """

    def __init__(self, half: Half) -> None:
        whole = half.whole or half
        self._walk = walk_over(steps_of(whole))
        self._places: Ints | None = None
        if half.whole is not None:
            self._places = np.searchsorted(whole.code.rows, half.code.rows)
        self._known: dict[tuple[int, int], set[int] | None] = {}

    def definitions(self, user: int, register: int) -> set[int] | None:
        """Return the rows that may set *register* before row *user*; None if one is unknown."""
        key = user, register
        if key not in self._known:
            self._known[key] = self._own(self._walk.definitions(self._place(user), register))
        return self._known[key]

    def sources(self, users: Ints, registers: Small) -> Sources | None:
        """Return what may set the register of each of *users*; None for more than is kept."""
        if self._places is None:
            return self._walk.sources(users, registers)
        found = self._walk.sources(self._places[users], registers)
        if found is None:
            return None
        return Sources(found.offsets, np.searchsorted(self._places, found.rows))

    def nearest(self, user: int, wanted: Iterable[int]) -> set[int] | None:
        """Return those of the rows *wanted* that control meets last before *user*."""
        if self._places is not None:
            wanted = self._places[list(wanted)].tolist()
        return self._own(self._walk.nearest(self._place(user), wanted))

    def _place(self, row: int) -> int:
        """Return the row of the whole program that *row* is."""
        return row if self._places is None else self._places.item(row)

    def _own(self, found: set[int] | None) -> set[int] | None:
        """Return rows of the whole program as rows of the part."""
        if found is None or self._places is None:
            return found
        return set(self._places.searchsorted(sorted(found)).tolist())
