"""All files of one component in an image taken together: which release they are.

One file may be the same in several releases; what changed between two stands in the others. Where
the files as a whole are a learnt release and nothing beside it, each of them is of that release.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from assay.identify.fingerprints.decision import Claim, hits_of, rows_present
from assay.identify.fingerprints.neighbours import bound_by_itself
from assay.identify.fingerprints.profile import profile_of
from assay.identify.fingerprints.releases import Release, costs_of
from assay.inventory.fingerprints.index import Index
from assay.inventory.kinds.fingerprints import Match

Held = tuple[Claim, Match]


def taken_together(held: Sequence[Held], index: Index) -> list[Claim]:
    """Return the claims of *held*, those with an interval narrowed by what all files say."""
    groups: dict[str, list[Held]] = defaultdict(list)
    for claim, match in held:
        groups[claim.key].append((claim, match))
    releases = {key: _release(key, group, index) for key, group in groups.items()}
    return [_narrowed(claim, releases[claim.key]) for claim, _ in held]


def _release(key: str, group: Sequence[Held], index: Index) -> Release | None:
    """Return the release of all files together, None where they bound it no better."""
    profile = profile_of(index, index.by_key[key])
    hits = np.max([hits_of(profile, match) for _, match in group], axis=0)
    present = rows_present(profile, hits)
    costs = costs_of(profile, hits, present)
    best = int(np.flatnonzero(costs == costs.min())[-1])
    below, above = bound_by_itself(profile, hits, present, best)
    version = profile.learnt.versions[best]
    if not below and not above:
        return None
    return Release(version, version if below else "", version if above else "", int(costs.min()))


def _narrowed(claim: Claim, whole: Release | None) -> Claim:
    old = claim.release
    vague = old.low or old.high or not old.version
    if whole is None or not vague or not old.sure or not old.includes(whole.version):
        return claim
    if whole.low and whole.high:
        return claim._replace(release=old._replace(version=whole.version, low="", high=""))
    low, high = whole.low or old.low, whole.high or old.high
    return claim._replace(release=old._replace(version=whole.version, low=low, high=high))
