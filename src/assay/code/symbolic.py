"""Careful data flow over one function: what every call is given and every branch compares.

Runs only in functions that a cheap pass selected. Values are symbolic: an origin and a
distance from it. Blocks are visited once, in an order in which joins come after their
branches; where paths disagree the value is unknown. Loops are entered with the values of their
first round, which is right for what a loop does not change.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from assay.code import listing as op
from assay.code.families import COMPARE, NO_RETURN
from assay.code.index import CodeIndex
from assay.code.listing import ALWAYS, NONE
from assay.code.semantics import Action, Machine, State, Value

MAX_ROWS = 12_000
ARGUMENTS = 6
SHARED_ROWS = 10
SHARED_BLOCKS = 3
LEAVING = frozenset({op.BRANCH, op.JUMP, op.JUMPR, op.JUMPM, op.RET, op.STOP, op.TABLE})
TRANSFERS = frozenset({op.CALL, op.CALLR, op.CALLM, op.JUMP, op.JUMPR, op.JUMPM, op.RET})


@dataclass(frozen=True, slots=True)
class Called:
    """A call: its row, the callee's address (-1 unknown) and name, and what it is given.

    `stack` are the known stack slots at that moment, kept for calls to `bind` and for
    comparisons only.
    """

    row: int
    block: int
    target: int
    name: str
    arguments: tuple[Value | None, ...]
    stack: dict[int, tuple[Value, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """A branch on equality: what is compared, and the blocks for equal and for different."""

    row: int
    block: int
    left: Value | None
    right: Value | None
    equal: int
    different: int


@dataclass(slots=True)
class Study:
    """What the careful pass found in one function. Blocks are named by their first row."""

    function: int
    blocks: dict[int, tuple[int, ...]] = field(default_factory=dict)
    calls: list[Called] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    returns: list[Value | None] = field(default_factory=list)
    entry: int = 0
    _guarded: dict[tuple[int, int], frozenset[int]] = field(default_factory=dict, repr=False)
    _given: dict[Value | int, list[Called]] | None = field(default=None, repr=False)

    def guarded(self, edge: tuple[int, int]) -> frozenset[int]:
        """Return the blocks that can be reached only over *edge*."""
        if edge not in self._guarded:
            self._guarded[edge] = self._behind(edge)
        return self._guarded[edge]

    def _behind(self, edge: tuple[int, int]) -> frozenset[int]:
        if edge[1] not in self.blocks.get(edge[0], ()):
            return frozenset()
        others = self._reached(edge)
        return frozenset() if edge[1] in others else frozenset(self._reached(None) - others)

    def _reached(self, without: tuple[int, int] | None) -> set[int]:
        """Return the blocks reached without an edge; no more are sought once its end is."""
        seen = {self.entry}
        waiting = [self.entry]
        end = without[1] if without is not None else -1
        while waiting and end not in seen:
            block = waiting.pop()
            for following in self.blocks.get(block, ()):
                if following not in seen and (block, following) != without:
                    seen.add(following)
                    waiting.append(following)
        return seen

    def filling(self, value: Value) -> list[Called]:
        """Return the calls that make what is at *value*: as a result, or in a buffer given."""
        if self._given is None:
            self._given = self._calls_by_value()
        if value.kind == "result" and isinstance(value.key, int):
            return self._given.get(value.key, [])
        return self._given.get(value, []) if value.kind == "stack" else []

    def _calls_by_value(self) -> dict[Value | int, list[Called]]:
        """Return the calls by their rows, and by what they are given to fill."""
        found: dict[Value | int, list[Called]] = {}
        for call in self.calls:
            found.setdefault(call.row, []).append(call)
            for one in dict.fromkeys(call.arguments) if call.name not in COMPARE else ():
                if one is not None:
                    found.setdefault(one, []).append(call)
        return found


def study(index: CodeIndex, function: int) -> Study:
    """Return what happens in function number *function* of *index*."""
    return Reader(index, function).run()


class Reader:
    """One pass over one function; afterwards `states` are the values that blocks begin with."""

    def __init__(self, index: CodeIndex, function: int) -> None:
        if index.functions is None or index.isa is None or index.flow is None:
            raise ValueError("there is no decoder for this program")
        self.index, self.isa, self.flow = index, index.isa, index.flow
        self.first = int(index.functions.first[function])
        self.last = min(int(index.functions.last[function]), self.first + MAX_ROWS)
        self.found = Study(function, entry=self.first)
        self.machine = Machine(index, self.first, self.last + self.isa.delay)
        self.columns = self.machine.columns
        addresses = self.machine.addresses
        self.places = {at: self.first + n for n, at in enumerate(addresses)}
        self.targets = index.call_targets
        self.calling = index.calling_rows(self.first, self.last)
        self.states: dict[int, State] = {}
        self.ends: dict[int, int] = {}
        self.joined: Counter[int] = Counter()
        self.leading: frozenset[int] = frozenset()
        self._plans: dict[int, list[tuple[int, int, Action | None]]] = {}
        self._endings: dict[int, int] = {}

    def pass_over(self) -> None:
        """Leave the function unread: it has one empty block that ends at once."""
        self.found.blocks[self.first] = ()
        self.ends[self.first] = self.first
        self.states[self.first] = State()

    def run(self) -> Study:
        """Split into blocks, then visit each once."""
        bounds = self._bounds()
        ends = dict(zip(bounds, [*bounds[1:], self.last], strict=True))
        self.ends = ends
        self.leading = self._leading(bounds)
        for block in bounds:
            self.found.blocks[block] = self._following(block, ends[block])
            self.joined.update(self.found.blocks[block])
        entry = State()
        for number, register in enumerate(self.isa.arguments[:ARGUMENTS]):
            entry.registers[register] = Value("argument", number, 0)
        entry.registers[self.isa.stack] = Value("stack", 0, 0)
        for number, register in enumerate(self.isa.local_arguments):
            entry.registers[register] = Value("argument", ARGUMENTS + number, 0)
        if self.isa.stack_arguments:
            for number in range(ARGUMENTS):
                place = self.isa.stack_arguments * (number + 1)
                entry.slots[place] = Value("argument", number, 0), self.isa.stack_arguments
        self.states[self.first] = entry
        for block in self.order():
            self._visit(block, ends[block])
        return self.found

    def _transfer_end(self, row: int) -> int:
        return row + 1 + self.isa.delay

    def _bounds(self) -> list[int]:
        """Return the first rows of all blocks."""
        heads = {self.first}
        kinds, imms, conds = self.columns[0], self.columns[4], self.columns[6]
        leaving = [at for at in range(self.last - self.first) if kinds[at] in LEAVING]
        for at in leaving:
            if kinds[at] in (op.BRANCH, op.JUMP):
                target = self.places.get(imms[at])
                if target is not None and target < self.last:
                    heads.add(target)
            if conds[at] == ALWAYS or kinds[at] in (op.BRANCH, op.TABLE):
                heads.add(self._transfer_end(self.first + at))
        for table in self.index.tables_of(self.first, self.last):
            heads.update(self.places.get(at, self.first) for at in table.targets.tolist())
        return sorted(head for head in heads if head < self.last)

    def ending(self, block: int, end: int) -> int:
        """Return the row of the transfer that ends the block, or -1."""
        if block not in self._endings:
            self._endings[block] = self._ending(block, end)
        return self._endings[block]

    def _ending(self, block: int, end: int) -> int:
        for row in range(max(block, end - 1 - self.isa.delay), end):
            kind = self.columns[0][row - self.first]
            conditional = self.columns[6][row - self.first] != ALWAYS
            if kind in (op.BRANCH, op.JUMP, op.TABLE) or (
                kind in (op.JUMPR, op.JUMPM, op.RET, op.STOP) and not conditional
            ):
                return row
        return -1

    def _following(self, block: int, end: int) -> tuple[int, ...]:
        row = self.ending(block, end)
        onward = (end,) if end < self.last else ()
        if row < 0:
            stop = any(self._never_returns(at) for at in range(block, end))
            return () if stop else onward
        kind = self.columns[0][row - self.first]
        if kind in (op.JUMPR, op.TABLE):
            places = [
                self.places.get(at, self.first)
                for table in self.index.tables_of(row, row + 1)
                for at in table.targets.tolist()
            ]
            if self.columns[6][row - self.first] != ALWAYS:
                places.extend(onward)
            return tuple(sorted(set(places)))
        if kind not in (op.BRANCH, op.JUMP):
            return ()
        target = self.places.get(self.columns[4][row - self.first])
        there = (target,) if target is not None and target < self.last else ()
        return there + (onward if kind == op.BRANCH else ())

    def _never_returns(self, row: int) -> bool:
        target = self.targets.get(row, -1)
        return target > 0 and self.index.name(target) in NO_RETURN

    def order(self) -> list[int]:
        """Return the blocks in reverse postorder."""
        order: list[int] = []
        seen = {self.first}
        stack = [(self.first, iter(self.found.blocks[self.first]))]
        while stack:
            block, rest = stack[-1]
            following = next((one for one in rest if one not in seen), None)
            if following is None:
                order.append(block)
                stack.pop()
            elif following in self.found.blocks:
                seen.add(following)
                stack.append((following, iter(self.found.blocks[following])))
            else:
                seen.add(following)
        return order[::-1]

    def _visit(self, block: int, end: int) -> None:
        state = self.states.get(block, State()).copy()
        ending = self.ending(block, end)
        for row, at, action in self.plan(block, end):
            if action is not None and row != ending:
                action(self.machine, at, state)
                continue
            if row == ending:
                self._decide(row, block, end, state)
            self._step(row, block, state)
        for following in self.found.blocks[block]:
            if self.joined[following] > 1 and following in self.leading:
                self._preview(following, block, state.copy())
            if following in self.states:
                if following > block:
                    self.states[following].meet(state)
            else:
                self.states[following] = state.copy()

    def _leading(self, bounds: list[int]) -> frozenset[int]:
        """Return the short blocks that call, or lead to a short block that does."""
        calling = {bisect_right(bounds, row) - 1 for row in self.calling}
        found = {bounds[place] for place in calling if place >= 0}
        for place in range(len(bounds) - 2, -1, -1):
            block = bounds[place]
            short = self.ends[block] - block <= SHARED_ROWS
            row = self.ending(block, self.ends[block])
            target = self.places.get(self.columns[4][row - self.first]) if row >= 0 else None
            jumps = row >= 0 and self.columns[0][row - self.first] == op.JUMP
            onward = target if jumps else bounds[place + 1]
            if short and onward in found:
                found.add(block)
        return frozenset(found)

    def _preview(self, shared: int, block: int, state: State) -> None:
        """Note the calls of short blocks where paths join, as *block* alone reaches them.

        Compilers merge the ends of branches: then what is called depends on the way there.
        """
        for _ in range(SHARED_BLOCKS):
            if self.ends[shared] - shared > SHARED_ROWS:
                return
            for row, at, action in self.plan(shared, self.ends[shared]):
                if action is not None:
                    action(self.machine, at, state)
                else:
                    self._step(row, block, state)
            following = self.found.blocks[shared]
            if len(following) != 1:
                return
            shared = following[0]

    def plan(self, block: int, end: int) -> list[tuple[int, int, Action | None]]:
        """Return the rows of a block that matter, in the order in which they take effect.

        Each with its place in the function and what carries it out, None for transfers.
        """
        if block not in self._plans:
            ending = self.ending(block, end)
            found = []
            for row in self._executed(block, end):
                at = row - self.first
                moves = self.columns[0][at] in TRANSFERS
                action = None if moves else self.machine.action(at)
                if moves or action is not None or row == ending:
                    found.append((row, at, action))
            self._plans[block] = found
        return self._plans[block]

    def _executed(self, block: int, end: int) -> list[int]:
        """Return the rows of a block in the order in which they take effect."""
        rows = list(range(block, end))
        if not self.isa.delay:
            return rows
        place = 0
        while place < len(rows) - 1:
            if rows[place] in self.targets or self.calls(rows[place]):
                rows[place], rows[place + 1] = rows[place + 1], rows[place]
                place += 1
            place += 1
        return rows

    def calls(self, row: int) -> bool:
        """Say whether the instruction at *row* calls."""
        return self.columns[0][row - self.first] in (op.CALL, op.CALLR, op.CALLM)

    def _decide(self, row: int, block: int, end: int, state: State) -> None:
        at = row - self.first
        cond = self.columns[6][at]
        if self.columns[0][at] != op.BRANCH or cond not in (op.EQ, op.NE):
            return
        ra, rb = self.columns[2][at], self.columns[3][at]
        left, right = state.flags
        if ra != NONE:
            left, right = self.machine.register(state, ra), self.machine.register(state, rb)
        taken = self.places.get(self.columns[4][at], -1)
        equal, different = (taken, end) if cond == op.EQ else (end, taken)
        self.found.decisions.append(Decision(row, block, left, right, equal, different))

    def _step(self, row: int, block: int, state: State) -> None:
        at = row - self.first
        kind = self.columns[0][at]
        if kind in (op.CALL, op.CALLR, op.CALLM):
            self._call(row, block, state)
            return
        if kind in (op.JUMP, op.JUMPR, op.JUMPM) and row in self.targets:
            self._call(row, block, state)
        if kind == op.RET:
            self.found.returns.append(state.registers.get(self.isa.result))
        self.machine.step(at, state)

    def _call(self, row: int, block: int, state: State) -> None:
        target = self.target(row, state)
        name = self.index.name(target) if target > 0 else ""
        if self.isa.stack_arguments:
            given = self.given_on_stack(state)
        else:
            given = [state.registers.get(one) for one in self.isa.arguments[:ARGUMENTS]]
        kept = dict(state.slots) if name == "bind" or name in COMPARE else {}
        self.found.calls.append(Called(row, block, target, name, tuple(given), kept))
        forget_pointed(state, given)
        for register in self.isa.clobbered:
            state.registers.pop(register, None)
        state.registers[self.isa.result] = Value("result", row, 0)

    def target(self, row: int, state: State) -> int:
        """Return where the call at *row* goes on this path."""
        at = row - self.first
        if self.columns[0][at] in (op.CALLR, op.JUMPR):
            value = state.registers.get(self.columns[2][at])
            if value is not None and value.number:
                target = value.number & ~1 if self.isa.name == "arm" else value.number
                return self.index.stubs.get(target, target)
        return self.targets.get(row, -1)

    def given_on_stack(self, state: State) -> list[Value | None]:
        """Return the arguments that lie on the stack, then those in registers all the same."""
        top = state.registers.get(self.isa.stack)
        pushed: list[Value | None] = [None] * ARGUMENTS
        if top is not None and top.kind == "stack":
            places = (top.offset + self.isa.stack_arguments * n for n in range(ARGUMENTS))
            pushed = [state.slots.get(place, (None, 0))[0] for place in places]
        # Functions that are seen as a whole may get their arguments in registers all the same.
        return pushed + [state.registers.get(one) for one in self.isa.local_arguments]


def forget_pointed(state: State, given: Sequence[Value | None]) -> None:
    """Forget the stack slots that a call is *given* the addresses of: it may write them."""
    for value in given:
        if value is not None and value.kind == "stack":
            state.slots.pop(value.offset, None)
