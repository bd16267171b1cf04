"""Intervals of versions settled against what else is known of the component in the image.

Serves `components`: an interval that includes a version seen in the image becomes that version;
intervals that overlap become their intersection. A copy inside a kernel (a compressor) has a
release of its own, of which other files say nothing.
"""

from collections import defaultdict
from collections.abc import Iterable

from msgspec.structs import replace

from assay.identify.fingerprints.ordering import version_key
from assay.identify.sighting import Sighting


def settle(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Return *sightings* with every interval settled as far as it can be."""
    groups: dict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        groups[one.key].append(one)
    found: list[Sighting] = []
    for group in groups.values():
        exact = [one for one in group if not is_interval(one)]
        vague = [one for one in group if is_interval(one)]
        found += exact + _settled(vague, exact)
    return found


def is_interval(one: Sighting) -> bool:
    """Return whether the version of *one* is an interval."""
    return bool(one.low or one.high)


def includes(one: Sighting, version: str) -> bool:
    """Return whether *version* lies in the interval of *one*."""
    here = version_key(version)
    above = not one.low or version_key(one.low) <= here
    return above and (not one.high or here <= version_key(one.high))


def _settled(vague: list[Sighting], exact: list[Sighting]) -> list[Sighting]:
    versions = sorted({one.version for one in exact if one.version}, key=version_key)
    beside: dict[str, list[str]] = defaultdict(list)
    for one in exact:
        if one.version:
            beside[one.node.path].append(one.version)
    found, left = [], []
    for one in vague:
        own = beside[one.node.path]
        told = [version for version in own if includes(one, version) or not one.sure]
        inside = [version for version in versions if includes(one, version)]
        known = told or ([] if one.embedded else inside)
        if known:
            found.append(replace(one, version=known[0], low="", high=""))
        elif one.embedded:
            found.append(one)
        else:
            left.append(one)
    return found + _intersected(left)


def _intersected(vague: list[Sighting]) -> list[Sighting]:
    """Return *vague* with each run of overlapping intervals narrowed to what they share."""
    order = sorted(vague, key=lambda one: (_low(one), _high(one), one.node.path))
    found: list[Sighting] = []
    run: list[Sighting] = []
    for one in order:
        if run and _low(one) > min(_high(other) for other in run):
            found += _narrowed(run)
            run = []
        run.append(one)
    return found + _narrowed(run)


def _narrowed(run: list[Sighting]) -> list[Sighting]:
    if not run:
        return []
    low = max(run, key=_low).low
    high = min(run, key=_high).high
    inside = [one for one in run if not low or version_key(one.version) >= version_key(low)]
    inside = [one for one in inside if not high or version_key(one.version) <= version_key(high)]
    version = max(inside or run, key=lambda one: (one.confidence, version_key(one.version))).version
    if _settles_nothing(low, high):
        return run
    return [replace(one, version=version, low=low, high=high) for one in run]


def _settles_nothing(low: str, high: str) -> bool:
    """Return whether the intervals only touch: then they speak of different copies."""
    return bool(low and high) and version_key(low) >= version_key(high)


def _low(one: Sighting) -> tuple[tuple[int, int, str], ...]:
    return version_key(one.low) if one.low else ()


def _high(one: Sighting) -> tuple[tuple[int, int, str], ...]:
    return version_key(one.high) if one.high else ((9, 0, ""),)
