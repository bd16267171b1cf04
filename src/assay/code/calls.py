"""Who calls whom: direct calls, calls through registers and tables, tail calls, import stubs."""

import msgspec
import numpy as np

from assay.code import native
from assay.code.definitions import register_table
from assay.code.listing import CALL, CALLM, CALLR, JUMP, JUMPM, JUMPR, LOAD, Listing
from assay.code.memory import Ints, Mask, listed, member, union, where
from assay.code.values import Flow

STUB_ROWS = 6
FEW_JUMPS = 64
"""Jumps that are sooner looked at one by one than told apart all at once."""
_TRANSFERS = member(CALL, CALLR, CALLM, JUMPR, JUMPM)
_CALLS = member(CALL, CALLR, CALLM)
_JUMP = member(JUMP)
_NO_ROWS = np.zeros(0, dtype=np.int64)


class Calls(msgspec.Struct):
    """Calls in order of their site; `target` is -1 where it could not be found.

    `row` and `site` are the calling instruction; `tail` marks jumps that leave a function for
    good. Import stubs are looked through: `target` is then the address of the import.
    """

    row: Ints
    site: Ints
    target: Ints
    tail: Mask

    def __len__(self) -> int:
        return int(self.row.size)

    def target_at(self, row: int) -> int:
        """Return what the call at *row* leads to, -1 when unknown or when it is no call."""
        place = int(self.row.searchsorted(row, side="right")) - 1
        return int(self.target[place]) if place >= 0 and self.row[place] == row else -1


def resolve(flow: Flow) -> tuple[Calls, dict[int, int]]:
    """Return the calls of *flow* without tail calls, and the stubs: address → import."""
    listing, program = flow.listing, flow.program
    before = flow.resolved
    rows, targets = _transfers(flow)
    if before is not None and flow.isa.stub_register is None and (targets == before[0]).all():
        return before[1], before[2]
    leads, stubs = targets, _stubs(flow, rows, targets) | program.fixups
    calling = _CALLS.take(listing.op.take(rows))
    rows, targets = rows[calling], targets[calling]
    entries, imports = _columns(stubs)
    targets = _by_caller(flow, rows, _replaced(targets, entries, imports), stubs)
    flow.looked_through = (entries, imports) if entries.size == len(stubs) else None
    tail = np.zeros(rows.size, dtype=np.bool_)
    calls = Calls(rows, listing.address[rows], targets, tail)
    flow.resolved = leads, calls, stubs
    return calls, stubs


def _transfers(flow: Flow) -> tuple[Ints, Ints]:
    """Return the rows of all calls and computed jumps and where each leads, or -1.

    What was found once is kept; asked again, only those that led nowhere are tried again.
    """
    if flow.transfers is None:
        rows = flow.listing.transfers(_TRANSFERS)
        flow.transfers = rows, _leads(flow, rows)
    elif not flow.current:
        rows, targets = flow.transfers
        open_ = where(targets == -1)
        targets[open_] = _leads(flow, rows[open_])
    flow.current = True
    rows, targets = flow.transfers
    return rows, targets.copy()


def _leads(flow: Flow, rows: Ints) -> Ints:
    """Return where the calls and computed jumps at *rows* lead, or -1."""
    listing = flow.listing
    memory = flow.program.memory.for_kernels() if flow.native is not None else None
    if memory is not None:
        targets = np.empty(rows.size, dtype=np.int64)
        asked = flow.native, memory, rows, rows.size, flow.cells, flow.filled, flow.cells.size
        size, even = flow.program.memory.pointer_size(), flow.program.machine == 40
        if native.run("calls_leads", *asked, size, even, targets) == 0:
            return targets
    op = listing.op.take(rows)
    targets = np.where(op == CALL, listing.imm[rows], -1)
    through_register = where((op == CALLR) | (op == JUMPR))
    chosen = rows[through_register]
    values, known = flow.value_of(listing.ra[chosen], chosen)
    targets[through_register] = np.where(known, values + listing.imm[chosen], -1)
    through_memory = where((op == CALLM) | (op == JUMPM))
    if through_memory.size:
        targets[through_memory] = _slots(flow, rows[through_memory])
    if flow.program.machine == 40:
        targets = np.where(targets > 0, targets & ~1, targets)
    return targets


