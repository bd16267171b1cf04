"""Whether a body is its best release itself, or one between it and the releases beside it.

Serves `releases` and `together`. Projects change in small steps: a release between two learnt ones
has part of what changed between them. A body that has all that its release has and nothing that
came later is that release, where enough changed to tell.
"""

import numpy as np

from assay.identify.fingerprints.profile import Counts, Flags, Profile, in_units

LEAST_SEEN = 3
PARTS_OF_BROUGHT = 4
LEAST_CHANGED = 10
MOST_ASTRAY, ASTRAY_PERMILLE = 3, 200
TURNOVER_PERMILLE = 20


def bound_by_itself(profile: Profile, hits: Counts, present: Flags, best: int) -> tuple[bool, bool]:
    """Return whether the release *best* itself bounds the body from below, and from above.

    *hits* counts the features of each row; *present* says which rows stand in a present unit. Of
    a body that has no unit it cannot be said that it has all of anything: nothing bounds it.
    """
    if not present.any():
        return False, False
    return (
        _told_apart(profile, hits, present, best, best - 1),
        _told_apart(profile, hits, present, best, best + 1),
    )


def _told_apart(profile: Profile, hits: Counts, present: Flags, best: int, other: int) -> bool:
    counts = np.where(present, np.maximum(profile.counts, hits), hits)
    absent = counts - hits
    own = profile.has[:, best]
    if not 0 <= other < profile.has.shape[1]:
        return _complete(profile, counts, absent, best, 2 * best - other)
    theirs = profile.has[:, other]
    gone, come = own & ~theirs, theirs & ~own
    changed = int(counts[gone].sum() + counts[come].sum())
    astray = int(absent[gone].sum() + hits[come].sum())
    return _few(astray, changed)


def _complete(profile: Profile, counts: Counts, absent: Counts, best: int, other: int) -> bool:
    """Return whether a body beyond the releases that were learnt would lack something.

    How much changes from release to release is taken from the step to the *other* neighbour,
    else from what is usual.
    """
    own = profile.has[:, best]
    expected = int(counts[own].sum())
    if 0 <= other < profile.has.shape[1]:
        changed = int(counts[own != profile.has[:, other]].sum()) // 2
    else:
        changed = expected * TURNOVER_PERMILLE // 1000
    return _few(int(absent[own].sum()), changed)


def _few(astray: int, changed: int) -> bool:
    few = astray <= MOST_ASTRAY and astray * 1000 <= changed * ASTRAY_PERMILLE
    return changed >= LEAST_CHANGED and few


def seen_between(profile: Profile, hits: Counts) -> tuple[int, int]:
    """Return the releases that a body of none of them lies between, by what it has alone.

    What a body lacks may have been left out of it; what it has is not older than the first
    release with it nor younger than the last. Three features are needed to speak, and of those
    that a release brought a quarter: a few may have come and gone before the first one learnt.
    """
    size = profile.has.shape[1]
    came = np.bincount(profile.first, hits, size)
    since = came[::-1].cumsum()[::-1]
    until = np.bincount(profile.last, hits, size).cumsum()
    concerned = in_units(profile, profile.units[hits > 0])
    brought = np.bincount(profile.first, profile.counts * concerned, size)
    telling = (since >= LEAST_SEEN) & (came > 0) & (came * PARTS_OF_BROUGHT >= brought)
    low = int(np.flatnonzero(telling)[-1]) if telling.any() else 0
    high = int(np.flatnonzero(until >= LEAST_SEEN)[0]) if until[-1] >= LEAST_SEEN else size - 1
    return min(low, high), max(low, high)
