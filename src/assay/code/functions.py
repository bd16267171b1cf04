"""Where functions begin and end.

Certain starts come first: symbols, unwind tables, call targets, addresses of code that data or
code holds. Then gaps: behind a jump or return, an instruction that no branch of the same
function jumps over begins a function. Unwind tables that cover the code make that step
unnecessary.
"""

import msgspec
import numpy as np

from assay.code.families import NO_RETURN
from assay.code.listing import ALWAYS, BAD, BRANCH, CALL, STOP
from assay.code.memory import Ints, Mask, distinct, listed, member, union
from assay.code.program import Program
from assay.code.tables import JumpTable
from assay.code.values import _CALLS, _ENDS, Branches, Flow

TAIL_DISTANCE = 1 << 14
_NO_START = member(BAD, STOP)
_CALL = member(CALL)


class Functions(msgspec.Struct):
    """The functions of a program: `starts` and `ends` as addresses, `first`/`last` as rows.

    `last` is one behind the last row. `certain` tells starts with direct evidence from those
    found in gaps.
    """

    starts: Ints
    ends: Ints
    first: Ints
    last: Ints
    certain: Mask

    def __len__(self) -> int:
        return int(self.starts.size)

    def owner(self, addresses: Ints) -> Ints:
        """Return the number of the function that holds each address, or -1."""
        place = self.starts.searchsorted(addresses, side="right") - 1
        inside = (place >= 0) & (addresses < self.ends[np.maximum(place, 0)])
        return np.where(inside, place, -1)


def find_functions(flow: Flow, certain: Ints, tables: list[JumpTable]) -> Functions:
    """Return the functions of *flow*: those at *certain* addresses and those in the gaps."""
    listing = flow.listing
    rows, good = listing.find(distinct(certain))
    known = rows[good & (listing.op.take(rows) != BAD)]
    extra = np.zeros(0, dtype=np.int64)
    if known.size and not covered(flow.program):
        extra = _gap_starts(flow, known, tables)
    first = union(known, extra)
    ends = np.append(first[1:], len(listing)) if first.size else first
    last = _trim(flow, first, ends)
    behind = np.maximum(last - 1, 0)
    return Functions(
        listing.address.take(first),
        listing.address.take(behind) + listing.size.take(behind),
        first,
        last,
        listed(first, known),
    )


def covered(program: Program) -> bool:
    """Say whether unwind tables list the functions of *program* completely.

    Where the compiler makes none there still are those of the start-up code.
    """
    code = sum(end - start for start, end in program.code)
    return int(program.fragments.size) * 2048 > code


def _gap_starts(flow: Flow, known: Ints, tables: list[JumpTable]) -> Ints:
    """Return the rows that begin a function although nothing refers to them."""
    candidates = _behind_ends(flow)
    jumps = _jumps(flow, tables)
    fresh = candidates[~_crossed(flow, jumps, known, candidates)]
    if not fresh.size:
        return np.asarray(fresh)
    # A second round: jumps that leave for one of the new functions do not hold code together.
    return np.asarray(candidates[~_crossed(flow, jumps, union(known, fresh), candidates)])


def _behind_ends(flow: Flow) -> Ints:
    """Return the first row that is no padding behind each jump, return and last call.

    Behind other calls only what looks like the beginning of a function counts: the callee may
    be one that never returns.
    """
    listing = flow.listing
    delay = flow.isa.delay
    stops = listing.transfers(_ENDS)
    stops = stops[listing.cond.take(stops) == ALWAYS]
    rows = np.concatenate([stops, _last_words(flow)]) + (1 + delay)
    rows = flow.padding.onward(union(rows, listing.breaks))
    rows = rows[rows < len(listing)]
    opened = flow.openings
    rows = union(rows, opened[behind_calls(flow, opened)])
    return np.asarray(rows[~_NO_START.take(listing.op.take(rows))])


