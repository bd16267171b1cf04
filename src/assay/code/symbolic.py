"""Careful data flow over one function: what every call is given and every branch compares.

Values are symbolic: an origin and a distance from it. Blocks are visited once, in an order in
which joins come after branches; where paths disagree the value is unknown. Loops are entered with
the values of their first round. The kernel `read_function` (`compiled`) does it all; here is its
twin.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from assay.code import listing as op
from assay.code.compiled import Read, States, Written
from assay.code.families import NO_RETURN, RETURNS_FIRST
from assay.code.index import CodeIndex
from assay.code.listing import ALWAYS, NONE
from assay.code.memory import Ints
from assay.code.semantics import ACTIONS, Action, Machine, State, Value, made
from assay.code.study import ARGUMENTS, KEPT, NO_SLOTS, Called, Decision, Study

MAX_ROWS = 12_000
SHARED_ROWS = 10
SHARED_BLOCKS = 3
LEAVING = frozenset({op.BRANCH, op.JUMP, op.JUMPR, op.JUMPM, op.RET, op.STOP, op.TABLE})
CALLS = frozenset({op.CALL, op.CALLR, op.CALLM})
JUMPS = frozenset({op.JUMP, op.JUMPR, op.JUMPM})
ENDS = frozenset({op.BRANCH, op.JUMP, op.TABLE})
ENDS_ALWAYS = frozenset({op.JUMPR, op.JUMPM, op.RET, op.STOP})

Step = tuple[int, int, Action | None]
"""A row, its place in the function, and what carries it out: None for a transfer."""


def study(index: CodeIndex, function: int) -> Study:
    """Return what happens in function number *function* of *index*."""
    return Reader(index, function).found


class Reader:
    """One pass over one function, made when `found` is first asked for.

    Afterwards `states` are the values that blocks begin with.
    """

    def __init__(self, index: CodeIndex, function: int) -> None:
        if index.functions is None or index.isa is None or index.flow is None:
            raise ValueError("there is no decoder for this program")
        self.index, self.isa, self.flow = index, index.isa, index.flow
        self.first = int(index.functions.first[function])
        self.last = min(int(index.functions.last[function]), self.first + MAX_ROWS)
        self.arguments = self.isa.arguments[:ARGUMENTS]
        self.passed_over = False
        self.function = function
        self._found: Study | None = None
        self._compiled = False
        self.calling: list[int] = []
        self._states: dict[int, State] = {}
        self._ends: dict[int, int] = {}
        self.joined: dict[int, int] = {}
        self.leading: frozenset[int] = frozenset()
        self._plans: dict[int, list[Step]] = {}
        self._endings: dict[int, int] = {}
        self._previews: dict[int, list[Step]] = {}

    @cached_property
    def machine(self) -> Machine:
        """The rows and what they do."""
        return Machine(self.index, self.first, self.last + self.isa.delay)

    @cached_property
    def places(self) -> dict[int, int]:
        """The row at each address."""
        addresses = self.machine.addresses
        return dict(zip(addresses, range(self.first, self.first + len(addresses)), strict=True))

    @cached_property
    def targets(self) -> dict[int, int]:
        """The callee's address of each row that calls or leaves for good."""
        return self.index.call_targets

    @cached_property
    def _study(self) -> Study:
        """What is filled where there is no kernel."""
        return Study(self.function, entry=self.first)

    @property
    def found(self) -> Study:
        """What the pass found."""
        if self._found is None:
            self._found = self._read()
        return self._found

    def _read(self) -> Study:
        if self.passed_over:
            return self._pass_over()
        numbers = self.index.prepared.read(self.first, self.last)
        self._compiled = numbers is not None
        if numbers is None:
            return self._run()
        return Read(self.index, self.function, self.first, Written(numbers))

    @property
    def states(self) -> Mapping[int, State]:
        """The values that blocks begin with, once the function was read."""
        return self._compiled_states if self._compiled else self._states

    @cached_property
    def _compiled_states(self) -> Mapping[int, State]:
        """What the kernel says of them when it is asked again: few readers want to know."""
        numbers = self.index.prepared.read(self.first, self.last, with_states=True)
        if numbers is None:
            return {}
        return States(Written(numbers))

    @property
    def ends(self) -> dict[int, int]:
        """The row behind each block, once the function was read."""
        if self._compiled and not self._ends:
            bounds = list(self.found.blocks)
            self._ends = dict(zip(bounds, [*bounds[1:], self.last], strict=True))
        return self._ends

    def follow(self, origin: int, start: int, stops: Iterable[int]) -> Ints | None:
        """Return what the kernel says of ways on (`Prepared.follow`), None to do it in Python."""
        if self.passed_over:
            return None
        return self.index.prepared.follow((self.first, self.last), origin, start, stops)

    def _pass_over(self) -> Study:
        """Leave the function unread: it has one empty block that ends at once."""
        self._study.blocks[self.first] = ()
        self._ends[self.first] = self.first
        self._states[self.first] = State()
        return self._study

    def _run(self) -> Study:
        """Split into blocks, then visit each once: what the kernel does, in Python."""
        self._found = self._study
        self.calling = self.index.calling_rows(self.first, self.last)
        bounds = self._bounds()
        ends = dict(zip(bounds, [*bounds[1:], self.last], strict=True))
        self._ends = ends
        for block in bounds:
            following = self._study.blocks[block] = self._following(block, ends[block])
            for one in following:
                self.joined[one] = self.joined.get(one, 0) + 1
        self.leading = self._leading(bounds)
        self._states[self.first] = self._entry()
        for block in self.order():
            self._visit(block, ends[block])
        return self._study

    def _entry(self) -> State:
        """Return what the function begins with."""
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
        return entry

    def _bounds(self) -> list[int]:
        """Return the first rows of all blocks."""
        first, last, machine = self.first, self.last, self.machine
        heads = {first}
        kinds = machine.op
        for _, at, action in self._steps[1]:
            kind = kinds[at]
            if action is not None or kind not in LEAVING:
                continue
            if kind in (op.BRANCH, op.JUMP):
                heads.add(self.places.get(machine.imm[at], first))
            if machine.cond[at] == ALWAYS or kind in (op.BRANCH, op.TABLE):
                heads.add(first + at + 1 + self.isa.delay)
        for table in self.index.tables_of(first, last):
            heads.update(self.places.get(at, first) for at in table.targets.tolist())
        return sorted(head for head in heads if head < last)

    def ending(self, block: int, end: int) -> int:
        """Return the row of the transfer that ends the block, or -1."""
        if block not in self._endings:
            self._endings[block] = self._ending(block, end)
        return self._endings[block]

    def _ending(self, block: int, end: int) -> int:
        kinds, conds, first = self.machine.op, self.machine.cond, self.first
        for row in range(max(block, end - 1 - self.isa.delay), end):
            kind = kinds[row - first]
            if kind in ENDS or (kind in ENDS_ALWAYS and conds[row - first] == ALWAYS):
                return row
        return -1

    def _following(self, block: int, end: int) -> tuple[int, ...]:
        row = self.ending(block, end)
        onward = (end,) if end < self.last else ()
        if row < 0:
            return () if self._stops(block, end) else onward
        at, machine = row - self.first, self.machine
        kind = machine.op[at]
        if kind in (op.JUMPR, op.TABLE):
            places = [
                self.places.get(at, self.first)
                for table in self.index.tables_of(row, row + 1)
                for at in table.targets.tolist()
            ]
            if machine.cond[at] != ALWAYS:
                places.extend(onward)
            return tuple(sorted(set(places)))
        if kind not in (op.BRANCH, op.JUMP):
            return ()
        target = self.places.get(machine.imm[at])
        there = (target,) if target is not None and target < self.last else ()
        return there + (onward if kind == op.BRANCH else ())

    def _stops(self, first: int, last: int) -> bool:
        """Say whether one of the rows calls a function that never returns."""
        low = bisect_left(self.calling, first)
        high = bisect_left(self.calling, last, low)
        targets = (self.targets[row] for row in self.calling[low:high])
        return any(self.index.callee_name(one) in NO_RETURN for one in targets)

    def order(self) -> list[int]:
        """Return the blocks in reverse postorder."""
        order: list[int] = []
        blocks = self.found.blocks
        seen = {self.first}
        stack = [(self.first, iter(blocks[self.first]))]
        while stack:
            block, rest = stack[-1]
            for following in rest:
                if following not in seen:
                    seen.add(following)
                    if following in blocks:
                        stack.append((following, iter(blocks[following])))
                        break
            else:
                order.append(block)
                stack.pop()
        return order[::-1]

    def _visit(self, block: int, end: int) -> None:
        states, machine = self._states, self.machine
        state = states[block].copy()
        ending = self._endings[block]
        for row, at, action in self.plan(block, end):
            if action is not None:
                action(machine, at, state)
                continue
            if row == ending:
                self._decide(row, block, end, state)
            self._step(row, block, state)
        onward = self._study.blocks[block]
        for following in onward:
            if following in self.leading and self.joined[following] > 1:
                self._preview(following, block, state)
            if following not in states:
                # The last one may keep what is used by nobody else.
                states[following] = state if following == onward[-1] else state.copy()
            elif following > block:
                states[following].meet(state)

    def _leading(self, bounds: list[int]) -> frozenset[int]:
        """Return the short blocks that call, or lead to a short block that does."""
        found = {bounds[bisect_right(bounds, row) - 1] for row in self.calling}
        kinds, imms = self.machine.op, self.machine.imm
        for place in range(len(bounds) - 2, -1, -1):
            block = bounds[place]
            onward: int | None = bounds[place + 1]
            if onward - block > SHARED_ROWS:  # type: ignore[operator]  # it is a bound
                continue
            row = self._endings[block]
            if row >= 0 and kinds[row - self.first] == op.JUMP:
                onward = self.places.get(imms[row - self.first])
            if onward in found:
                found.add(block)
        return frozenset(found)

    def _preview(self, shared: int, block: int, state: State) -> None:
        """Note the calls of short blocks where paths join, as *block* alone reaches them.

        Compilers merge the ends of branches: then what is called depends on the way there.
        """
        if shared not in self._previews:
            self._previews[shared] = self._shared(shared)
        steps, machine = self._previews[shared], self.machine
        state = state.copy() if steps else state
        for row, at, action in steps:
            if action is not None:
                action(machine, at, state)
            else:
                self._step(row, block, state)

    def _shared(self, block: int) -> list[Step]:
        """Return the rows of short blocks from *block* on, up to the last that transfers."""
        found: list[Step] = []
        for _ in range(SHARED_BLOCKS):
            end = self._ends.get(block)
            if end is None or end - block > SHARED_ROWS:
                break
            found += self.plan(block, end)
            following = self._study.blocks[block]
            if len(following) != 1:
                break
            block = following[0]
        while found and found[-1][2] is not None:
            found.pop()
        return found

    def plan(self, block: int, end: int) -> list[Step]:
        """Return the rows of a block that matter, in the order in which they take effect."""
        if block not in self._plans:
            self._plans[block] = self._planned(block, end)
        return self._plans[block]

    def _planned(self, block: int, end: int) -> list[Step]:
        mattering, steps = self._steps
        low = bisect_left(mattering, block)
        found = steps[low : bisect_left(mattering, end, low)]
        if self.isa.delay:
            place = 0
            while place < len(found) - 1:
                row, at, _ = found[place]
                if (row in self.targets or self.machine.op[at] in CALLS) and (
                    found[place + 1][0] == row + 1
                ):
                    found[place], found[place + 1] = found[place + 1], found[place]
                    place += 1
                place += 1
        return found

    @cached_property
    def _steps(self) -> tuple[list[int], list[Step]]:
        """The rows that matter, ascending, and how they are carried out."""
        first = self.first
        places = self.index.steps[first : self.last].tobytes()
        steps = [(first + at, at, ACTIONS[place]) for at, place in enumerate(places) if place]
        return [one[0] for one in steps], steps

    def calls(self, row: int) -> bool:
        """Say whether the instruction at *row* calls."""
        return self.machine.op[row - self.first] in CALLS

    def _decide(self, row: int, block: int, end: int, state: State) -> None:
        at, machine = row - self.first, self.machine
        cond = machine.cond[at]
        if machine.op[at] != op.BRANCH or cond not in (op.EQ, op.NE):
            return
        ra, rb = machine.ra[at], machine.rb[at]
        left, right = state.flags
        if ra != NONE:
            left, right = machine.register(state, ra), machine.register(state, rb)
        taken = self.places.get(machine.imm[at], -1)
        equal, different = (taken, end) if cond == op.EQ else (end, taken)
        decision = made(Decision, (row, block, left, right, equal, different))
        self._study.decisions.append(decision)

    def _step(self, row: int, block: int, state: State) -> None:
        at = row - self.first
        kind = self.machine.op[at]
        if kind in CALLS:
            self._call(row, block, state)
            return
        if kind in JUMPS and row in self.targets:
            self._call(row, block, state)
        if kind == op.RET:
            self._study.returns.append(state.registers.get(self.isa.result))
        if self.machine.handlers[at] is not None or at in self.machine.extra:
            self.machine.step(at, state)

    def _call(self, row: int, block: int, state: State) -> None:
        target = self.target(row, state)
        name = self.index.callee_name(target)
        if self.isa.stack_arguments:
            given = self.given_on_stack(state)
        else:
            held = state.registers.get
            given = [held(one) for one in self.arguments]
        kept = state.share() if name in KEPT else NO_SLOTS
        self._study.calls.append(made(Called, (row, block, target, name, tuple(given), kept)))
        forget_pointed(state, given)
        registers = state.registers
        for register in self.isa.clobbered & registers.keys():
            del registers[register]
        registers[self.isa.result] = self.handed_back(row, target, given)

    def handed_back(self, row: int, target: int, given: Sequence[Value | None]) -> Value:
        """Return what the call at *row* of *target* returns, *given* these arguments."""
        first = given[0] if given and self.targets.get(row, -1) == target else None
        if first is not None and self.index.callee_name(target) in RETURNS_FIRST:
            return first
        return made(Value, ("result", row, 0))

    def target(self, row: int, state: State) -> int:
        """Return where the call at *row* goes on this path."""
        at = row - self.first
        if self.machine.op[at] in (op.CALLR, op.JUMPR):
            value = state.registers.get(self.machine.ra[at])
            if value is not None and value[0] == "const" and value[2]:
                target = value[2] & ~1 if self.isa.name == "arm" else value[2]
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
        if value is not None and value[0] == "stack" and value[2] in state.slots:
            state.own().pop(value.offset, None)
