"""Which definition of a register reaches an instruction, and what constant it holds.

Vectorised over the whole listing. A definition is looked for upwards in address order; where
control cannot come from above (behind a jump or return), the search goes on at the first
branch that leads to that place. So loops and joins are approximated by one path: enough to
pair the halves of an address, not a proof. Proofs are the business of `symbolic`.
"""

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from assay._kernel.value import Value
from assay.code import native
from assay.code.isa import Isa
from assay.code.listing import (
    ADD,
    ADDI,
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
    NOP,
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
from assay.code.memory import Ints, Mask, filled, member, union, where
from assay.code.program import Program

if TYPE_CHECKING:
    from assay.code.calls import Calls
    from assay.code.native import Reaching

HOPS = 48
FIRST_MARK = 1
MARGIN = 2
"""Rows that a position may lie behind the last one."""
ROUNDS = 8
_ENDS = member(JUMP, JUMPR, JUMPM, RET, STOP, TABLE)
_CALLS = member(CALL, CALLR, CALLM)
_DIRECT = member(BRANCH, JUMP)
_PENDING = member(ADDI, ADD, SUB, ORI, INSERT, LOAD)
_TWO = member(ADD, SUB)
_WIDTHS = member(1, 2, 4, 8)


class Branches(msgspec.Struct):
    """The jumps and branches with a fixed target that is a row: from `sources` to `targets`."""

    sources: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    targets: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def _no_rows() -> tuple[Ints, Ints]:
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)


class Padding(Value):
    """Rows of padding in runs: beside each, where its run begins and the row behind the run."""

    rows: Ints
    first: Ints
    behind: Ints
    whole: bool

    def onward(self, rows: Ints) -> Ints:
        """Return the first row at or behind each of *rows* that is no padding."""
        if not self.rows.size:
            return rows
        place = np.minimum(self.rows.searchsorted(rows), self.rows.size - 1)
        return np.where(self.rows[place] == rows, self.behind[place], rows)

    def back(self, rows: Ints) -> Ints:
        """Return the last row before each of *rows* that is no padding, -1 for none."""
        before = rows - 1
        if not self.rows.size:
            return np.asarray(before)
        place = np.minimum(self.rows.searchsorted(before), self.rows.size - 1)
        return np.where(self.rows[place] == before, self.first[place] - 1, before)


def padding_of(rows: Ints, count: int) -> Padding:
    """Return the padding *rows* of a listing of *count* rows."""
    if not rows.size:
        return Padding(rows, rows, rows, whole=not count)
    heads = np.empty(rows.size, dtype=np.bool_)
    heads[0] = True
    np.not_equal(rows[1:], rows[:-1] + 1, out=heads[1:])
    places = where(heads)
    lengths = np.empty(places.size, dtype=np.int64)
    lengths[:-1] = places[1:] - places[:-1]
    lengths[-1] = rows.size - places[-1]
    first = rows[places]
    behind = (first + lengths).repeat(lengths)
    return Padding(rows, first.repeat(lengths), behind, whole=rows.size == count)


def _definitions(listing: Listing) -> "np.typing.NDArray[np.signedinteger]":
    """Return sorted keys: register * stride + row, doubled, one more for unknown writes.

    A first key below all others saves asking whether one was found.
    """
    stride = len(listing) + MARGIN
    kind = np.dtype(np.int32 if 512 * stride < 1 << 31 else np.int64)
    rows = where(listing.rd < REGISTERS)
    register = np.concatenate([listing.rd[rows], listing.extra_register])
    keys = np.empty(1 + register.size, dtype=kind)
    keys[0] = -1
    body = keys[1:]
    body[:] = register
    body *= stride
    body += np.concatenate([rows, listing.extra_index]).astype(kind, copy=False)
    body <<= 1
    body[rows.size :] += 1
    keys.sort()
    return keys


