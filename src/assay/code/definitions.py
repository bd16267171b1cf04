"""What `values` asks of a listing, made once: definitions, stretches of control, branches.

Where there are kernels one of them does all of it; the functions here say the same in numpy.
"""

import numpy as np

from assay.code import native
from assay.code.isa import Isa
from assay.code.listing import ALWAYS, BRANCH, JUMP, REGISTERS, ZERO, Listing
from assay.code.memory import Ints, Mask, filled, member, where
from assay.code.program import Program
from assay.code.values import _CALLS, _ENDS, Branches, Flow

_DIRECT = member(BRANCH, JUMP)


def flow_of(program: Program, isa: Isa, listing: Listing, starts: Ints) -> Flow:
    """Return the reaching definitions of *listing*; control never falls into *starts*."""
    clobbered = np.zeros(256, dtype=np.bool_)
    clobbered[list(isa.clobbered)] = True
    settings = isa.stub_settings(listing) if isa.stub_settings else listing.breaks[:0]
    flow = _defined(program, isa, listing, clobbered, starts)
    flow = flow or _plain(program, isa, listing, clobbered, starts)
    flow.ambient, flow.settings = isa.ambient(program), settings
    if flow.first is not None:
        flow.native = native.reaching(flow, _resting(flow))
    return flow


def _plain(program: Program, isa: Isa, listing: Listing, clobbered: Mask, starts: Ints) -> Flow:
    """Return the definitions of *listing* without what the program adds, in numpy."""
    floor = _floors(listing, isa.delay, starts)
    branches = _branches(listing)
    return Flow(
        program,
        isa,
        listing,
        floor,
        _last_calls(listing, isa.delay),
        _origins(branches, floor),
        clobbered,
        _written(listing, clobbered),
        branches=branches,
    )


def _defined(
    program: Program, isa: Isa, listing: Listing, clobbered: Mask, starts: Ints
) -> Flow | None:
    """Return the same by a kernel, None where there is none or the listing is damaged."""
    found = native.definitions(listing, starts, isa.delay)
    if found is None:
        return None
    first, keys, floor, called, origin, sources, targets = found
    written = clobbered | (first[1:] > first[:-1])
    written[REGISTERS:] = False
    flow = Flow(
        program, isa, listing, floor, called, origin, clobbered, written,
        branches=Branches(sources, targets),
    )  # fmt: skip
    flow.first, flow.sorted_rows = first, keys
    return flow


def _resting(flow: Flow) -> Ints:
    """Return the cell of what each register holds that nothing has written, -1 for none."""
    resting = filled(256, -1, np.int64)
    resting[ZERO] = len(flow.listing)
    for place, register in enumerate(flow.ambient, start=1):
        resting[register] = len(flow.listing) + place
    return resting


def _written(listing: Listing, clobbered: Mask) -> Mask:
    """Return which registers a row or a call of *listing* may change; marks are none."""
    written = clobbered | (np.bincount(listing.rd, minlength=256) > 0)
    written[listing.extra_register] = True
    written[REGISTERS:] = False
    return written


def _running(count: int, rows: Ints) -> "np.typing.NDArray[np.int32]":
    """Return for each position the last of *rows* at or before it, 0 when there is none."""
    last = np.zeros(count + 2, dtype=np.int32)
    rows = np.minimum(rows, count + 1)
    last[rows] = rows
    np.maximum.accumulate(last, out=last)
    return last


def _floors(listing: Listing, delay: int, starts: Ints) -> "np.typing.NDArray[np.int32]":
    ends = listing.transfers(_ENDS)
    ends = ends[listing.cond.take(ends) == ALWAYS] + (1 + delay)
    rows, good = listing.find(starts)
    return _running(len(listing), np.concatenate([ends, listing.breaks, rows[good]]))


def _last_calls(listing: Listing, delay: int) -> "np.typing.NDArray[np.int32]":
    return _running(len(listing), listing.transfers(_CALLS) + (1 + delay))


def _branches(listing: Listing) -> Branches:
    sources = listing.transfers(_DIRECT)
    targets, good = listing.find(listing.imm.take(sources))
    return Branches(sources[good], targets[good])


def _origins(
    branches: Branches, floor: "np.typing.NDArray[np.int32]"
) -> "np.typing.NDArray[np.int32]":
    """Return for each floor the row of the branch by which control comes to it, or -1.

    Best is the first branch from above into the stretch that begins there (the test of a loop
    may lie inside it); else the first branch to the floor itself.
    """
    first = filled(floor.size, -1, np.int32)
    first[branches.targets[::-1]] = branches.sources[::-1]
    targets = where(first >= 0)[::-1]
    outside = targets[first[targets] < floor[targets]]
    origin = first.copy()
    origin[floor[outside]] = first[outside]
    return origin
