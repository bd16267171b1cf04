"""The index of a program from its listing on by one kernel; `index` has the single steps.

The kernel (`_native/whole.c`) does what `groundwork`, `calls`, `tables` and `findings` do, one
after the other. Where it cannot go on behind the groundwork, that is what it gives.
"""

from functools import cache
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assay.code import native
from assay.code.calls import Calls
from assay.code.definitions import register_table
from assay.code.functions import Functions, covered, never_return
from assay.code.groundwork import lay_ground
from assay.code.isa import Isa
from assay.code.listing import Listing
from assay.code.memory import Ints, distinct, range_bounds
from assay.code.naming import ARM
from assay.code.native import address_of
from assay.code.program import Program
from assay.code.references import SHORTEST, References
from assay.code.tables import JumpTable
from assay.code.texts import strings_of
from assay.code.values import Branches, Flow

if TYPE_CHECKING:
    import numpy.typing as npt

_REGISTERS = 256
_GROUND = 8
"""Lists of the groundwork."""
_FLOW, _LISTS = 13, 19
"""Numbers of the record of the definitions, and lists that are kept besides: see `whole.c`."""
_HEAD = _FLOW + 1 + 5 + 2 * _LISTS + 1
_ALL = 2
ANEW = -2
"""What the kernel returns where it could neither go on nor leave what it had."""

_ROOM, _LEAST = 7, 1 << 16
"""Numbers that the arena has for each row, and at least."""

_goal = Struct("=54q")
_NONE = np.zeros(0, dtype=np.int64)


class Rest(NamedTuple):
    """What there is behind the groundwork."""

    stubs: dict[int, int]
    tables: list[JumpTable]
    references: References
    functions: Functions
    owner: Ints
    calls: Calls


class Whole(NamedTuple):
    """Definitions and constants, certain starts, and the rest unless it is left to single steps.

    Functions certainly begin at known addresses, at what is called directly, and where a range of
    code begins.
    """

    flow: Flow
    certain: Ints
    rest: Rest | None


def begin(program: Program, isa: Isa, listing: Listing, *, wanted: bool = True) -> Whole:
    """Return what is found in *listing*: with *wanted*, if it can be done at once, all of it."""
    rows, memory = native.rows_of(listing), program.memory.for_kernels()
    found = None
    if rows is not None and memory is not None:
        found = _by_kernel(_Asked(program, isa, listing, (rows, memory), wanted=wanted))
        if found is None and listing.extra_index.size:
            # Some decoders give what rows overwrite besides `rd` by the kind of instruction.
            listing.sort_overwrites()
            found = _by_kernel(_Asked(program, isa, listing, (rows, memory), wanted=wanted))
    return found or Whole(*lay_ground(program, isa, listing), None)


