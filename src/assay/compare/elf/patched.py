"""Programs of which only code was patched: files that are the same but for some instructions.

All that lies outside the changed chunks is the same bytes in the same place. Only the rows of those
chunks are read and judged, against a map by which everything lies where it lay. It is an answer
where functions differ and nothing leads elsewhere; all else, equivalence above all, is left to the
proof over whole programs.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt

from assay.code.memory import Ints, contained
from assay.compare.elf.addresses import AddressMap
from assay.compare.elf.fields import Fields, fields_of
from assay.compare.elf.functions import Pairing, core_ends, keys
from assay.compare.elf.half import Half, part_of
from assay.compare.elf.jumps import name_later
from assay.compare.elf.layout import Piece, pieces_of
from assay.compare.elf.references import References, references_of
from assay.compare.elf.rows import pair_rows
from assay.compare.elf.state import State, boundaries_of, pair_zones
from assay.compare.elf.unmoved import MOST_CHANGED, same_chunks
from assay.compare.ledger import Ledger

Mask = npt.NDArray[np.bool_]


def patched(a: Half, b: Half) -> State | None:
    """Return the comparison of two programs that differ in some chunks alone; None for others."""
    if not _same_elsewhere(a, b):
        return None
    same = same_chunks(a, b)
    if same is None or not same.any() or same.all():
        return None
    changed = np.flatnonzero(~same)
    if changed.size > min(MOST_CHANGED, same.size // 2) or not _same_rows(a, b, same):
        return None
    core = core_ends(a), core_ends(b)
    if not np.array_equal(core[0][same], core[1][same]):
        return None
    like = ~same
    for half, ends in zip((a, b), core, strict=True):
        # What is as long as a changed chunk might be what it was, in another place.
        sizes = ends - half.code.starts
        like |= contained(sizes, sizes[changed])
    parts = part_of(a, like), part_of(b, like)
    for whole in (a, b):
        # How far jump tables reach depends on what else the whole program names.
        name_later(whole, partial(_named, whole))
    return _state(parts, core, (changed, np.flatnonzero(like)))


def _named(half: Half) -> References:
    return references_of(half, fields_of(half))


def closed_bytes(state: State) -> Mask:
    """Return which bytes of the code lie in chunks that are the same."""
    code = state.a.code
    place = code.place(code.starts)
    sizes = code.ends - code.starts
    found = np.ones(code.bytes.size, dtype=np.bool_)
    for chunk in np.flatnonzero(~state.pairing.same).tolist():
        found[place[chunk] : place[chunk] + sizes[chunk]] = False
    return found


def _same_elsewhere(a: Half, b: Half) -> bool:
    """Say whether both files are the same bytes but for those of code, loaded alike."""
    if len(a.data) != len(b.data) or a.zones != b.zones or a.elf.segments != b.elf.segments:
        return False
    left, right = (np.frombuffer(half.data, np.uint8) for half in (a, b))
    differs = left != right
    for zone in a.zones:
        if zone.code:
            differs[zone.offset : zone.offset + zone.size] = False
    return not differs.any()


def _same_rows(a: Half, b: Half, same: Mask) -> bool:
    """Say whether the same instructions were read in the chunks that are the same."""
    columns = []
    for half in (a, b):
        kept = same[half.code.chunk]
        rows = half.code.rows[kept]
        columns.append((half.code.address[kept], half.index.listing.size[rows]))
    return all(np.array_equal(one, two) for one, two in zip(*columns, strict=True))


def _state(
    parts: tuple[Half, Half], core: tuple[Ints, Ints], chunks: tuple[Ints, Ints]
) -> State | None:
    """Return the comparison, None where a chunk is another's, or something leads elsewhere.

    *chunks* are those that changed, and all that are as long as one of them.
    """
    a, b = parts
    fields = fields_of(a), fields_of(b)
    pairing = _in_place(parts, fields, core, chunks)
    if pairing is None:
        return None
    refs = references_of(a, fields[0]), references_of(b, fields[1])
    rows = pair_rows(a, b, fields, refs, pairing, chunks=np.flatnonzero(~pairing.same))
    zones, _, _ = pair_zones(a, b)
    mapped = AddressMap(a, b)
    mapped.name_imports()
    if not np.array_equal(*mapped.externs):
        return None
    state = State(
        a, b, Ledger(len(a.data), len(b.data)), mapped, zones, fields, refs, pairing, rows
    )
    state.boundaries = boundaries_of(zones)
    mapped.add(_pieces(state))
    state.__dict__["unmoved"] = True
    return None if _leads_elsewhere(state) else state


def _in_place(
    parts: tuple[Half, Half],
    fields: tuple[Fields, Fields],
    core: tuple[Ints, Ints],
    chunks: tuple[Ints, Ints],
) -> Pairing | None:
    """Return the pairing by place; None where a changed chunk is what stands in another place."""
    changed, like = chunks
    first, second = (
        keys(half, one, ends, like) for half, one, ends in zip(parts, fields, core, strict=True)
    )
    others = changed.tolist()
    elsewhere = [i for i in others if first[i] != second[i]]
    if len(elsewhere) < len(others):
        return None
    if {second[i] for i in elsewhere} & set(first) or {first[i] for i in elsewhere} & set(second):
        return None
    same = np.ones(len(first), dtype=np.bool_)
    same[changed] = False
    return Pairing(np.arange(len(first)), same, *core, (first, second))


def _pieces(state: State) -> Iterator[Piece]:
    """Yield the pieces of the map: all that is the same stays, changed chunks go by their rows."""
    code = state.a.code
    open_ = np.flatnonzero(~state.pairing.same)
    bounds = list(zip(code.starts[open_].tolist(), code.ends[open_].tolist(), strict=True))
    for zone in state.a.zones:
        at = zone.address
        for start, end in bounds:
            if zone.address <= start < zone.end:
                yield at, start, at
                at = end
        yield at, zone.end, at
    yield from pieces_of(state, open_.tolist())


def _leads_elsewhere(state: State) -> bool:
    """Say whether a paired row refers to another place than before, in any of the ways."""
    left: References
    left, right = state.refs
    rows = state.rows
    for name in ("direct", "formed", "touched"):
        one, two = getattr(left, name), getattr(right, name)
        both = one.has[rows.a] & two.has[rows.b]
        if (both & (one.value[rows.a] != two.value[rows.b])).any():
            return True
    return False