def behind_calls(flow: Flow, rows: Ints) -> Mask:
    """Return which of *rows* follow a call directly, padding left out."""
    listing, delay = flow.listing, flow.isa.delay
    if not rows.size:
        return np.zeros(0, dtype=np.bool_)
    before = flow.padding.back(rows)
    last = np.maximum(before, 0)
    called = _CALLS.take(listing.op.take(last))
    if delay:
        called |= _CALLS.take(listing.op[np.maximum(last - delay, 0)])
    return np.asarray(called & (before >= 0))


def _last_words(flow: Flow) -> Ints:
    """Return the rows of calls to functions that never return."""
    wanted, listing = never_return(flow.program), flow.listing
    calls = listing.transfers(_CALL)
    return np.asarray(calls[listed(listing.imm[calls], wanted)])


def never_return(program: Program) -> Ints:
    """Return the addresses of the functions that never return by their names, ascending."""
    names: list[int] = []
    for known in (program.externs, program.names):
        # Most programs call none of them, which sets tell faster.
        if not NO_RETURN.isdisjoint(known.values()):
            names += [at for at, name in known.items() if name in NO_RETURN]
    return np.array(sorted(names), dtype=np.int64)


def _jumps(flow: Flow, tables: list[JumpTable]) -> Branches:
    """Return what may lead from row to row inside a function: short branches and tables."""
    listing, branches = flow.listing, flow.branches
    distance = np.abs(branches.targets - branches.sources)
    near = (distance <= TAIL_DISTANCE) | (listing.op[branches.sources] == BRANCH)
    return _leading(flow, Branches(branches.sources[near], branches.targets[near]), tables)


def _leading(flow: Flow, branches: Branches, tables: list[JumpTable]) -> Branches:
    """Return *branches* and what *tables* lead to."""
    sources, targets = branches.sources, branches.targets
    if not tables:
        return branches
    rows, good = flow.listing.find(np.concatenate([table.targets for table in tables]))
    home = np.repeat([table.row for table in tables], [table.targets.size for table in tables])
    return Branches(np.concatenate([sources, home[good]]), np.concatenate([targets, rows[good]]))


def _crossed(flow: Flow, jumps: Branches, known: Ints, candidates: Ints) -> Mask:
    """Return which *candidates* a jump inside one function leads over or to.

    *known* are the rows at which functions begin.
    """
    number = np.zeros(len(flow.listing) + 2, dtype=np.int32)
    number[known] = 1
    number.cumsum(out=number)
    same = number.take(jumps.sources) == number.take(jumps.targets)
    sources, targets = jumps.sources[same], jumps.targets[same]
    # Those that begin before a row, less those that end before it, lead over it.
    begins, ends = np.minimum(sources, targets), np.maximum(sources, targets)
    begins.sort(kind="stable")
    ends.sort(kind="stable")
    crossed = begins.searchsorted(candidates) > ends.searchsorted(candidates)
    # A conditional branch leads into its own function, even past entries that others call.
    inner = jumps.targets[~same & (flow.listing.op[jumps.sources] == BRANCH)]
    if inner.size:
        crossed |= listed(candidates, distinct(inner))
    return np.asarray(crossed)


def _trim(flow: Flow, first: Ints, ends: Ints) -> Ints:
    """Return *ends* without the padding that precedes the next function or range."""
    listing = flow.listing
    # A function never reaches over the end of its code range.
    later = listing.breaks.searchsorted(first, side="right")
    bounds = np.append(listing.breaks, len(listing))[later]
    ends = np.minimum(ends, bounds)
    padding = flow.padding
    before = padding.back(ends)
    # Where nothing but padding comes before, a function is its first row.
    last = ends if padding.whole else np.where(before >= 0, before + 1, first)
    # The padding may be the delay slot of the final jump.
    closing = _ENDS[listing.op[np.maximum(last - 1, 0)]] & (last < ends)
    return np.asarray(np.maximum(np.where(closing, last + flow.isa.delay, last), first + 1))