def _by_kernel(asked: "_Asked") -> Whole | None:
    """Let the kernel do it: again with more room for lists, or without going on, if it says so.

    The first lists are short in most programs: they have room for half of all rows at first.
    """
    rows = len(asked.listing)
    for most in (rows // 2, rows + 1):
        done = asked.run(most)
        if done == ANEW:
            asked.wanted = False
            done = asked.run(most)
        if done <= 0:
            return None if done else asked.results()
    return None


def _places(listing: Listing) -> int:
    """Return how many entries a table of all places of *listing* has, 0 where it is too long."""
    span = int(listing.address[-1]) - int(listing.address[0]) + 1
    return native.place_count(span) if 0 < span <= native.WIDEST else 0


@cache
def _numbers(values: tuple[int, ...]) -> Ints:
    return np.array(values, dtype=np.int64)


class _Asked:
    """What the kernel is handed, and the memory that it writes to."""

    def __init__(
        self,
        program: Program,
        isa: Isa,
        listing: Listing,
        records: tuple[native.Rows, native.Mapped],
        *,
        wanted: bool,
    ) -> None:
        """Gather all that is known of *program*."""
        self.program, self.isa, self.listing = program, isa, listing
        self.rows, memory = records
        strings = strings_of(program) if wanted else None
        # Where callers set a register for stubs, or a base is assumed, steps lie in between.
        self.wanted = strings is not None and isa.stub_register is None and not isa.anchor(program)
        self.ambient = isa.ambient(program)
        self.settings = (
            native.ints(isa.stub_settings(listing)) if isa.stub_settings else listing.breaks[:0]
        )
        texts = native.place_of(strings) if strings is not None else 0
        self.held: list[npt.NDArray[np.generic]] = []
        self.before = [
            native.place_of(self.rows), native.place_of(memory), texts,
            self._kept(np.ascontiguousarray(listing.size)), *self._premises(), *self._known(),
        ]  # fmt: skip

    def _kept(self, array: "npt.NDArray[np.generic]") -> int:
        """Return the address of *array*, which is kept."""
        self.held.append(array)
        return address_of(array)

    def _listed(self, array: "npt.NDArray[np.generic]") -> tuple[int, int]:
        """Return address and size of the int64 *array*."""
        return (self._kept(native.ints(array)), array.size) if array.size else (0, 0)

    def _premises(self) -> list[int]:
        """Return what the groundwork is made from: `Premises`."""
        program, listing = self.program, self.listing
        low, high = range_bounds(program.code)
        count = len(self.ambient)
        ambient = np.array([*self.ambient.items()], dtype=np.int64) if count else _NONE
        index, extras = self._listed(listing.extra_index)
        return [
            index, self._kept(listing.extra_register), extras,
            *self._listed(listing.breaks), *self._listed(program.starts),
            self._kept(low), self._kept(high), low.size,
            program.loose, self.isa.stack, -1 if program.bits == 64 else 0xFFFFFFFF,
            program.memory.pointer_size(), program.machine == ARM, self._kept(ambient), count,
        ]  # fmt: skip

    def _known(self) -> list[int]:
        """Return what else is known."""
        program, isa = self.program, self.isa
        self.clobbered = register_table(isa.clobbered)
        all_listed = covered(program)
        fragments = distinct(program.fragments) if all_listed else _NONE
        last = _NONE if all_listed else never_return(program)
        fixups = sorted(program.fixups.items()) if program.fixups else []
        keys, imports = np.array(fixups, dtype=np.int64).T.copy() if fixups else (_NONE, _NONE)
        return [
            *self._listed(self.listing.openings), program.machine, isa.delay,
            address_of(self.clobbered), *self._listed(self.settings),
            -1 if isa.stub_register is None else isa.stub_register,
            address_of(register_table(isa.arguments)), *self._listed(_numbers(isa.table_sizes)),
            *self._listed(program.pointers), *self._listed(fragments), *self._listed(last),
            self._kept(keys), self._kept(imports), len(fixups), *program.imports(),
            program.fixed, program.fixed or program.relocatable, SHORTEST, all_listed,
        ]  # fmt: skip

    def run(self, most: int) -> int:
        """Return what the kernel does with room for *most* rows in its first lists."""
        rows, places = len(self.listing), _places(self.listing)
        cells, extras = rows + 3 + len(self.ambient), self.listing.extra_index.size
        self.cells, self.value_at = cells, _HEAD + 2 * places
        self.owner_at = self.value_at + cells + _REGISTERS
        self.number_at = self.owner_at + rows
        numbers = 3 * (rows + 2) + _REGISTERS + 1 + rows + extras
        self.byte_at = self.number_at + numbers // 2 + 1
        size = self.byte_at + (4 * cells + _REGISTERS) // 8 + 1
        self.block = np.empty(size, dtype=np.int64)
        known = self.program.starts.size + self.listing.breaks.size + self.program.pointers.size
        self.arena = native.lent(_ROOM * (rows + known) + 2 * most + _LEAST)
        return native.run("whole_index", _goal.pack(
            *self.before, self.wanted, places, most,
            address_of(self.block), size, address_of(self.arena), self.arena.size,
        ))  # fmt: skip

    def results(self) -> Whole:
        """Return what the kernel wrote."""
        head = self.block[_FLOW:_HEAD].tolist()
        done, ground, lists = head[0], head[1:6], head[6:]
        kept = self.arena[: lists[2 * _LISTS]].copy()
        flow, certain = self._flow(ground, kept)
        if done != _ALL:
            return Whole(flow, certain, None)
        return Whole(flow, certain, self._rest(flow, kept, lists))

    def _flow(self, ground: list[int], kept: Ints) -> tuple[Flow, Ints]:
        """Return what the groundwork made, whose lists are the first that are *kept*."""
        block, cells, rows = self.block, self.cells, len(self.listing)
        control, _, branches, operands, transfers = ground
        counts = (*ground[:3], branches, operands, operands, transfers, transfers)
        lists, at = [], 0
        for count in counts:
            lists.append(kept[at : at + count])
            at += count
        self.listing.control = lists[0], kept[at : at + control // 8 + 1].view(np.uint8)[:control]
        self.rows.held.append(block)
        self.listing.native = self.rows
        number = block[self.number_at : self.byte_at].view(np.int32)
        marks = block[self.byte_at :].view(np.bool_)
        last = rows + 2
        values = block[self.value_at : self.value_at + cells]
        flow = Flow(
            self.program, self.isa, self.listing, number[:last], number[last : 2 * last],
            number[2 * last : 3 * last], self.clobbered,
            marks[4 * cells : 4 * cells + _REGISTERS], values[:rows], marks[:rows],
            marks[cells : 2 * cells], marks[2 * cells : 3 * cells], self.ambient, values,
            marks[:cells], Branches(lists[2], lists[3]), (lists[4], lists[5]),
            (lists[6], lists[7]), current=True, settings=self.settings,
        )  # fmt: skip
        known = native.Reaching.from_address(address_of(block))
        flow.native = native.keeping(known, [self.rows, block, self.clobbered, self.settings])
        return flow, lists[1]

    def _rest(self, flow: Flow, kept: Ints, lists: list[int]) -> Rest:
        """Return the rest, whose lists are *kept* where *lists* says."""
        begins, counts = lists[:_LISTS], lists[_LISTS : 2 * _LISTS]
        found = [kept[at : at + count] for at, count in zip(begins, counts, strict=True)]
        certain, tail = (
            kept[begins[at] :].view(np.bool_)[: counts[at]] for at in (_LISTS - 2, _LISTS - 1)
        )
        stubs, imports, words, places, tables, targets = found[:6]
        if counts[2] >= 0 and self.program.held is None:
            self.program.held = words, places
        flow.looked_through = stubs, imports
        first, last, starts, ends = found[10:14]
        return Rest(
            dict(zip(stubs.tolist(), imports.tolist(), strict=True)),
            _tables(tables.tolist(), targets),
            References(*found[6:10]),
            Functions(starts, ends, first, last, certain),
            self.block[self.owner_at : self.number_at],
            Calls(found[14], found[15], found[16], tail),
        )


def _tables(found: list[int], targets: Ints) -> list[JumpTable]:
    """Return the tables of five numbers each that were *found*, with their *targets*."""
    tables, last = [], 0
    for at in range(0, len(found), 5):
        row, address, entries, size, kept = found[at : at + 5]
        tables.append(JumpTable(row, address, entries, size, targets[last : last + kept]))
        last += kept
    return tables
