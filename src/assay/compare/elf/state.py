"""What the steps of one comparison of programs share: both halves, the map, the account, the finds.

`same` is the question that every step asks: do these two addresses name the same thing?
"""

from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from assay.code.memory import Ints
from assay.compare.elf.addresses import LARGEST, AddressMap
from assay.compare.elf.fields import Fields
from assay.compare.elf.functions import Pairing
from assay.compare.elf.half import Half
from assay.compare.elf.references import References
from assay.compare.elf.rows import Rows
from assay.compare.elf.unmoved import is_unmoved
from assay.compare.elf.zones import Zone
from assay.compare.ledger import Ledger
from assay.compare.records import Change

Mask = npt.NDArray[np.bool_]
MOST_CHANGES = 400
ALIGNED, WORDS = 32, (4, 8)


class State(msgspec.Struct, dict=True):
    """A comparison of two programs under way.

    `zones` are the zones that belong together. `changes` are what differs, `unknown` what could
    not be settled. `uneven` are strings of different length in one place: address and text of
    both sides. `good` are the paired rows with a reference that corresponds, `differing_words`
    the data in code that differ. `wrong` are the paired rows whose references do not correspond.
    """

    a: Half
    b: Half
    ledger: Ledger
    map: AddressMap
    zones: list[tuple[Zone, Zone]]
    fields: tuple[Fields, Fields]
    refs: tuple[References, References]
    pairing: Pairing
    rows: Rows
    boundaries: Ints = msgspec.field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    changes: list[Change] = msgspec.field(default_factory=list)
    unknown: list[str] = msgspec.field(default_factory=list)
    wrong: dict[int, str] = msgspec.field(default_factory=dict)
    completed: Mask = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    good: Mask = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    differing_words: list[tuple[int, int]] = msgspec.field(default_factory=list)
    uneven: dict[int, tuple[bytes, int, bytes]] = msgspec.field(default_factory=dict)

    def same(self, first: Ints, second: Ints) -> Mask:
        """Return which of *first* correspond to the address beside them in *second*."""
        images, good = self.map.find(first)
        good = good & (images == second)
        rest = np.flatnonzero(~good)
        rest = rest[self._at_boundary(first[rest])] if rest.size else rest
        if rest.size:
            left = first[rest][:, None] == self.boundaries[None, :, 0]
            right = second[rest][:, None] == self.boundaries[None, :, 1]
            good[rest] = (left & right).any(axis=1) | self._between(first[rest], second[rest])
        return np.asarray(good)

    @cached_property
    def unmoved(self) -> bool:
        """Whether everything lies where it lay. Asked once the map is complete."""
        return is_unmoved(self)

    @cached_property
    def numbers(self) -> Ints:
        """The number of the pair that holds each row of the first program, -1 for none."""
        found = np.full(self.a.code.rows.size, -1, dtype=np.int64)
        found[self.rows.a] = np.arange(self.rows.a.size)
        return found

    @cached_property
    def constants(self) -> tuple[Ints, Ints, Mask]:
        """What each pair of rows sets its registers to, on both sides, and where that is known."""
        sides = []
        for half, rows in ((self.a, self.rows.a), (self.b, self.rows.b)):
            flow = half.index.flow
            nothing = np.zeros(rows.size, dtype=np.int64), np.zeros(rows.size, dtype=np.bool_)
            places = half.code.rows[rows]
            sides.append((flow.values[places], flow.known[places]) if flow else nothing)
        return sides[0][0], sides[1][0], sides[0][1] & sides[1][1]

    @cached_property
    def ends(self) -> tuple[Ints, Ints]:
        """The ends of the paired zones of both sides: as they are, and rounded up to words."""
        return _ends([one for one, _ in self.zones]), _ends([two for _, two in self.zones])

    def _at_boundary(self, addresses: Ints) -> Mask:
        """Return which addresses of the first program lie at, or just behind, a zone's bound."""
        bounds = np.sort(self.boundaries[:, 0])
        if not bounds.size:
            return np.zeros(addresses.shape, dtype=np.bool_)
        place = np.searchsorted(bounds, addresses, side="right") - 1
        return np.asarray((place >= 0) & (addresses - bounds[np.maximum(place, 0)] < ALIGNED))

    def _between(self, first: Ints, second: Ints) -> Mask:
        """Return which addresses lie behind the ends of paired zones, and in no other.

        Equally far, or both at the end rounded up to a word: linkers name the aligned end of a
        zone, where nothing is.
        """
        left, right = self.ends
        behind = first[:, None] - left[None, :, 0]
        near = (behind >= 0) & (behind < ALIGNED)
        near &= second[:, None] - right[None, :, 0] == behind
        rounded = first[:, None] == left.reshape(1, -1)
        rounded &= second[:, None] == right.reshape(1, -1)
        found: Mask = np.asarray(near.any(axis=1) | rounded.any(axis=1))
        if found.any():
            # On one side the next zone may begin there; then the other side tells which it is.
            found &= _outside(self.a, first) | _outside(self.b, second)
        return found

    def same_one(self, first: int, second: int) -> bool:
        """Say whether two addresses correspond; what is out of all bounds does not."""
        if max(abs(first), abs(second)) > LARGEST:
            return False
        if self.map.one(first) == second >= 0:
            return True
        pair = (np.array([first], dtype=np.int64), np.array([second], dtype=np.int64))
        return bool(self.same(*pair)[0])

    @cached_property
    def pointers(self) -> tuple[int, int] | None:
        """The `$gp` of both sides, from which MIPS jump tables count."""
        found = []
        for half in (self.a, self.b):
            isa = half.index.isa
            values = list(isa.ambient(half.index.program).values()) if isa else []
            found.append(values[0] if values else -1)
        return (found[0], found[1]) if min(found) >= 0 else None

    def add(self, change: Change) -> None:
        """Note a difference; past MOST_CHANGES only their number matters, and that is in sums."""
        if len(self.changes) < MOST_CHANGES:
            self.changes.append(change)

    def image(self, zone: Zone) -> Zone | None:
        """Return the zone of the second program that belongs to *zone*."""
        return next((right for left, right in self.zones if left is zone), None)


