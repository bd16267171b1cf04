"""One run of one function: registers, memory, a bounded loop over instructions, library events.

The instruction sets are in `processors`, the library functions in `library`. A run ends when the
function returns, the input is used up, the bound is reached or something cannot be followed.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, NamedTuple

from assay._kernel.value import Value
from assay.code.emulate.flags import no_flags
from assay.code.emulate.handed import Watch
from assay.code.emulate.inputs import Input
from assay.code.emulate.space import Fault, Space
from assay.code.emulate.words import Journal
from assay.code.index import CodeIndex

EXIT: Final = 0x10
"""Where the function returns to: an address that nothing is mapped at."""

CONVERSATION: Final = 0x40
"""The address of a function that the caller supplies to ask a person (PAM)."""

BASES: Final = (0x5E00_0000, 0x6E00_0000, 0x2E00_0000, 0x1E00_0000)
STACK_SIZE: Final = 0x60000
SCRATCH: Final = 0x100000
SCRATCH_STEP: Final = 0x10000
THREAD: Final = 0x180000
HEAP: Final = 0x200000
HEAP_SIZE: Final = 0x200000
MOST_EVENTS: Final = 200
DEEPEST: Final = 48


class Ended(Exception):
    """The run is over; the text says why."""


Handler = Callable[["Machine", int], None]
Operation = tuple[Handler, int, int]
"""What carries out an instruction, its encoding, and its size in bytes."""

Shape = tuple[int, int, Handler]
"""The bits of an encoding that tell an instruction, what they are, and what carries it out."""


class Compared(NamedTuple):
    """What a condition field holds: two numbers that were compared, as they are to be read."""

    left: int
    right: int


class Event(Value):
    """A library call that was answered: where, which, with what; `open_calls` led to it."""

    place: int
    name: str
    says: str
    open_calls: tuple[int, ...] = ()


class Processor(ABC):
    """One instruction set: how to read an instruction and how functions are called."""

    machines: tuple[int, ...]
    bits: int
    registers: int = 32
    arguments: tuple[int, ...]
    result: int
    stack: int
    link: int = -1
    """The register that holds where a function returns to, where there is one."""

    spilled: int = 0
    """Where the arguments that registers do not hold begin, in bytes above the stack pointer."""

    pushed: int = 0
    """How many bytes a call pushes."""

    @abstractmethod
    def decode(self, machine: "Machine", address: int) -> Operation:
        """Return the operation at *address*; raises `Ended` for what is not known."""

    def enter(self, machine: "Machine", back: int) -> None:
        """Prepare a call that returns to *back*."""
        machine.registers[self.link] = back

    def leave(self, machine: "Machine") -> int:
        """Return where the function that was just entered returns to."""
        return int(machine.registers[self.link])

    def clean(self, address: int) -> int:
        """Return *address* without a mark of the mode."""
        return address

    def marked(self, machine: "Machine", address: int) -> int:  # noqa: ARG002 - for two modes
        """Return *address* with the mark of the mode that the function there has."""
        return address


class Machine:
    """The state of a run. `extra` are registers that only one instruction set has.

    `operations` are what was decoded, by address; by its complement as a delay slot, where no
    model of a function stands in place of the instruction. `goal` is the place that the run is
    to come to; the next input asked for afterwards ends it. `watch` tells whether the run
    looked at its arguments.
    """

    def __init__(
        self,
        index: CodeIndex,
        processor: Processor,
        given: Input,
        operations: dict[int, Operation],
        models: Callable[[str], "Handler | None"],
    ) -> None:
        self.index, self.processor, self.given = index, processor, given
        self.operations, self.models = operations, models
        self.journal, self.flags = Journal(), no_flags()
        self.extra: dict[str, int] = {}
        self.conditions: dict[int, Compared] = {}
        self.events: list[Event] = []
        self.visited: set[int] = set()
        self.files: dict[int, str] = {}
        self.taken: dict[str, int] = {}
        self.used: dict[str, bytes] = {}
        self.memo: dict[str, int] = {}
        self.returns: list[int] = []
        self.steps = self.pc = self.next = self.last = 0
        self.ended = ""
        self.goal = -1
        self.watch = Watch()
        self._lay_out()

    def _lay_out(self) -> None:
        """Give the run its memory and its registers."""
        program = self.index.program
        self.space = Space(program)
        self.registers: list[int] = [0] * self.processor.registers
        self.size = program.bits // 8
        self.mask = (1 << program.bits) - 1
        areas = [(one.start, one.end) for one in program.memory.areas]
        self.base = next(
            (at for at in BASES if not any(a < at + 0x400000 and at < b for a, b in areas)),
            BASES[0],
        )
        base = self.base
        self.space.given = [
            (base, base + STACK_SIZE),
            (base + SCRATCH, base + SCRATCH + 8 * SCRATCH_STEP),
            (base + HEAP, base + HEAP + HEAP_SIZE),
        ]
        if program.externs:
            # What a program reads of another file's data is taken as zero.
            first = program.extern_base
            self.space.given.append((first, first + 16 * len(program.externs) + 16))
        self.heap = base + HEAP
        self.registers[self.processor.stack] = base + STACK_SIZE - 0x8000

    def scratch(self, number: int) -> int:
        """Return the address of a zeroed area that argument *number* may point to."""
        return self.base + SCRATCH + number * SCRATCH_STEP

    def reserve(self, size: int) -> int:
        """Return the address of *size* new bytes of the heap; raises Fault when it is full."""
        size = (int(size) + 15 & ~15) + 16
        if size > HEAP_SIZE or self.heap + size > self.base + HEAP + HEAP_SIZE:
            raise Fault("the heap is full")
        found, self.heap = self.heap, self.heap + size
        return found

    def run(self, entry: int, arguments: list[int], most: int) -> None:
        """Call the function at *entry* with *arguments*; carry out at most *most* instructions."""
        processor = self.processor
        self.watch.looked = len(arguments) > len(processor.arguments)
        for place, value in enumerate(arguments):
            self.set_argument(place, value if self.watch.looked else self.watch.handed(value))
        processor.enter(self, EXIT)
        self.pc = processor.marked(self, entry)
        self.resume(most)

    def resume(self, most: int) -> None:
        """Carry out at most *most* instructions from where the machine stands; set `ended`."""
        try:
            self._loop(most)
        except Ended as end:
            self.ended = str(end)
        except Fault as fault:
            self.ended = f"fault: {fault}"

    def _loop(self, most: int) -> None:
        operations, journal, visited = self.operations, self.journal, self.visited
        while self.steps < most:
            pc = self.pc
            operation = operations.get(pc)
            if operation is None:
                operation = operations[pc] = self._decode(pc)
            handler, code, size = operation
            self.steps += 1
            self.next = pc + size
            if size:
                journal.place = pc
            visited.add(pc)
            handler(self, code)
            if size:
                self.last = pc
            self.pc = int(self.next)
        raise Ended("the bound on instructions was reached")

    def _decode(self, pc: int) -> Operation:
        if self.processor.clean(pc) == EXIT:
            return _finish, 0, 0
        address = self.processor.clean(pc)
        conversation = self.models("conversation") if address == CONVERSATION else None
        if conversation is not None:
            return conversation, address, 0
        target = self.index.stubs.get(address, address)
        name = self.index.program.name(target)
        if name:
            model = self.models(name)
            if model is not None:
                return model, target, 0
            if target in self.index.program.externs:
                return _unknown(name), target, 0
        return self.processor.decode(self, pc)

    def call(self, target: int, back: int) -> None:
        """Go to *target*, from where control will come back to *back*."""
        if len(self.returns) >= DEEPEST:
            raise Ended("calls are nested too deeply")
        self.returns.append(back)
        self.journal.frame.append(self.processor.clean(self.pc))
        self.next = target

    def back(self, target: int) -> None:
        """Go to *target*, which may be where an open call returns to."""
        if self.returns and self.returns[-1] == int(target):
            self.returns.pop()
            self.journal.frame.pop()
        self.next = target

    def answer(self, value: int | None) -> None:
        """Return from a library function with *value*, nothing for None."""
        if value is not None:
            self.registers[self.processor.result] = value & self.mask
        self.back(self.processor.leave(self))

    def argument(self, number: int) -> int:
        """Return argument *number* of the function that was just entered."""
        processor = self.processor
        if number < len(processor.arguments):
            return self.registers[processor.arguments[number]]
        return self.space.load(self._spilled(number), self.size)

    def set_argument(self, number: int, value: int) -> None:
        """Set argument *number* of a call that is about to be made."""
        processor = self.processor
        if number < len(processor.arguments):
            self.registers[processor.arguments[number]] = value
        else:
            place = self._spilled(number) - processor.pushed
            self.space.store(place, self.size, value)

    def _spilled(self, number: int) -> int:
        processor = self.processor
        place = processor.spilled + self.size * (number - len(processor.arguments))
        return int(self.registers[processor.stack]) + place

    @property
    def site(self) -> int:
        """The address of the instruction that led to the library function being carried out."""
        return self.processor.clean(self.last)

    def event(self, name: str, says: str) -> None:
        """Write down that *name* was called."""
        if len(self.events) < MOST_EVENTS:
            opened = tuple(self.journal.frame)
            self.events.append(Event(self.site, name, says, opened))


def _finish(_machine: Machine, _code: int) -> None:
    raise Ended("returned")


def _unknown(name: str) -> Handler:
    """Return what ends a run at a library function that there is no model of."""

    def stop(_machine: Machine, _code: int) -> None:
        raise Ended(f"nothing is known of {name}")

    return stop


def unknown(code: int) -> Ended:
    """Return the end of a run at an instruction that is not followed."""
    return Ended(f"no instruction {code:#x}")


def shaped(shapes: tuple[Shape, ...], code: int) -> Handler:
    """Return what carries out the instruction *code*, by the first of *shapes*; raises `Ended`."""
    for mask, value, handler in shapes:
        if code & mask == value:
            return handler
    raise unknown(code)


def do_nothing(_machine: Machine, _code: int) -> None:
    """Carry out a hint or a barrier."""


def call_system(_machine: Machine, _code: int) -> None:
    """Carry out a system call, which ends a run."""
    raise Ended("a system call")


def trap(_machine: Machine, _code: int) -> None:
    """Carry out a trap, which ends a run."""
    raise Ended("the program traps")
