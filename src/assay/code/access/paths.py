"""What a function does behind a branch: the effects along each way on from one of its edges.

Paths are followed with the values that hold on them, so that a constant returned over a shared
ending is told apart by the way that leads there. Bounded: at most `MAX_BLOCKS` block visits. The
kernel `follow_paths` (`symbolic_ways.c`) does it; here is its twin.
"""

from functools import cached_property

import msgspec

from assay.code import listing as op
from assay.code.compiled import parts_of, values_of
from assay.code.index import CodeIndex
from assay.code.listing import EQ, NE, NONE
from assay.code.memory import Ints
from assay.code.semantics import State, Value
from assay.code.symbolic import Reader, forget_pointed

MAX_BLOCKS = 250
MAX_PATH = 60

Effect = tuple[object, ...]
"""`("return", number)`, `("store", place, number)` or `("call", callee, texts)`."""

Edge = tuple[int, int]

WAY_PARTS = 6
EFFECT_SIZE = 5
CALLS, STORES, RETURNS, RETURNS_UNKNOWN, RETURNS_RESULT = range(5)
RETURNED = {RETURNS: "return", RETURNS_UNKNOWN: "return", RETURNS_RESULT: "returned"}
"""What the kernel `follow_paths` writes."""


class Outcome(msgspec.Struct):
    """What can happen behind an edge: effects on any path, and the rows of calls passed."""

    effects: set[Effect] = msgspec.field(default_factory=set)
    calls: set[int] = msgspec.field(default_factory=set)
    blocks: set[int] = msgspec.field(default_factory=set)
    ends: int = 0


