"""Which definition of a register reaches an instruction, and what constant it holds.

Vectorised over the whole listing. A definition is looked for upwards in address order; where
control cannot come from above (behind a jump or return), the search goes on at the first
branch that leads to that place. So loops and joins are approximated by one path: enough to
pair the halves of an address, not a proof. Proofs are the business of `symbolic`.
"""

from dataclasses import dataclass, field

import numpy as np

from assay.code.isa import Isa
from assay.code.listing import (
    ADD,
    ADDI,
    ALWAYS,
    BRANCH,
    CALL,
    CALLM,
    CALLR,
    CONST,
    INSERT,
    JUMP,
    JUMPM,
    JUMPR,
    LOAD,
    ORI,
    REGISTERS,
    RELATIVE,
    RET,
    STOP,
    SUB,
    TABLE,
    ZERO,
    Listing,
    Small,
)
from assay.code.memory import Ints, Mask, member, where
from assay.code.program import Program

HOPS = 48
ROUNDS = 8
_ENDS = member(JUMP, JUMPR, JUMPM, RET, STOP, TABLE)
_CALLS = member(CALL, CALLR, CALLM)
_PENDING = member(ADDI, ADD, SUB, ORI, INSERT, LOAD)
_TWO = member(ADD, SUB)
_WIDTHS = member(1, 2, 4, 8)


@dataclass(slots=True)
class Flow:
    """Reaching definitions of one listing.

    `floor[p]` is the row from which control runs straight to row p; `origin` maps such a row
    to the branch that leads there. `called[p]` is the row behind the last
    call before p. `absolute` tells values made of numbers in instructions alone.
    """

    program: Program
    isa: Isa
    listing: Listing
    keys: Ints
    rows: Ints
    floor: "np.typing.NDArray[np.int32]"
    called: "np.typing.NDArray[np.int32]"
    origin: "np.typing.NDArray[np.int32]"
    clobbered: Mask
    values: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    known: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    absolute: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    consumed: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    ambient: dict[int, int] = field(default_factory=dict)

    def reach(self, registers: Small, positions: Ints, before: Ints | None = None) -> Ints:
        """Return the row that last wrote each register before each position, or -1.

        A position is a row number; rows below it have been executed. *before* limits which
        calls count as clobbering: those that end at or before it. -2 is a register that a
        call may have changed or that a row changed in an unknown way.
        """
        count = len(self.listing)
        found = np.full(positions.size, -1, dtype=np.int64)
        open_ = np.arange(positions.size)
        position = positions.astype(np.int64)
        call_position = position if before is None else before.astype(np.int64)
        wanted = registers.astype(np.int64)
        for _ in range(HOPS):
            place = self._search(wanted, position)
            known = self.keys[np.maximum(place, 0)] if self.keys.size else place
            row = np.where(place >= 0, known - wanted * count, -1)
            # Behind a jump that ends a function its own block still counts.
            floor = self.floor[np.minimum(position, call_position)]
            inside = row >= floor
            lost = self.clobbered[wanted] & (self.called[call_position] > np.maximum(row, floor))
            found[open_[inside]] = np.where(
                lost[inside], -2, self.rows[np.maximum(place[inside], 0)]
            )
            found[open_[lost & ~inside]] = -2
            source = self.origin[floor]
            further = ~inside & ~lost & (source >= 0)
            if not further.any():
                break
            open_, wanted = open_[further], wanted[further]
            # The branch itself still belongs to the stretch that it leaves.
            call_position = source[further].astype(np.int64)
            position = call_position + 1 + self.isa.delay
        return found

    def _search(self, registers: Ints, positions: Ints) -> Ints:
        """Return the place in `keys` of the last write of each register before each position.

        Sorted questions are answered several times faster, and sorting small integers is cheap.
        """
        order = np.argsort(registers.astype(np.uint8), kind="stable")
        keys = registers[order] * len(self.listing) + positions[order]
        place = np.empty(order.size, dtype=np.int64)
        place[order] = np.searchsorted(self.keys, keys) - 1
        return place

    def value_of(
        self, registers: Small, positions: Ints, before: Ints | None = None
    ) -> tuple[Ints, Mask]:
        """Return the constants that *registers* hold at *positions* and which are known."""
        rows = self.reach(registers, positions, before)
        safe = np.maximum(rows, 0)
        known = (rows >= 0) & self.known[safe]
        values = np.where(known, self.values[safe], 0)
        for register, value in self.ambient.items():
            preset = (rows == -1) & (registers == register)
            values[preset], known[preset] = value, True
        zero = registers == ZERO
        return np.where(zero, 0, values), known | zero


