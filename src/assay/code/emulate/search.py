"""The search for an input that reaches a place: run, look at the decisions, turn one, run again."""

import heapq
from collections import Counter
from dataclasses import dataclass

from assay.code.emulate.inputs import Input
from assay.code.emulate.machine import Machine
from assay.code.emulate.route import Route
from assay.code.emulate.words import LENGTH, Choice
from assay.code.emulate.workbench import Workbench

MOST_RUNS = 40
MOST_SPENT = 100_000
"""Instructions of all runs of one search."""

MOST_TURNS = 3
FILLERS = (0x41, 0)


@dataclass(frozen=True, slots=True)
class Turn:
    """A decision that was turned: where, over which open calls, and what that asked for."""

    place: int
    frame: tuple[int, ...]
    telling: bool
    choice: tuple[tuple[tuple[str, int], tuple[int, int]], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An input that reaches the place, the run, and the turns that made it."""

    given: Input
    machine: Machine
    turns: tuple[Turn, ...]


def search(bench: Workbench, route: Route, entry: int, place: int, *, told: bool) -> Found | None:
    """Return an input with which the function at *entry* comes to *place*, or None.

    None as well when every input does, because then nothing sets it off.
    """
    waiting: list[tuple[tuple[int, int], int, Input, tuple[Turn, ...]]] = []
    seen: set[Input] = set()
    turned: Counter[int] = Counter()
    runs, most = 0, bench.spent + MOST_SPENT
    for number, filler in enumerate(FILLERS):
        heapq.heappush(waiting, ((-1, number), number, Input(filler), ()))
    while waiting and runs < MOST_RUNS and bench.spent < most:
        _, _, given, turns = heapq.heappop(waiting)
        machine = bench.run(entry, given, place, told=told)
        runs += 1
        if reached(machine, place):
            return Found(given, machine, turns) if turns else None
        for decision in machine.journal.decisions:
            if turned[decision.place] >= MOST_TURNS:
                continue
            near = route.nearness(decision)
            for choice in decision.otherwise():
                changed = given.changed(choice)
                if changed in seen or _contradicts(turns, choice):
                    continue
                seen.add(changed)
                turn = Turn(
                    decision.place, decision.frame, decision.telling, tuple(sorted(choice.items()))
                )
                heapq.heappush(waiting, (near, len(seen) + 2, changed, (*turns, turn)))
            turned[decision.place] += 1
    return None


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