class Paths:
    """The paths of one studied function."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.index = reader.index
        self._known: dict[Edge, Outcome] = {}
        self._after: dict[int, Outcome] = {}
        self._otherwise: dict[frozenset[Edge], set[Effect]] = {}

    @cached_property
    def blocks(self) -> dict[int, tuple[int, ...]]:
        """Where each block goes on."""
        return self.reader.found.blocks

    def behind(self, edge: Edge) -> Outcome:
        """Return what happens after control takes *edge*, up to the way back to where it was."""
        if edge not in self._known:
            self._known[edge] = self._follow(edge)
        return self._known[edge]

    def returned_without(self, edges: frozenset[Edge]) -> set[Effect]:
        """Return the constants that the function returns on ways that take none of *edges*."""
        if edges in self._otherwise:
            return self._otherwise[edges]
        blocked = frozenset(first for _, first in edges)
        outcome = self._ways(-1, self.reader.found.entry, blocked)
        found = {one for one in outcome.effects if one[0] == "return"}
        self._otherwise[edges] = found
        return found

    def after(self, block: int) -> Outcome:
        """Return what happens from the beginning of *block* on."""
        if block not in self._after:
            self._after[block] = self._ways(-1, block, frozenset())
        return self._after[block]

    def _ways(self, origin: int, start: int, stops: frozenset[int]) -> Outcome:
        """Return what happens from *start* on, up to *stops*.

        With the values that the edge from *origin* leads there with, -1 for those it begins with.
        """
        numbers = self.reader.follow(origin, start, stops)
        if numbers is not None:
            return read_outcome(self.index, numbers)
        outcome = Outcome()
        begun = self._state(start) if origin < 0 else self._leaving(origin)
        if origin >= 0:
            self._learn(origin, start, begun)
        self._along(start, begun, stops, outcome)
        return outcome

    def _state(self, block: int) -> State:
        return self.reader.states.get(block, State()).copy()

    def dominating(self, block: int) -> frozenset[int]:
        """Return the blocks that every way from the entry to *block* goes through."""
        found = {block}
        while (above := self._immediate.get(block, block)) != block:
            block = above
            found.add(block)
        return frozenset(found)

    @cached_property
    def _immediate(self) -> dict[int, int]:
        """The closest block that dominates each one (Cooper, Harvey and Kennedy, 2001)."""
        order = self.reader.order()
        place = {block: number for number, block in enumerate(order)}
        before: dict[int, list[int]] = {block: [] for block in order}
        for block in order:
            for following in self.blocks[block]:
                if following in place:
                    before[following].append(block)
        entry = self.reader.found.entry
        above = {entry: entry}
        changed = True
        while changed:
            changed = False
            for block in order[1:]:
                known = [one for one in before[block] if one in above]
                if not known:
                    continue
                closest = known[0]
                for other in known[1:]:
                    closest = _common(above, place, closest, other)
                if above.get(block) != closest:
                    above[block], changed = closest, True
        return above

    def _leaving(self, block: int) -> State:
        """Return the values with which *block* ends."""
        state = self._state(block)
        self._through(block, state, Outcome())
        return state

    def _through(self, block: int, state: State, outcome: Outcome) -> None:
        machine = self.reader.machine
        kinds = machine.op
        for row, at, action in self.reader.plan(block, self.reader.ends.get(block, block)):
            if action is None:
                self._transfer(row, at, state, outcome)
                continue
            if kinds[at] in (op.STORE, op.STOREI):
                self._stored(at, kinds[at], state, outcome)
            action(machine, at, state)

    def _follow(self, edge: Edge) -> Outcome:
        origin, first = edge
        outcome = self._ways(origin, first, self.dominating(origin))
        outcome.effects = {self._as_known(one, origin) for one in outcome.effects}
        return outcome

    def _as_known(self, effect: Effect, block: int) -> Effect:
        """Return a returned result as the number that a branch before *block* found it to be."""
        if effect[0] != "returned":
            return effect
        for one in self.reader.found.decisions:
            asked = one.left is not None and (one.left.kind, one.left.key) == ("result", effect[1])
            known = one.right.number if one.right is not None else None
            if not asked or known is None:
                continue
            if block in self.reader.found.guarded((one.block, one.equal)):
                return ("return", known & 0xFFFFFFFF)
        return effect

    def _learn(self, block: int, taken: int, state: State) -> None:
        """Put into *state* what taking the edge of equality out of *block* tells of a value."""
        compared = self._compared(block, state)
        if compared is None:
            return
        left, right, equal = compared
        if left is None or right is None or right.number is None or taken != equal:
            return
        for register, held in list(state.registers.items()):
            if held == left and held.kind == "result":
                state.registers[register] = right

    def _compared(self, block: int, state: State) -> tuple[Value | None, Value | None, int] | None:
        """Return what the branch that ends *block* compares and where equality leads."""
        reader, following = self.reader, self.blocks[block]
        row = reader.ending(block, reader.ends[block])
        at = row - reader.first
        if len(following) != 2 or row < 0 or reader.machine.op[at] != op.BRANCH:
            return None
        if reader.machine.cond[at] not in (EQ, NE):
            return None
        left, right = state.flags
        if reader.machine.ra[at] != NONE:
            left = reader.machine.register(state, reader.machine.ra[at])
            right = reader.machine.register(state, reader.machine.rb[at])
        taken = reader.places.get(reader.machine.imm[at], -1)
        return left, right, taken if reader.machine.cond[at] == EQ else reader.ends[block]

    def _along(self, first: int, begun: State, stops: frozenset[int], outcome: Outcome) -> None:
        waiting = [(first, begun, frozenset[int]())]
        budget = MAX_BLOCKS
        while waiting and budget:
            budget -= 1
            block, state, passed = waiting.pop()
            if block in stops or block in passed or block not in self.blocks:
                outcome.ends += 1
                continue
            outcome.blocks.add(block)
            self._through(block, state, outcome)
            following = self._chosen(block, state)
            if not following:
                outcome.ends += 1
                self._returned(block, state, outcome)
            if len(passed) < MAX_PATH:
                further = passed | {block}
                for one in following:
                    onward = state.copy()
                    self._learn(block, one, onward)
                    waiting.append((one, onward, further))

    def _transfer(self, row: int, at: int, state: State, outcome: Outcome) -> None:
        reader = self.reader
        kind = reader.machine.op[at]
        if reader.calls(row) or (kind in (op.JUMP, op.JUMPR, op.JUMPM) and row in reader.targets):
            outcome.calls.add(row)
            outcome.effects.add(self._called(row, state))
            given = [state.registers.get(one) for one in reader.isa.arguments]
            if reader.isa.stack_arguments:
                given = reader.given_on_stack(state)
            target = reader.target(row, state)
            forget_pointed(state, given)
            for register in reader.isa.clobbered:
                state.registers.pop(register, None)
            state.registers[reader.isa.result] = reader.handed_back(row, target, given)
            return
        reader.machine.step(at, state)

    def _called(self, row: int, state: State) -> Effect:
        reader = self.reader
        target = reader.target(row, state)
        given = [state.registers.get(one) for one in reader.isa.arguments[:3]]
        if reader.isa.stack_arguments:
            given = reader.given_on_stack(state)[:3]
        texts = (self._text(value) for value in given)
        return ("call", reader.index.name(target) or target, tuple(one for one in texts if one))

    def _text(self, value: Value | None) -> bytes:
        if value is None or not value.number or value.number < 0:
            return b""
        return self.index.string(value.number) or b""

    def _stored(self, at: int, kind: int, state: State, outcome: Outcome) -> None:
        machine = self.reader.machine
        place = machine.address(at, state)
        if place is None or place.kind in ("stack", "unknown"):
            return
        value = machine.register(state, machine.rb[at])
        if kind == op.STOREI:
            value = Value("const", 0, int(machine.second[at]))
        if value is not None and value.number is not None:
            outcome.effects.add(("store", place, value.number & 0xFFFFFFFF))

    def _returned(self, block: int, state: State, outcome: Outcome) -> None:
        reader = self.reader
        rows = range(block, reader.ends[block])
        if not any(reader.machine.op[row - reader.first] == op.RET for row in rows):
            return
        value = state.registers.get(reader.isa.result)
        if value is not None and value.number is not None:
            outcome.effects.add(("return", value.number & 0xFFFFFFFF))
        elif value is not None and value.kind == "result":
            outcome.effects.add(("returned", value.key))
        else:
            outcome.effects.add(("return", None))

    def _chosen(self, block: int, state: State) -> tuple[int, ...]:
        """Return where *block* goes on; one way where the values decide it."""
        compared = self._compared(block, state)
        following = self.blocks[block]
        if compared is None:
            return following
        left, right, equal = compared
        if left is None or right is None or left.number is None or right.number is None:
            return following
        same = left.number & 0xFFFFFFFF == right.number & 0xFFFFFFFF
        other = next((one for one in following if one != equal), equal)
        wanted = equal if same else other
        return (wanted,) if wanted in following else following


def _common(above: dict[int, int], place: dict[int, int], first: int, second: int) -> int:
    """Return the closest block that dominates both *first* and *second*."""
    while first != second:
        while place[first] > place[second]:
            first = above[first]
        while place[second] > place[first]:
            second = above[second]
    return first


def read_outcome(index: CodeIndex, numbers: Ints) -> Outcome:
    """Return the outcome that the kernel `follow_paths` wrote as *numbers*."""
    (ends,), effects, calls, blocks, plain, memory = parts_of(numbers, WAY_PARTS)
    values = values_of(plain, memory)
    found: set[Effect] = set()
    for kind, first, *others in set(zip(*[iter(effects)] * EFFECT_SIZE, strict=True)):
        if kind == CALLS:
            texts = tuple(text for at in others if at and (text := index.string(at)))
            found.add(("call", index.name(first) or first, texts))
        elif kind == STORES:
            found.add(("store", values[first], others[0]))
        else:
            found.add((RETURNED[kind], None if kind == RETURNS_UNKNOWN else first))
    return Outcome(found, set(calls), set(blocks), ends)