def flow_of(program: Program, isa: Isa, listing: Listing, starts: Ints) -> Flow:
    """Return the reaching definitions of *listing*; control never falls into *starts*."""
    keys, rows = _definitions(listing)
    clobbered = np.zeros(256, dtype=np.bool_)
    clobbered[list(isa.clobbered)] = True
    floor = _floors(listing, isa.delay, starts)
    return Flow(
        program,
        isa,
        listing,
        keys,
        rows,
        floor,
        _last_calls(listing, isa.delay),
        _origins(listing, floor),
        clobbered,
        ambient=isa.ambient(program),
    )


def _definitions(listing: Listing) -> tuple[Ints, Ints]:
    """Return sorted keys register * rows + row, and the row of each; -2 for unknown writes."""
    count = len(listing)
    # A stable sort of small integers is a radix sort: linear.
    order = np.argsort(listing.rd, kind="stable")
    order = order[: int(np.count_nonzero(listing.rd < REGISTERS))]
    keys = listing.rd[order].astype(np.int64) * count + order
    if not listing.extra_index.size:
        return keys, order
    extra = listing.extra_register.astype(np.int64) * count + listing.extra_index
    every = np.concatenate([keys, extra])
    rows = np.concatenate([order, np.full(extra.size, -2, dtype=np.int64)])
    place = np.argsort(every, kind="stable")
    return every[place], rows[place]


def _running(count: int, rows: Ints) -> "np.typing.NDArray[np.int32]":
    """Return for each position the last of *rows* at or before it, 0 when there is none."""
    last = np.zeros(count + 2, dtype=np.int32)
    rows = np.minimum(rows, count + 1)
    last[rows] = rows
    np.maximum.accumulate(last, out=last)
    return last


def _floors(listing: Listing, delay: int, starts: Ints) -> "np.typing.NDArray[np.int32]":
    ends = where(_ENDS[listing.op] & (listing.cond == ALWAYS)) + 1 + delay
    rows, good = listing.find(starts)
    return _running(len(listing), np.concatenate([ends, listing.breaks, rows[good]]))


def _last_calls(listing: Listing, delay: int) -> "np.typing.NDArray[np.int32]":
    return _running(len(listing), where(_CALLS[listing.op]) + 1 + delay)


def _origins(
    listing: Listing, floor: "np.typing.NDArray[np.int32]"
) -> "np.typing.NDArray[np.int32]":
    """Return for each floor the row of the branch by which control comes to it, or -1.

    Best is the first branch from above into the stretch that begins there (the test of a loop
    may lie inside it); else the first branch to the floor itself.
    """
    first = np.full(len(listing) + 2, -1, dtype=np.int32)
    sources = where((listing.op == BRANCH) | (listing.op == JUMP))[::-1]
    rows, good = listing.find(listing.imm[sources])
    first[rows[good]] = sources[good]
    targets = where(first >= 0)[::-1]
    outside = targets[first[targets] < floor[targets]]
    origin = first.copy()
    origin[floor[outside]] = first[outside]
    return origin


def evaluate(flow: Flow, chosen: Mask | None = None) -> None:
    """Compute the constant that each row leaves in its register, where there is one.

    With *chosen*, only those rows are looked at, and what is known already stays.
    """
    listing = flow.listing
    mask = -1 if flow.program.bits == 64 else 0xFFFFFFFF
    wanted = _PENDING[listing.op] & (listing.rd < REGISTERS)
    if chosen is None:
        flow.values = np.where(listing.op == CONST, listing.imm & mask, 0)
        flow.known = listing.op == CONST
        flow.consumed = np.zeros(len(listing), dtype=np.bool_)
        flow.absolute = flow.known & (listing.width != RELATIVE)
    else:
        wanted &= chosen & ~flow.known
    pending = where(wanted)
    # The stack pointer is never a constant; most of a program's loads go through it.
    pending = pending[listing.ra[pending] != flow.isa.stack]
    first = flow.reach(listing.ra[pending], pending)
    pending, first = _hopeful(flow, pending, first)
    second = np.full(pending.size, -2, dtype=np.int64)
    pair = where(_TWO[listing.op[pending]])
    second[pair] = flow.reach(listing.rb[pending[pair]], pending[pair])
    preset = _preset(flow, listing.ra[pending], first)
    other = _preset(flow, listing.rb[pending], second)
    for _ in range(ROUNDS):
        value, ready = _operand(flow, first, preset)
        value_b, ready_b = _operand(flow, second, other)
        ready &= ready_b | ~_TWO[listing.op[pending]]
        if not ready.any():
            break
        _compute(flow, pending[ready], value[ready], value_b[ready], mask)
        _inherit(flow, pending[ready], first[ready], second[ready])
        completes = (listing.op[pending] == ADD) | (listing.width[pending] == RELATIVE)
        completes &= ready & (listing.op[pending] != LOAD)
        flow.consumed[np.maximum(first[completes], 0)] = True
        keep = ~ready
        pending, first, second = pending[keep], first[keep], second[keep]
        preset = (preset[0][keep], preset[1][keep])
        other = (other[0][keep], other[1][keep])


