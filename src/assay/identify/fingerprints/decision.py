"""Which components a file holds and how much of each, from the features it has.

A component is claimed where it fills a unit (an object file of a library, a program); features
strewn over many units are coincidence. Every feature has one owner, so that shared code goes to
where it comes from.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from assay.identify.fingerprints.profile import (
    Counts,
    Flags,
    Profile,
    in_units,
    of_group,
    profile_of,
)
from assay.identify.fingerprints.releases import Release, release_of
from assay.inventory.fingerprints.index import Index
from assay.inventory.fingerprints.templates import name_template
from assay.inventory.fingerprints.told import told_by
from assay.inventory.kind import Span
from assay.inventory.kinds.fingerprints import FingerprintFacts, Match

Form = Literal["full-copy", "partial-copy", "fragment", "modified-copy"]

PRESENT_PERMILLE = 400
FILLED_PERMILLE = 500
LEAST_HITS = 3
LEAST_WEIGHT = 12
UNIT_WEIGHT, UNIT_PERMILLE = 30, 100
OWN_FILE = ((2, 8, 400), (3, 9, 200), (4, 30, 70), (5, 40, 50), (12, 100, 25), (20, 180, 15))
"""Hits, their weight, and the permille of the file's features that make it the component's."""

MANY_HITS = 25
MANY_WEIGHT = 150
MANY_OF_UNIT = 15
MANY_PERMILLE = 120
FULL_PERMILLE = 850
MODIFIED_PERMILLE = 800


class Claim(NamedTuple):
    """A component in a file: how much of it, which release, and the most telling features.

    `units` are the names of the units present; `known` says how many the fullest library or
    program of the component has; `hits` counts features; `filled` is in permille.
    """

    key: str
    form: Form
    release: Release
    units: tuple[str, ...]
    known: int
    hits: int
    filled: int
    spans: tuple[Span, ...]


def claims(facts: FingerprintFacts, index: Index, name: str = "") -> Iterator[Claim]:
    """Yield what the file with *facts* holds; its *name* counts where no string tells a version."""
    told: dict[str, tuple[str, ...]] = {}
    for one in facts.versions:
        told[one.component] = (*told.get(one.component, ()), one.version)
    most = max((one.weight for one in facts.matches), default=0)
    for match in facts.matches:
        number = index.by_key.get(match.component)
        if number is not None:
            versions = told.get(match.component) or _named(name, match.component, index)
            profile = profile_of(index, number)
            claim = _claim(profile, match, versions, facts.features)
            if claim is not None:
                small = match.weight * 2 < most
                yield _within_another(claim) if small else claim


def _named(name: str, key: str, index: Index) -> tuple[str, ...]:
    """Return the release of the component *key* that the file *name* tells, if any."""
    found = name_template(name)
    if found is None:
        return ()
    told = told_by([found[0]], [found[1]], [key], index)
    return tuple(found[1] for one in told if one.owner == key)


def _claim(profile: Profile, match: Match, told: tuple[str, ...], features: int) -> Claim | None:
    hits = hits_of(profile, match)
    total = int(hits.sum())
    filled = _filled(profile, hits)
    if not _convincing(filled, total, match.weight, total * 1000 // max(features, 1)):
        return None
    present = _present(filled)
    in_present = in_units(profile, present)
    release = release_of(profile, hits, in_present, told)
    form, known, share = _form(profile, hits, present, release, told)
    names = tuple(profile.learnt.units[one] for one in present.tolist())
    return Claim(match.component, form, release, names, known, total, share, match.spans)


def hits_of(profile: Profile, match: Match) -> Counts:
    """Return how many features of each row of *profile* a file has."""
    hits = np.zeros(len(profile.counts), np.int64)
    for one in match.hits:
        row = profile.rows.get((one.unit, one.pattern))
        if row is not None:
            hits[row] = one.count
    return hits


def rows_present(profile: Profile, hits: Counts) -> Flags:
    """Return which rows of *profile* stand in a unit that a body with *hits* has."""
    return in_units(profile, _present(_filled(profile, hits)))


def _present(filled: Counts) -> Counts:
    return np.flatnonzero((filled[:, 0] > 0) & (filled[:, 1] >= PRESENT_PERMILLE))


def _filled(profile: Profile, hits: Counts) -> Counts:
    """Return, for each unit, its hits and the permille of its best release that they are."""
    found = np.zeros((len(profile.learnt.units), 2), np.int64)
    rows = np.flatnonzero((hits > 0) & profile.single)
    if not len(rows):
        return found
    units = profile.units[rows]
    if (units == units[0]).all():
        seen = (hits[rows] @ profile.stands[rows])[None]
        units, counts = units[:1], hits[rows].sum()
    else:
        rows = rows[np.argsort(units, kind="stable")]
        units, firsts = np.unique(profile.units[rows], return_index=True)
        seen = np.add.reduceat(hits[rows, None] * profile.stands[rows], firsts, axis=0)
        counts = np.add.reduceat(hits[rows], firsts)
    share = seen * 1000 // np.maximum(profile.expected[units], 1)
    found[units, 0] = counts
    found[units, 1] = np.where(profile.expected[units] > 0, share, 0).max(axis=1, initial=0)
    return found


def _convincing(filled: Counts, total: int, weight: int, share: int) -> bool:
    """Return whether the hits are more than coincidence.

    Either many features of one unit, or most of a unit, or so large a *share* (permille) of the
    file's own features that the file as a whole is of the component.
    """
    many = filled[(filled[:, 0] >= MANY_OF_UNIT) & (filled[:, 1] >= MANY_PERMILLE)]
    if len(many) and total >= MANY_HITS and weight >= MANY_WEIGHT:
        return True
    good = filled[(filled[:, 0] >= LEAST_HITS) & (filled[:, 1] >= FILLED_PERMILLE)]
    heavy = UNIT_WEIGHT if share < UNIT_PERMILLE else LEAST_WEIGHT
    if len(good) and weight >= heavy:
        return True
    return any(
        total >= least and weight >= heavy and share >= part for least, heavy, part in OWN_FILE
    )


def _within_another(claim: Claim) -> Claim:
    """Return *claim* of a file that is more of another component: of a program, it is a part."""
    library = any("/" in one for one in claim.units)
    part = claim.form in {"full-copy", "modified-copy"} and not library
    return claim._replace(form="partial-copy") if part else claim


def _form(
    profile: Profile, hits: Counts, present: Counts, release: Release, told: tuple[str, ...]
) -> tuple[Form, int, int]:
    """Return the form of the copy, the units of its fullest group, and the permille of it."""
    if not len(present):
        return "fragment", 0, 0
    groups = profile.groups[present]
    fullest = int(np.bincount(groups).argmax())
    versions = profile.learnt.versions
    place = versions.index(release.version) if release.version in versions else -1
    here, expected, known = of_group(profile, fullest, place)
    share = int(hits[here].sum()) * 1000 // max(expected, 1)
    units = int((groups == fullest).sum()) * 1000 // max(known, 1)
    if units >= FULL_PERMILLE or share >= FULL_PERMILLE:
        exact = bool(told) and place >= 0 and not release.low and not release.high
        modified = exact and share < MODIFIED_PERMILLE
        return ("modified-copy" if modified else "full-copy"), known, min(share, 1000)
    several = int((groups == fullest).sum()) >= 3 or share >= 150
    return ("partial-copy" if several else "fragment"), known, min(share, 1000)
