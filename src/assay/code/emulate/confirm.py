"""Confirms ways into a program: finds the input, runs it and its neighbours, and says what came.

Only a way with a trigger can be confirmed: the named place is reached with the input, and not
reached when one byte of the trigger is another. Without confirmation a finding stays as it was.
"""

import msgspec

from assay.code.access.record import Access
from assay.code.emulate.answering import confirm_answer
from assay.code.emulate.machine import Machine
from assay.code.emulate.record import Confirmation
from assay.code.emulate.route import Route
from assay.code.emulate.search import MOST_IN_ALL, Found, Turn, reached, search, spelt
from assay.code.emulate.stating import FEWEST, Shown, effect_of, stated
from assay.code.emulate.words import LENGTH, Leaf
from assay.code.emulate.workbench import Call, How, Workbench, workbench
from assay.code.families import READ, RECEIVE
from assay.code.index import CodeIndex

MOST_TRIED = 4
"""Ways of one program that are tried."""

MOST_ROOTS = 3
SOURCES = frozenset(
    RECEIVE.keys()
    | READ.keys()
    | {"getenv", "getpass", "readline", "gets", "fgetc", "getc", "getchar"}
)
TRIGGERED = frozenset({"command-after-constant", "hidden-entry"})
"""Shapes whose finding names a place that the trigger leads to."""

ANSWERED = frozenset({"second-password"})
"""Shapes whose finding names a comparison that changes what a function answers."""


def confirmed(index: CodeIndex, ways: tuple[Access, ...]) -> tuple[Access, ...]:
    """Return *ways*, those that could be shown by running them with their confirmation."""
    bench = workbench(index)
    if bench is None:
        return ways
    tried = 0
    found = []
    for way in ways:
        eligible = way.shape in TRIGGERED | ANSWERED and way.function >= 0 and way.sink >= 0
        if not eligible or tried >= MOST_TRIED or bench.spent >= MOST_IN_ALL:
            found.append(way)
            continue
        tried += 1
        shown = _confirm(bench, way)
        found.append(msgspec.structs.replace(way, confirmed=shown))
    return tuple(found)


def _confirm(bench: Workbench, way: Access) -> Confirmation | None:
    """Return the confirmation of *way*, or None."""
    network = bench.index.network
    functions = bench.index.functions
    target = network.function_at(way.function)
    if target < 0 or functions is None:
        return None
    if way.shape in ANSWERED:
        return confirm_answer(bench, way)
    if way.sink == way.compare:
        return None  # no act is named, so reaching it shows nothing
    route = Route(network, target, (way.sink, way.compare))
    roots = route.roots(network.reaching(SOURCES, 2))[:MOST_ROOTS]
    calls = [
        Call(int(functions.starts[root]), how)
        for root in roots
        for how in _ways_to_call(bench.index, root)
    ]
    for call in (*calls, Call(way.function, "told")):
        found = search(bench, route, call, (way.compare, way.sink), _constant(way))
        shown = _stated(bench, way, call, found) if found is not None else None
        if shown is not None:
            return shown
    return None


def _ways_to_call(index: CodeIndex, function: int) -> tuple[How, ...]:
    """Return how *function* can be called: as main is only where nothing calls it."""
    starts = index.program.interpreter or not index.program.dynamic.tags
    above = index.network.callers.get(function)
    return ("program", "plain") if starts and not above else ("plain",)


def _stated(bench: Workbench, way: Access, call: Call, found: Found) -> Confirmation | None:
    """Return the confirmation that *found* leads to the act that *way* names."""
    trigger, effect = _trigger(bench, way, found.turns), effect_of(found.machine, way)
    if not effect:
        return None

    def stays(machine: Machine) -> bool:
        return not reached(machine, way.sink)

    return stated(bench, way, call, Shown(found, trigger, effect, stays, way.sink))


def _trigger(bench: Workbench, way: Access, turns: tuple[Turn, ...]) -> list[Leaf]:
    """Return the bytes of the input that the comparison of *way* asked for."""
    functions = bench.index.functions
    if functions is None:
        return []
    number = bench.index.network.function_at(way.function)
    start, end = way.function, int(functions.ends[number])
    exact = [one for one in turns if one.telling and way.compare in (one.place, *one.frame)]
    inside = [
        one
        for one in turns
        if one.telling and any(start <= at < end for at in (one.place, *one.frame))
    ]
    wanted = _constant(way)
    named = [one for one in turns if one.telling and wanted and wanted in spelt(dict(one.choice))]
    for chosen in (exact, inside, named):
        leaves = {
            leaf
            for turn in chosen
            for leaf, (value, mask) in turn.choice
            if leaf[1] != LENGTH and mask & 0x7E and (value or mask == 0xFF)
        }
        if len(leaves) >= FEWEST:
            return sorted(leaves)
    return []


def _constant(way: Access) -> bytes:
    """Return the bytes of the constant that *way* names, empty when it names none."""
    text = way.constant
    if text.startswith("0x") and len(text) % 2 == 0 and not set(text[2:]) - set("0123456789abcdef"):
        return bytes.fromhex(text[2:])
    return text.encode("latin-1", "replace")
