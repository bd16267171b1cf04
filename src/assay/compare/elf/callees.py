"""What calls do beyond the calling convention: registers that they keep, whether they come back.

A call keeps what its callee, and whom that calls, never write: compilers rely on it within one
file (gcc's -fipa-ra). It does not come back where no path of its callee returns.
"""

import numpy as np
import numpy.typing as npt

from assay.code.families import NO_RETURN
from assay.code.isa import Isa
from assay.code.listing import (
    ALWAYS,
    BRANCH,
    CALL,
    CALLM,
    CALLR,
    JUMP,
    JUMPM,
    JUMPR,
    NOP,
    REGISTERS,
    RET,
    STOP,
    TABLE,
)
from assay.code.memory import Ints, Mask, contained, member, without
from assay.compare.elf.half import Half
from assay.compare.elf.jumps import jumps_of

WIDTH = 64
EVERY = (1 << WIDTH) - 1
ROUNDS = 64
CHAIN = 8
"""Callees of callees that are followed to find those that do not return."""
HANDLERS = (".gcc_except_table", ".ARM.extab")
"""Sections that say where exceptions are handled."""
LINKS = {8: 31, 40: 14, 183: 30}
"""The register in which each machine's calls leave where to go on."""
_ENDS = member(JUMP, JUMPR, JUMPM, RET, STOP, TABLE)
_NAMED = member(CALL, JUMP, BRANCH)


def overwritten(half: Half) -> tuple[Ints, npt.NDArray[np.uint64]]:
    """Return the rows of the code that call, and the registers (bits) that each loses."""
    code, listing, isa = half.code, half.index.listing, half.index.isa
    if isa is None or not code.rows.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    op = listing.op[code.rows]
    calls = np.flatnonzero((op == CALL) | (op == CALLR) | (op == CALLM))
    lost = np.uint64(sum(1 << one for one in isa.clobbered if one < WIDTH))
    link = np.uint64(1 << LINKS.get(half.elf.machine, 0))
    owners = _entered(half, _targets(half, calls))
    written = _written(half, isa, op)[np.maximum(owners, 0)] | link
    return calls, np.where(owners >= 0, lost & written, lost)


def lasting(half: Half) -> Ints:
    """Return the rows of the code whose calls do not come back."""
    code, listing, isa = half.code, half.index.listing, half.index.isa
    if isa is None or not code.rows.size:
        return np.zeros(0, dtype=np.int64)
    op = listing.op[code.rows]
    program = half.index.program
    imports = {at for at, name in program.externs.items() if name in NO_RETURN}
    names = [*imports, *(stub for stub, at in half.index.stubs.items() if at in imports)]
    calls = np.flatnonzero((op == CALL) | (op == CALLR))
    targets = _targets(half, calls)
    last = contained(targets, names)
    owner = _entered(half, targets)
    for _ in range(CHAIN):
        returns = _returning(half, isa, op, calls[last])
        more = (owner >= 0) & ~returns[np.maximum(owner, 0)]
        if not (more & ~last).any():
            break
        last |= more
    return calls[last]


def _returning(half: Half, isa: Isa, op: npt.NDArray[np.uint8], final: Ints) -> Mask:
    """Return which chunks may return, when the calls at the rows *final* do not come back."""
    code, listing = half.code, half.index.listing
    found = np.zeros(len(code), dtype=np.bool_)
    leaves = (op == RET) | (op == JUMPR) | (op == JUMPM) | (op == TABLE)
    leaves[_kept_inside(half)] = False
    ends = _ENDS[op] & (listing.cond[code.rows] == ALWAYS)
    ends[final] = True
    found[code.chunk[leaves & _arrived_at(half, isa, op, ends)]] = True
    solid = np.flatnonzero(op != NOP)
    last = solid[np.append(np.diff(code.chunk[solid]) != 0, [True] * bool(solid.size))]
    found[code.chunk[last[~(ends[last] | ends[np.maximum(last - isa.delay, 0)])]]] = True
    # A chunk without instructions says nothing.
    found[without(np.arange(found.size), code.chunk[last])] = True
    away = np.flatnonzero((op == JUMP) | (op == BRANCH))
    targets = listing.imm[code.rows[away]]
    owner = code.owner(targets)
    outside = owner != code.chunk[away]
    away, owner = away[outside], owner[outside]
    found[code.chunk[away[owner < 0]]] = True
    sources, owner = code.chunk[away[owner >= 0]], owner[owner >= 0]
    for _ in range(ROUNDS):
        before = int(found.sum())
        found[sources[found[owner]]] = True
        if int(found.sum()) == before:
            return found
    return np.ones(len(code), dtype=np.bool_)


