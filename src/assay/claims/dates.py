"""When something was said or done: weekdays and spans, against the day of publication."""

import datetime as dt
import re
from collections.abc import Iterable

from assay.claims.known import Known
from assay.claims.records import When

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = "|".join(MONTHS) + r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
# Nothing else begins a date; with a space behind a word, no more than the word decides.
_BEGINS = (
    r"\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|yest|to[dn]|"
    r"th[ie]|la[st]|next|on\s|ear|in\s|since|during|of\s|by\s|two|three|four|five|six|sev|a\s"
)
_PATTERN = re.compile(
    rf"\b(?={_BEGINS})(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|"
    rf"th)?\s(?:of\s)?(?P<m1>{_MONTH})\.?(?:,?\s(?P<y1>(?:19|20)\d\d))?"
    rf"|(?P<m2>{_MONTH})\.?\s(?P<d2>\d{{1,2}})(?:st|nd|rd|"
    rf"th)?\b(?!\d)(?:,?\s(?P<y2>(?:19|20)\d\d))?"
    rf"|(?P<m3>{_MONTH})\.?,?\s(?:of\s)?(?P<y3>(?:19|20)\d\d)"
    r"|(?P<iso>(?:19|20)\d\d-\d\d-\d\d)"
    rf"|(?:(?P<rel>last|this|next|on|earlier on|late)\s)?(?P<wd>{'|'.join(_WEEKDAYS)})\b"
    r"|(?P<yesterday>yesterday)|(?P<today>today|tonight|this morning|this afternoon|this evening)"
    r"|(?P<last>last|earlier this|this|later this|the previous)\s(?P<unit>week|month|year)"
    rf"|(?:in|last|earlier in|since|later in|early|late|by)\s(?P<m4>{_MONTH})\b"
    r"(?!,?\s(?:of\s)?\d{4})"
    r"|(?:in|since|during|of)\s(?P<y4>(?:19|20)\d\d)\b"
    r"|(?P<n>\d+|two|three|four|five|six|several|a few|a)\s(?P<ago>days?|"
    r"weeks?|months?|years?)\s(?:ago|earlier))"
)
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "a": 1}


def resolve_date(text: str, published: When) -> When | None:
    """Return the first date that *text* names, against the day *published*; nothing if none."""
    lower = text.lower()
    match = _first_date(lower)
    if match and match["wd"]:
        behind = _PATTERN.match(lower, match.end() + len(_between(lower, match.end())))
        if behind and (behind["d1"] or behind["d2"] or behind["iso"]):
            # `on Monday, 14 October 2024` is that day, whatever the day of publication.
            return _resolve(behind, published)
    return _resolve(match, published) if match else None


def _first_date(lower: str) -> re.Match[str] | None:
    """Return the first match of the pattern, which is tried at the words that can begin a date."""
    at = 0
    for chunk in lower.split(" "):
        for place in _BEGINNINGS[chunk]:
            match = _PATTERN.match(lower, at + place)
            if match:
                return match
        at += len(chunk) + 1
    return None


def _beginnings(chunk: str) -> tuple[int, ...]:
    """Return where in what stands between two spaces a date can begin."""
    return tuple(match.start() for match in _BEGINNING.finditer(chunk + " "))


_BEGINNING = re.compile(rf"\b(?={_BEGINS})")
_BEGINNINGS = Known(_beginnings)


def _between(lower: str, end: int) -> str:
    """Return what stands at *end* between a weekday and its date: a comma, `the`."""
    found = _BETWEEN.match(lower, end)
    return found[0] if found else ""


_BETWEEN = re.compile(r",?\s(?:the\s)?|\s\((?=\w)")


