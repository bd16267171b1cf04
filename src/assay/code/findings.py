"""What is found in a program once its calls and tables are known.

References, functions, whose each row is, and tail calls: by one kernel, or by its twin here and in
`references`, `functions` and `calls`.
"""

import msgspec
import numpy as np

from assay.code import native
from assay.code.calls import Calls, _transfers, merged, stub_columns, tail_calls
from assay.code.functions import Functions, behind_calls, covered, find_functions, never_return
from assay.code.listing import JUMPM, JUMPR
from assay.code.memory import Ints, Mask, distinct, listed, member, union, within
from assay.code.naming import ARM
from assay.code.native import address_of
from assay.code.pointers import words_of_data
from assay.code.program import Program
from assay.code.references import SHORTEST, References, formed_addresses
from assay.code.tables import JumpTable
from assay.code.texts import Texts
from assay.code.values import Flow

_COMPUTED = member(JUMPR, JUMPM)
_LISTS = 8
"""Lists that the kernel makes with room for all rows: references, functions."""


class Before(msgspec.Struct):
    """What is known before: *certain* are addresses of functions, ascending."""

    texts: Texts
    certain: Ints
    tables: list[JumpTable]
    calls: Calls
    stubs: dict[int, int]


Findings = tuple[References, Functions, Ints, Calls]


def conclude(flow: Flow, before: Before) -> Findings:
    """Return the references, the functions, the number of the function of each row, the calls."""
    found = _by_kernel(flow, before)
    if found is not None:
        return found
    references = formed_addresses(flow, before.texts)
    certain = union(before.certain, _held_starts(flow, before.tables, references.target))
    functions = find_functions(flow, certain, before.tables)
    owner = _owners(functions, len(flow.listing))
    tails = tail_calls(flow, owner, before.stubs)
    return references, functions, owner, merged(before.calls, tails)