def _arrived_at(half: Half, isa: Isa, op: npt.NDArray[np.uint8], ends: Mask) -> Mask:
    """Return which rows control may come to: all but what follows one of *ends* and no one names.

    Where a function that nothing refers to follows a call that does not come back, both lie in
    one chunk. What handles exceptions lies there as well, and is named by a table only: then all
    rows count.
    """
    if any(half.zone(name) for name in HANDLERS):
        return np.ones(op.size, dtype=np.bool_)
    code, listing = half.code, half.index.listing
    begins = np.zeros(op.size, dtype=np.bool_)
    behind = np.flatnonzero(ends) + 1 + isa.delay
    begins[behind[behind < op.size]] = True
    begins[1:] |= np.diff(code.chunk) != 0
    run = np.cumsum(begins)
    sources = np.flatnonzero(_NAMED[op])
    targets = listing.imm[code.rows[sources]]
    for table, leads in jumps_of(half):
        row = int(np.searchsorted(code.rows, table.row))
        sources = np.concatenate([sources, np.full(leads.size, min(row, op.size - 1))])
        targets = np.concatenate([targets, leads])
    named = [code.starts, half.index.program.pointers]
    if half.index.flow is not None:
        # An address that is formed may be jumped to; so may those that data holds.
        named.append(_near(half, half.index.flow.values[half.index.flow.known]))
    entered = np.zeros(int(run[-1]) + 1, dtype=np.bool_)
    entered[run[_rows_at(half, np.concatenate(named))]] = True
    leaving, arriving = run[sources], run[_rows_at(half, targets)]
    for _ in range(ROUNDS):
        before = int(entered.sum())
        entered[arriving[entered[leaving]]] = True
        if int(entered.sum()) == before:
            return np.asarray(entered[run])
    return np.ones(op.size, dtype=np.bool_)


def _near(half: Half, addresses: Ints) -> Ints:
    """Return *addresses* with one for all that lie before the code, and one for all behind it."""
    first, last = int(half.code.address[0]), int(half.code.address[-1])
    before, behind = addresses < first, addresses > last
    ends = [first] * bool(before.any()) + [last + 1] * bool(behind.any())
    return np.concatenate([addresses[~(before | behind)], np.array(ends, dtype=np.int64)])


def _rows_at(half: Half, addresses: Ints) -> Ints:
    """Return the first row at or behind each of *addresses*; the last for what lies behind all."""
    address = half.code.address
    return np.minimum(np.searchsorted(address, addresses), address.size - 1)


def _kept_inside(half: Half) -> list[int]:
    """Return the rows of computed jumps whose tables do not lead out of their chunk."""
    code = half.code
    found = []
    for table, targets in jumps_of(half):
        row = int(np.searchsorted(code.rows, table.row))
        if row < code.rows.size and (code.owner(targets) == code.chunk[row]).all():
            found.append(row)
    return found


def _targets(half: Half, rows: Ints) -> Ints:
    """Return where rows that call or jump lead, -1 for unknown."""
    listing, flow = half.index.listing, half.index.flow
    places = half.code.rows[rows]
    op = listing.op[places]
    found = np.where(_NAMED[op], listing.imm[places], -1)
    by_register = np.flatnonzero((op == CALLR) | (op == JUMPR))
    if flow is not None and by_register.size:
        values, known = flow.value_of(listing.ra[places[by_register]], places[by_register])
        found[by_register] = np.where(known, values, -1)
    return np.asarray(found)


def _entered(half: Half, targets: Ints) -> Ints:
    """Return the chunk that begins at each of *targets*, -1 for none."""
    code = half.code
    owner = code.owner(targets)
    exact = (owner >= 0) & (code.starts[np.maximum(owner, 0)] == targets)
    return np.asarray(np.where(exact, owner, -1))


def _written(half: Half, isa: Isa, op: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """Return the registers (bits) that each chunk writes, with all that it leads to."""
    code, listing = half.code, half.index.listing
    count = len(code)
    masks = np.zeros(count, dtype=np.uint64)
    written = listing.rd[code.rows]
    real = written < min(REGISTERS, WIDTH)
    np.bitwise_or.at(masks, code.chunk[real], np.uint64(1) << written[real].astype(np.uint64))
    place = np.searchsorted(code.rows, listing.extra_index)
    extra = np.flatnonzero((place < code.rows.size) & (listing.extra_register < WIDTH))
    extra = extra[code.rows[place[extra]] == listing.extra_index[extra]]
    bits = np.uint64(1) << listing.extra_register[extra].astype(np.uint64)
    np.bitwise_or.at(masks, code.chunk[place[extra]], bits)
    sources, targets, unknown = _edges(half, isa, op)
    masks[unknown] = EVERY
    for _ in range(ROUNDS):
        before = masks.copy()
        np.bitwise_or.at(masks, sources, masks[targets])
        if (before == masks).all():
            return masks
    return np.full(count, EVERY, dtype=np.uint64)


def _edges(half: Half, isa: Isa, op: npt.NDArray[np.uint8]) -> tuple[Ints, Ints, Ints]:
    """Return from which chunk to which control may go, and the chunks that may go anywhere."""
    code, listing = half.code, half.index.listing
    leads = np.flatnonzero(_NAMED[op] | (op == CALLR) | (op == JUMPR))
    leads = leads[~contained(leads, _kept_inside(half))]
    targets = _targets(half, leads)
    own = code.owner(targets) == code.chunk[leads]
    leads, targets = leads[~own], targets[~own]
    entered = _entered(half, targets)
    lost = code.chunk[leads[entered < 0]]
    others = (op == CALLM) | (op == JUMPM) | (op == TABLE)
    others[_kept_inside(half)] = False
    lost = np.concatenate([lost, code.chunk[others]])
    sources, reached = code.chunk[leads[entered >= 0]], entered[entered >= 0]
    # Where a chunk does not end with a jump or a return, control falls into the next one.
    last = np.flatnonzero(np.diff(code.chunk) != 0)
    before = np.maximum(last - isa.delay, 0)
    ends = _ENDS[op] & (listing.cond[code.rows] == ALWAYS)
    falls = last[~(ends[last] | ends[before])]
    return (
        np.concatenate([sources, code.chunk[falls]]),
        np.concatenate([reached, code.chunk[np.minimum(falls + 1, code.rows.size - 1)]]),
        lost,
    )
