"""The map from addresses of one program to those of the other.

Pieces are runs that moved as a whole. Imports have addresses of their own and map by name.
"""

from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt

from assay.code.memory import Ints
from assay.compare.elf.half import Half

Mask = npt.NDArray[np.bool_]
ARM = 40
LARGEST = (1 << 63) - 1
"""The highest number that an array of addresses can hold."""


class AddressMap(msgspec.Struct):
    """Where addresses of the first program are in the second.

    `starts`, `ends` and `shift` are the pieces, sorted; `externs` the imports.
    """

    a: Half
    b: Half
    starts: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    ends: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    shift: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    externs: tuple[Ints, Ints] = msgspec.field(
        default_factory=lambda: (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    )

    def add(self, pieces: Iterable[tuple[int, int, int]]) -> None:
        """Add pieces: first address, the one behind the last, and where the first one goes."""
        rows = np.array(list(pieces), dtype=np.int64).reshape(-1, 3)
        rows = rows[rows[:, 1] > rows[:, 0]]
        starts = np.concatenate([self.starts, rows[:, 0]])
        order = np.argsort(starts, kind="stable")
        self.starts = starts[order]
        self.ends = np.concatenate([self.ends, rows[:, 1]])[order]
        self.shift = np.concatenate([self.shift, rows[:, 2] - rows[:, 0]])[order]

    def drop_data(self) -> None:
        """Forget the pieces that are no code."""
        keep = self.a.code.inside(self.starts)
        self.starts, self.ends = self.starts[keep], self.ends[keep]
        self.shift = self.shift[keep]

    def name_imports(self) -> None:
        """Map imports by their names."""
        second: dict[str, int] = {}
        for address, name in sorted(self.b.index.program.externs.items()):
            second.setdefault(name, address)
        pairs = sorted(
            (address, second.get(name, -1))
            for address, name in self.a.index.program.externs.items()
        )
        self.externs = (
            np.array([one for one, _ in pairs], dtype=np.int64),
            np.array([two for _, two in pairs], dtype=np.int64),
        )

    def find(self, addresses: Ints) -> tuple[Ints, Mask]:
        """Return where *addresses* go and which of them have a place to go to."""
        odd = np.zeros(addresses.shape, dtype=np.int64)
        if self.a.elf.machine == ARM:
            thumb = (addresses & 1 == 1) & self.a.code.inside(addresses & ~1)
            odd = thumb.astype(np.int64)
            addresses = addresses & ~odd
        result = np.full(addresses.shape, -1, dtype=np.int64)
        good = np.zeros(addresses.shape, dtype=np.bool_)
        if self.starts.size:
            place = np.maximum(np.searchsorted(self.starts, addresses, side="right") - 1, 0)
            good = (addresses >= self.starts[place]) & (addresses < self.ends[place])
            result = np.where(good, addresses + self.shift[place] + odd, result)
        known, images = self.externs
        if known.size:
            place = np.minimum(np.searchsorted(known, addresses), known.size - 1)
            here = (known[place] == addresses) & (images[place] >= 0)
            result = np.where(here, images[place], result)
            good = good | here
        return result, good

    def one(self, address: int) -> int:
        """Return where *address* goes, -1 for nowhere: what `find` says, for one address."""
        if abs(address) > LARGEST:
            return -1
        if address & 1 and self.a.elf.machine == ARM:
            result, good = self.find(np.array([address], dtype=np.int64))
            return result.item(0) if good.item(0) else -1
        known, images = self.externs
        place = known.searchsorted(address)
        if place < known.size and known.item(place) == address and images.item(place) >= 0:
            return images.item(place)
        place = self.starts.searchsorted(address, side="right") - 1
        # Before the first piece lies nothing that could be in it.
        inside = place >= 0 and address < self.ends.item(place)
        return address + self.shift.item(place) if inside else -1
