"""Runs of one program: makes machines for an input, shares what was decoded, keeps the account."""

from typing import Literal

import msgspec

from assay._kernel.value import Value
from assay.code.emulate.inputs import Input
from assay.code.emulate.library import handler
from assay.code.emulate.library.receiving import deliver
from assay.code.emulate.machine import Machine, Operation, Processor
from assay.code.emulate.processors import processor_of
from assay.code.index import CodeIndex

MOST_STEPS = 20_000
"""Instructions of one run."""

MOST_ARGUMENTS = 4


How = Literal["program", "plain", "told"]


class Call(Value):
    """The function at `entry`, and how it is called.

    `program` as main is, with no arguments but the name; `plain` with pointers to zeroed memory;
    `told` with pointers to messages of the input.
    """

    entry: int
    how: How


class Workbench(msgspec.Struct):
    """A program to be run piece by piece. `spent` counts the instructions of all runs.

    `barren` are the searches that came to nothing and never looked at what they were handed: what
    each of their runs cost.
    """

    index: CodeIndex
    processor: Processor
    operations: dict[int, Operation] = msgspec.field(default_factory=dict)
    spent: int = 0
    barren: dict[tuple[object, ...], list[int]] = msgspec.field(default_factory=dict)

    def run(self, call: Call, given: Input, goal: int) -> Machine:
        """Return the machine after *call* was made with *given*.

        Once the address *goal* was reached no more input is given.
        """
        machine = Machine(self.index, self.processor, given, self.operations, handler)
        machine.goal = goal
        machine.run(call.entry, _arguments(machine, call.how), MOST_STEPS)
        self.spent += machine.steps
        return machine


def _arguments(machine: Machine, how: How) -> list[int]:
    places = [machine.scratch(number) for number in range(MOST_ARGUMENTS)]
    if how == "program":
        name = machine.reserve(16)
        machine.space.put(name, b"program\0")
        machine.space.store(places[1], machine.size, name)
        return [1, *places[1:3]]
    if how == "told":
        for number, place in enumerate(places):
            length = deliver(machine, f"argument {number + 1}", place, 1000, exact=False)
            machine.space.store(place + int(length), 1, 0)
    return places


def workbench(index: CodeIndex) -> Workbench | None:
    """Return a workbench for *index*, or None when there is no interpreter for its processor."""
    processor = processor_of(index.program)
    return Workbench(index, processor) if processor is not None else None
