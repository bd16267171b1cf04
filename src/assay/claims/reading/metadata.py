"""Publisher, author and date of a document, each with how it was found.

What the user says comes first, then what the page declares, then what its lines show, then the
dates that the text itself implies.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from typing import NamedTuple

from assay.claims import lexicon
from assay.claims.dates import MONTHS
from assay.claims.reading.lines import Line
from assay.claims.records import Found, When

_SOURCE = re.compile(
    (
        r"^(?:source|publisher|published by|agency|"
        r"outlet)\s*:\s*(?P<name>.+?)(?=\s+(?:published|updated|date|"
        r"posted)\s*:|$)"
    ),
    re.IGNORECASE,
)
_TAIL = re.compile(r"[-–|]\s(?P<name>[A-Z][\w.]*(?:\s[A-Z&][\w.]*){0,3})\s*$")
_HEAD = re.compile(r"^[-–|]\s(?P<name>[A-Z][\w.]*(?:\s[A-Z&][\w.]*){0,3})\s*$")
_AGENCY = re.compile(
    r"^[A-Z][A-Z ,.'-]{2,40}(?:[A-Za-z., \d]{0,24})?\((?P<name>[A-Z][\w ]{1,30}?)\)\s*[-–—]"
)
_BYLINE = re.compile(
    (
        r"^(?:by|author:|reporting by|written by|"
        r"von)\s+(?P<name>[A-Z][\w'’.-]+(?:\s(?:[A-Z][\w'’.-]+|de|van|von|al|"
        r"bin)){1,4})"
    ),
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|copyright|\(c\))\s*(?:\d{4}(?:[-–]\d{4})?,?\s*)?(?:by\s+)?(?P<name>[A-Z][\w.]*(?:\s[A-Z&][\w.]*){0,4})"
)
_MARKED = re.compile(
    r"\b(?:published|updated|posted|date|modified|dated|first published|last updated)\b",
    re.IGNORECASE,
)
_FILE_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)"
)
_EARLIER_IN = re.compile(
    r"\b(?:earlier|later) in (january|february|march|april|may|june|july|"
    r"august|september|october|november|december)\b(?! \d)"
)
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b")

_YEAR = re.compile(r"(?:19|20)\d\d")
_DIGIT = re.compile(r"\d")

NO_DATE = When(date="", precision="none", basis="not found")


class Hints(NamedTuple):
    """What the user knows about a document; each empty text means unknown."""

    name: str = ""
    url: str = ""
    publisher: str = ""
    author: str = ""
    published: str = ""


NO_HINTS = Hints()


def find_publisher(view: str, lines: list[Line], hints: Hints, declared: str = "") -> Found:
    """Return who published the document."""
    if hints.publisher:
        return Found(value=hints.publisher, basis="given")
    if declared:
        return Found(value=declared, basis="page-metadata")
    texts = [view[line.start : line.end] for line in lines[:400]]
    for pattern, basis in (
        (_SOURCE, "source-line"),
        (_AGENCY, "agency-dateline"),
        (_HEAD, "site-line"),
    ):
        for text in texts:
            match = pattern.match(text)
            if match:
                return Found(value=match["name"].strip(), basis=basis)
    return _from_tails(texts)


def find_author(view: str, lines: list[Line], hints: Hints, declared: str = "") -> Found:
    """Return who wrote the document."""
    if hints.author:
        return Found(value=hints.author, basis="given")
    if declared:
        return Found(value=declared, basis="page-metadata")
    for line in (one for one in lines[:40] if one.role != "body"):
        match = _BYLINE.match(view[line.start : min(line.end, line.start + 120)])
        if match:
            return Found(value=match["name"].strip(), basis="byline")
    return Found(value="", basis="not found")


def find_date(view: str, lines: list[Line], hints: Hints, declared: str = "") -> When:
    """Return when the document was published, cut to what is known."""
    if hints.published:
        return _cut(hints.published, "given")
    if declared:
        return _cut(declared, "page-metadata")
    found = _from_lines(view, lines)
    if found:
        return found
    named = _FILE_DATE.search(hints.name)
    if named:
        parts = [part for part in named.groups() if part]
        return _cut("-".join(parts), "file-name")
    return _implied(view, lines)


def dates_in(text: str) -> list[tuple[int, str]]:
    """Return the full dates in *text* as (offset, YYYY-MM-DD), in order."""
    if "19" not in text and "20" not in text:
        return []
    found = set()
    for year in _YEAR.finditer(text):
        begin, end = max(0, year.start() - 24), min(len(text), year.end() + 8)
        if not (_DIGIT.search(text, begin, year.start()) or _DIGIT.search(text, year.end(), end)):
            # A full date has a day beside its year.
            continue
        for row in _date_patterns():
            match = row.search(text, begin, end)
            iso = _iso(match) if match else ""
            if match and iso:
                found.add((match.start(), iso))
    return sorted(found)


def _from_lines(view: str, lines: list[Line]) -> When | None:
    """Look for a marked date first, then for any date in a line that is not body text."""
    outside = [line for line in lines[:60] if line.role not in {"body", "caption", "duplicate"}]
    outside += [line for line in lines[60:][-20:] if line.role == "dateline"]
    marked = [line for line in outside if _MARKED.search(view[line.start : line.end])]
    plain = [
        line
        for line in outside
        if line.role != "title" and line not in marked and line.end - line.start < 70
    ]
    for group, basis in ((marked, "dateline"), (plain, "line")):
        for line in group:
            text = view[line.start : line.end][:300]
            dates = dates_in(text)
            if dates:
                return When(date=dates[0][1], precision="day", basis=basis)
    for line in lines[:40]:
        if line.role != "body":
            continue
        dates = dates_in(view[line.start : line.start + 90])
        opening = view[line.start : line.start + 90]
        return (
            When(date=dates[0][1], precision="day", basis="opening")
            if dates and re.search(r"\)\s*[-–—]|--|[-–—]\s", opening)
            else None
        )
    return None


def _implied(view: str, lines: list[Line]) -> When:
    """Infer a month: the first "earlier in May" after the latest full date in the text."""
    body = " ".join(
        view[line.start : line.end] for line in lines[:400] if line.role in {"body", "caption"}
    )
    latest = max((iso for _, iso in dates_in(body)), default="")
    if not latest:
        return NO_DATE
    low = body.lower()
    month = _EARLIER_IN.search(low) if "er in " in low else None
    if not month:
        return When(
            date=latest[:4],
            precision="year",
            basis="inferred: not before the latest date in the text",
        )
    number = MONTHS.index(month[1]) + 1
    year = int(latest[:4]) + (number < int(latest[5:7]))
    return When(
        date=f"{year:04}-{number:02}",
        precision="month",
        basis="inferred: month named, year not before the latest date in the text",
    )


def _from_tails(texts: list[str]) -> Found:
    """Take a name that ends several lines, or stands behind a copyright sign."""
    counts: dict[str, int] = {}
    for text in texts:
        match = _TAIL.search(text) if "-" in text or "–" in text or "|" in text else None
        if match:
            counts[match["name"]] = counts.get(match["name"], 0) + 1
    name = max(counts, key=lambda key: (counts[key], key), default="")
    if name and counts[name] > 1:
        return Found(value=name, basis="line-ends")
    for text in texts:
        match = _COPYRIGHT.search(text) if len(text) < 160 and not text.startswith("© AP") else None
        if match:
            return Found(value=match["name"], basis="copyright-line")
    return Found(value="", basis="not found")


def _cut(text: str, basis: str) -> When:
    match = re.match(r"((?:19|20)\d\d)(?:[-/.]?(\d{1,2})(?:[-/.]?(\d{1,2}))?)?", text.strip())
    if not match:
        dates = dates_in(text)
        return When(date=dates[0][1], precision="day", basis=basis) if dates else NO_DATE
    year, month, day = match.groups()
    if month and not 1 <= int(month) <= 12:
        month = None
    if month and day and 1 <= int(day) <= 31:
        return When(date=f"{year}-{int(month):02}-{int(day):02}", precision="day", basis=basis)
    if month:
        return When(date=f"{year}-{int(month):02}", precision="month", basis=basis)
    return When(date=year, precision="year", basis=basis)


def _iso(match: re.Match[str]) -> str:
    parts = match.groupdict()
    if parts.get("monthname"):
        month = next(
            place
            for place, name in enumerate(MONTHS, 1)
            if name.startswith(parts["monthname"].lower()[:3])
        )
    else:
        month = int(parts["month"])
    day = int(parts["day"])
    valid = 1 <= month <= 12 and 1 <= day <= 31
    return f"{parts['year']}-{month:02}-{day:02}" if valid else ""


def _date_patterns() -> list[re.Pattern[str]]:
    if not _COMPILED:
        rows = lexicon.table("furniture")["date"]
        _COMPILED.extend(re.compile(row["pattern"], re.IGNORECASE) for row in rows)
    return _COMPILED


_COMPILED: list[re.Pattern[str]] = []
