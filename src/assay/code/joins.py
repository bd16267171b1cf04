"""What the register that callees are called through holds where paths of control join.

MIPS compilers load the address of a callee into `$t9`, now and then long before the call: in front
of a loop, beside a branch, or into a place on the stack. `values` follows one path upwards; here
the register is followed forwards through the whole function, along all of them.
"""

import msgspec
import numpy as np

from assay.code import native
from assay.code.calls import Calls, merged
from assay.code.functions import Functions
from assay.code.listing import BRANCH, CALL, CALLM, CALLR, JUMP, JUMPR, LOAD, STORE
from assay.code.memory import Ints, listed, member, where
from assay.code.native import address_of
from assay.code.tables import JumpTable
from assay.code.values import _ENDS, MARGIN, Flow

ROUNDS = 12
MOST_PLACES = 32
"""Places on the stack that the register is read from, looked at in one function."""
NOTHING, KEPT, MANY_KEPT, HELD, UNKNOWN = range(5)
"""What paths bring, the higher where they join: no value, one that a call may have left, several
of these, one that was set, several or none that is known.

A call leaves nothing in a register that it may change: what is called behind it without setting
the register comes by another path, as the call never returns. Only a function of the program
itself may be known to the compiler to leave the register as it was.
"""
_STATE_WORDS = 6
_CALLS, _THROUGH = member(CALL, CALLR, CALLM), member(CALLR, JUMPR)
_NO_ROWS = np.zeros(0, dtype=np.int64)
State = tuple[int, int]


class Joining(msgspec.Struct):
    """What is known of the program: `owner` is the number of the function of each row."""

    functions: Functions
    owner: Ints
    calls: Calls
    tables: list[JumpTable]


def follow_callees(flow: Flow, before: Joining) -> Calls:
    """Return the calls with the callees that only all paths together tell."""
    register = flow.isa.callee_register
    if register is None or not len(before.functions):
        return before.calls
    found = _by_kernel(flow, register, before)
    rows, targets = _followed(flow, register, before) if found is None else found
    return _with_targets(flow, before.calls, rows, targets)


def _edges(tables: list[JumpTable]) -> tuple[Ints, Ints]:
    """Return the rows of jumps through tables, ascending, and the addresses they lead to."""
    if not tables:
        return _NO_ROWS, _NO_ROWS
    ordered = sorted(tables, key=lambda table: table.row)
    homes = np.array([table.row for table in ordered], dtype=np.int64)
    targets = [table.targets for table in ordered]
    return homes.repeat([one.size for one in targets]), np.concatenate(targets)


def _by_kernel(flow: Flow, register: int, before: Joining) -> tuple[Ints, Ints] | None:
    """Return the rows that call or jump through *register*, and their targets, where known."""
    if flow.native is None:
        return None
    functions, calls, control = before.functions, before.calls, flow.listing.control
    asked = flow.listing.transfers(_THROUGH) if control is None else control[0]
    sources, targets = _edges(before.tables)
    found = native.lent(2 * asked.size + _STATE_WORDS * len(flow.listing))
    sites = address_of(found)
    callees = sites + found.itemsize * asked.size
    walk = native.Joining(
        flow.native._as_parameter_, address_of(flow.cells), address_of(flow.filled),
        flow.cells.size, register, flow.isa.stack, *flow.program.imports(),
        address_of(sources), address_of(targets), sources.size,
        address_of(calls.row), address_of(calls.target), len(calls),
    )  # fmt: skip
    native.keeping(walk, [flow.native, flow.cells, flow.filled, sources, targets, calls])
    count = native.run(
        "calls_joined", walk, asked, asked.size, before.owner, functions.first, functions.last,
        len(functions), callees + found.itemsize * asked.size, sites, callees,
    )  # fmt: skip
    if count < 0:
        return None
    return found[:count].copy(), found[asked.size : asked.size + count].copy()


def _followed(flow: Flow, register: int, before: Joining) -> tuple[Ints, Ints]:
    """Return the same."""
    functions, walk = before.functions, None
    edges = _edges(before.tables)
    found: dict[int, int] = {}
    for row in _open_rows(flow, before, edges[0]):
        number = int(before.owner[row])
        first, last = int(functions.first[number]), int(functions.last[number])
        if number < 0 or not first <= row < last or not _is_asked(flow, register, row, first):
            continue
        if walk is None or walk.first != first:
            walk = _Walk(flow, register, (first, last), edges)
            walk.run()
        if walk.held[row - first][0] in (KEPT, HELD):
            found[row] = walk.held[row - first][1]
    rows = np.fromiter(found, dtype=np.int64, count=len(found))
    return rows, np.fromiter(found.values(), dtype=np.int64, count=len(found))


def _open_rows(flow: Flow, before: Joining, sources: Ints) -> list[int]:
    """Return the rows that call or jump through a register to where nobody knows."""
    rows, calls = flow.listing.transfers(_THROUGH), before.calls
    jumps = flow.listing.op.take(rows) == JUMPR
    known = listed(rows, calls.row[calls.target != -1]) | listed(rows, sources)
    chosen: list[int] = rows[~(known | (jumps & listed(rows, calls.row)))].tolist()
    return chosen


