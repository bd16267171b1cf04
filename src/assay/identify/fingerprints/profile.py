"""What the index expects of one component, as tables: releases, units, counts of features.

Serves the decision. Rows are (unit, pattern); a pattern is a set of releases.
"""

from functools import cached_property, lru_cache

import msgspec
import numpy as np
import numpy.typing as npt

from assay.inventory.fingerprints.index import DOUBTFUL_UNIT, TEMPLATE_UNIT, Index, Learnt

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Profile(msgspec.Struct, frozen=True, eq=False, dict=True):
    """The expectation for a component.

    `has[row, release]` says whether the features of a row stand in a release;
    `expected[unit, release]` counts those of a unit in it; `groups[unit]` numbers the library or
    program that a unit belongs to.
    """

    learnt: Learnt
    rows: dict[tuple[int, int], int]
    units: Counts
    counts: Counts
    has: Flags
    expected: Counts
    groups: Counts

    @cached_property
    def stands(self) -> Counts:
        """`has` as numbers, to multiply with."""
        return self.has.astype(np.int64)

    @cached_property
    def everywhere(self) -> Flags:
        """Which rows stand in every release."""
        return np.asarray(self.has.all(axis=1))

    @cached_property
    def first(self) -> Counts:
        """The first release that has each row."""
        return np.asarray(self.has.argmax(axis=1), np.int64)

    @cached_property
    def last(self) -> Counts:
        """The last release that has each row."""
        size = self.has.shape[1]
        return np.asarray(size - 1 - self.has[:, ::-1].argmax(axis=1), np.int64)

    @cached_property
    def single(self) -> Flags:
        """Which rows stand in a single unit."""
        return is_unit(self.units)


@lru_cache(maxsize=256)
def profile_of(index: Index, number: int) -> Profile:
    """Return the profile of component *number* of *index*."""
    learnt = index.components[number]
    first, after = index.first_patterns[number : number + 2].tolist()
    column = index.columns["expected_pattern"]
    rows = slice(*np.searchsorted(column, (first, after)).tolist())
    patterns = column[rows].astype(np.int64) - first
    units = index.columns["expected_unit"][rows].astype(np.int64)
    counts = index.columns["expected_count"][rows].astype(np.int64)
    counts = np.where((units == TEMPLATE_UNIT) | (units == DOUBTFUL_UNIT), 0, counts)
    bits = index.columns["bitmaps"][first:after][patterns]
    releases = np.arange(len(learnt.versions), dtype=np.uint64)
    has = (bits[:, None] >> releases[None, :]) & np.uint64(1) == 1
    pairs = zip(units.tolist(), patterns.tolist(), strict=True)
    numbers = {pair: row for row, pair in enumerate(pairs)}
    expected = _expected(len(learnt.units), units, counts, has)
    return Profile(learnt, numbers, units, counts, has, expected, _groups(learnt))


def _expected(count: int, units: Counts, counts: Counts, has: Flags) -> Counts:
    """Return how many features each of *count* units has in each release."""
    single = is_unit(units)
    columns = [np.bincount(units[single], (counts * stands)[single], count) for stands in has.T]
    return np.array(columns, np.int64).reshape(has.shape[1], count).T


def _groups(learnt: Learnt) -> Counts:
    """Return the number of the library or program of each unit (`libz/deflate.o`: libz)."""
    names = [one.rpartition("/")[0] or one for one in learnt.units]
    place = {name: number for number, name in enumerate(sorted(set(names)))}
    return np.array([place[name] for name in names], np.int64)


def is_unit(units: Counts) -> Flags:
    """Return which of *units* are single units, not the features that several share."""
    return units < DOUBTFUL_UNIT


def in_units(profile: Profile, chosen: Counts) -> Flags:
    """Return which rows of *profile* stand in one of the *chosen* units."""
    if not len(chosen):
        return np.zeros(len(profile.units), np.bool_)
    if len(chosen) == 1:
        return np.asarray(profile.units == chosen[0])
    held = np.zeros(1 << 16, np.bool_)
    held[chosen] = True
    return held[profile.units]


@lru_cache(maxsize=1024)
def of_group(profile: Profile, group: int, release: int) -> tuple[Flags, int, int]:
    """Return what *release* has of a library or program: its rows, features, and units.

    Where *release* is negative, what any release has. Features that several units share count not.
    """
    has = profile.has[:, release] if release >= 0 else profile.has.any(axis=1)
    rows = in_units(profile, np.flatnonzero(profile.groups == group)) & profile.single & has
    units = int(np.count_nonzero(np.bincount(profile.units[rows & (profile.counts > 0)])))
    return rows, int(profile.counts[rows].sum()), units