class Flow(msgspec.Struct):
    """Reaching definitions of one listing.

    `written` are the registers that any row or call changes; others have no definition anywhere.
    `floor[p]` is the row from which control runs straight to row p; `origin` maps such a row
    to the branch that leads there. `called[p]` is the row behind the last
    call before p. `absolute` tells values made of numbers in instructions alone. `operands`
    are the rows that may become constants and the cells of their first operands. `current` says
    that `transfers` were told by the constants as they are. `looked_through` are the import stubs,
    ascending, and their imports. `native` is what the kernels know.
    """

    program: Program
    isa: Isa
    listing: Listing
    floor: "np.typing.NDArray[np.int32]"
    called: "np.typing.NDArray[np.int32]"
    origin: "np.typing.NDArray[np.int32]"
    clobbered: Mask
    written: Mask
    values: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    known: Mask = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    absolute: Mask = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    consumed: Mask = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    ambient: dict[int, int] = msgspec.field(default_factory=dict)
    cells: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    filled: Mask = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    branches: Branches = msgspec.field(default_factory=Branches)
    operands: tuple[Ints, Ints] = msgspec.field(default_factory=_no_rows)
    transfers: tuple[Ints, Ints] | None = None
    current: bool = False
    resolved: "tuple[Ints, Calls, dict[int, int]] | None" = None
    looked_through: tuple[Ints, Ints] | None = None
    settings: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    idle: "Padding | None" = None
    opened: Ints | None = None
    native: "Reaching | None" = None
    sorted_keys: "np.typing.NDArray[np.signedinteger] | None" = None

    @property
    def keys(self) -> "np.typing.NDArray[np.signedinteger]":
        """The definitions, sorted; where there are kernels these have their own."""
        if self.sorted_keys is None:
            self.sorted_keys = _definitions(self.listing)
        return self.sorted_keys

    @property
    def padding(self) -> "Padding":
        """The rows between functions that do nothing."""
        if self.idle is None:
            self.idle = padding_of(where(self.listing.op == NOP), len(self.listing))
        return self.idle

    @property
    def openings(self) -> Ints:
        """The rows that make a stack frame or set up the global pointer."""
        if self.opened is None:
            listing, stack = self.listing, self.isa.stack
            rows = where(listing.rd == stack)
            rows = rows[(listing.op.take(rows) == ADDI) & (listing.ra.take(rows) == stack)]
            self.opened = union(rows[listing.imm.take(rows) < 0], listing.openings)
        return self.opened

    def reach(self, registers: Small, positions: Ints, before: Ints | None = None) -> Ints:
        """Return the row that last wrote each register before each position, or -1.

        A position is a row number; rows below it have been executed. *before* limits which
        calls count as clobbering: those that end at or before it. -2 is a register that a
        call may have changed or that a row changed in an unknown way.
        """
        if not positions.size:
            return np.zeros(0, dtype=np.int64)
        if self.native is not None:
            answer = native.reach(self.native, registers, positions, before)
            if answer is not None:
                return answer
        # Sorted questions are answered several times faster; sorting small integers is cheap.
        open_ = registers.astype(np.uint8, copy=False).argsort(kind="stable")
        wanted = registers.take(open_)
        found = filled(positions.size, -1, np.int64)
        able = where(self.written.take(wanted))
        if able.size < wanted.size:
            open_, wanted = open_.take(able), wanted.take(able)
        if not able.size:
            return self._settled(registers, positions, found)
        kind = self.keys.dtype
        shift = wanted.astype(kind)
        shift *= len(self.listing) + MARGIN
        position = positions.take(open_).astype(kind)
        call_position = position if before is None else before.take(open_).astype(kind)
        fragile = self.clobbered.take(wanted)
        mark = source = position
        for hop in range(HOPS):
            key = self.keys.take(self.keys.searchsorted(shift + position << 1) - 1)
            row = (key >> 1) - shift
            # Behind a jump that ends a function its own block still counts.
            nearest = position if before is None else np.minimum(position, call_position)
            floor = self.floor.take(nearest)
            inside = row >= floor
            lost = fragile & (self.called.take(call_position) > np.maximum(row, floor))
            row[key & 1 == 1] = -2
            row[~inside] = -1
            row[lost] = -2
            found[open_] = row
            before = call_position
            source = self.origin.take(floor)
            inside |= lost
            further = where((source >= 0) & ~inside)
            if hop > FIRST_MARK:
                # A loop that nothing leads into comes round to where it was.
                further = further[source[further] != mark[further]]
            if not further.size:
                break
            open_, wanted, shift = open_[further], wanted[further], shift[further]
            fragile = fragile[further]
            # The branch itself still belongs to the stretch that it leaves.
            call_position = source[further].astype(kind)
            mark = call_position if hop & (hop - 1) == 0 else mark[further]
            position = call_position + 1 + self.isa.delay
        return self._settled(registers, positions, found)

    def _settled(self, registers: Small, positions: Ints, found: Ints) -> Ints:
        """Fill in the register of import stubs where *found* knows no definition."""
        if self.settings.size:
            lost = where((registers == self.isa.stub_register) & (found == -1))
            # The stubs themselves use what their caller has set, not what lies above them.
            behind = np.minimum(positions[lost] + 2, len(self.listing) - 1)
            lost = lost[self.listing.op.take(behind) != JUMPR]
            place = self.settings.searchsorted(positions[lost]) - 1
            found[lost] = np.where(place >= 0, self.settings[place], -1)
        return found

    def value_of(
        self, registers: Small, positions: Ints, before: Ints | None = None
    ) -> tuple[Ints, Mask]:
        """Return the constants that *registers* hold at *positions* and which are known."""
        if not positions.size:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
        if self.native is not None:
            asked = registers, positions, before
            answer = native.values(self.native, asked, self.cells, self.filled)
            if answer is not None:
                return answer
        cells = self.cells_of(registers, self.reach(registers, positions, before))
        return self.cells.take(cells), self.filled.take(cells)

    def cells_of(self, registers: Small, rows: Ints) -> Ints:
        """Return where in `cells` the values lie that *rows* leave in *registers*.

        Behind the rows are the constant zero, the ambient registers and two that stay unknown,
        which the negative rows are.
        """
        count = len(self.listing)
        rows[registers == ZERO] = count
        for place, register in enumerate(self.ambient, start=1):
            rows[(registers == register) & (rows == -1)] = count + place
        return rows


