"""Components and known flaws of two versions: up, down, come, gone; fixed and new."""

from collections import defaultdict
from urllib.parse import unquote

from assay._kernel import lazy_re
from assay.compare.versions.records import Change, Entry, Section, Weight
from assay.compare.versions.sides import Side
from assay.model.flaws import KnownFlaw
from assay.model.result import Component
from assay.vulns.identities import products
from assay.vulns.versions import Key, key

_LOOSE = frozenset({"fragment", "partial-copy"})
_ORDER: tuple[Change, ...] = ("down", "up", "unclear", "changed", "new", "gone")
_PACKAGES = {"deb": "debian", "opkg": "opkg", "apk": "apk", "rpm": "rpm"}
_REVISION = lazy_re.compile(r"\bg?(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b")
_TYPE = lazy_re.compile(r"pkg:([a-z]+)/")
_WEIGHTY = ("critical", "high", "medium", "unknown", "low", "none")
NO_STORE = (
    "No advisories were used, so flaws that were fixed or came cannot be told. Run "
    "`assay feeds sync`, then this again; `assay feeds status` shows what there is."
)


def components_section(old: Side, new: Side) -> Section:
    """Return the components that came, went, or have another version."""
    mine, theirs = _by_name(old), _by_name(new)
    entries = []
    for name in sorted(mine.keys() | theirs.keys(), key=lambda one: (one.casefold(), one)):
        entry = _compared(name, mine.get(name, []), theirs.get(name, []))
        if entry is not None:
            entries.append(entry)
    entries.sort(key=lambda one: _ORDER.index(one.change))
    same = len(mine.keys() & theirs.keys()) - sum(
        one.what in mine and one.what in theirs for one in entries
    )
    return Section(name="components", title="Components", entries=tuple(entries), same=same)


def flaws_section(old: Side, new: Side) -> Section:
    """Return the known flaws that only one version has; a note where none were looked for."""
    searches = old.evaluation.flaw_search, new.evaluation.flaw_search
    if any(one is None or not one.snapshot for one in searches):
        return Section(
            name="flaws", title="Known flaws", entries=(), counts="not looked for", note=NO_STORE
        )
    mine, theirs = _open(old), _open(new)
    came = [_flaw(theirs[one], "new") for one in sorted(theirs.keys() - mine.keys())]
    went = [_flaw(mine[one], "gone", new) for one in sorted(mine.keys() - theirs.keys())]
    ordered = sorted(
        [*came, *went],
        key=lambda one: (one.change == "gone", _WEIGHTY.index(one.severity), one.what),
    )
    as_of = searches[1].as_of if searches[1] is not None else ""
    note = f"Flaws affecting it, or possibly: {len(mine)} in the old version, {len(theirs)} in "
    return Section(
        name="flaws",
        title="Known flaws",
        entries=tuple(ordered),
        same=len(mine.keys() & theirs.keys()),
        note=f"{note}the new one (advisories as of {as_of or 'an unknown day'}).",
    )


def _by_name(side: Side) -> dict[str, list[Component]]:
    found: dict[str, list[Component]] = defaultdict(list)
    for one in side.evaluation.components:
        found[one.name].append(one)
    return found


def _compared(name: str, mine: list[Component], theirs: list[Component]) -> Entry | None:
    old, new = _versions(mine), _versions(theirs)
    where = _where((theirs or mine)[0])
    loose = all(one.kind in _LOOSE for one in (*mine, *theirs))
    note = "by likeness of code only" if loose else ""
    if not mine or not theirs:
        change: Change = "gone" if mine else "new"
        return Entry(
            change=change, weight="neutral", what=name, old=old, new=new, where=where, note=note
        )
    if old == new or _same_release(mine, theirs):
        return None
    change = _direction(mine, theirs)
    weights: dict[Change, Weight] = {"up": "better", "down": "worse", "unclear": "unknown"}
    weight = "neutral" if loose else weights.get(change, "neutral")
    return Entry(change=change, weight=weight, what=name, old=old, new=new, where=where, note=note)


