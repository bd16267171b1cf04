"""Kernel flaws of which no record says since when they are there.

`before 6.2` says when a flaw was fixed. A kernel of twelve years earlier may well be older than
the flawed code. The history in Git begins with 2.6.12-rc2: a flaw dated to it has no known origin
either, and a stream that is called open for it only lacks a fix that it may never have needed.
"""

from collections.abc import Sequence

from assay.vulns.advisory import Span
from assay.vulns.matching.deciding import Said
from assay.vulns.matching.spans import holding
from assay.vulns.versions import kernel

MOST_RELEASES = 11
"""Releases of mainline in two years: so far back a flaw is taken to be as old as the release."""
_FIRST = {2: -1, 3: 40, 4: 60, 5: 81, 6: 101, 7: 121}
"""Series -> the number of its first release (x.0), counted from 2.6.0."""
NO_BEGINNING = {"", "0", "2.6.12-rc2", "2.6.12", "1.0", "2.6", "2.6.0"}


def doubt_of_origin(said: Sequence[Said], version: str) -> str:
    """Return why *version* may be older than the flaw; empty where a record dates the flaw."""
    ends: list[str] = []
    for one in said:
        if one.answer != "affected" or one.met == "unmet":
            continue
        span = holding(one.entry, one.versions)
        if _dated(one, span):
            return ""
        if not _is_stream(one):
            ends += _fixes(one, span)
    ends.sort(key=kernel.key)
    here = ordinal(version)
    if ends and here is not None and (fixed := ordinal(ends[0])) is not None:
        if fixed - here <= MOST_RELEASES:
            return ""
        return (
            f"no record says which release brought the flaw, and {version} is much older than "
            f"its fix in {ends[0]}"
        )
    return "no record says which release brought the flaw"


def _fixes(one: Said, span: Span | None) -> list[str]:
    """Return the releases that a record calls fixed; those of stable branches are among them."""
    if span is not None:
        return [span.high] if span.high else []
    fixed = [other.low for other in one.entry.spans if other.status == "unaffected" and other.low]
    here = kernel.key(one.versions.low)
    return [low for low in fixed if kernel.key(low) > here]


def _is_stream(one: Said) -> bool:
    return one.source in {"kernel-streams", "kernel-fixes"}


def _dated(one: Said, span: Span | None) -> bool:
    """Return whether a record says that the flaw was there at the version already."""
    if _is_stream(one):  # a fix that went into the branch of the version
        return span is not None and bool(span.high) and span.below
    if span is None:  # affected by default: dated where an older release is called unaffected
        return any(
            other.status == "unaffected"
            and other.low in NO_BEGINNING
            and other.high not in NO_BEGINNING
            for other in one.entry.spans
        )
    if span.low and span.low == span.high:
        return True
    return span.low not in NO_BEGINNING


def ordinal(version: str) -> int | None:
    """Return the place of *version*'s branch among the releases of mainline; None if unknown."""
    numbers = kernel.branch(kernel.release(version)).split(".")
    if not all(one.isdigit() for one in numbers) or len(numbers) < 2:
        return None
    series, minor = int(numbers[0]), int(numbers[1])
    if series == 2:
        return int(numbers[2]) if minor == 6 and len(numbers) > 2 else -10
    return _FIRST[series] + minor if series in _FIRST else None