def _slots(flow: Flow, rows: Ints) -> Ints:
    """Return what the memory operands at *rows* hold, -1 where unknown or changeable."""
    listing, memory = flow.listing, flow.program.memory
    base, known = flow.value_of(listing.ra[rows], rows)
    absolute = listing.ra.take(rows) >= 250
    places = np.where(absolute, 0, base) + listing.imm.take(rows)
    if flow.program.bits == 32:
        places &= 0xFFFFFFFF
    values, good = memory.words(places, memory.pointer_size())
    good &= (known | absolute) & memory.constant(places)
    return np.where(good, values, -1)


def _stubs(flow: Flow, rows: Ints, targets: Ints) -> dict[int, int]:
    """Return the short pieces of code that do nothing but jump to an import."""
    listing = flow.listing
    if not listing.has(JUMPR, JUMPM):
        return {}
    by_kernel = _short_pieces(flow, rows, targets)
    if by_kernel is not None:
        _lead_in(flow, by_kernel)
        return by_kernel
    jumps = (listing.op.take(rows) == JUMPR) | (listing.op.take(rows) == JUMPM)
    jumps &= flow.program.external(targets)
    found: dict[int, int] = {}
    if not jumps.any():
        return found
    rows, targets = rows[jumps], targets[jumps]
    first = np.maximum(flow.floor[rows], rows - STUB_ROWS)
    # Code that sets an argument before it jumps is a function, not a stub.
    sets = member(*flow.isa.arguments)
    back = np.arange(-flow.isa.delay, STUB_ROWS + 1)[:, None]
    place = np.minimum(np.maximum(rows - back, 0), len(listing) - 1)
    plain = ((place < first) | ~sets.take(listing.rd.take(place))).all(axis=0)
    rows, targets, first = rows[plain], targets[plain], first[plain]
    places = rows - np.arange(STUB_ROWS + 1)[:, None]
    inside = places >= first
    imports = np.broadcast_to(targets, places.shape)[inside].tolist()
    found.update(zip(listing.address.take(places[inside]).tolist(), imports, strict=True))
    _lead_in(flow, found)
    return found


def _short_pieces(flow: Flow, rows: Ints, targets: Ints) -> dict[int, int] | None:
    """Return the same by a kernel, without what leads to a stub; None where there is none."""
    if flow.native is None:
        return None
    count, most = rows.size, (STUB_ROWS + 1) * rows.size
    places, imports = np.empty((2, most), dtype=np.int64)
    found = native.run(
        "calls_stubs", flow.listing.native, flow.floor, rows, targets, count,
        *flow.program.imports(), flow.isa.delay, register_table(flow.isa.arguments),
        np.empty(count, dtype=np.bool_), places, imports,
    )  # fmt: skip
    if found < 0:
        return None
    return dict(zip(places[:found].tolist(), imports[:found].tolist(), strict=True))


def _lead_in(flow: Flow, stubs: dict[int, int]) -> None:
    """Add to *stubs* the jumps that do nothing but lead to one (changes of mode, veneers)."""
    listing = flow.listing
    if not stubs:
        return
    rows = listing.transfers(_JUMP)
    rows = rows[flow.floor.take(rows) == rows]
    if flow.isa.delay and rows.size:
        # What sets an argument on the way is a function.
        behind = np.minimum(rows + flow.isa.delay, len(listing) - 1)
        rows = rows[~member(*flow.isa.arguments).take(listing.rd.take(behind))]
    if rows.size > FEW_JUMPS:
        # A jump may lead to one that is found to be a stub on the way.
        known = np.array(sorted(stubs), dtype=np.int64)
        rows = rows[listed(listing.imm[rows], union(known, listing.address.take(rows)))]
    for row, target in zip(rows.tolist(), listing.imm.take(rows).tolist(), strict=True):
        if target in stubs:
            stubs.setdefault(int(listing.address.take(row)), stubs[target])


