"""The search for an input that reaches a place: run, look at the decisions, turn one, run again."""

import heapq
from collections import Counter

from assay._kernel.value import Value
from assay.code.emulate.inputs import Input
from assay.code.emulate.machine import Machine
from assay.code.emulate.route import Route
from assay.code.emulate.words import LENGTH, Choice, Decision
from assay.code.emulate.workbench import Call, Workbench

MOST_RUNS = 60
MOST_SPENT = 60_000
"""Instructions of all runs of one search."""

PRICE = 10
"""What working out one change costs, in instructions."""

MOST_IN_ALL = 200_000
"""Instructions of all runs of one program."""

MOST_TURNS = 60
MOST_HERE = 16
"""How often a decision at one place is turned: in all runs, in one run."""
FILLERS = (0x41, 0)
FEWEST = 3
"""Bytes of a hint that is worth following."""


class Turn(Value):
    """A decision that was turned: where, over which open calls, and what that asked for."""

    place: int
    frame: tuple[int, ...]
    telling: bool
    choice: tuple[tuple[tuple[str, int], tuple[int, int]], ...]


def turn_of(decision: Decision, choice: Choice) -> Turn:
    """Return the turn of *decision* that *choice* makes."""
    asked = tuple(sorted(choice.items()))
    return Turn(decision.place, decision.frame, decision.telling, asked)


class Found(Value):
    """An input that reaches the place, the run, and the turns that made it."""

    given: Input
    machine: Machine
    turns: tuple[Turn, ...]


class _Search:
    """The inputs that wait for a run, the most promising first, and what the runs covered."""

    def __init__(self, bench: Workbench, route: Route, hint: bytes) -> None:
        self.bench, self.route, self.hint = bench, route, hint
        self.waiting: list[tuple[tuple[int, ...], int, Input, tuple[Turn, ...]]] = []
        self.seen: set[Input] = set()
        self.covered: set[int] = set()
        self.turned: Counter[int] = Counter()

    def add(self, rank: tuple[int, ...], given: Input, turns: tuple[Turn, ...]) -> None:
        """Let *given* wait, unless it did before."""
        if given not in self.seen:
            self.seen.add(given)
            heapq.heappush(self.waiting, (rank, len(self.seen), given, turns))

    def branch(self, given: Input, turns: tuple[Turn, ...], machine: Machine) -> None:
        """Add the inputs that turn one decision of the run that *given* made."""
        stale = int(machine.visited <= self.covered)
        self.covered |= machine.visited
        here: Counter[int] = Counter()
        for decision in machine.journal.decisions:
            here[decision.place] += 1
            self.turned[decision.place] += 1
            often = self.turned[decision.place] > MOST_TURNS
            if here[decision.place] > MOST_HERE or often:
                continue
            near = self.route.nearness(decision)
            for choice in decision.otherwise():
                self.bench.spent += PRICE
                hinted = len(self.hint) >= FEWEST and self.hint in spelt(choice)
                rank = (0 if hinted else 1 + stale, *near, _message_of(choice))
                if not _contradicts(turns, choice):
                    further = (*turns, turn_of(decision, choice))
                    self.add(rank, given.changed(choice), further)


def _message_of(choice: Choice) -> int:
    """Return the number of the message that *choice* is about: a loop takes the first one first."""
    return min(
        (int(name.rpartition(" ")[2]) for name, _ in choice if name[-1:].isdigit()), default=0
    )


def spelt(choice: Choice) -> bytes:
    """Return the bytes that *choice* asks for, in order."""
    return bytes(value & 0xFF for leaf, (value, _) in sorted(choice.items()) if leaf[1] != LENGTH)


def search(
    bench: Workbench, route: Route, call: Call, places: tuple[int, ...], hint: bytes = b""
) -> Found | None:
    """Return an input with which *call* comes to all of *places*, or None.

    None as well when every input does, because then nothing sets it off. What asks for the bytes
    of *hint* is tried first. After the last of *places* no more input is given.
    """
    most = min(bench.spent + MOST_SPENT, MOST_IN_ALL)
    key = (route.target, route.sinks, call.entry, places, hint)
    if key in bench.barren:
        # However the function is called, it would be the same once more, at the same cost.
        for cost in bench.barren[key]:
            bench.spent += cost if bench.spent < most else 0
        return None
    found, costs = _searched(_Search(bench, route, hint), call, places, most)
    if costs:
        bench.barren[key] = costs
    return found


def _searched(
    state: _Search, call: Call, places: tuple[int, ...], most: int
) -> tuple[Found | None, list[int]]:
    """Return what was found, and what each run cost where none looked at its arguments."""
    bench, costs, looked = state.bench, [], False
    for filler in FILLERS:
        state.add((-1,), Input(filler), ())
    for _ in range(MOST_RUNS):
        if not state.waiting or bench.spent >= most:
            break
        _, _, given, turns = heapq.heappop(state.waiting)
        before = bench.spent
        machine = bench.run(call, given, places[-1])
        looked = looked or machine.watch.looked
        there = all(reached(machine, place) for place in places)
        if there and turns:
            return Found(given, machine, turns), []
        if not there:
            state.branch(given, turns, machine)
        costs.append(bench.spent - before)
        if there:
            break
    return None, [] if looked else costs


def _contradicts(turns: tuple[Turn, ...], choice: Choice) -> bool:
    """Say whether *choice* takes back what most of the *turns* before it asked for."""
    laid = {leaf: wish for turn in turns for leaf, wish in turn.choice if leaf[1] != LENGTH}
    against = sum(
        1
        for leaf, (value, mask) in choice.items()
        if leaf in laid and (laid[leaf][0] ^ value) & laid[leaf][1] & mask
    )
    return against > 1


def reached(machine: Machine, place: int) -> bool:
    """Say whether the instruction at *place* was carried out."""
    return place in machine.visited or place | 1 in machine.visited
