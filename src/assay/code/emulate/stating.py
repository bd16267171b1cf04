"""How a confirmation is made: the neighbours that are tried, and what is said of the run.

The bytes that matter, the inputs and the trace are put into words here.
"""

from collections.abc import Callable
from typing import Final

from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.code.access.record import Access
from assay.code.access.words import IDENTITIES, OPENERS
from assay.code.emulate.inputs import Input
from assay.code.emulate.machine import Machine
from assay.code.emulate.record import Confirmation, Given
from assay.code.emulate.search import Found
from assay.code.emulate.words import Leaf
from assay.code.emulate.workbench import Call, Workbench
from assay.code.families import UNSAFE

FEWEST: Final = 3
"""Bytes of the input that a trigger has at least."""

MOST_TRACE: Final = 40
LONGEST_HEX: Final = 512
ACTS: Final = UNSAFE["command"] | IDENTITIES | OPENERS.keys() | {"dup2", "dup3"}
"""Library calls that are what a way in is for."""


class Shown(Value):
    """What a run showed: the input and the run, the bytes of the trigger, the effect in words.

    `stays` says of another run that it did not come to the effect; runs end at `goal`.
    """

    found: Found
    trigger: list[Leaf]
    effect: str
    stays: Callable[[Machine], bool]
    goal: int


def stated(bench: Workbench, way: Access, call: Call, shown: Shown) -> Confirmation | None:
    """Return the confirmation of *way* when each neighbour that is tried stays without the effect.

    None as well for a trigger of too few bytes.
    """
    found, neighbours = shown.found, []
    if len(shown.trigger) < FEWEST:
        return None
    for leaf in _samples(shown.trigger):
        other, says = _neighbour(found, leaf)
        if not shown.stays(bench.run(call, other, shown.goal)):
            return None
        neighbours.append(says)
    return Confirmation(
        entry=call.entry,
        entry_name=bench.index.name(call.entry),
        trigger=_shown_bytes(found.machine, shown.trigger),
        inputs=_inputs_of(found),
        effect=shown.effect,
        trace=_trace_of(found, way),
        neighbours=tuple(neighbours),
        steps=found.machine.steps,
    )


def _samples(trigger: list[Leaf]) -> list[Leaf]:
    """Return the first, the middle and the last byte of *trigger*."""
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


def _shown_bytes(machine: Machine, leaves: list[Leaf]) -> str:
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


def _inputs_of(found: Found) -> tuple[Given, ...]:
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
                says=f"{_shown_bytes(found.machine, leaves)}, all else {filler}"
                if laid
                else f"all {filler}",
            )
        )
    return tuple(given)


def effect_of(machine: Machine, way: Access) -> str:
    """Return what was done at the sink of *way*, in words, empty when no act was seen."""
    for event in machine.events:
        if way.sink in (event.place, *event.open_calls) and event.name in ACTS:
            return f"{event.name}({event.says})"
    return ""


def _trace_of(found: Found, way: Access) -> tuple[str, ...]:
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
