"""Names of C library functions in stripped static programs, by fingerprints of real libraries.

A function gets a name when its exact fingerprint is that of one name only, or when its sketch is
close to one name and to no other, and no second function of the program claims that name. The
data are made by `benchmarks/learn_libraries.py`; what is learned is said there.
"""

import zlib
from functools import cache

import msgspec
import numpy as np
import numpy.typing as npt

from assay._kernel.packaged import files
from assay.code.fingerprints import SKETCH, Fingerprints, fingerprints
from assay.code.index import CodeIndex
from assay.code.memory import Ints, listed

FEWEST_EXACT = 12
"""Instructions that a function must have to be told by its exact fingerprint."""
FEWEST_ALIKE = 40
ALIKE = 14
"""Of SKETCH minima, how many must agree; the next other name must have MARGIN fewer."""
MARGIN = 5
CHUNK = 64
MOST_FUNCTIONS = 20_000
LARGEST = 1 << 23

Sketches = npt.NDArray[np.uint16]


class Learned(msgspec.Struct, array_like=True, frozen=True):
    """Fingerprints of library functions as arrays of bytes; `owner` numbers the names."""

    names: tuple[str, ...]
    owner: bytes
    exact: bytes
    sketch: bytes
    rows: bytes


class Library:
    """The known functions of one instruction set."""

    def __init__(self, learned: Learned) -> None:
        self.names = learned.names
        self.owner = np.frombuffer(learned.owner, dtype="<u2").astype(np.int64)
        self.exact = np.frombuffer(learned.exact, dtype="<u8")
        self.sketch = np.frombuffer(learned.sketch, dtype="<u2").reshape(-1, SKETCH)
        self.rows = np.frombuffer(learned.rows, dtype="<u2").astype(np.int64)

    def named(self, prints: Fingerprints) -> dict[int, str]:
        """Return the names of functions, by their number, that are surely known."""
        found = self._exactly(prints)
        found |= self._alike(prints, np.array(sorted(found), dtype=np.int64))
        owners = np.array(list(found.values()), dtype=np.int64)
        counts = np.bincount(owners, minlength=len(self.names))
        # What several functions claim is the name of none of them.
        return {at: self.names[one] for at, one in sorted(found.items()) if counts[one] == 1}

    def _exactly(self, prints: Fingerprints) -> dict[int, int]:
        order = self.exact.argsort(kind="stable")
        known = self.exact[order]
        low = known.searchsorted(prints.exact, side="left")
        high = known.searchsorted(prints.exact, side="right")
        chosen = np.flatnonzero((high > low) & (prints.rows >= FEWEST_EXACT))
        found = {}
        for at in chosen.tolist():
            owners = set(self.owner[order[low[at] : high[at]]].tolist())
            if len(owners) == 1:
                found[at] = owners.pop()
        return found

    def _alike(self, prints: Fingerprints, done: Ints) -> dict[int, int]:
        candidates = np.flatnonzero(prints.rows >= FEWEST_ALIKE)
        candidates = candidates[~listed(candidates, done)][:MOST_FUNCTIONS]
        candidates = candidates[np.argsort(prints.rows[candidates], kind="stable")]
        order = self.rows.argsort(kind="stable")
        lengths, sketch, found = self.rows[order], short(prints.sketch), {}
        for first in range(0, candidates.size, CHUNK):
            part = candidates[first : first + CHUNK]
            rows = prints.rows[part]
            # Only what is about as long is compared: lengths differ by a part in 32 at most.
            low = int(np.searchsorted(lengths * 33, int(rows[0]) * 32))
            high = int(np.searchsorted(lengths * 31, int(rows[-1]) * 32, side="right"))
            known = order[low:high]
            same = (sketch[part][:, None, :] == self.sketch[None, known, :]).sum(axis=2)
            near = np.abs(rows[:, None] - self.rows[known]) * 32 <= self.rows[known]
            score = np.where(near, same, 0)
            for place in np.flatnonzero(score.max(axis=1, initial=0) >= ALIKE).tolist():
                owner = self._clear_winner(score[place], known)
                if owner >= 0:
                    found[int(part[place])] = owner
        return found

    def _clear_winner(self, score: Ints, known: Ints) -> int:
        """Return the name with the best score if it is well ahead of all others, else -1."""
        best = int(score.max())
        close = set(self.owner[known[score > best - MARGIN]].tolist())
        return close.pop() if len(close) == 1 else -1


def short(sketch: npt.NDArray[np.uint32]) -> Sketches:
    """Return sketches as they are stored: the upper 16 bits of each minimum."""
    return (sketch >> np.uint32(16)).astype("<u2")


@cache
def library(isa: str) -> Library | None:
    """Return what is known of the libraries of *isa*, or None when nothing was learned."""
    file = files("assay.code") / "data" / f"{isa}.bin"
    if not file.is_file():
        return None
    return Library(msgspec.msgpack.decode(zlib.decompress(file.read_bytes()), type=Learned))


def name_library(index: CodeIndex) -> int:
    """Name the library functions of a stripped static program; return how many were named."""
    program = index.program
    wanted = program.stripped and not program.externs and index.functions is not None
    if not wanted or index.isa is None or index.functions is None:
        return 0
    known = library(index.isa.name)
    if known is None or sum(end - start for start, end in program.code) > LARGEST:
        return 0
    starts = index.functions.starts
    given = 0
    for number, name in known.named(fingerprints(index)).items():
        given += program.names.setdefault(int(starts[number]), name) == name
    return given
