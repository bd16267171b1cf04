"""From holders to the columns of an index: owners, patterns, thinning, templates.

Serves the making of the index. Thinning keeps, for every unit and every set of versions, the
most telling features, as many as fit.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from assay.identify.training.collect import Holder
from assay.identify.training.ownership import Shares, owners
from assay.identify.training.recipe import Recipe
from assay.inventory.fingerprints.features import NAME, STRING, TABLE
from assay.inventory.fingerprints.index import (
    BUCKETS,
    DOUBTFUL_UNIT,
    SEVERAL_UNITS,
    TEMPLATE_UNIT,
    Column,
    Learnt,
)
from assay.inventory.fingerprints.templates import scoped

Rows = npt.NDArray[np.int64]


class Assembly:
    """The features of all holders, those of *wanted* keys first among equals."""

    def __init__(self, holders: Sequence[Holder], wanted: Mapping[str, Recipe]) -> None:
        self.holders = holders
        self.keys = sorted(one.key for one in holders if one.key in wanted)
        self.wanted = wanted
        self._gather()

    def _gather(self) -> None:
        self.numbers = np.concatenate([one.numbers for one in self.holders])
        sizes = [len(one.numbers) for one in self.holders]
        self.holder = np.repeat(np.arange(len(self.holders), dtype=np.int64), sizes)
        self.bitmaps = np.concatenate([one.bitmaps for one in self.holders])
        self.lengths = np.concatenate([one.lengths for one in self.holders])
        self.classes = np.concatenate([one.classes for one in self.holders])
        self.units = np.concatenate([one.units for one in self.holders])
        order = np.argsort(self.numbers, kind="stable")
        for name in ("numbers", "holder", "bitmaps", "lengths", "classes", "units"):
            setattr(self, name, getattr(self, name)[order])

    def kept(self) -> Rows:
        """Return the rows whose feature has an owner in the index."""
        own = np.array([one.key in self.wanted for one in self.holders])[self.holder]
        named = np.array([self._is_standard(one.key) for one in self.holders])[self.holder]
        own &= ~(named & (self.classes == NAME))
        _, unit = np.unique(self.holder << 20 | self.units, return_inverse=True)
        library, archived = self._libraries()
        told = self.classes == STRING
        unit = unit.astype(np.int64)
        able = own & archived & told
        shares = Shares(
            self.numbers, self.holder, unit, library, own, able, told, self.lengths.astype(np.int64)
        )
        return owners(shares)

    def _is_standard(self, key: str) -> bool:
        return key in self.wanted and self.wanted[key].interface == "standard"

    def _libraries(self) -> tuple[Rows, npt.NDArray[np.bool_]]:
        """Return the number of the library of each row, and whether it is in an archive."""
        library = np.zeros(len(self.holder), np.int64)
        archived = np.zeros(len(self.holder), np.bool_)
        places: dict[tuple[int, str], int] = {}
        for number, one in enumerate(self.holders):
            names = [name.rpartition("/")[0] for name in one.unit_names]
            table = np.array([places.setdefault((number, name), len(places)) for name in names])
            here = np.flatnonzero((self.holder == number) & (self.units < len(names)))
            if len(here):
                library[here] = table[self.units[here]]
                archived[here] = np.array([bool(name) for name in names])[self.units[here]]
        return np.where(archived, library, len(places)), archived

    def thinned(self, rows: Rows, budget: int) -> Rows:
        """Return at most *budget* of *rows*, some of each unit and set of versions."""
        groups = self._groups(rows)
        rank = self._rank(rows, groups)
        # The larger a group the more it keeps, as the square root of its size.
        need = rank * rank * 1000 // np.bincount(groups)[groups]
        low, high = 0, 1 << 40
        while low < high:
            middle = (low + high + 1) // 2
            fits = int((need <= middle).sum()) <= budget
            low, high = (middle, high) if fits else (low, middle - 1)
        return rows[need <= low][:budget]

    def _groups(self, rows: Rows) -> Rows:
        unit = self.holder[rows] << 20 | self.units[rows]
        columns = np.stack((unit, self.bitmaps[rows].astype(np.int64)))
        _, groups = np.unique(columns, axis=1, return_inverse=True)
        return groups.ravel()

    def _rank(self, rows: Rows, groups: Rows) -> Rows:
        """Return the place of each row in its group: long strings, then names, then tables."""
        classes = self.classes[rows].astype(np.int64)
        worth = self.lengths[rows].astype(np.int64) - 400 * (classes == TABLE)
        worth += 10 * (classes == NAME)
        order = np.lexsort((self.numbers[rows], -worth, groups))
        sorted_groups = groups[order]
        starts = np.flatnonzero(np.concatenate(([True], sorted_groups[1:] != sorted_groups[:-1])))
        sizes = np.diff(np.append(starts, len(order)))
        rank = np.zeros(len(rows), np.int64)
        rank[order] = np.arange(len(order)) - np.repeat(starts, sizes)
        return rank

    def templates(self) -> dict[int, tuple[str, int, int]]:
        """Return the templates by number: component, releases seen, and what they are worth.

        One of one source alone counts everywhere; the rest beside features of its component.
        """
        holders: Counter[int] = Counter()
        for one in self.holders:
            holders.update({*one.templates, *one.doubtful})
        found: dict[int, tuple[str, int, int]] = {}
        for one in self.holders:
            if one.key not in self.wanted:
                continue
            for number, bits in sorted({**one.templates, **one.doubtful}.items()):
                if holders[number] == 1 and number in one.templates:
                    found[number] = (one.key, bits, TEMPLATE_UNIT)
                place = int(scoped(np.array([number], np.uint64), one.key)[0])
                worth = TEMPLATE_UNIT if number in one.templates else DOUBTFUL_UNIT
                found[place] = (one.key, bits, worth)
        return found

    def columns(self, budget: int) -> tuple[dict[str, Column], tuple[Learnt, ...]]:
        """Return the columns and the components of an index of at most *budget* features."""
        rows = self.thinned(self.kept(), budget)
        templates = self.templates()
        place = {key: number for number, key in enumerate(self.keys)}
        own = {number: place.get(one.key, -1) for number, one in enumerate(self.holders)}
        owner = np.array([own[number] for number in range(len(self.holders))])[self.holder[rows]]
        told = sorted(templates)
        numbers = np.concatenate((self.numbers[rows], np.array(told, np.uint64)))
        telling = np.array([place[templates[one][0]] for one in told], np.int64)
        owner = np.concatenate((owner, telling))
        bitmaps = np.concatenate(
            (self.bitmaps[rows], np.array([templates[one][1] for one in told], np.uint64))
        )
        units, names = self._units(rows, owner[: len(rows)])
        units = np.concatenate((units, np.array([templates[one][2] for one in told], np.int64)))
        found = _sorted(numbers, owner.astype(np.int64), bitmaps, units.astype(np.int64))
        return found, self._learnt(names)

    def _units(self, rows: Rows, owner: Rows) -> tuple[Rows, dict[str, list[str]]]:
        """Return the units renumbered to those in use, and their names by component."""
        names: dict[str, list[str]] = defaultdict(list)
        numbers: dict[tuple[int, int], int] = {}
        by_key = {one.key: one for one in self.holders}
        pairs, inverse = np.unique(owner << 20 | self.units[rows], return_inverse=True)
        for pair in pairs.tolist():
            key, unit = self.keys[pair >> 20], pair & 0xFFFFF
            if unit == SEVERAL_UNITS:
                numbers[pair >> 20, unit] = SEVERAL_UNITS
                continue
            numbers[pair >> 20, unit] = len(names[key])
            names[key].append(by_key[key].unit_names[unit])
        table = np.array([numbers[pair >> 20, pair & 0xFFFFF] for pair in pairs.tolist()])
        return table[inverse], names

    def _learnt(self, names: Mapping[str, list[str]]) -> tuple[Learnt, ...]:
        by_key = {one.key: one for one in self.holders}
        return tuple(
            Learnt(
                key=key,
                name=self.wanted[key].name,
                cpe=self.wanted[key].cpe,
                licence=self.wanted[key].licence,
                versions=by_key[key].versions,
                units=tuple(names.get(key, ())),
            )
            for key in self.keys
        )


def _sorted(numbers: Column, owner: Rows, bitmaps: Column, units: Rows) -> dict[str, Column]:
    """Return the columns of an index: cut numbers in order, each once, and the patterns."""
    cut = (numbers >> np.uint64(24)).astype(np.uint64)
    cut, first, counts = np.unique(cut, return_index=True, return_counts=True)
    cut, first = cut[counts == 1], first[counts == 1]
    owner, bitmaps, units = owner[first], bitmaps[first], units[first]
    table, pattern = np.unique(
        np.stack((owner.astype(np.uint64), bitmaps)), axis=1, return_inverse=True
    )
    pattern = pattern.ravel().astype(np.int64)
    buckets = (cut >> np.uint64(24)).astype(np.int64)
    expected, count = np.unique(pattern << 16 | units, return_counts=True)
    return {
        "starts": np.searchsorted(buckets, np.arange(BUCKETS + 1)),
        "low": (cut & np.uint64(0xFFFF)),
        "high": (cut >> np.uint64(16)) & np.uint64(0xFF),
        "pattern": pattern,
        "unit": units,
        "bitmaps": table[1],
        "owners": table[0],
        "expected_pattern": expected >> 16,
        "expected_unit": expected & 0xFFFF,
        "expected_count": np.minimum(count, 0xFFFF),
    }