def _hopeful(flow: Flow, rows: Ints, sources: Ints) -> tuple[Ints, Ints]:
    """Return those of *rows* whose first operand can be a constant: known or computed itself."""
    listing = flow.listing
    for _ in range(3):
        able = flow.known.copy()
        able[rows] = True
        preset, _ = _ambient(flow, listing.ra[rows], sources)
        keep = preset | ((sources >= 0) & able[np.maximum(sources, 0)])
        if keep.all():
            break
        rows, sources = rows[keep], sources[keep]
    return rows, sources


def _ambient(flow: Flow, registers: Small, rows: Ints) -> tuple[Mask, Ints]:
    """Return which operands need no definition, being zero or ambient, and their values."""
    known = registers == ZERO
    values = np.zeros(registers.size, dtype=np.int64)
    for register, value in flow.ambient.items():
        here = (registers == register) & (rows == -1)
        values[here], known[here] = value, True
    return known, values


def _preset(flow: Flow, registers: Small, rows: Ints) -> tuple[Ints, Mask]:
    """Return the values of operands that need no definition, and which these are."""
    known, values = _ambient(flow, registers, rows)
    return values, known


def _operand(flow: Flow, rows: Ints, preset: tuple[Ints, Mask]) -> tuple[Ints, Mask]:
    safe = np.maximum(rows, 0)
    known = (rows >= 0) & flow.known[safe]
    return np.where(known, flow.values[safe], preset[0]), known | preset[1]


def _inherit(flow: Flow, rows: Ints, first: Ints, second: Ints) -> None:
    """Note which of *rows* are made of numbers alone: those whose operands all are."""
    one = (first >= 0) & flow.absolute[np.maximum(first, 0)]
    two = (second >= 0) & flow.absolute[np.maximum(second, 0)]
    op = flow.listing.op[rows]
    flow.absolute[rows] = one & (two | ~_TWO[op]) & (op != LOAD)


def _compute(flow: Flow, rows: Ints, first: Ints, second: Ints, mask: int) -> None:
    listing = flow.listing
    op, imm = listing.op[rows], listing.imm[rows]
    value = first + imm
    value = np.where(op == ADD, first + second, value)
    value = np.where(op == SUB, first - second, value)
    value = np.where(op == ORI, first | imm, value)
    inserts = op == INSERT
    if inserts.any():
        shift = 16 * np.where(inserts, listing.rb[rows], 0).astype(np.int64)
        value = np.where(inserts, (first & ~(0xFFFF << shift)) | imm << shift, value)
    value &= mask
    good = np.ones(rows.size, dtype=np.bool_)
    loads = where(op == LOAD)
    if loads.size:
        value[loads], good[loads] = read_constants(flow, rows[loads], value[loads])
    flow.values[rows] = value
    flow.known[rows] = good


def read_constants(flow: Flow, rows: Ints, addresses: Ints) -> tuple[Ints, Mask]:
    """Return what the loads at *rows* read at *addresses*, where it cannot change."""
    memory = flow.program.memory
    good = memory.constant(addresses)
    values = np.zeros(rows.size, dtype=np.int64)
    width = flow.listing.width[rows]
    for size in (1, 2, 4, 8):
        chosen = where(good & (width == size))
        if chosen.size:
            values[chosen], fine = memory.words(addresses[chosen], size)
            good[chosen] &= fine
    good &= _WIDTHS[width]
    return values, good
