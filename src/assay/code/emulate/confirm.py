"""Confirms ways into a program: finds the input, runs it and its neighbours, and says what came.

Only a way with a trigger can be confirmed: the named place is reached with the input, and not
reached when one byte of the trigger is another. Without confirmation a finding stays as it was.
"""

import msgspec

from assay._kernel.printable import printable
from assay.code.access.record import Access
from assay.code.access.words import IDENTITIES, OPENERS
from assay.code.emulate.inputs import Input
from assay.code.emulate.machine import Machine
from assay.code.emulate.record import Confirmation, Given
from assay.code.emulate.route import Route
from assay.code.emulate.search import Found, Turn, reached, search
from assay.code.emulate.words import LENGTH, Leaf
from assay.code.emulate.workbench import Workbench, workbench
from assay.code.families import READ, RECEIVE, UNSAFE
from assay.code.index import CodeIndex

MOST_TRIED = 4
"""Ways of one program that are tried."""

MOST_ROOTS = 3
MOST_TRACE = 40
LONGEST_HEX = 512
FEWEST = 3
"""Bytes of the input that a trigger has at least."""

SOURCES = frozenset(
    RECEIVE.keys()
    | READ.keys()
    | {"getenv", "getpass", "readline", "gets", "fgetc", "getc", "getchar"}
)
TRIGGERED = frozenset({"command-after-constant", "second-password", "hidden-entry"})


def confirmed(index: CodeIndex, ways: tuple[Access, ...]) -> tuple[Access, ...]:
    """Return *ways*, those that could be shown by running them with their confirmation."""
    bench = workbench(index)
    if bench is None:
        return ways
    tried = 0
    found = []
    for way in ways:
        eligible = way.shape in TRIGGERED and way.function >= 0 and way.sink >= 0
        if not eligible or tried >= MOST_TRIED:
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
    route = Route(network, target, (way.sink, way.compare))
    roots = route.roots(network.reaching(SOURCES, 2))[:MOST_ROOTS]
    for root, told in [*((one, False) for one in roots), (target, True)]:
        entry = int(functions.starts[root])
        found = search(bench, route, entry, way.sink, told=told)
        if found is None:
            continue
        shown = _stated(bench, way, entry, found, told=told)
        if shown is not None:
            return shown
    return None


def _stated(
    bench: Workbench, way: Access, entry: int, found: Found, *, told: bool
) -> Confirmation | None:
    """Return the confirmation when every neighbour that is tried stays away from the place."""
    trigger = _trigger(bench, way, found.turns)
    if len(trigger) < FEWEST:
        return None
    neighbours = []
    for leaf in _samples(trigger):
        other, says = _neighbour(found, leaf)
        machine = bench.run(entry, other, way.sink, told=told)
        if reached(machine, way.sink):
            return None
        neighbours.append(says)
    return Confirmation(
        entry=entry,
        entry_name=bench.index.name(entry),
        trigger=_shown(found.machine, trigger),
        inputs=_inputs(found),
        effect=_effect(found.machine, way),
        trace=_trace(found, way),
        neighbours=tuple(neighbours),
        steps=found.machine.steps,
    )


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
    for chosen in (exact, inside):
        leaves = {
            leaf
            for turn in chosen
            for leaf, (value, mask) in turn.choice
            if leaf[1] != LENGTH and mask & 0x7E and (value or mask == 0xFF)
        }
        if len(leaves) >= FEWEST:
            return sorted(leaves)
    return []


def _samples(trigger: list[Leaf]) -> list[Leaf]:
    places = sorted({0, len(trigger) // 2, len(trigger) - 1})
    return [trigger[place] for place in places]


def _neighbour(found: Found, leaf: Leaf) -> tuple[Input, str]:
    """Return the input with another byte at *leaf*, and the change in words."""
    before = dict(found.given.message(leaf[0]).bytes_).get(leaf[1], found.given.filler)
    wish = next((turn for turn in reversed(found.turns) if leaf in dict(turn.choice)), None)
    mask = dict(wish.choice)[leaf][1] if wish is not None else 0xFF
    after = before ^ (1 if mask & 1 else mask & -mask)
    says = f"{leaf[0]}, byte {leaf[1]}: 0x{before:02x} changed to 0x{after:02x}"
    return found.given.changed({leaf: (after, 0xFF)}), says


def _shown(machine: Machine, leaves: list[Leaf]) -> str:
    """Return the bytes *leaves* of the input in words, joined where they follow each other."""
    said, at = [], 0
    while at < len(leaves):
        name, first = leaves[at]
        size = 1
        while at + size < len(leaves) and leaves[at + size] == (name, first + size):
            size += 1
        data = machine.used.get(name, b"")[first : first + size]
        quoted = (
            f"`{printable(data)}`" if all(32 <= one < 127 for one in data) else "0x" + data.hex()
        )
        said.append(f"{quoted} from byte {first} of {name}")
        at += size
    return " and ".join(said)


def _inputs(found: Found) -> tuple[Given, ...]:
    """Return the messages that the run took, each with the bytes that matter."""
    given = []
    for name, data in sorted(found.machine.used.items()):
        laid = dict(found.given.message(name).bytes_)
        leaves = [(name, place) for place in sorted(laid) if place < len(data)]
        filler = f"0x{found.given.filler:02x}"
        given.append(
            Given(
                name=name,
                hex=data[:LONGEST_HEX].hex(),
                text=printable(data[:LONGEST_HEX]),
                size=len(data),
                says=f"{_shown(found.machine, leaves)}, all else {filler}"
                if laid
                else f"all {filler}",
            )
        )
    return tuple(given)


def _effect(machine: Machine, way: Access) -> str:
    """Return what was done at the sink of *way*, in words."""
    for event in machine.events:
        if way.sink in (event.place, *event.open_calls) and event.name in _ACTS:
            return f"{event.name}({event.says})"
    return f"the instruction at {way.sink:#x} is carried out"


_ACTS = UNSAFE["command"] | IDENTITIES | OPENERS.keys() | {"dup2", "dup3"}


def _trace(found: Found, way: Access) -> tuple[str, ...]:
    """Return the library calls of the run up to the sink, one line each."""
    lines = []
    for event in found.machine.events:
        lines.append(f"{event.place:#x}: {event.name}({event.says})")
        if way.sink in (event.place, *event.open_calls):
            break
    else:
        lines.append(f"{way.sink:#x}: carried out")
    if len(lines) > MOST_TRACE:
        lines = [*lines[: MOST_TRACE // 2], "…", *lines[-MOST_TRACE // 2 :]]
    return tuple(lines)
