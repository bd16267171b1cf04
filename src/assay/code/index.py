"""The machine-code index of one program: functions, calls, strings, references, constants.

`build` runs the steps in order; each step is a module of its own. The result is a working
object over arrays, not a record; what is stored or sealed is made from it (`summary`).
"""

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from assay.code.calls import Calls, resolve
from assay.code.findings import Before, conclude
from assay.code.functions import Functions
from assay.code.groundwork import with_called
from assay.code.highhalf import fold_constants
from assay.code.isa import Isa, isa_of
from assay.code.joins import Joining, follow_callees
from assay.code.listing import BAD, CALL, JUMPM, JUMPR, NOP, Listing, Small
from assay.code.memory import Ints, Mask, member, where
from assay.code.program import Program
from assay.code.references import References, assume_anchor, touched_addresses
from assay.code.stack import constants_on_stack
from assay.code.tables import JumpTable, jump_tables, reconsider, unread_tables
from assay.code.texts import Texts
from assay.code.values import Flow
from assay.code.whole import begin

if TYPE_CHECKING:
    from assay.code.prepared import Prepared
    from assay.code.sources import Network
    from assay.code.study import Study
    from assay.code.taint import Taint


_CALL, _COMPUTED = member(CALL), member(JUMPM, JUMPR)