def _is_asked(flow: Flow, register: int, row: int, first: int) -> bool:
    """Say whether *row* goes through *register*, and what stands above does not tell where to.

    That is what *row* reaches by another path alone, what comes from the stack, and the last jump
    of a function that begins before its stretch, at row *first*: it may count as an import stub.
    """
    listing = flow.listing
    if listing.ra[row] != register or listing.imm[row]:
        return False
    if listing.op[row] == JUMPR and flow.floor[row] > first:
        return True
    top = int(max(flow.floor[row], flow.called[row]))
    near = where(listing.rd[top:row] == register)
    if not near.size:
        return True
    last = top + int(near[-1])
    loads = listing.op[last] == LOAD and listing.ra[last] == flow.isa.stack
    return bool(loads and not flow.known[last])


def meet(one: State, other: State) -> State:
    """Return what is known where paths that bring *one* and *other* join."""
    if one[0] != other[0] or one == other:
        return max(one, other)
    return (MANY_KEPT if one[0] in (KEPT, MANY_KEPT) else UNKNOWN, 0)


class _Walk:
    """The rows of one function, and what its register holds before each."""

    def __init__(
        self, flow: Flow, register: int, bounds: tuple[int, int], edges: tuple[Ints, Ints]
    ) -> None:
        self.flow, self.edges, self.register = flow, edges, register
        self.first, self.last = bounds
        part = slice(self.first, self.last)
        self.op = flow.listing.op[part].tolist()
        rows, good = flow.listing.find(flow.listing.imm[part])
        self.leads = np.where(good, rows, -1).tolist()
        self.brought: list[State] = [(NOTHING, 0)] * len(self.op)
        self.held = [*self.brought]
        self.sets = self._definitions()

    def _definitions(self) -> dict[int, State]:
        """Return what each row that changes the register leaves in it."""
        flow, listing = self.flow, self.flow.listing
        begin = self.register * (len(listing) + MARGIN)
        bounds = [2 * (begin + self.first), 2 * (begin + self.last)]
        keys = flow.keys[slice(*flow.keys.searchsorted(bounds))].tolist()
        found: dict[int, State] = {}
        places = 0
        for key in keys:
            row, state = (key >> 1) - begin, (UNKNOWN, 0)
            if key & 1:
                pass
            elif flow.known[row]:
                state = HELD, int(flow.values[row])
            elif listing.op[row] == LOAD and listing.ra[row] == flow.isa.stack:
                state = self._stored(int(listing.imm[row])) if places < MOST_PLACES else state
                places += 1
            found[row - self.first] = state
        return found

    def _stored(self, place: int) -> State:
        """Return the one value that the function stores at *place* above its stack pointer."""
        flow, listing, part = self.flow, self.flow.listing, slice(self.first, self.last)
        chosen = (listing.op[part] == STORE) & (listing.ra[part] == flow.isa.stack)
        rows = self.first + where(chosen & (listing.imm[part] == place))
        values, known = flow.value_of(listing.rb[rows], rows)
        if not rows.size or not known.all() or (values != values[0]).any():
            return UNKNOWN, 0
        return HELD, int(values[0])

    def run(self) -> None:
        """Follow the register until nothing changes any more."""
        if all(self._changes() for _ in range(ROUNDS)):
            self.held = [(UNKNOWN, 0)] * len(self.op)

    def _changes(self) -> bool:
        """Follow the register through all rows once; return whether something changed."""
        changed, state = False, (UNKNOWN, 0)
        for at in range(len(self.op)):
            self.held[at] = meet(state, self.brought[at])
            state = self.sets.get(at, self.held[at])
            left = at - self.flow.isa.delay
            if left >= 0:
                for target in self._leads(left):
                    changed |= self._bring(target - self.first, state)
                state = self._behind(left, state)
        return changed

    def _bring(self, at: int, state: State) -> bool:
        if not 0 <= at < len(self.brought):
            return False
        joined = meet(state, self.brought[at])
        changed, self.brought[at] = joined != self.brought[at], joined
        return changed

    def _leads(self, at: int) -> list[int]:
        """Return the rows that the row *at* may lead to."""
        if self.op[at] in (BRANCH, JUMP):
            return [self.leads[at]]
        if self.op[at] != JUMPR:
            return []
        sources, targets = self.edges
        row = self.first + at
        rows, good = self.flow.listing.find(targets[slice(*sources.searchsorted([row, row + 1]))])
        leads: list[int] = rows[good].tolist()
        return leads

    def _behind(self, at: int, state: State) -> State:
        """Return what is known behind the row *at* and its delay slot, where control goes on."""
        if _ENDS[self.op[at]]:
            return NOTHING, 0
        if not _CALLS[self.op[at]] or state[0] == NOTHING:
            return state
        low, high = self.flow.program.imports()
        if state[0] in (HELD, KEPT) and not low <= state[1] < high:
            return KEPT, state[1]
        return (MANY_KEPT if state[0] == MANY_KEPT else NOTHING), 0


def _with_targets(flow: Flow, calls: Calls, rows: Ints, targets: Ints) -> Calls:
    """Return *calls* with the *targets* of *rows*; those that are no calls are tail calls."""
    if not rows.size:
        return calls
    place = calls.row.searchsorted(rows)
    if place[-1] == len(calls) or (calls.row.take(place) != rows).any():
        return _with_tails(flow, calls, rows, targets)
    changed = calls.target.copy()
    changed[place] = targets
    return Calls(calls.row, calls.site, changed, calls.tail)


def _with_tails(flow: Flow, calls: Calls, rows: Ints, targets: Ints) -> Calls:
    """Return the same, where some of *rows* are jumps that nobody knew to be calls."""
    known = listed(rows, calls.row)
    more = rows[~known]
    tails = Calls(
        more, flow.listing.address[more], targets[~known], np.ones(more.size, dtype=np.bool_)
    )
    return merged(_with_targets(flow, calls, rows[known], targets[known]), tails)
