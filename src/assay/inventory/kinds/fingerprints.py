"""Which learned features a blob has: strings, names and tables that one component owns.

Facts of the inventory stage; the features and the index are in `inventory/fingerprints/`. What
follows from them is decided by `assay.identify.fingerprints`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from assay.inventory.fingerprints.features import (
    STRING,
    TEMPLATE,
    Features,
    Numbers,
    Places,
    hash_texts,
)
from assay.inventory.fingerprints.index import (
    DOUBTFUL_UNIT,
    TEMPLATE_UNIT,
    BadIndex,
    Index,
    current,
)
from assay.inventory.fingerprints.regions import features_of
from assay.inventory.fingerprints.templates import WORDLESS, Template, scoped
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
_OF_ZLIB = re.compile(r"1\.[0-3]\.\d{1,2}(?:\.\d{1,2})?")
_WORD = re.compile(rb"[^ %\n]+")
_FAMILY = re.compile(rb"_*[A-Z][A-Z0-9]*_(?=[A-Z0-9_]+\Z)|[a-z]+://[^/]*|urn:[^:]*")


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
    features, templates = features_of(content)
    which, places = index.find(features.numbers)
    matches = _matches(content, features, which, places, index) if len(which) else ()
    versions = _versions(content, templates, matches, index)
    if not matches and not versions:
        return None
    return FingerprintFacts(
        index=index.digest, features=len(features), matches=matches, versions=versions
    )


def _matches(
    content: bytes, features: Features, which: Places, places: Places, index: Index
) -> tuple[Match, ...]:
    patterns = index.columns["pattern"][places].astype(np.int64)
    units = index.columns["unit"][places].astype(np.int64)
    real = (units != TEMPLATE_UNIT) & (units != DOUBTFUL_UNIT)
    which, patterns, units = which[real], patterns[real], units[real]
    owners = index.columns["owners"][patterns]
    order = np.argsort(owners, kind="stable")
    bounds = np.flatnonzero(np.diff(owners[order])) + 1
    found = []
    for group in np.split(order, bounds):
        if len(group) >= LEAST_HITS:
            owner = int(owners[group[0]])
            learnt = index.components[owner]
            found.append(
                Match(
                    component=learnt.key,
                    hits=_counted(units[group], patterns[group] - index.first_patterns[owner]),
                    weight=_weight(content, features, which[group]),
                    spans=_longest(content, features, which[group]),
                )
            )
    return tuple(sorted(found, key=lambda one: one.component))


def _counted(units: Places, patterns: Places) -> tuple[UnitHits, ...]:
    pairs, counts = np.unique(units << 32 | patterns, return_counts=True)
    return tuple(
        UnitHits(unit=pair >> 32, pattern=pair & 0xFFFFFFFF, count=count)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True)
    )


def _weight(content: bytes, features: Features, which: Places) -> int:
    """Return how telling the features are: one of 8 bytes counts 2, one of 40 and more 10.

    A string that is one word counts three quarters; the constants of an interface (`DLT_EN10MB`)
    and the addresses of one authority, which whoever uses them prints, count once together.
    """
    worth = np.clip(features.lengths[which] // 4, 1, 10)
    if len(which) > MOST_TELLTALES:
        return int(worth.sum())
    families: dict[bytes, int] = {}
    total = 0
    for one, weight in zip(which.tolist(), worth.tolist(), strict=True):
        begin = int(features.offsets[one])
        text = content[begin : begin + int(features.lengths[one])]
        if features.classes[one] != STRING or not _WORD.fullmatch(text):
            total += weight
        elif family := _FAMILY.match(text):
            families[family[0]] = max(weight, families.get(family[0], 0))
        else:
            total += (3 * weight + 2) // 4
    return total + sum(families.values())


def _longest(content: bytes, features: Features, which: Places) -> tuple[Span, ...]:
    order = np.lexsort((features.offsets[which], -features.lengths[which]))[:MOST_SPANS]
    return tuple(
        _span(content, int(features.offsets[one]), int(features.lengths[one]))
        for one in which[order].tolist()
    )


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
    numbers = hash_texts([one.text for one in templates], TEMPLATE)
    versions = [one.version for one in templates]
    found: dict[str, dict[str, Span]] = defaultdict(dict)
    likely = _likely(matches)
    for key in ("", *likely):
        for number, owner in told_by(scoped(numbers, key) if key else numbers, versions, index):
            one = templates[number]
            wordless = one.text in WORDLESS
            if wordless and (key not in likely[:1] or not _in_series(one.version, key, index)):
                continue
            if wordless and _is_handed_over(content, one.version, key, index):
                continue
            if not key or owner == key:
                span = _span(content, one.offset, one.length)
                found[owner].setdefault(one.version, span)
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


def told_by(numbers: Numbers, versions: Sequence[str], index: Index) -> Iterator[tuple[int, str]]:
    """Yield which of the *numbers* of templates tell the version of which component.

    *versions* stand in the templates. A template that has told wrong counts for releases that
    were learnt.
    """
    which, places = index.find(numbers)
    units = index.columns["unit"][places]
    owners = index.columns["owners"][index.columns["pattern"][places]]
    for number, unit, owner in zip(which.tolist(), units.tolist(), owners.tolist(), strict=True):
        learnt = index.components[owner]
        known = versions[number] in learnt.versions
        clean = unit == TEMPLATE_UNIT and _is_alike(versions[number], learnt.versions)
        if (known and unit == DOUBTFUL_UNIT) or clean:
            yield number, learnt.key


def _is_alike(version: str, learnt: tuple[str, ...]) -> bool:
    """Return whether *version* has the shape of those *learnt*: an address has not."""
    dots = {one.count(".") for one in learnt}
    return min(dots) - 1 <= version.count(".") <= max(dots) + 1 and not version.startswith("0.0.")


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