class CodeIndex(msgspec.Struct, dict=True, weakref=True):
    """All that was found in the machine code of one program.

    `owner` gives the number of the function of each row, -1 outside all. `calls` has tail
    calls included, in order of the site. Without a decoder `isa` is None and all is empty.
    """

    program: Program
    isa: Isa | None = None
    flow: Flow | None = None
    functions: Functions | None = None
    calls: Calls | None = None
    owner: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    stubs: dict[int, int] = msgspec.field(default_factory=dict)
    tables: list[JumpTable] = msgspec.field(default_factory=list)
    references: References | None = None
    texts: Texts | None = None
    _strings: dict[int, bytes | None] = msgspec.field(default_factory=dict)

    @property
    def listing(self) -> Listing:
        """The instructions."""
        return self._flow.listing

    @property
    def _flow(self) -> Flow:
        if self.flow is None:
            raise ValueError("there is no decoder for this program")
        return self.flow

    @cached_property
    def overwrites(self) -> tuple[list[int], list[int]]:
        """The rows that overwrite further registers, ascending, and the registers."""
        order = self.listing.extra_index.argsort(kind="stable")
        registers: list[int] = self.listing.extra_register[order].tolist()
        return self.listing.extra_index[order].tolist(), registers

    @cached_property
    def handlers(self) -> Small:
        """What of the careful pass carries out each row."""
        from assay.code.semantics import handlers_of  # noqa: PLC0415 - it works on an index

        return handlers_of(self._flow)

    @cached_property
    def steps(self) -> Small:
        """The same, except where control leaves and where further registers are overwritten."""
        from assay.code.semantics import steps_of  # noqa: PLC0415 - it works on an index

        return steps_of(self.handlers, self.listing)

    @cached_property
    def prepared(self) -> "Prepared":
        """The program as the kernel of the careful pass reads it."""
        from assay.code.prepared import Prepared  # noqa: PLC0415 - it works on an index

        if self.isa is None:
            raise ValueError("there is no decoder for this program")
        return Prepared(self, self.isa)

    @property
    def problems(self) -> list[str]:
        """What went wrong while the program was read."""
        return self.program.problems

    def name(self, address: int) -> str:
        """Return the name of the function or import at *address*, empty when unknown."""
        return self.program.name(self.stubs.get(address, address))

    def forget_names(self) -> None:
        """Forget what was worked out from names: there are new ones."""
        for name in (
            "callee_names",
            "prepared",
            "callees",
            "_names_called",
            "_calls_by_name",
            "network",
            "received",
        ):
            self.__dict__.pop(name, None)

    @cached_property
    def callee_names(self) -> list[str]:
        """The name of the callee of each call, empty when unknown."""
        if self.calls is None:
            return []
        _, back, names = self.callees
        return [names[place] for place in back.tolist()]

    @cached_property
    def callees(self) -> tuple[Ints, Ints, list[str]]:
        """The addresses that are called, where each call's stands among them, and their names."""
        targets = self.calls.target if self.calls is not None else np.zeros(0, dtype=np.int64)
        unique, back = np.unique(targets, return_inverse=True)
        return unique, back, [self.name(target) for target in unique.tolist()]

    @cached_property
    def _names_called(self) -> dict[int, str]:
        places, _, names = self.callees
        return {
            place: name for place, name in zip(places.tolist(), names, strict=True) if place > 0
        }

    def callee_name(self, target: int) -> str:
        """Return the name of what a call to *target* calls, empty when unknown."""
        known = self._names_called.get(target)
        return known if known is not None else self.name(target) if target > 0 else ""

    @cached_property
    def call_targets(self) -> dict[int, int]:
        """The callee's address (-1 unknown) of each row that calls or leaves for good."""
        if self.calls is None:
            return {}
        return dict(zip(self.calls.row.tolist(), self.calls.target.tolist(), strict=True))

    def callee_of(self, row: int) -> str:
        """Return the name of what the call at *row* calls, empty when unknown."""
        target = self.call_targets.get(row, -1)
        return self.name(target) if target > 0 else ""

    def calling_rows(self, first: int, last: int) -> list[int]:
        """Return the rows from *first* up to *last* that call or leave for good, ascending."""
        rows = self._call_rows
        low = bisect_left(rows, first)
        return rows[low : bisect_left(rows, last, low)]

    @cached_property
    def _call_rows(self) -> list[int]:
        rows: list[int] = self.calls.row.tolist() if self.calls is not None else []
        return rows

    def tables_of(self, first: int, last: int) -> list[JumpTable]:
        """Return the jump tables of the jumps at rows *first* up to *last*."""
        return [table for table in self.tables if first <= table.row < last]

    @cached_property
    def _calls_by_name(self) -> dict[str, list[int]]:
        """Where the targets of calls stand among `callees`, by their names."""
        found: dict[str, list[int]] = {}
        if self.calls is not None:
            places, _, names = self.callees
            for number, (target, name) in enumerate(zip(places.tolist(), names, strict=True)):
                if name and target > 0:
                    found.setdefault(name, []).append(number)
        return found

    def calls_to(self, names: frozenset[str]) -> Ints:
        """Return the numbers of the calls to functions called one of *names*."""
        by_name = self._calls_by_name
        wanted = [at for name in names & by_name.keys() for at in by_name[name]]
        if self.calls is None or not wanted:
            return np.zeros(0, dtype=np.int64)
        places, back, _ = self.callees
        chosen = np.zeros(places.size, dtype=np.bool_)
        chosen[wanted] = True
        return where(chosen.take(back))

    def arguments(self, calls: Ints, number: int) -> tuple[Ints, Mask]:
        """Return argument *number* of each of *calls* and which of them are constants."""
        if self.calls is None or self.isa is None:
            raise ValueError("there is no decoder for this program")
        rows = self.calls.row[calls]
        if self.isa.stack_arguments:
            return self._stack_arguments(rows, number)
        if number >= len(self.isa.arguments):
            return np.zeros(calls.size, np.int64), np.zeros(calls.size, np.bool_)
        register = np.full(rows.size, self.isa.arguments[number], dtype=np.uint8)
        return self._flow.value_of(register, rows + 1 + self.isa.delay, rows)

    def argument_rows(self, calls: Ints, number: int) -> Ints:
        """Return the row that set argument *number* of each of *calls*, negative if unknown."""
        if self.calls is None or self.isa is None:
            raise ValueError("there is no decoder for this program")
        rows = self.calls.row[calls]
        if self.isa.stack_arguments or number >= len(self.isa.arguments):
            return np.full(rows.size, -1, dtype=np.int64)
        register = np.full(rows.size, self.isa.arguments[number], dtype=np.uint8)
        return self._flow.reach(register, rows + 1 + self.isa.delay, rows)

    def _stack_arguments(self, rows: Ints, number: int) -> tuple[Ints, Mask]:
        return constants_on_stack(self._flow, rows, number)

    def string(self, address: int) -> bytes | None:
        """Return the string at *address*, or None when there is none."""
        if address not in self._strings:
            self._strings[address] = self._string(address)
        return self._strings[address]

    def _string(self, address: int) -> bytes | None:
        if self.texts is None or not self.texts.length(address):
            return None
        return self.texts.text(address)

    @cached_property
    def received(self) -> "tuple[tuple[Study, Taint], ...]":
        """The functions that handle what the network sent, and what they know of it."""
        # Imported late: the careful passes work on an index themselves.
        from assay.code.sources import tainted_functions  # noqa: PLC0415

        return tuple(tainted_functions(self.network))

    def release(self) -> None:
        """Let go of what the careful passes found, which refers back to this index."""
        for name in ("network", "received"):
            self.__dict__.pop(name, None)

    @cached_property
    def network(self) -> "Network":
        """The program as the careful passes see it; what they find is worked out once."""
        from assay.code.sources import Network  # noqa: PLC0415 - as above

        return Network(self)

    @cached_property
    def accesses(self) -> tuple[References, Mask]:
        """The addresses that are read or written directly, and which are written."""
        return touched_addresses(self._flow)

    def explained(self) -> tuple[int, int]:
        """Return the bytes of code and how many lie in functions, padding or known data.

        Code in an encoding that no decoder reads counts, and is not explained.
        """
        decoded = sum(end - start for start, end in self.program.code)
        total = decoded + sum(end - start for start, end in self.program.undecoded)
        if self.functions is None or not decoded:
            return total, 0
        good = (self.owner >= 0) & (self.listing.op != BAD)
        inside = int(self.listing.size[good].sum())
        data = decoded - int(self.listing.size.sum(dtype=np.int64))
        return total, min(decoded, inside + self._padding() + max(0, data))

    def _padding(self) -> int:
        idle = (self.owner < 0) & (self.listing.op == NOP)
        return int(self.listing.size[idle].sum())


