"""How a confirmation is put into words: the bytes that matter, the inputs, the trace."""

from typing import Final

from assay._kernel.printable import printable
from assay.code.access.record import Access
from assay.code.access.words import IDENTITIES, OPENERS
from assay.code.emulate.inputs import Input
from assay.code.emulate.machine import Machine
from assay.code.emulate.record import Given
from assay.code.emulate.search import Found
from assay.code.emulate.words import Leaf
from assay.code.families import UNSAFE

MOST_TRACE: Final = 40
LONGEST_HEX: Final = 512
ACTS: Final = UNSAFE["command"] | IDENTITIES | OPENERS.keys() | {"dup2", "dup3"}
"""Library calls that are what a way in is for."""


def samples(trigger: list[Leaf]) -> list[Leaf]:
    """Return the first, the middle and the last byte of *trigger*."""
    places = sorted({0, len(trigger) // 2, len(trigger) - 1})
    return [trigger[place] for place in places]


def neighbour(found: Found, leaf: Leaf) -> tuple[Input, str]:
    """Return the input with another byte at *leaf*, and the change in words."""
    before = dict(found.given.message(leaf[0]).bytes_).get(leaf[1], found.given.filler)
    wish = next((turn for turn in reversed(found.turns) if leaf in dict(turn.choice)), None)
    mask = dict(wish.choice)[leaf][1] if wish is not None else 0xFF
    after = before ^ (1 if mask & 1 else mask & -mask)
    says = f"{leaf[0]}, byte {leaf[1]}: 0x{before:02x} changed to 0x{after:02x}"
    return found.given.changed({leaf: (after, 0xFF)}), says


def shown_bytes(machine: Machine, leaves: list[Leaf]) -> str:
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


def inputs_of(found: Found) -> tuple[Given, ...]:
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
                says=f"{shown_bytes(found.machine, leaves)}, all else {filler}"
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


def trace_of(found: Found, way: Access) -> tuple[str, ...]:
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
