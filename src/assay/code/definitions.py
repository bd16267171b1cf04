"""What `values` asks of a listing, made once: definitions, stretches of control, branches.

This is the twin in numpy of what the kernel of `groundwork` does.
"""

from functools import cache

import numpy as np

from assay.code.isa import Isa
from assay.code.listing import ALWAYS, BRANCH, JUMP, REGISTERS, Listing
from assay.code.memory import Ints, Mask, filled, member, where
from assay.code.program import Program
from assay.code.values import _CALLS, _ENDS, Branches, Flow

_DIRECT = member(BRANCH, JUMP)


def flow_of(program: Program, isa: Isa, listing: Listing, starts: Ints) -> Flow:
    """Return the reaching definitions of *listing*; control never falls into *starts*."""
    clobbered = register_table(isa.clobbered)
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
        ambient=isa.ambient(program),
        settings=isa.stub_settings(listing) if isa.stub_settings else listing.breaks[:0],
    )


@cache
def register_table(registers: frozenset[int] | tuple[int, ...]) -> Mask:
    """Return which of 256 registers are among *registers*; it is kept, so not to be written to."""
    return member(*registers)


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
