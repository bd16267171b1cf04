"""Whether a comparison agrees with itself: what it calls equivalent must have every byte explained.

An unsigned bundle can be made by anyone; this keeps one from showing a level that its own pairs
and sums contradict.
"""

from collections.abc import Iterator

from assay.compare.ledger import added, level_of
from assay.compare.levels import rank, worst
from assay.compare.records import Comparison, Pair, Sum

_EQUIVALENT = rank("E3")


def contradictions(comparison: Comparison) -> Iterator[str]:
    """Yield where *comparison* contradicts itself, one sentence each, in a fixed order."""
    level = comparison.level
    if (level == "E0") != (comparison.a.sha256 == comparison.b.sha256):
        yield f"the level {level} does not follow from the digests of the two sides"
    lowest = worst(pair.level for pair in comparison.pairs)
    if level != "I" and rank(lowest) > rank(level):
        yield f"the level {level} is better than that of a file, {lowest}"
    if level == "D" and lowest != "D":
        yield "the level is D, but no file is different"
    for pair in comparison.pairs:
        if _hides(pair.level, pair.sums):
            yield f"{pair.path} is called {pair.level}, but not every byte of it is explained"
    if _hides(level, comparison.sums):
        yield f"the level is {level}, but not every byte is explained"
    yield from _totals(comparison.pairs, comparison.sums)


def _hides(level: str, sums: tuple[Sum, ...]) -> bool:
    """Say whether *level* claims equivalence over bytes that are not explained."""
    return level.startswith("E") and rank(level_of(sums)) > _EQUIVALENT


def _totals(pairs: tuple[Pair, ...], sums: tuple[Sum, ...]) -> Iterator[str]:
    """Yield where the sums are not those of the pairs; files that are equal are not listed."""
    listed = {(one.account, one.cause): one for one in added([pair.sums for pair in pairs])}
    stated = {(one.account, one.cause): one for one in sums}
    for key in sorted(listed.keys() | stated.keys()):
        account, cause = key
        own, whole = listed.get(key), stated.get(key)
        least = (own.bytes_a, own.bytes_b) if own else (0, 0)
        found = (whole.bytes_a, whole.bytes_b) if whole else (0, 0)
        enough = found[0] >= least[0] and found[1] >= least[1]
        if not enough or (account != "equal" and found != least):
            yield f"the bytes that are {account} {cause}".rstrip() + " are not those of the files"