def _by_caller(flow: Flow, rows: Ints, targets: Ints, stubs: dict[int, int]) -> Ints:
    """Resolve stubs that find their table in a register which the caller has set.

    PowerPC: `lwz r11, offset(r30); mtctr r11; bctr`. They are added to *stubs*.
    """
    register, listing = flow.isa.stub_register, flow.listing
    if register is None:
        return targets
    first, good = listing.find(targets)
    good &= (listing.op.take(first) == LOAD) & (listing.ra.take(first) == register)
    chosen = where(good)
    base, known = flow.value_of(np.full(chosen.size, register, dtype=np.uint8), rows[chosen])
    memory = flow.program.memory
    slots, mapped = memory.words((base + listing.imm[first[chosen]]) & 0xFFFFFFFF, 4)
    fine = known & mapped & flow.program.external(slots)
    stubs.update(zip(targets[chosen[fine]].tolist(), slots[fine].tolist(), strict=True))
    targets[chosen[fine]] = slots[fine]
    return targets


def stub_columns(flow: Flow, stubs: dict[int, int]) -> tuple[Ints, Ints]:
    """Return the addresses of *stubs*, ascending, and the imports that they lead to."""
    return _columns(stubs) if flow.looked_through is None else flow.looked_through


def _columns(stubs: dict[int, int]) -> tuple[Ints, Ints]:
    """Return the same as arrays of their own."""
    if not stubs:
        return _NO_ROWS, _NO_ROWS
    keys = np.fromiter(stubs, dtype=np.int64, count=len(stubs))
    values = np.fromiter(stubs.values(), dtype=np.int64, count=len(stubs))
    order = keys.argsort()
    return keys[order], values[order]


def _replaced(targets: Ints, keys: Ints, values: Ints) -> Ints:
    if not keys.size or not targets.size:
        return targets
    place = np.minimum(keys.searchsorted(targets), keys.size - 1)
    return np.where(keys[place] == targets, values[place], targets)


def tail_calls(flow: Flow, owner_of: "np.typing.NDArray[np.int64]", stubs: dict[int, int]) -> Calls:
    """Return the jumps from one function to the start of another, or to an import.

    *owner_of* gives for each row the number of its function, -1 outside all.
    """
    listing = flow.listing
    # A jump inside an import stub, or one that only leads to a stub, is not a call of its own.
    entries, imports = stub_columns(flow, stubs)
    computed, leads = _transfers(flow)
    jumps = listing.transfers(_JUMP)
    jumps = jumps[(owner_of[jumps] >= 0) & ~listed(listing.address[jumps], entries)]
    targets = listing.imm.take(jumps)
    rows, good = listing.find(targets)
    elsewhere = good & (owner_of[rows] != owner_of[jumps])
    first = np.ones(rows.size, dtype=np.bool_)
    later = rows > 0
    first[later] = owner_of[rows[later] - 1] != owner_of[rows[later]]
    targets = _replaced(targets, entries, imports)
    chosen = (elsewhere & first) | flow.program.external(targets)
    direct = jumps[chosen], targets[chosen]
    leave = ((listing.op.take(computed) == JUMPR) | (listing.op.take(computed) == JUMPM)) & (
        leads > 0
    )
    leave &= owner_of[computed] >= 0
    leave &= ~listed(listing.address[computed], entries)
    row = np.concatenate([direct[0], computed[leave]])
    target = np.concatenate([direct[1], _replaced(leads[leave], entries, imports)])
    order = row.argsort(kind="stable")
    return _tails(listing, row[order], target[order])


def _tails(listing: Listing, row: Ints, target: Ints) -> Calls:
    return Calls(row, listing.address[row], target, np.ones(row.size, dtype=np.bool_))


def merged(first: Calls, second: Calls) -> Calls:
    """Return the calls of both, in order of their rows."""
    order = np.argsort(np.concatenate([first.row, second.row]), kind="stable")
    columns = ("row", "site", "target", "tail")
    pairs = ((getattr(first, name), getattr(second, name)) for name in columns)
    return Calls(*(np.concatenate(pair)[order] for pair in pairs))
