"""Findings of two versions, paired: which appeared, which went, which weigh differently now.

A finding is the same where its check, the place it is about and what it states are, without
regard to offsets, numbers and what else a list names.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.compare.versions.pairing import Pairing, steady, without_numbers
from assay.compare.versions.records import TENTATIVE, Change, Entry, Section, Weight
from assay.compare.versions.sides import Side
from assay.model.result import SEVERITIES, Finding
from assay.model.tree import Node

_LEAD = lazy_re.compile(r"[:;](?=\s)")
_ADDRESS = lazy_re.compile(r"\b0x[0-9a-f]+")
_QUOTED = lazy_re.compile(r"(`[^`]*`)")
_CONFIDENCES = ("certain", "firm", "tentative")
_LEAST_WORDS = 4
SHORT = 200
LISTS = ("inventory", "components.known-flaws", "components.exploited-flaws")
"""Checks that list what has a section of its own."""


class _Placed(Value):
    finding: Finding
    place: str
    says: str


_Key = Callable[[_Placed], tuple[str, ...] | None]
_KEYS: tuple[tuple[_Key, bool], ...] = (
    (lambda one: (one.finding.check, one.place, one.says), False),
    (lambda one: (one.finding.check, one.place, _unnumbered(one.says)), False),
    (lambda one: _led(one, one.place), True),
    (lambda one: _led(one, without_numbers(one.place.rpartition("/")[2])), True),
    (lambda one: None if "{}" in _lead(one.says) else _led(one, ""), True),
)
"""What makes two findings one, the strictest first; True: only where no other has that key."""


class FindingChanges(Value):
    """The findings that only one version has, and the pairs that both have."""

    pairs: list[tuple[Finding, Finding]]
    gone: list[Finding]
    new: list[Finding]


def pair_findings(old: Iterable[Finding], new: Iterable[Finding], files: Pairing) -> FindingChanges:
    """Return which findings of *old* are those of *new*."""
    mine = [_placed(one, files.place(one.subject)) for one in old if _compared(one)]
    theirs = [_placed(one, steady(one.subject)) for one in new if _compared(one)]
    pairs: list[tuple[Finding, Finding]] = []
    for key, sole in _KEYS:
        mine, theirs = _matched(mine, theirs, key, pairs, sole=sole)
    return FindingChanges(pairs, [one.finding for one in mine], [one.finding for one in theirs])


def finding_sections(old: Side, new: Side, files: Pairing) -> tuple[Section, Section]:
    """Return the sections of the ways in and of all other findings."""
    changes = pair_findings(old.evaluation.findings, new.evaluation.findings, files)
    blind = _blind_checks(old, new)
    sections = []
    for name, title, ways in (("ways-in", "Ways in", True), ("findings", "Findings", False)):
        entries = [one for one in _entries(changes, files, old, blind) if one[0] == ways]
        alike = sum(_is_way(one) == ways for _, one in changes.pairs)
        ordered = sorted((entry for _, entry in entries), key=_rank)
        sections.append(Section(name=name, title=title, entries=tuple(ordered), same=alike))
    return sections[0], sections[1]


def _entries(
    changes: FindingChanges, files: Pairing, old: Side, blind: frozenset[str]
) -> Iterator[tuple[bool, Entry]]:
    """Yield an entry for each change, and whether it is about a way in."""
    came = {after.path: before for before, after in files.pairs}
    for one in changes.new:
        yield _is_way(one), _appeared(one, came, known=_ran(old, one.check))
    for one in changes.gone:
        yield _is_way(one), _went(one, files, unsure=one.check in blind)
    for before, after in changes.pairs:
        if (entry := _shifted(before, after)) is not None:
            yield _is_way(after), entry


def _appeared(one: Finding, came: dict[str, Node], *, known: bool) -> Entry:
    before = came.get(one.subject)
    if before is None:
        note = "in a new file"
    elif before.blob == one.blob:
        note = "in a file that did not change: what the test joins with it did"
    else:
        note = "in a file that changed"
    if not known:
        note = "the old version was not tested for it"
    weight: Weight = "neutral" if one.severity == "info" else "worse" if known else "unknown"
    return _entry(one, "new", weight, note)


def _went(one: Finding, files: Pairing, *, unsure: bool) -> Entry:
    after = files.counterparts.get(one.subject)
    if after is None:
        note = "the file is gone" if "//" in one.subject else ""
    elif after.blob == one.blob:
        note = "the file did not change: what the test joins with it did"
    else:
        note = "the file changed"
    if unsure:
        note = "no longer found, but the test saw less of the new version"
    weight: Weight = "neutral" if one.severity == "info" else "unknown" if unsure else "better"
    return _entry(one, "gone", weight, note)


def _entry(one: Finding, change: Change, weight: Weight, note: str) -> Entry:
    doubt = TENTATIVE if one.confidence == "tentative" else ""
    return Entry(
        change=change,
        weight=weight,
        what=one.says + doubt,
        where=_where(one),
        severity=one.severity,
        note=note,
    )


def _shifted(before: Finding, after: Finding) -> Entry | None:
    """Return an entry where a finding of both versions weighs or holds differently now."""
    was = SEVERITIES.index(before.severity), _CONFIDENCES.index(before.confidence)
    now = SEVERITIES.index(after.severity), _CONFIDENCES.index(after.confidence)
    if was == now:
        return _restated(before, after)
    entry = _entry(after, "changed", "worse" if now < was else "better", "")
    return Entry(
        change=entry.change,
        weight=entry.weight,
        what=entry.what,
        old=f"{before.severity}, {before.confidence}",
        new=f"{after.severity}, {after.confidence}",
        where=entry.where,
        severity=entry.severity,
    )


def _restated(before: Finding, after: Finding) -> Entry | None:
    """Return an entry where both versions have a finding that names other things now."""
    if _stated(before) == _stated(after):
        return None
    return Entry(
        change="changed",
        weight="unknown" if _is_way(after) else "neutral",
        what=after.says,
        where=_where(after),
        severity=after.severity,
        note=f"before: {_short(before.says)}",
    )


def _compared(one: Finding) -> bool:
    return not one.check.endswith(LISTS)


def _is_way(one: Finding) -> bool:
    return one.check.startswith("backdoors.")


def _rank(entry: Entry) -> tuple[int, int, str, str]:
    order = ("worse", "unknown", "better", "neutral")
    severity = SEVERITIES.index(entry.severity)
    return order.index(entry.weight), severity, entry.where, entry.what


def _short(says: str) -> str:
    return says if len(says) <= SHORT else f"{says[:SHORT].rsplit(' ', 1)[0]} …"


def _where(one: Finding) -> str:
    return f"{_inner(one)} [{one.check}]"


def _inner(one: Finding) -> str:
    return "/" + one.subject.rpartition("//")[2]


def _placed(one: Finding, place: str) -> _Placed:
    return _Placed(one, place, _stated(one))


def _stated(one: Finding) -> str:
    """Return the statement without the path it is about and without addresses in code."""
    inner = _inner(one)
    says = one.says.replace(inner, "{}") if len(inner) > 1 else one.says
    return steady(_outside_quotes(says, lambda text: _ADDRESS.sub("#", text)))


def _unnumbered(says: str) -> str:
    return _outside_quotes(says, without_numbers)


def _outside_quotes(says: str, change: Callable[[str], str]) -> str:
    """Return *says* with *change* made to all but what is quoted: that identifies."""
    parts = _QUOTED.split(says)
    return "".join(part if part.startswith("`") else change(part) for part in parts)


def _led(one: _Placed, place: str) -> tuple[str, ...] | None:
    """Return a key of the statement up to its first list; None where that says too little."""
    lead = _lead(one.says)
    enough = len(lead.replace("{}", "").split()) >= _LEAST_WORDS
    return (one.finding.check, place, lead) if enough else None


def _lead(says: str) -> str:
    return _unnumbered(_LEAD.split(says, maxsplit=1)[0])


def _matched(
    mine: list[_Placed],
    theirs: list[_Placed],
    key: _Key,
    pairs: list[tuple[Finding, Finding]],
    *,
    sole: bool,
) -> tuple[list[_Placed], list[_Placed]]:
    ours, others = _by_key(mine, key), _by_key(theirs, key)
    left: list[_Placed] = list(ours.pop(None, []))
    right: list[_Placed] = list(others.pop(None, []))
    for name in [*ours, *(name for name in others if name not in ours)]:
        one, other = ours.get(name, []), others.get(name, [])
        count = min(len(one), len(other))
        if sole and max(len(one), len(other)) > 1:
            count = 0
        pairs += [(a.finding, b.finding) for a, b in zip(one[:count], other[:count], strict=True)]
        left += one[count:]
        right += other[count:]
    return left, right


def _by_key(placed: list[_Placed], key: _Key) -> dict[tuple[str, ...] | None, list[_Placed]]:
    found: dict[tuple[str, ...] | None, list[_Placed]] = defaultdict(list)
    for one in placed:
        found[key(one)].append(one)
    return found


def _ran(side: Side, check: str) -> bool:
    return any(one.check == check for one in side.evaluation.results)


def _blind_checks(old: Side, new: Side) -> frozenset[str]:
    """Return the checks that could look at less of the new version than of the old."""
    gaps = {
        one.check: {without_numbers(steady(gap)) for gap in one.gaps}
        for one in old.evaluation.results
    }
    return frozenset(
        one.check
        for one in new.evaluation.results
        if {without_numbers(steady(gap)) for gap in one.gaps} - gaps.get(one.check, set())
        or one.check not in gaps
    ) | (frozenset(gaps) - {one.check for one in new.evaluation.results})
