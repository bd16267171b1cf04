"""Versions that authorities write as words: `< 1.2.3`, `before 2.0`, `1.0 through 1.4`.

The CVE record format allows any text as a version; these are the forms that its authors use.
"""

import re

import msgspec

from assay._kernel import lazy_re
from assay.vulns.advisory import LAST, Span, Status

LONGEST = 400
MOST = 40
_V = r"v?(\d[\w.+~:-]{0,60}|\d)"
_COMPARED = lazy_re.compile(rf"(<=|>=|<|>|=|≤|≥)\s*{_V}")
_BEFORE = lazy_re.compile(
    rf"(?:before|prior to|prior|earlier than|older than|fixed (?:in|on)(?: version)?|up to"
    rf"(?= \S+ \(exclu))\s*(?:versions?\s*)?{_V}",
    re.IGNORECASE,
)
_THROUGH = lazy_re.compile(
    rf"{_V}\s*(?:-|\u2013|to|through|thru|up to|until)\s+(?:and including\s+)?{_V}", re.IGNORECASE
)
_FROM_TO = lazy_re.compile(
    rf"{_V}\s+(?:(?:to|through|up to|until|and later|or later),?\s+)?(?:but\s+)?(?:versions?\s+)?"
    rf"(?P<end>before|prior to|not including|up to(?: and including)?)\s+(?:versions?\s+)?{_V}",
    re.IGNORECASE,
)
_UP_TO = lazy_re.compile(
    rf"(?:through|up to(?: and including)?|to)\s+{_V}"
    rf"|{_V}\s*(?:and|or)\s+(?:earlier|prior|below|older|lower|before|previous)",
    re.IGNORECASE,
)
_FROM = lazy_re.compile(
    rf"(?:from|since|starting with)\s+{_V}|{_V}\s*(?:and|or)\s+(?:later|above|newer)", re.IGNORECASE
)
_ALL = lazy_re.compile(r"\*|all|all versions?|all releases?|any", re.IGNORECASE)
_PLAIN = lazy_re.compile(r"v?\d[\w.+~:-]{0,100}")


def spans_of(text: str, status: Status) -> tuple[Span, ...] | None:
    """Return the runs of versions that *text* means; None when it states no version."""
    text = text.strip()[:LONGEST]
    if _ALL.fullmatch(text):
        return (Span(status=status),)
    if _PLAIN.fullmatch(text):
        return (Span(status=status, low=text, high=text),)
    if found := _COMPARED.findall(text):
        return _compared(found[:MOST], status)
    return _words(text, status)


def ended(low: str, high: str, *, below: bool, status: Status) -> Span:
    """Return the run from *low* (`0`, `*` or empty: the beginning) to *high*.

    A *high* of `*` is open, `6.1.*` the whole branch.
    """
    low = "" if low in {"0", "*", "-", "n/a", "unspecified"} else _stem(low)
    if high in {"*", "", "-", "n/a", "unspecified"}:
        return Span(status=status, low=low)
    if high != _stem(high):
        return Span(status=status, low=low, high=f"{_stem(high)}.{LAST}")
    return Span(status=status, low=low, high=high, below=below)


def by_branch(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return *spans* with a beginning for `before 1.9.8` beside `before 1.8.5`: its branch, 1.9.

    Authors who list the fixed release of each branch leave out where the branch begins. The
    oldest such run keeps its open beginning.
    """
    ends = {one.high for one in spans if one.status == "affected" and not one.low and one.high}
    branches = {end: branch for end in ends if (branch := _branch(end)) is not None}
    first = min(branches.values(), default=())
    later = {end: ".".join(map(str, one)) for end, one in branches.items() if one > first}
    return tuple(
        msgspec.structs.replace(one, low=later[one.high])
        if one.status == "affected" and not one.low and one.high in later
        else one
        for one in spans
    )


def _branch(version: str) -> tuple[int, ...] | None:
    """Return the branch of a release, without its last number; None for what is not plain."""
    found = re.match(r"v?(\d{1,6}(?:\.\d{1,6}){1,3})(?!\d)", version)
    if found is None:
        return None
    numbers = [int(one) for one in found[1].split(".")]
    return tuple(numbers[:2] if len(numbers) > 2 else numbers[:1])


def _stem(version: str) -> str:
    """Return the branch that `6.1.*` or `6.1.x` stands for, any other version as it is."""
    return version[:-2] if version.endswith((".*", ".x")) else version


def _compared(found: list[tuple[str, str]], status: Status) -> tuple[Span, ...]:
    """Return the runs of `>= a, < b` and their like; each upper end closes a run."""
    spans: list[Span] = []
    low, above = "", False
    for sign, version in found:
        if sign == "=":
            spans.append(Span(status=status, low=version, high=version))
        elif sign in {">", ">=", "≥"}:
            if low:
                spans.append(Span(status=status, low=low, above=above))
            low, above = version, sign == ">"
        else:
            end = {"low": low, "above": above, "high": version, "below": sign == "<"}
            spans.append(Span(status=status, **end))  # type: ignore[arg-type]
            low, above = "", False
    if low:
        spans.append(Span(status=status, low=low, above=above))
    return tuple(spans)


def _words(text: str, status: Status) -> tuple[Span, ...] | None:
    if found := _FROM_TO.search(text):
        below = not found["end"].lower().startswith("up")
        return (Span(status=status, low=found[1], high=found[3], below=below),)
    if found := _THROUGH.search(text):
        return (Span(status=status, low=found[1], high=found[2]),)
    if found := _BEFORE.search(text):
        return (Span(status=status, high=found[1], below=True),)
    if found := _UP_TO.search(text):
        return (Span(status=status, high=found[1] or found[2]),)
    if found := _FROM.search(text):
        return (Span(status=status, low=found[1] or found[2]),)
    return None