def evaluate(flow: Flow, chosen: list[tuple[int, int]] | None = None) -> None:
    """Compute the constant that each row leaves in its register, where there is one.

    With *chosen*, only rows in these ranges are looked at, and what is known already stays.
    """
    listing = flow.listing
    mask = -1 if flow.program.bits == 64 else 0xFFFFFFFF
    flow.current = False
    if flow.native is not None and chosen and _evaluated(flow, flow.native, chosen, mask):
        return
    if chosen is None:
        _start(flow, mask)
        # The stack pointer is never a constant; most of a program's loads go through it.
        wanted = (
            _PENDING.take(listing.op) & (listing.rd < REGISTERS) & (listing.ra != flow.isa.stack)
        )
        rows = where(wanted)
        cells = flow.cells_of(listing.ra[rows], _before(flow, rows))
        flow.operands = rows, cells
    else:
        rows, cells = _asked_again(flow, chosen)
    rows, first = _hopeful(flow, rows, cells)
    second = filled(rows.size, len(listing), np.int64)
    pair = where(_TWO.take(listing.op.take(rows)))
    register = listing.rb[rows[pair]]
    second[pair] = flow.cells_of(register, flow.reach(register, rows[pair]))
    for _ in range(ROUNDS):
        ready = where(flow.filled.take(first) & flow.filled.take(second))
        if not ready.size:
            break
        done, one, two = rows.take(ready), first.take(ready), second.take(ready)
        _compute(flow, done, flow.cells[one], flow.cells[two], mask)
        _inherit(flow, done, one, two)
        keep = filled(rows.size, 1, np.bool_)
        keep[ready] = False
        kept = where(keep)
        rows, first, second = rows.take(kept), first.take(kept), second.take(kept)


def _evaluated(flow: Flow, known: "Reaching", chosen: list[tuple[int, int]], mask: int) -> bool:
    """Let the kernels evaluate the rows *chosen* again; return False where they cannot."""
    memory = flow.program.memory.for_kernels()
    waiting = native.operands_again(known, flow.known, chosen, flow.operands)
    if memory is None or waiting is None:
        return False
    cells = flow.cells, flow.filled, flow.absolute, flow.consumed
    return native.evaluated(known, memory, mask, waiting, cells)


