"""The status of a version, or of an interval of versions, in the runs that an authority states.

A version is a point in the order of its scheme. Over an interval the status can only change at
an end of a run, so it is enough to look at those ends and just beside them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from assay._kernel import lazy_re
from assay.vulns.advisory import Affected, Span, Status
from assay.vulns.versions import Key, key

Answer = Literal["affected", "possibly", "unaffected", "unknown"]

MOST_POINTS = 200
"""The most points of an interval that are looked at one by one."""


class Versions(NamedTuple):
    """The versions that a component may have: both ends included, empty ends are open."""

    scheme: str
    low: str
    high: str

    @property
    def stated(self) -> bool:
        """Whether anything is known of the version."""
        return bool(self.low or self.high)


class _Point(NamedTuple):
    """A place in the order: at a version (side 0), just below or just above it."""

    key: Key | None
    side: int


_PRIVATE = lazy_re.compile(r"\d-?s\d+$", re.IGNORECASE)
"""A release of ISC's private edition, 9.18.28-S1: what is said of it holds for no other."""


class _Run(NamedTuple):
    status: Status
    low: Key | None
    high: Key | None
    above: bool
    below: bool
    readable: bool
    private: bool


@lru_cache(maxsize=65536)
def _run(span: Span, scheme: str) -> _Run:
    low, high = key(scheme, span.low), key(scheme, span.high)
    readable = bool(low or not span.low) and bool(high or not span.high)
    private = scheme == "isc" and any(_PRIVATE.search(end) for end in (span.low, span.high))
    return _Run(span.status, low, high, span.above, span.below, readable, private)


def _runs(entry: Affected, versions: Versions) -> list[tuple[Span, _Run]]:
    """Return the runs of *entry* that are about the edition of *versions*."""
    private = _PRIVATE.search(versions.low or versions.high) is not None
    runs = ((span, _run(span, versions.scheme)) for span in entry.spans)
    return [(span, run) for span, run in runs if private or not run.private]


def answer(entry: Affected, versions: Versions) -> Answer:
    """Return what *entry* says of *versions*, its platforms left aside."""
    runs = [run for _, run in _runs(entry, versions)]
    if versions.low == versions.high and (low := key(versions.scheme, versions.low)) is not None:
        return _status(runs, entry.default, _Point(low, 0))
    found = {_status(runs, entry.default, point) for point in _points(runs, versions)}
    if found == {"affected"}:
        return "affected"
    if "affected" in found:
        return "possibly"
    return "unknown" if "unknown" in found else "unaffected"


def _points(runs: list[_Run], versions: Versions) -> Iterator[_Point]:
    low = key(versions.scheme, versions.low) if versions.low else None
    high = key(versions.scheme, versions.high) if versions.high else None
    yield _Point(low, 0 if low else -1)
    if low is not None and low == high:
        return
    yield _Point(high, 0 if high else 1)
    inside = {
        end
        for run in runs
        for end in (run.low, run.high)
        if end is not None and (low is None or low <= end) and (high is None or end <= high)
    }
    for end in sorted(inside)[:MOST_POINTS]:
        yield _Point(end, 0)
        if end != low:
            yield _Point(end, -1)
        if end != high:
            yield _Point(end, 1)


def _status(runs: list[_Run], default: Status, point: _Point) -> Status:
    """Return the status at *point*: that of the run around it that begins last."""
    best: _Run | None = None
    unreadable = False
    for run in runs:
        if not run.readable:
            unreadable = True
        elif _holds(run, point) and (best is None or _later(run, best)):
            best = run
    if best is not None:
        return best.status
    return "unknown" if unreadable and default == "unaffected" else default


def _later(run: _Run, best: _Run) -> bool:
    if run.low == best.low:
        return best.low != best.high and run.low == run.high
    return best.low is None or (run.low is not None and run.low > best.low)


def _holds(run: _Run, point: _Point) -> bool:
    if point.key is None:  # before all versions, or after them
        return run.low is None if point.side < 0 else run.high is None
    if run.low is not None:
        if run.low > point.key:
            return False
        if run.low == point.key and (point.side < 0 or (run.above and point.side == 0)):
            return False
    if run.high is not None:
        if run.high < point.key:
            return False
        if run.high == point.key and (point.side > 0 or (run.below and point.side == 0)):
            return False
    return True


def holding(entry: Affected, versions: Versions) -> Span | None:
    """Return the run of *entry* that decides on the lowest of *versions*, None for its default."""
    point = _Point(key(versions.scheme, versions.low or versions.high), 0)
    best: tuple[Span, _Run] | None = None
    for span, run in _runs(entry, versions):
        if run.readable and _holds(run, point) and (best is None or _later(run, best[1])):
            best = span, run
    return best[0] if best else None


def told(entry: Affected, versions: Versions) -> str:
    """Return the run of *entry* that bears on *versions*, as people write it."""
    span = holding(entry, versions)
    if span is not None:
        return written(span)
    if entry.default == "affected":
        return "every version that is not listed as fixed"
    affected = [written(span) for span in entry.spans if span.status == "affected"]
    more = f" and {len(affected) - 3} more runs" if len(affected) > 3 else ""
    return ", ".join(affected[-3:]) + more if affected else "no version"


def written(span: Span) -> str:
    """Return a run in words: `1.0 up to but not including 1.2`."""
    low, high = _shown(span.low), _shown(span.high)
    if span.low and span.low == span.high:
        text = low
    elif not low and not high:
        text = "all versions"
    elif not high:
        text = f"{'after ' if span.above else ''}{low}{'' if span.above else ' and later'}"
    else:
        first = f"{'after ' if span.above else ''}{low} " if low else ""
        text = f"{first}{'before' if span.below else 'up to'} {high}"
    return text if span.status == "affected" else f"{text} ({span.status})"


def _shown(version: str) -> str:
    return version.replace(".99999999", ".*")
