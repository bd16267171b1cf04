"""Runs of one program: makes machines for an input, shares what was decoded, keeps the account."""

from dataclasses import dataclass, field

from assay.code.emulate.inputs import Input
from assay.code.emulate.library import handler
from assay.code.emulate.library.receiving import deliver
from assay.code.emulate.machine import Machine, Operation, Processor
from assay.code.emulate.processors import processor_of
from assay.code.index import CodeIndex

MOST_STEPS = 20_000
"""Instructions of one run."""

MOST_ARGUMENTS = 4


@dataclass
class Workbench:
    """A program to be run piece by piece. `spent` counts the instructions of all runs."""

    index: CodeIndex
    processor: Processor
    operations: dict[int, Operation] = field(default_factory=dict)
    spent: int = 0

    def run(self, entry: int, given: Input, goal: int, *, told: bool) -> Machine:
        """Return the machine after the function at *entry* was called with *given*.

        Once the address *goal* was reached no more input is given. Its arguments point to zeroed
        memory, with *told* to messages of the input.
        """
        machine = Machine(self.index, self.processor, given, self.operations, handler)
        machine.goal = goal
        places = [machine.scratch(number) for number in range(MOST_ARGUMENTS)]
        if told:
            for number, place in enumerate(places):
                length = deliver(machine, f"argument {number + 1}", place, 1000, exact=False)
                machine.space.store(place + int(length), 1, 0)
        machine.run(entry, places, MOST_STEPS)
        self.spent += machine.steps
        return machine


def workbench(index: CodeIndex) -> Workbench | None:
    """Return a workbench for *index*, or None when there is no interpreter for its processor."""
    processor = processor_of(index.program)
    return Workbench(index, processor) if processor is not None else None
