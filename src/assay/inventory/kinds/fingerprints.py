"""Which learned features a blob has: strings, names and tables that one component owns.

Facts of the inventory stage; the features and the index are in `inventory/fingerprints/`. What
follows from them is decided by `assay.identify.fingerprints`.
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from assay._kernel import lazy_re
from assay.inventory.fingerprints.features import STRING, Places
from assay.inventory.fingerprints.index import (
    DOUBTFUL_UNIT,
    TEMPLATE_UNIT,
    BadIndex,
    Index,
    current,
)
from assay.inventory.fingerprints.known import Known, known_features
from assay.inventory.fingerprints.templates import WORDLESS, Template
from assay.inventory.fingerprints.told import told_by
from assay.inventory.kind import Kind, Span, shown
from assay.model.record import Record

MOST_SPANS = 8
MOST_TEXT = 120
LEAST_HITS = 2
LEAST_WEIGHT = 12
MOST_SCOPES = 12
MOST_VERSIONS = 20
MOST_TELLTALES = 100
"""So many features of one component are more than the words of an interface."""
_OF_ZLIB = lazy_re.compile(r"1\.[0-3]\.\d{1,2}(?:\.\d{1,2})?")
_WORD = lazy_re.compile(rb"[^ %\n]+")
_FAMILY = lazy_re.compile(rb"_*[A-Z][A-Z0-9]*_(?=[A-Z0-9_]+\Z)|[a-z]+://[^/]*|urn:[^:]*")


class UnitHits(Record, array_like=True):
    """How many features of one unit and pattern (numbers of the index) the blob has."""

    unit: int
    pattern: int
    count: int


class Match(Record, array_like=True):
    """The features of one component: hits by unit and pattern, and the longest of them.

    `weight` is the sum over the hits of a measure of how telling each is.
    """

    component: str
    hits: tuple[UnitHits, ...]
    weight: int
    spans: tuple[Span, ...]


class VersionText(Record, array_like=True):
    """A string that tells the version of a component."""

    component: str
    version: str
    span: Span


class FingerprintFacts(Record):
    """The learned features in a blob.

    `index` is the digest of the index; `features` counts all features of the blob, known or not.
    """

    index: str
    features: int = 0
    matches: tuple[Match, ...] = ()
    versions: tuple[VersionText, ...] = ()


KIND = Kind(
    name="fingerprints",
    version=3,
    facts=FingerprintFacts,
    about="learned features: strings, exported names and tables of known components",
    magic=(b"\x7fELF",),
    binary=True,
)


def examine(content: bytes) -> FingerprintFacts | None:
    """Return the learned features in *content*; None when there are none or no index is there."""
    try:
        index = current()
    except (BadIndex, OSError):
        return None
    return look_up(content, index)


def look_up(content: bytes, index: Index) -> FingerprintFacts | None:
    """Return the features in *content* that *index* knows, or None when there are none."""
    known, templates = known_features(content, index)
    matches = _matches(content, known, index) if len(known) >= LEAST_HITS else ()
    versions = _versions(content, templates, matches, index)
    if not matches and not versions:
        return None
    return FingerprintFacts(
        index=index.digest, features=known.count, matches=matches, versions=versions
    )


def _matches(content: bytes, known: Known, index: Index) -> tuple[Match, ...]:
    places = known.rows[:, 4]
    patterns, units = index.columns["pattern"][places], index.columns["unit"][places].tolist()
    groups: dict[int, list[int]] = defaultdict(list)
    for one, owner in enumerate(index.columns["owners"][patterns].tolist()):
        if units[one] not in {TEMPLATE_UNIT, DOUBTFUL_UNIT}:
            groups[owner].append(one)
    pairs = list(zip(units, patterns.tolist(), strict=True))
    found = []
    for owner, group in groups.items():
        if len(group) >= LEAST_HITS:
            here = known.rows[group]
            found.append(
                Match(
                    component=index.components[owner].key,
                    hits=_counted([pairs[one] for one in group], index.first_patterns[owner]),
                    weight=_weight(content, here),
                    spans=_longest(content, here),
                )
            )
    return tuple(sorted(found, key=lambda one: one.component))


def _counted(pairs: Iterable[tuple[int, int]], first_pattern: np.int64) -> tuple[UnitHits, ...]:
    counts: dict[tuple[int, int], int] = {}
    for pair in pairs:
        counts[pair] = counts.get(pair, 0) + 1
    first = int(first_pattern)
    return tuple(
        [
            UnitHits(unit=unit, pattern=pattern - first, count=count)
            for (unit, pattern), count in sorted(counts.items())
        ]
    )


def _weight(content: bytes, rows: Places) -> int:
    """Return how telling the features are: one of 8 bytes counts 2, one of 40 and more 10.

    A string that is one word counts three quarters; the constants of an interface (`DLT_EN10MB`)
    and the addresses of one authority, which whoever uses them prints, count once together.
    """
    worth = np.clip(rows[:, 2] // 4, 1, 10)
    if len(rows) > MOST_TELLTALES:
        return int(worth.sum())
    families: dict[bytes, int] = {}
    total = 0
    for (_, begin, length, kind, _), weight in zip(rows.tolist(), worth.tolist(), strict=True):
        text = content[begin : begin + length]
        if kind != STRING or not _WORD.fullmatch(text):
            total += weight
        elif family := _FAMILY.match(text):
            families[family[0]] = max(weight, families.get(family[0], 0))
        else:
            total += (3 * weight + 2) // 4
    return total + sum(families.values())


def _longest(content: bytes, rows: Places) -> tuple[Span, ...]:
    order = np.lexsort((rows[:, 1], -rows[:, 2]))[:MOST_SPANS]
    return tuple([_span(content, one[1], one[2]) for one in rows[order].tolist()])


def _span(content: bytes, offset: int, length: int) -> Span:
    length = min(length, MOST_TEXT)
    return Span(offset=offset, length=length, text=shown(content[offset : offset + length]))


def _versions(
    content: bytes, templates: list[Template], matches: tuple[Match, ...], index: Index
) -> tuple[VersionText, ...]:
    """Return what the templates of the index say, each version of a component once.

    A number without words speaks for the component alone that the file has most of.
    """
    if not templates:
        return ()
    texts, versions = [one.text for one in templates], [one.version for one in templates]
    found: dict[str, dict[str, Span]] = defaultdict(dict)
    likely = _likely(matches)
    for key, number, owner in told_by(texts, versions, ("", *likely), index):
        one = templates[number]
        wordless = one.text in WORDLESS
        if wordless and (key not in likely[:1] or not _in_series(one.version, key, index)):
            continue
        if wordless and _is_handed_over(content, one.version, key, index):
            continue
        if not key or owner == key:
            found[owner].setdefault(one.version, _span(content, one.offset, one.length))
    return tuple(
        VersionText(component=key, version=version, span=found[key][version])
        for key in sorted(found)
        for version in sorted(found[key])[:MOST_VERSIONS]
    )


def _is_handed_over(content: bytes, version: str, key: str, index: Index) -> bool:
    """Return whether *version* may be the one that callers of zlib hand to it (ZLIB_VERSION)."""
    known = index.components[index.by_key[key]].versions
    alike = version not in known and _OF_ZLIB.fullmatch(version) is not None
    return alike and key != "zlib" and b"flateInit" in content


def _in_series(version: str, key: str, index: Index) -> bool:
    """Return whether *version* begins no higher than the learnt ones of *key*, or is as long."""
    first = version.partition(".")[0]
    learnt = [one.partition(".")[0] for one in index.components[index.by_key[key]].versions]
    if first == version:
        return len(first) in map(len, learnt)
    return int(first) <= max((int(one) for one in learnt if one.isdigit()), default=0)


def _likely(matches: tuple[Match, ...]) -> list[str]:
    """Return the components with most features, for which templates without words count."""
    order = sorted(matches, key=lambda one: (-one.weight, one.component))
    return [one.component for one in order if one.weight >= LEAST_WEIGHT][:MOST_SCOPES]