def build(program: Program) -> CodeIndex:
    """Return the index of *program*; it is empty when no decoder knows the processor."""
    isa = isa_of(program)
    found = CodeIndex(program, isa)
    if isa is None:
        program.problems.append(f"no decoder for machine {program.machine}, {program.bits} bits")
        return found
    listing = isa.decode(program)
    fold_constants(listing, program)
    if not len(listing):
        if not program.undecoded:
            program.problems.append("there is no machine code")
        return found
    complete(found, isa, listing)
    return found


def complete(found: CodeIndex, isa: Isa, listing: Listing) -> None:
    """Fill in what is found in *listing*: at once where that can be, else step by step."""
    flow, certain, rest = begin(found.program, isa, listing)
    found.flow, found.texts = flow, Texts(found.program)
    if rest is None:
        functions, calls = _go_on(found, flow, found.texts, certain)
    else:
        found.stubs, found.tables, found.references, functions, found.owner, calls = rest
    joining = Joining(functions, found.owner, calls, found.tables)
    found.functions, found.calls = functions, follow_callees(flow, joining)


def _go_on(found: CodeIndex, flow: Flow, texts: Texts, certain: Ints) -> tuple[Functions, Calls]:
    """Do step by step what is left when there are definitions, constants and *certain* starts."""
    calls, found.stubs = resolve(flow)
    certain = with_called(flow, certain, calls.target)
    found.tables = jump_tables(flow, certain)
    found.tables += unread_tables(flow, found.tables, certain)
    if found.tables:
        reconsider(flow, found.tables, certain)
        calls, found.stubs = resolve(flow)
    assume_anchor(flow, texts)
    before = Before(texts, certain, found.tables, calls, found.stubs)
    found.references, functions, found.owner, calls = conclude(flow, before)
    return functions, calls
