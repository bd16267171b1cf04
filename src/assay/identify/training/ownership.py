"""Whose a feature is: the source whose own library the others hold, when several sources have it.

Serves the making of the index. A feature of one source is its own. Of several holders one owns it
when most of the others have a good part of the library's strings and of the unit in which it
stands there: they hold copies of it. What no holder owns is common property and says nothing; so
are constants that several have, for those belong to a standard.
"""

import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value

MOST_HOLDERS = 16
LEAST_OF_UNIT, UNIT_PERMILLE = 4, 300
LEAST_OF_LIBRARY, LIBRARY_PERMILLE = 12, 200
AGREEING_PERMILLE = 800
SENTENCE = 24
LEAST_SENTENCES = 8

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Shares(Value):
    """The rows (feature, holder), sorted by feature.

    `unit` and `library` number these over all holders; `able` marks the rows of components of
    the index that can own what others have too: strings in a unit of a library. `told` marks
    the rows of strings, by which copies are known, `lengths` are theirs in bytes.
    """

    feature: npt.NDArray[np.uint64]
    holder: Numbers
    unit: Numbers
    library: Numbers
    own: Flags
    able: Flags
    told: Flags
    lengths: Numbers


def owners(rows: Shares) -> Numbers:
    """Return the rows that keep their feature: at most one for each."""
    changes = np.concatenate(([True], rows.feature[1:] != rows.feature[:-1]))
    starts = np.flatnonzero(changes)
    counts = np.diff(np.append(starts, len(rows.feature)))
    alone = starts[(counts == 1) & rows.own[starts]]
    return np.sort(np.concatenate((alone, _shared(rows, starts, counts))))


def _shared(rows: Shares, starts: Numbers, counts: Numbers) -> Numbers:
    ones, others = _pairs(starts, counts)
    ones, others = ones[rows.told[ones]], others[rows.told[ones]]
    if not len(ones):
        return np.zeros(0, np.int64)
    of_unit, strength = _overlap(rows, rows.unit, ones, others)
    of_library, part = _overlap(rows, rows.library, ones, others)
    copy = (of_unit >= LEAST_OF_UNIT) & (strength >= UNIT_PERMILLE)
    spread = _units_held(rows, ones[copy], others[copy], len(ones), copy)
    copy &= (of_library >= LEAST_OF_LIBRARY) & (part >= LIBRARY_PERMILLE) & spread
    size = len(rows.unit)
    agreeing = np.bincount(ones[copy], minlength=size)
    holders = np.bincount(ones, minlength=size)
    total = np.bincount(ones, weights=part, minlength=size).astype(np.int64)
    fit = rows.able & (holders > 0) & (agreeing * 1000 >= holders * AGREEING_PERMILLE)
    return _strongest(starts, counts, fit, total)


def _units_held(rows: Shares, ones: Numbers, others: Numbers, size: int, copy: Flags) -> Flags:
    """Return which pairs share two units of the library, the only one that it has, or sentences.

    One unit of many may be a list of names that a standard gives: entities, system calls.
    """
    places = rows.library[ones] << 20 | rows.holder[others]
    pairs = np.unique(np.stack((places, rows.unit[ones])), axis=1)
    libraries, held = np.unique(pairs[0], return_counts=True)
    units = np.unique(np.stack((rows.library, rows.unit)), axis=1)[0]
    enough = np.minimum(np.bincount(units)[libraries >> 20], 2) <= held
    place = np.searchsorted(libraries, places)
    sentences = np.bincount(place[rows.lengths[ones] >= SENTENCE], minlength=len(libraries))
    enough |= sentences >= LEAST_SENTENCES
    found = np.zeros(size, np.bool_)
    found[copy] = enough[place]
    return found


def _overlap(
    rows: Shares, place: Numbers, ones: Numbers, others: Numbers
) -> tuple[Numbers, Numbers]:
    """Return, for each pair, how many and what part of the strings of the place the other has."""
    pair = place[ones] << 20 | rows.holder[others]
    known, inverse, overlap = np.unique(pair, return_inverse=True, return_counts=True)
    sizes = np.bincount(place[rows.told])
    permille = overlap * 1000 // sizes[known >> 20]
    return overlap[inverse], permille[inverse]


def _pairs(starts: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """Return all ordered pairs of different rows of the same feature."""
    none = np.zeros(0, np.int64)
    ones, others = [none], [none]
    for count in range(2, MOST_HOLDERS + 1):
        groups = starts[counts == count]
        for first in range(count):
            for second in range(count):
                if first != second and len(groups):
                    ones.append(groups + first)
                    others.append(groups + second)
    return np.concatenate(ones), np.concatenate(others)


def _strongest(starts: Numbers, counts: Numbers, fit: Flags, total: Numbers) -> Numbers:
    """Return of each feature the fit row whose library the others have most of."""
    shared = (counts > 1) & (counts <= MOST_HOLDERS)
    found = []
    for start, count in zip(starts[shared].tolist(), counts[shared].tolist(), strict=True):
        able = [row for row in range(start, start + count) if fit[row]]
        if able:
            found.append(max(able, key=lambda row: (total[row], -row)))
    return np.array(found, np.int64)