def _asked_again(flow: Flow, chosen: list[tuple[int, int]]) -> tuple[Ints, Ints]:
    """Return the rows in *chosen* that are no constants yet, and where their first operands lie.

    More paths of control only help where no definition was found: the rest stays as it was.
    """
    rows, cells = flow.operands
    bounds = rows.searchsorted(np.array(chosen, dtype=np.int64).reshape(-1, 2)).tolist()
    keep = np.concatenate([np.arange(first, last) for first, last in bounds] or [rows[:0]])
    keep = keep[~flow.known[rows[keep]]]
    rows, cells = rows[keep], cells[keep]
    lost = where(cells == -1)
    again = rows[lost]
    cells[lost] = flow.cells_of(flow.listing.ra[again], _before(flow, again))
    return rows, cells


def _before(flow: Flow, rows: Ints) -> Ints:
    """Return the row that defines the first operand of each of *rows*."""
    return flow.reach(flow.listing.ra[rows], rows)


def _room(flow: Flow) -> None:
    """Make room for the constants; zero and the ambient registers are filled in."""
    count = len(flow.listing)
    preset = list(flow.ambient.values())
    size = count + 1 + len(preset) + 2
    flow.cells, flow.filled = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_)
    flow.values, flow.known = flow.cells[:count], flow.filled[:count]
    flow.absolute, flow.consumed = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    flow.cells[count + 1 : count + 1 + len(preset)] = preset
    flow.filled[count : count + 1 + len(preset)] = True


def _start(flow: Flow, mask: int) -> None:
    """Fill in the constants that instructions name, zero and the ambient registers."""
    listing = flow.listing
    _room(flow)
    flow.known[:] = listing.op == CONST
    rows = where(flow.known)
    flow.values[rows] = listing.imm.take(rows) & mask
    flow.absolute[rows] = listing.width.take(rows) != RELATIVE


def _hopeful(flow: Flow, rows: Ints, cells: Ints) -> tuple[Ints, Ints]:
    """Return those of *rows* whose first operand can be a constant: known or computed itself."""
    for _ in range(3):
        able = flow.filled.copy()
        able[rows] = True
        keep = able.take(cells)
        kept = where(keep)
        if kept.size == rows.size:
            break
        rows, cells = rows.take(kept), cells.take(kept)
    return rows, cells


def _inherit(flow: Flow, rows: Ints, first: Ints, second: Ints) -> None:
    """Note which of *rows* are made of numbers alone, and whose first operand they complete."""
    op = flow.listing.op.take(rows)
    made = flow.absolute[first] & (flow.absolute[second] | ~_TWO.take(op)) & (op != LOAD)
    flow.absolute[rows] = made
    completes = (op == ADD) | ((flow.listing.width.take(rows) == RELATIVE) & (op != LOAD))
    flow.consumed[first[completes]] = True


def _compute(flow: Flow, rows: Ints, first: Ints, second: Ints, mask: int) -> None:
    listing = flow.listing
    op, imm = listing.op[rows], listing.imm.take(rows)
    value = first + imm
    present = np.bincount(op, minlength=256)
    for kind, result in ((ADD, np.add), (SUB, np.subtract), (ORI, np.bitwise_or)):
        if present[kind]:
            chosen = where(op == kind)
            value[chosen] = result(first[chosen], (imm if kind == ORI else second)[chosen])
    if present[INSERT]:
        inserts = where(op == INSERT)
        shift = 16 * listing.rb[rows[inserts]].astype(np.int64)
        value[inserts] = (first[inserts] & ~(0xFFFF << shift)) | imm[inserts] << shift
    value &= mask
    if present[LOAD]:
        good = filled(rows.size, 1, np.bool_)
        loads = where(op == LOAD)
        value[loads], good[loads] = read_constants(flow, rows[loads], value[loads])
        flow.known[rows] = good
    else:
        flow.known[rows] = True
    flow.values[rows] = value


def read_constants(flow: Flow, rows: Ints, addresses: Ints) -> tuple[Ints, Mask]:
    """Return what the loads at *rows* read at *addresses*, where it cannot change."""
    memory = flow.program.memory
    good = memory.constant(addresses)
    values = np.zeros(rows.size, dtype=np.int64)
    width = flow.listing.width.take(rows)
    good &= _WIDTHS.take(width)
    present = np.bincount(width[good], minlength=9)
    for size in (1, 2, 4, 8):
        if present[size]:
            chosen = where(good & (width == size))
            values[chosen], fine = memory.words(addresses[chosen], size)
            good[chosen] &= fine
    return values, good
