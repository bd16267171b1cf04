"""What the index of every program begins with: certain starts, definitions, constants, leads.

This is the twin of the first half of the kernel of `whole`; `definitions` and `values` have it.
"""

import numpy as np

from assay.code import native
from assay.code.definitions import flow_of
from assay.code.isa import Isa
from assay.code.listing import CALL, CALLM, CALLR, Listing
from assay.code.memory import Ints, member, range_bounds, union, within
from assay.code.program import Program
from assay.code.values import Flow, evaluate

_CALL = member(CALL)


def lay_ground(program: Program, isa: Isa, listing: Listing) -> tuple[Flow, Ints]:
    """Return the definitions and constants of *listing*, and where functions certainly begin.

    That is at known addresses, at what is called directly, and where a range of code begins.
    """
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
