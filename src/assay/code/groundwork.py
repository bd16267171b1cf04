"""What the index of every program begins with: certain starts, definitions, constants, leads.

One kernel does all of it in a few passes over the rows; `definitions` and `values` are its twin.
"""

from ctypes import addressof

import numpy as np

from assay.code import native
from assay.code.definitions import flow_of, register_table
from assay.code.isa import Isa
from assay.code.listing import CALL, CALLM, CALLR, Listing
from assay.code.memory import Ints, member, range_bounds, union, within
from assay.code.naming import ARM
from assay.code.native import address_of
from assay.code.program import Program
from assay.code.values import Branches, Flow, evaluate

_CALL = member(CALL)
_REGISTERS = 256
_LISTS = 8
"""Lists of rows and addresses that the kernel makes, each with room for all rows."""


def begin(program: Program, isa: Isa, listing: Listing) -> tuple[Flow, Ints]:
    """Return the definitions and constants of *listing*, and where functions certainly begin.

    That is at known addresses, at what is called directly, and where a range of code begins.
    """
    found = _by_kernel(program, isa, listing, len(listing) // 2)
    if found is None and listing.extra_index.size and native.kernels():
        # Some decoders give what rows overwrite besides `rd` by the kind of instruction.
        listing.sort_overwrites()
        found = _by_kernel(program, isa, listing, len(listing) + 1)
    if found is not None:
        return found
    certain = _direct_starts(program, listing)
    flow = flow_of(program, isa, listing, certain)
    evaluate(flow)
    return flow, certain


def _direct_starts(program: Program, listing: Listing) -> Ints:
    direct = listing.imm[listing.transfers(_CALL)]
    direct = direct[within(direct, program.code)]
    rows, good = listing.find(direct)
    starts = union(program.starts, listing.address[rows[good]])
    # A code section begins with something that is called, if only by the linker's tables.
    return starts if program.loose else union(starts, listing.address[listing.breaks])


def with_called(flow: Flow, certain: Ints, targets: Ints) -> Ints:
    """Return the ascending addresses *certain* and those of *targets* that are instructions."""
    program, listing = flow.program, flow.listing
    if flow.native is not None and listing.native is not None:
        if program.code[-1][1] <= program.extern_base and not listing.has(CALLR, CALLM):
            # What is called directly is known, and imports lie behind the code.
            return certain
        marks = np.zeros(len(listing), dtype=np.uint8)
        joined = np.empty(certain.size + targets.size, dtype=np.int64)
        low, high = range_bounds(program.code)
        count = native.run(
            "starts_called", listing.native, low, high, low.size,
            native.ints(targets), targets.size, certain, certain.size, marks, joined,
        )  # fmt: skip
        return joined[:count]
    called = targets[within(targets, program.code)]
    rows, good = listing.find(called)
    return union(certain, listing.address[rows[good]])


def _by_kernel(program: Program, isa: Isa, listing: Listing, most: int) -> tuple[Flow, Ints] | None:
    """Return the same by a kernel, None where there is none or the listing is damaged.

    The lists that it makes are short in most programs: they have room for *most* rows at first.
    """
    rows, memory = native.rows_of(listing), program.memory.for_kernels()
    if rows is None or memory is None:
        return None
    ambient = isa.ambient(program)
    settings = native.ints(isa.stub_settings(listing)) if isa.stub_settings else listing.breaks[:0]
    asked = _asked(program, isa, listing, ambient)
    rest = asked.start_count + asked.break_count
    room = _Room((len(listing), listing.extra_index.size), most + 1, rest, len(ambient))
    ground, known = room.ground(_places(listing)), room.reaching(rows, isa, settings)
    done = native.run("groundwork", rows, memory, asked, known, ground)
    if done > 0 and most < len(listing):
        return _by_kernel(program, isa, listing, len(listing) + 1)
    if done:
        return None
    rows.places = ground.places
    rows.held += ground.held
    listing.native = rows
    flow, certain = room.results(program, isa, listing, list(ground.counts))
    flow.ambient, flow.settings, flow.native = ambient, settings, known
    return flow, certain


def _places(listing: Listing) -> int:
    """Return how many entries a table of all places of *listing* has, 0 where it is too long."""
    span = int(listing.address[-1]) - int(listing.address[0]) + 1
    return native.place_count(span) if 0 < span <= native.WIDEST else 0


def _asked(program: Program, isa: Isa, listing: Listing, ambient: dict[int, int]) -> native.Asked:
    """Return what is known of *program* before, as the kernel takes it."""
    index, register = native.ints(listing.extra_index), listing.extra_register
    breaks, starts = native.ints(listing.breaks), native.ints(program.starts)
    low, high = range_bounds(program.code)
    held = np.array([*ambient.items()], dtype=np.int64).reshape(-1)
    asked = native.Asked(
        address_of(index), address_of(register), index.size,
        address_of(breaks), breaks.size, address_of(starts), starts.size,
        address_of(low), address_of(high), low.size,
        program.loose, isa.stack, -1 if program.bits == 64 else 0xFFFFFFFF,
        program.memory.pointer_size(), program.machine == ARM,
        address_of(held), len(ambient),
    )  # fmt: skip
    return native.keeping(asked, [index, register, breaks, starts, low, high, held])


class _Room:
    """The arrays that the kernel fills: those that a `Flow` keeps in three blocks of memory."""

    def __init__(self, counts: tuple[int, int], most: int, rest: int, ambient: int) -> None:
        """Make room for so many rows and further overwrites, for *most* of a list, for *rest* more.

        And for so many ambient registers.
        """
        rows, extras = counts
        self.rows, self.cells, self.most, self.room = rows, rows + 3 + ambient, most, most + rest
        lists, scratch = _LISTS * self.room, 3 * most + rows // 2 + 2
        block = native.lent(lists + scratch + most // 8 + 1)
        self.lists, self.scratch = block[:lists], block[lists : lists + scratch]
        self.ops = block[lists + scratch :].view(np.uint8)
        self.numbers = np.empty(3 * (rows + 2) + _REGISTERS + 1 + rows + extras, dtype=np.int32)
        self.values = np.zeros(self.cells + _REGISTERS, dtype=np.int64)
        self.marks = np.zeros(4 * self.cells + _REGISTERS, dtype=np.bool_)

    def ground(self, places: int) -> native.Ground:
        """Return where the kernel writes to; *places* is the size of the table of places."""
        table = np.empty((places, 2), dtype=np.int64)
        lists, values, marks = map(address_of, (self.lists, self.values, self.marks))
        numbers, rows = address_of(self.numbers), 4 * (self.rows + 2)
        behind = numbers + 3 * rows
        self.record = native.Ground(
            address_of(table) if places else None, places,
            numbers, numbers + rows, numbers + 2 * rows, behind + 4 * (_REGISTERS + 1), behind,
            address_of(self.scratch), *(lists + 8 * self.room * one for one in range(_LISTS)),
            address_of(self.ops), marks + 4 * self.cells, marks + 3 * self.cells,
            values + 8 * self.cells, self.most - 1,
            values, *(marks + one * self.cells for one in range(3)), self.cells,
        )  # fmt: skip
        return native.keeping(self.record, [table])

    def reaching(self, rows: native.Rows, isa: Isa, settings: Ints) -> native.Reaching:
        """Return the record of the definitions, which lie in this room."""
        ground, stub = self.record, isa.stub_register
        self.clobbered = register_table(isa.clobbered)
        known = native.Reaching(
            addressof(rows), ground.keys, ground.first, ground.floor, ground.called, ground.origin,
            address_of(self.clobbered), ground.written, ground.resting, address_of(settings),
            settings.size, -1 if stub is None else stub, isa.delay,
        )  # fmt: skip
        held = [rows, self.numbers, self.values, self.marks, self.clobbered, settings]
        return native.keeping(known, held)

    def results(
        self, program: Program, isa: Isa, listing: Listing, counts: list[int]
    ) -> tuple[Flow, Ints]:
        """Return what the kernel wrote; *counts* says how much."""
        control, certain, branches, operands, transfers = counts
        numbers, rows, cells = self.numbers, self.rows + 2, self.cells
        marks, values, lists = self.marks, self.values, self.lists.reshape(_LISTS, -1)
        listing.control = lists[0, :control].copy(), self.ops[:control].copy()
        flow = Flow(
            program, isa, listing, numbers[:rows], numbers[rows : 2 * rows],
            numbers[2 * rows : 3 * rows], self.clobbered, marks[4 * cells :],
        )  # fmt: skip
        flow.cells, flow.filled = values[:cells], marks[:cells]
        flow.values, flow.known = values[: self.rows], marks[: self.rows]
        flow.absolute, flow.consumed = marks[cells : 2 * cells], marks[2 * cells : 3 * cells]
        flow.branches = Branches(*lists[2:4, :branches].copy())
        found, of = lists[4:6, :operands].copy()
        rows_of, leads = lists[6:8, :transfers].copy()
        flow.operands, flow.transfers, flow.current = (found, of), (rows_of, leads), True
        return flow, lists[1, :certain].copy()