_HINTS = frozenset(
    [
        *_WEEKDAYS,
        *MONTHS,
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sept",
        "sep",
        "oct",
        "nov",
        "dec",
        "yesterday",
        "today",
        "tonight",
        "week",
        "month",
        "year",
        "morning",
        "afternoon",
        "evening",
        "ago",
        *(
            f"{name}."
            for name in (
                "jan",
                "feb",
                "mar",
                "apr",
                "jun",
                "jul",
                "aug",
                "sept",
                "sep",
                "oct",
                "nov",
                "dec",
            )
        ),
    ]
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATED = Known(lambda word: word in _HINTS or _YEAR.search(word) is not None)


def names_date(words: Iterable[str]) -> bool:
    """Tell whether any of the lower-case *words* can be part of a date."""
    return True in map(_DATED.__getitem__, words)


def said_when(text: str, published: When) -> When:
    """Return when the words in the sentence *text* were spoken, or that only a limit is known."""
    found = resolve_date(text, published)
    if found and (
        not published.date
        or found.date <= published.date[: len(found.date)]
        or published.precision != "day"
    ):
        return found
    if published.date:
        return When(
            date=published.date, precision=published.precision, basis="not after publication"
        )
    return When(date="", precision="none", basis="not found")


def _resolve(match: re.Match[str], published: When) -> When | None:
    parts = match.groupdict()
    shown = " ".join(match[0].lower().split())
    if parts["iso"]:
        return When(date=parts["iso"], precision="day", basis="stated")
    for number in ("1", "2"):
        if parts[f"m{number}"]:
            return _day(
                parts[f"y{number}"], parts[f"m{number}"], parts[f"d{number}"], published, shown
            )
    if parts["m3"]:
        return When(
            date=f"{parts['y3']}-{_month(parts['m3']):02}", precision="month", basis="stated"
        )
    if parts["y4"]:
        return When(date=parts["y4"], precision="year", basis="stated")
    if parts["m4"]:
        return _month_before(_month(parts["m4"]), published, shown)
    return _relative(parts, published, shown)


def _day(year: str | None, month: str, day: str, published: When, shown: str) -> When | None:
    number = _month(month)
    if not 1 <= int(day) <= 31:
        return None
    if year:
        return When(date=f"{year}-{number:02}-{int(day):02}", precision="day", basis="stated")
    if not published.date:
        return None
    if len(published.date) < 7:
        return None
    guess = int(published.date[:4])
    stamp = f"{guess}-{number:02}-{int(day):02}"
    if stamp[: len(published.date)] > published.date:
        stamp = f"{guess - 1}-{number:02}-{int(day):02}"
    return When(date=stamp, precision="day", basis=f"{shown} ≤ published")


def _month_before(number: int, published: When, shown: str) -> When | None:
    if len(published.date) < 4:
        return None
    year = int(published.date[:4])
    if len(published.date) >= 7 and number > int(published.date[5:7]):
        year -= 1
    return When(date=f"{year}-{number:02}", precision="month", basis=f"{shown} ≤ published")


def _relative(parts: dict[str, str | None], published: When, shown: str) -> When | None:
    today = _as_date(published)
    if parts["wd"]:
        return _weekday(parts["wd"].lower(), parts["rel"], today, published, shown)
    if parts["unit"]:
        return _unit(parts["unit"].lower(), (parts["last"] or "").lower(), today, published, shown)
    if today is None:
        return None
    if parts["yesterday"]:
        today -= dt.timedelta(days=1)
    if parts["yesterday"] or parts["today"]:
        return When(date=today.isoformat(), precision="day", basis=f"{shown} ≤ published")
    return _ago((parts["n"] or "").lower(), (parts["ago"] or "").lower().rstrip("s"), today, shown)


def _weekday(
    name: str, relation: str | None, today: dt.date | None, published: When, shown: str
) -> When | None:
    if (relation or "").lower() == "next":
        return None
    if today is None:
        if not published.date:
            return None
        return When(
            date=published.date, precision=published.precision, basis=f"{shown} ≤ published"
        )
    back = (today.weekday() - _WEEKDAYS.index(name)) % 7
    if (relation or "").lower() == "last" and back == 0:
        back = 7
    day = today - dt.timedelta(days=back)
    return When(date=day.isoformat(), precision="day", basis=f"{shown} ≤ published")


def _unit(
    unit: str, relation: str, today: dt.date | None, published: When, shown: str
) -> When | None:
    if unit == "year" and len(published.date) >= 4:
        year = int(published.date[:4]) - (relation in {"last", "the previous"})
        return When(date=str(year), precision="year", basis=f"{shown} ≤ published")
    if unit == "month" and len(published.date) >= 7:
        months = (
            int(published.date[:4]) * 12
            + int(published.date[5:7])
            - 1
            - (relation in {"last", "the previous"})
        )
        return When(
            date=f"{months // 12}-{months % 12 + 1:02}",
            precision="month",
            basis=f"{shown} ≤ published",
        )
    if unit == "week" and today:
        start = today - dt.timedelta(
            days=today.weekday() + (7 if relation in {"last", "the previous"} else 0)
        )
        return When(date=start.isoformat(), precision="week", basis=f"{shown} ≤ published")
    return None


def _ago(number: str, unit: str, today: dt.date, shown: str) -> When | None:
    count = int(number) if number.isdigit() else _NUMBERS.get(number, 0)
    if not 0 < count < 400:
        return None
    if unit == "year":
        return When(
            date=str(today.year - min(count, 1000)), precision="year", basis=f"{shown} ≤ published"
        )
    if unit == "month":
        months = today.year * 12 + today.month - 1 - count
        return When(
            date=f"{months // 12}-{months % 12 + 1:02}",
            precision="month",
            basis=f"{shown} ≤ published",
        )
    day = today - dt.timedelta(days=count * (7 if unit == "week" else 1))
    return When(
        date=day.isoformat(),
        precision="week" if unit == "week" else "day",
        basis=f"{shown} ≤ published",
    )


def _as_date(published: When) -> dt.date | None:
    try:
        return dt.date.fromisoformat(published.date)
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(
        place for place, month in enumerate(MONTHS, 1) if month.startswith(name.lower()[:3])
    )
