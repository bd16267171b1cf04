"""Which release a body is: the one that explains its features, or the interval that may be.

A feature of the body that a release lacks counts against the release; so does a feature of the
release that the body lacks in a unit which it otherwise has. A body of a release that was never
learnt fits none of them well: then the neighbours bound it.
"""

from typing import NamedTuple

import numpy as np

from assay.identify.fingerprints.neighbours import seen_between
from assay.identify.fingerprints.ordering import version_key
from assay.identify.fingerprints.profile import Counts, Flags, Profile

FOREIGN = 3
TIE = 2
MOST_MISFIT_PERMILLE = 250
LEAST_DISTANCE = 4
MOST_AMISS_PERMILLE = 250


class Release(NamedTuple):
    """A version, or the interval it lies in; `contradicts` holds what the body's own text says.

    `version` is the nearest; both ends empty say that it is exact. An end that is not known is
    empty while the other is not; where neither is known, so is `version`. `misfit` counts what
    speaks against the nearest release; `sure` is false where no release that was learnt fits.
    """

    version: str
    low: str
    high: str
    misfit: int
    sure: bool = True
    contradicts: str = ""

    def includes(self, version: str) -> bool:
        """Return whether *version* may be the release."""
        if not self.low and not self.high:
            return self.version in {"", version}
        here = version_key(version)
        above = not self.low or version_key(self.low) <= here
        return above and (not self.high or here <= version_key(self.high))


def release_of(profile: Profile, hits: Counts, present: Flags, told: tuple[str, ...]) -> Release:
    """Return the release of a body.

    *hits* counts the features of each row of *profile*; *present* says which rows stand in a
    unit that the body has; *told* are the versions that strings of the body tell.
    """
    body = _of_body(profile, hits, present)
    if not told:
        return body
    fitting = [one for one in told if body.includes(one)]
    if not body.sure:
        fitting = fitting or list(told)
    if len(fitting) == 1:
        return Release(fitting[0], "", "", body.misfit)
    if fitting:
        return body
    return body._replace(contradicts=told[0]) if len(told) == 1 else body


class _Balance(NamedTuple):
    """For each release: what a body lacks and has of it, what its units have, and what speaks.

    `hits` are all features of the body; `costs` is what speaks against each release: what it
    lacks, and what the body lacks of it.
    """

    lacking: Counts
    held: Counts
    expected: Counts
    hits: int
    costs: Counts

    def foreign(self, release: int) -> int:
        """Return how many features of the body *release* lacks."""
        return self.hits - int(self.held[release])


def _balance(profile: Profile, hits: Counts, present: Flags) -> _Balance:
    missing = np.maximum(profile.counts - hits, 0) * present
    columns = np.array([missing, hits, profile.counts * present])
    lacking, held, expected = columns @ profile.stands
    total = int(hits.sum())
    # What every release has and this body lacks tells nothing of the release.
    telling = lacking - int(missing[profile.everywhere].sum())
    return _Balance(lacking, held, expected, total, FOREIGN * (total - held) + telling)


def costs_of(profile: Profile, hits: Counts, present: Flags) -> Counts:
    """Return what speaks against each release: what it lacks, and what the body lacks of it."""
    return _balance(profile, hits, present).costs


def _of_body(profile: Profile, hits: Counts, present: Flags) -> Release:
    """Return the interval around the releases that explain the body best.

    The body alone cannot tell a release from one between it and its neighbours that was never
    learnt, so the interval reaches to the neighbours.
    """
    versions = profile.learnt.versions
    balance = _balance(profile, hits, present)
    costs = balance.costs
    best = int(costs.min())
    middle = int(np.flatnonzero(costs == best)[-1])
    distance = _distance(profile, hits, present, middle)
    tied = np.flatnonzero(costs <= best + max(TIE, best // 8))
    first, last = int(tied[0]), int(tied[-1])
    fits = best <= TIE or best * 1000 <= MOST_MISFIT_PERMILLE * distance
    fits = fits and not _is_torn(balance, middle)
    sure = fits and distance >= LEAST_DISTANCE
    if not sure:
        # Little tells the releases apart, or none fits: only what the body has bounds it.
        oldest, newest = seen_between(profile, hits)
        first, last = (min(first, oldest), max(last, newest)) if fits else (oldest, newest)
    low = versions[first - 1] if first else ""
    high = versions[last + 1] if last + 1 < len(versions) else ""
    return Release(versions[middle] if low or high else "", low, high, best, sure=sure)


def _is_torn(balance: _Balance, best: int) -> bool:
    """Return whether so much of a body is not as in *best* that it is no build of it.

    What every release has counts too: a body from before the first release that was learnt lacks
    that, and what is left of it looks like any of them.
    """
    amiss = int(balance.lacking[best]) + FOREIGN * balance.foreign(best)
    return amiss > TIE and amiss * 1000 > MOST_AMISS_PERMILLE * int(balance.expected[best])


def _distance(profile: Profile, hits: Counts, present: Flags, best: int) -> int:
    """Return by how many features of the body's units the nearest other release differs."""
    concerned = np.where(present, np.maximum(profile.counts, hits), hits)
    # In each release: what it has and *best* lacks, and what *best* has and it lacks.
    own = concerned * profile.stands[:, best]
    sums = (concerned - 2 * own) @ profile.stands + int(own.sum())
    others = sums[sums > TIE]
    return int(others.min()) if len(others) else 0