def _same_release(mine: list[Component], theirs: list[Component]) -> bool:
    """Return whether one release is told by other means: a package's revision says nothing then."""
    if {_scheme(one) for one in mine} == {_scheme(one) for one in theirs}:
        return False
    exact = not any(one.version_low or one.version_high for one in (*mine, *theirs))
    return exact and {one.version for one in mine} == {one.version for one in theirs}


def _where(one: Component) -> str:
    return "/" + one.occurrences[0].path.rpartition("//")[2] if one.occurrences else ""


def _versions(those: list[Component]) -> str:
    return ", ".join(sorted({_version(one) for one in those}))


def _version(one: Component) -> str:
    """Return the version as text: exact, with a package's revision, or as an interval."""
    if one.version_low or one.version_high:
        return f"{one.version_low or '…'} to {one.version_high or '…'}"
    if one.kind == "package" and "@" in one.purl:
        return unquote(one.purl.rpartition("@")[2].partition("?")[0])
    return one.version or "unknown version"


def _direction(mine: list[Component], theirs: list[Component]) -> Change:
    """Return how the version moved: up or down only where every version on a side agrees."""
    scheme = _scheme(mine[0])
    if any(one.version == "" for one in (*mine, *theirs)):
        return "unclear"
    if any(_scheme(one) != scheme for one in (*mine, *theirs)):
        return "changed"
    if _REVISION.sub("#", _versions(mine)) == _REVISION.sub("#", _versions(theirs)):
        return "changed"  # digests of revisions have no order
    loose = any(one.version_low or one.version_high for one in (*mine, *theirs))
    before, after = _spans(mine, scheme), _spans(theirs, scheme)
    return _moved(before, after) or ("unclear" if loose else "changed")


def _moved(before: list[tuple[Key, Key]], after: list[tuple[Key, Key]]) -> Change | None:
    """Return up or down where all of *after* lies on one side of *before*, else None."""
    if not before or not after:
        return None
    if max(high for _, high in before) < min(low for low, _ in after):
        return "up"
    if max(high for _, high in after) < min(low for low, _ in before):
        return "down"
    return None


def _spans(those: list[Component], scheme: str) -> list[tuple[Key, Key]]:
    """Return the spans of versions; none where one of them has an open end."""
    spans = [_span(one, scheme) for one in those]
    known = [span for span in spans if span is not None]
    return known if len(known) == len(spans) else []


def _span(one: Component, scheme: str) -> tuple[Key, Key] | None:
    """Return the lowest and highest version that *one* may be; None where an end is open."""
    low, high = _version(one), _version(one)
    if one.version_low or one.version_high:
        low, high = one.version_low, one.version_high
    first, last = key(scheme, low), key(scheme, high)
    return None if first is None or last is None else (first, last)


def _scheme(one: Component) -> str:
    kind = _TYPE.match(one.purl)
    if one.kind == "package" and kind is not None and kind[1] in _PACKAGES:
        return _PACKAGES[kind[1]]
    known = products().get(one.name)
    return "kernel" if one.kind == "kernel" else known.scheme if known else "generic"


def _open(side: Side) -> dict[tuple[str, str], KnownFlaw]:
    return {
        (one.component, one.id): one
        for one in side.evaluation.flaws
        if one.status != "not-affected"
    }


def _flaw(one: KnownFlaw, change: Change, after: Side | None = None) -> Entry:
    notes = [f"exploited since {one.exploited}"] if one.exploited else []
    sure = one.status == "affected"
    if not sure:
        notes.append("possibly affected" if after is None else "possibly affected before")
    if after is not None:
        versions = [c for c in after.evaluation.components if c.name == one.component]
        now = f"{one.component} is now {_versions(versions)}" if versions else "no longer found"
        notes.append(now)
    weight: Weight = "better" if change == "gone" else "worse" if sure else "unknown"
    return Entry(
        change=change,
        weight=weight,
        what=f"{one.id} in {one.component} {one.version}".rstrip(),
        where=one.summary[:160],
        severity=one.severity,
        note="; ".join(notes),
    )