def _ends(zones: list[Zone]) -> Ints:
    rows = [[zone.end, *(-(-zone.end // word) * word for word in WORDS)] for zone in zones]
    return np.array(rows, dtype=np.int64).reshape(-1, 1 + len(WORDS))


def _outside(half: Half, addresses: Ints) -> Mask:
    inside = np.zeros(addresses.shape, dtype=np.bool_)
    for zone in half.zones:
        if zone.name:
            inside |= (addresses >= zone.address) & (addresses < zone.end)
    return ~inside


def pair_zones(a: Half, b: Half) -> tuple[list[tuple[Zone, Zone]], list[Zone], list[Zone]]:
    """Return zones of one name and kind in order, and those of either side that are left."""
    pairs: list[tuple[Zone, Zone]] = []
    rest: dict[tuple[str, int, int, bool], list[Zone]] = {}
    for zone in b.zones:
        if zone.name:
            rest.setdefault(_key(zone), []).append(zone)
    left = []
    for zone in a.zones:
        if not zone.name:
            continue
        others = rest.get(_key(zone))
        if others:
            pairs.append((zone, others.pop(0)))
        else:
            left.append(zone)
    return pairs, left, [zone for zones in rest.values() for zone in zones]


def _key(zone: Zone) -> tuple[str, int, int, bool]:
    return zone.name, zone.kind, zone.flags, zone.offset >= 0


def boundaries_of(pairs: list[tuple[Zone, Zone]]) -> Ints:
    """Return where paired zones begin and end, as pairs of addresses."""
    ends = [(one.address, two.address) for one, two in pairs]
    ends += [(one.end, two.end) for one, two in pairs]
    return np.array(ends, dtype=np.int64).reshape(-1, 2)