def _by_kernel(flow: Flow, before: Before) -> Findings | None:
    """Return the same by a kernel, None where there is none or something does not fit."""
    memory, strings = flow.program.memory.for_kernels(), before.texts.for_kernels()
    if memory is None or strings is None or flow.native is None or flow.listing.control is None:
        return None
    asked, rows = _asked(flow, before), len(flow.listing)
    calls = len(before.calls) + flow.listing.control[0].size
    # Few rows form addresses or begin functions; where more do there is room the second time.
    for most in (rows // 2, 2 * rows):
        room = _Room(rows, most, calls)
        found = room.record(asked.fragment_count)
        done = native.run("findings", flow.native, memory, strings, asked, found)
        if done <= 0:
            return None if done else room.results(*found.counts)
    return None


def _asked(flow: Flow, before: Before) -> native.Concluding:
    """Return what is known before as the kernel takes it."""
    program, listing = flow.program, flow.listing
    all_listed = covered(program)
    fragments = distinct(program.fragments) if all_listed else program.fragments[:0]
    rows = leads = before.certain[:0]
    if before.tables:
        homes = np.array([table.row for table in before.tables], dtype=np.int64)
        rows = np.repeat(homes, [table.targets.size for table in before.tables])
        leads = np.concatenate([table.targets for table in before.tables])
    pointers, words = _held(program)
    computed, targets = _transfers(flow)
    lists = [
        before.certain, np.concatenate([pointers, words]) if words.size else pointers, fragments,
        before.certain[:0] if all_listed else never_return(program),
        native.ints(listing.breaks), native.ints(listing.openings),
    ]  # fmt: skip
    branches, calls = flow.branches, before.calls
    cells = [flow.cells, flow.filled, flow.absolute, flow.consumed]
    entries, imports = stub_columns(flow, before.stubs)
    control = (listing.control or (computed, None))[0]
    sizes = np.ascontiguousarray(listing.size)
    asked = native.Concluding(
        address_of(sizes), flow.isa.stack, program.fixed or program.relocatable, SHORTEST,
        program.machine == ARM, all_listed,
        *(one for array in lists for one in (address_of(array), array.size)),
        address_of(rows), address_of(leads), rows.size,
        address_of(branches.sources), address_of(branches.targets), branches.sources.size,
        *map(address_of, cells), flow.cells.size, address_of(control), control.size,
        address_of(computed), address_of(targets), targets.size,
        address_of(calls.row), address_of(calls.target), len(calls),
        address_of(entries), address_of(imports), entries.size, *program.imports(),
    )  # fmt: skip
    held = [*lists, rows, leads, *cells, sizes, control, computed, targets, entries, imports]
    return native.keeping(asked, [*held, before, branches])


class _Room:
    """The arrays that the kernel fills."""

    def __init__(self, rows: int, most: int, calls: int) -> None:
        """Make room for so many rows and calls, and for *most* of a list."""
        self.rows, self.most, self.calls = rows, most, calls
        self.owner = np.empty(rows, dtype=np.int64)
        lists, scratch = _LISTS * most + 3 * calls, rows + 2
        block = native.lent(lists + scratch + (most + calls) // 8 + 1)
        self.lists, self.scratch = block[:lists], block[lists : lists + scratch]
        self.flags = block[lists + scratch :].view(np.bool_)

    def record(self, fragments: int) -> native.Concluded:
        """Return where the kernel writes to; there are so many *fragments*."""
        marks = np.zeros(self.rows + fragments + 1, dtype=np.uint8)
        lists, flags, first = address_of(self.lists), address_of(self.flags), address_of(marks)
        called = lists + 8 * _LISTS * self.most
        found = native.Concluded(
            *(lists + 8 * self.most * one for one in range(_LISTS)), flags,
            *(called + 8 * self.calls * one for one in range(3)), flags + self.most,
            address_of(self.owner), first, first + self.rows, address_of(self.scratch),
            self.most,
        )  # fmt: skip
        return native.keeping(found, [marks])

    def results(self, references: int, functions: int, calls: int) -> Findings:
        """Return what the kernel wrote; the numbers say how much."""
        behind = _LISTS * self.most
        lists = self.lists[:behind].reshape(_LISTS, -1)
        row, site, target, length = lists[:4, :references].copy()
        first, last, starts, ends = lists[4:, :functions].copy()
        source, place, callee = self.lists[behind:].reshape(3, -1)[:, :calls].copy()
        tail = self.flags[self.most : self.most + calls].copy()
        return (
            References(row, site, target, length),
            Functions(starts, ends, first, last, self.flags[:functions].copy()),
            self.owner,
            Calls(source, place, callee, tail),
        )


def _held(program: Program) -> tuple[Ints, Ints]:
    """Return the addresses that data holds: by relocations, and where a program is fixed."""
    words = words_of_data(program)[0] if program.fixed else program.pointers[:0]
    return program.pointers, words


def _held_starts(flow: Flow, tables: list[JumpTable], formed: Ints) -> Ints:
    """Return the addresses of functions that code forms and data holds.

    An address inside a block is a label, and so is one that a jump table holds.
    """
    program = flow.program
    held = np.concatenate([formed, *_held(program)])
    if program.machine == ARM:
        held &= ~1
    # A multiple of 64 KiB is the upper half of an address more often than a function.
    held = held[(held & 0xFFFF != 0) & within(held, program.code)]
    candidates = distinct(held)
    candidates = candidates[~_computed_labels(flow, candidates)]
    rows, good = flow.listing.find(candidates)
    rows = rows[good]
    if tables:
        labels = distinct(np.concatenate([table.targets for table in tables]))
        rows = rows[~listed(flow.listing.address[rows], labels)]
    begins = (flow.floor[rows] == rows) | behind_calls(flow, rows)
    return np.asarray(flow.listing.address[rows[begins]])


def _computed_labels(flow: Flow, addresses: Ints) -> Mask:
    """Return which of *addresses* lie within a function that jumps to where a register says.

    The unwind table tells how far each function reaches; what data holds of its inside are
    labels, as of an interpreter that goes from one operation straight to the next.
    """
    starts = distinct(flow.program.fragments)
    if not starts.size or not covered(flow.program):
        return np.zeros(addresses.size, dtype=np.bool_)
    listing = flow.listing
    jumps = listing.address[listing.transfers(_COMPUTED)]
    jumping = np.zeros(starts.size + 1, dtype=np.bool_)
    jumping[starts.searchsorted(jumps, side="right")] = True
    jumping[0] = False
    inside = jumping[starts.searchsorted(addresses, side="right")]
    return np.asarray(inside & ~listed(addresses, starts))


def _owners(functions: Functions, count: int) -> Ints:
    change = np.zeros(count + 1, dtype=np.int64)
    number = np.arange(1, len(functions) + 1)
    change[functions.first] += number
    change[functions.last] -= number
    return change.cumsum()[:count] - 1
