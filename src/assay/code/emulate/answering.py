"""Confirms that a constant changes what a function answers: a second way through a check.

The function is run on its own; what it returns with the constant is held against what it returns
with a neighbour and without.
"""

from assay.code.access.record import Access
from assay.code.emulate.inputs import Input
from assay.code.emulate.machine import Machine
from assay.code.emulate.record import Confirmation
from assay.code.emulate.route import Route
from assay.code.emulate.search import FILLERS, Found, Turn, reached, search, turn_of
from assay.code.emulate.stating import Shown, stated
from assay.code.emulate.words import LENGTH
from assay.code.emulate.workbench import Call, How, Workbench

MOST_CHOICES = 8


def confirm_answer(bench: Workbench, way: Access) -> Confirmation | None:
    """Return the confirmation that the constant of *way* changes what its function returns."""
    network = bench.index.network
    route = Route(network, network.function_at(way.function), (way.compare,))
    ways: tuple[How, ...] = ("plain", "told")
    for how in ways:
        shown = _tried(bench, way, route, Call(way.function, how))
        if shown is not None:
            return shown
    return None


def _tried(bench: Workbench, way: Access, route: Route, call: Call) -> Confirmation | None:
    start = Input(FILLERS[0])
    machine = bench.run(call, start, -1)
    turns: tuple[Turn, ...] = ()
    if not reached(machine, way.compare):
        found = search(bench, route, call, (way.compare,))
        if found is None:
            return None
        start, turns = found.given, found.turns
        machine = bench.run(call, start, -1)
    refused = _answer(machine)
    for turn in _asked(machine, way)[:MOST_CHOICES]:
        given = start.changed(dict(turn.choice))
        after = bench.run(call, given, -1)
        if refused is not None and _answer(after) not in (None, refused):
            found = Found(given, after, (*turns, turn))
            return _stated(bench, way, call, found, refused)
    return None


def _asked(machine: Machine, way: Access) -> list[Turn]:
    """Return the ways to make the comparison of *way* come out equal."""
    found = []
    for decision in machine.journal.decisions:
        if decision.telling and way.compare in (decision.place, *decision.frame):
            found += [turn_of(decision, choice) for choice in decision.otherwise()]
    return found


def _answer(machine: Machine) -> int | None:
    """Return what the function returned, None when it did not come to its end."""
    if machine.ended != "returned":
        return None
    return int(machine.registers[machine.processor.result]) & 0xFFFFFFFF


def _stated(
    bench: Workbench, way: Access, call: Call, found: Found, refused: int
) -> Confirmation | None:
    """Return the confirmation that *found* is answered otherwise than its neighbours."""
    accepted = _answer(found.machine)
    trigger = sorted(
        leaf for leaf, (value, _) in found.turns[-1].choice if leaf[1] != LENGTH and value
    )
    if accepted is None:
        return None
    effect = f"the answer {accepted:#x} in place of {refused:#x}"

    def stays(machine: Machine) -> bool:
        return _answer(machine) == refused

    return stated(bench, way, call, Shown(found, trigger, effect, stays, -1))
