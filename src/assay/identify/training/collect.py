"""Features of all packages gathered by source: in which versions and in which unit each stands.

Serves the making of the index. A feature that stands in several units of a source belongs to
none of them but still to the source, unless they are one object in several libraries (`lapi.o`
in Lua's for C and for C++): then it belongs to the first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from assay.identify.fingerprints.ordering import version_key
from assay.identify.training.extract import VERSION_IN_NAME, Piece, columns_of
from assay.inventory.fingerprints.features import TEMPLATE, hash_texts
from assay.inventory.fingerprints.index import SEVERAL_UNITS
from assay.inventory.fingerprints.templates import name_template

MOST_RELEASES = 63
MOST_UNITS = 60_000
MOST_WRONG = 8


class Holder(msgspec.Struct):
    """All that is known of one source: its pieces by release, then its features as columns.

    After `finish`, `numbers` are sorted and unique; `bitmaps` has a bit for each release,
    `units` the place in `unit_names`, `lengths` the length of the string. `templates` told the
    right version wherever they occurred, `doubtful` ones sometimes another.
    """

    key: str
    pieces: dict[str, list[Piece]] = msgspec.field(default_factory=lambda: defaultdict(list))
    versions: tuple[str, ...] = ()
    unit_names: tuple[str, ...] = ()
    numbers: npt.NDArray[np.uint64] = msgspec.field(default_factory=lambda: np.zeros(0, np.uint64))
    bitmaps: npt.NDArray[np.uint64] = msgspec.field(default_factory=lambda: np.zeros(0, np.uint64))
    units: npt.NDArray[np.int64] = msgspec.field(default_factory=lambda: np.zeros(0, np.int64))
    lengths: npt.NDArray[np.uint8] = msgspec.field(default_factory=lambda: np.zeros(0, np.uint8))
    classes: npt.NDArray[np.uint8] = msgspec.field(default_factory=lambda: np.zeros(0, np.uint8))
    templates: dict[int, int] = msgspec.field(default_factory=dict)
    doubtful: dict[int, int] = msgspec.field(default_factory=dict)

    def add(self, release: str, pieces: Iterable[Piece]) -> None:
        """Add the *pieces* of a package of *release*."""
        self.pieces[release].extend(pieces)

    def finish(self) -> None:
        """Turn the pieces into columns, and let them go."""
        self.versions = tuple(sorted(self.pieces, key=version_key))[-MOST_RELEASES:]
        names = sorted({_unit(one) for all_ in self.pieces.values() for one in all_})[:MOST_UNITS]
        self.unit_names = tuple(names)
        place = {name: number for number, name in enumerate(names)}
        rows = [
            (one, bit, place[_unit(one)])
            for bit, release in enumerate(self.versions)
            for one in self.pieces[release]
            if _unit(one) in place
        ]
        self._columns(rows)
        self._templates()
        self.pieces = {}

    def _columns(self, rows: list[tuple[Piece, int, int]]) -> None:
        parts = [columns_of(one) for one, _, _ in rows]
        sizes = [len(part.numbers) for part in parts]
        if not sum(sizes):
            return
        numbers = np.concatenate([part.numbers for part in parts])
        bits = np.repeat(np.array([bit for _, bit, _ in rows], np.uint64), sizes)
        units = np.repeat(np.array([unit for _, _, unit in rows], np.int64), sizes)
        archived = np.repeat(np.array([one.archived for one, _, _ in rows]), sizes)
        self.numbers, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
        self.lengths = np.concatenate([part.lengths for part in parts])[first]
        self.classes = np.concatenate([part.classes for part in parts])[first]
        self.bitmaps = np.zeros(len(self.numbers), np.uint64)
        np.bitwise_or.at(self.bitmaps, inverse, np.uint64(1) << bits)
        objects = _objects(self.unit_names)
        in_archive = _only(inverse[archived], units[archived], objects, len(self.numbers))
        in_file = _only(inverse[~archived], units[~archived], objects, len(self.numbers))
        self.units = np.where(in_archive == -1, in_file, in_archive)

    def _templates(self) -> None:
        """Learn which templates tell the version: always, or beside features of the source."""
        right: dict[int, int] = defaultdict(int)
        wrong: dict[int, set[str]] = defaultdict(set)
        for bit, version in enumerate(self.versions):
            for piece in (one for one in self.pieces[version] if not one.archived):
                for number, told in _told(piece):
                    if version_key(told) == version_key(version):
                        right[number] |= 1 << bit
                    else:
                        wrong[number].add(told)
        least = min(2, len(self.versions))
        for number, bits in right.items():
            if bits.bit_count() >= least and len(wrong[number]) <= MOST_WRONG:
                (self.doubtful if wrong[number] else self.templates)[number] = bits


def _told(piece: Piece) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the templates of *piece*, that of its name too, and their versions."""
    yield from zip(columns_of(piece).templates.tolist(), piece.versions, strict=True)
    named = name_template(piece.path.rsplit("/", 1)[-1])
    if named is not None:
        yield int(hash_texts([named[0]], TEMPLATE)[0]), named[1]


def _unit(piece: Piece) -> str:
    """Return the name of the unit of *piece*, that of its library without a version."""
    library, _, member = piece.unit.rpartition("/")
    return f"{VERSION_IN_NAME.sub('', library) or library}/{member}" if library else member


def _objects(names: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return for each unit the number of its object, which several libraries may hold."""
    places: dict[str, int] = {}
    members = (name.rpartition("/")[2] for name in names)
    return np.array([places.setdefault(one, len(places)) for one in members], np.int64)


def _only(
    rows: npt.NDArray[np.int64],
    units: npt.NDArray[np.int64],
    objects: npt.NDArray[np.int64],
    count: int,
) -> npt.NDArray[np.int64]:
    """Return for each feature its unit, `SEVERAL_UNITS` for many objects and -1 for none."""
    first = np.full(count, 1 << 40, np.int64)
    low = np.full(count, 1 << 40, np.int64)
    high = np.full(count, -1, np.int64)
    np.minimum.at(first, rows, units)
    np.minimum.at(low, rows, objects[units])
    np.maximum.at(high, rows, objects[units])
    return np.where(low == high, first, np.where(high == -1, -1, SEVERAL_UNITS))
