"""Where jump tables lead, cut where the next table or anything else that code names begins.

The index reads a table on while its entries lead to instructions near the jump: for want of a
bound that is often too far. Small entries lead to some instruction whatever they are; of words,
what leads out of the function is left out.
"""

from collections.abc import Callable

import numpy as np

from assay.code.memory import Ints, contained, distinct
from assay.code.tables import JumpTable
from assay.compare.elf.half import Half

ARM, WORD = 40, 4


def note_places(half: Half, places: Ints) -> None:
    """Keep the *places* that code names, sorted, at which no table goes on."""
    half.__dict__["named"] = places
    for name in ("jumps", "naming"):
        half.__dict__.pop(name, None)


def name_later(half: Half, naming: Callable[[], object]) -> None:
    """Let *naming*, which notes the places that code names, be called when they are asked for."""
    half.__dict__["naming"] = naming


def jumps_of(half: Half) -> list[tuple[JumpTable, Ints]]:
    """Return the jump tables of a program with the addresses that they lead to."""
    known: list[tuple[JumpTable, Ints]] | None = half.__dict__.get("jumps")
    if known is None and half.whole is not None:
        known = half.__dict__["jumps"] = jumps_of(half.whole) if _concerned(half) else []
    if known is None:
        naming = half.__dict__.get("naming")
        if naming is not None and half.index.tables:
            naming()
        # What lies in no section is a header, and no table.
        tables = [one for one in half.index.tables if _in_section(half, one.address)]
        starts = np.array([table.address for table in tables], dtype=np.int64)
        named = half.__dict__.get("named", starts[:0])
        bounds = distinct(np.concatenate([starts, named]))
        known = [(table, _targets(half, table, bounds)) for table in tables]
        half.__dict__["jumps"] = known
    return known


def _concerned(half: Half) -> bool:
    """Say whether a jump table has to do with the rows of a part of a program."""
    chunk = half.code.chunk
    for table in half.index.tables:
        home = half.index.listing.address[table.row]
        if contained(half.code.owner(np.append(table.targets, home)), chunk).any():
            return True
    return False


def _in_section(half: Half, address: int) -> bool:
    zone = half.zone_at(address)
    return zone is not None and bool(zone.name)


def _targets(half: Half, table: JumpTable, bounds: Ints) -> Ints:
    """Return where the entries of *table* before the next of *bounds* lead."""
    following = int(np.searchsorted(bounds, table.address, side="right"))
    if following == bounds.size:
        return table.targets
    count = (int(bounds[following]) - table.address) // table.size
    if not 0 < count < table.entries:
        return table.targets
    if table.size >= WORD:
        # Whole words lead to instructions of the function, by whichever of its tables.
        home = np.array([half.index.listing.address[table.row]], dtype=np.int64)
        return np.asarray(table.targets[half.code.owner(table.targets) == half.code.owner(home)])
    places = table.address + table.size * np.arange(table.entries, dtype=np.int64)
    values, good = half.index.program.memory.words(places, table.size)
    if not good.all():
        return table.targets
    for signed in (True, False):
        for scale in (1, WORD):
            numbers = _signed(values, table.size) if signed else values
            # What entries are relative to follows from where they lead.
            base = int(table.targets[0]) - scale * int(numbers.min())
            leads = base + scale * numbers
            if half.elf.machine == ARM:
                leads &= ~1
            if np.array_equal(distinct(leads), table.targets):
                return distinct(leads[:count])
    return table.targets


def _signed(values: Ints, size: int) -> Ints:
    sign = 1 << (8 * size - 1)
    return np.asarray((values ^ sign) - sign) if size < 8 else values
