"""Dates of measures: ISO text that sorts as it reads; the empty text stands for an open end.

Dates may be known to the month or the year only (`2018-11`): they are compared by their first day
when they begin something and by their last day when they end it.
"""

import calendar
from datetime import date, timedelta

from assay._kernel import lazy_re
from assay.errors import UsageError

OPEN = ""

_ISO = lazy_re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_WRITTEN = lazy_re.compile(r"(\d{1,2})[ /.-]([A-Za-z]{3,9}|\d{1,2})[ /.,-]+(\d{4})")
_AMERICAN = lazy_re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}


def parse_date(text: str) -> str:
    """Return *text* as an ISO date; raises UsageError when it is not a day that exists."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise UsageError(f"{text!r} is not a date", advice="Write it as 2024-06-28.") from None


def read_date(text: str) -> str:
    """Return the date that a list states in *text* as ISO (day, month or year), empty if none.

    Day before month where both are numbers: that is how the lists that do so write it.
    """
    text = text.strip()[:40]
    if found := _ISO.match(text):
        return _checked(*(int(part) if part else 0 for part in found.groups()))
    if found := _WRITTEN.match(text):
        month = found[2]
        number = int(month) if month.isdigit() else _MONTHS.get(month[:3].lower(), 0)
        return _checked(int(found[3]), number, int(found[1]))
    if found := _AMERICAN.match(text):
        return _checked(int(found[3]), _MONTHS.get(found[1][:3].lower(), 0), int(found[2]))
    return OPEN


def first_day(text: str) -> str:
    """Return the first day that *text* (a day, month or year) can mean."""
    return text + "-01-01"[3 * (text.count("-")) :] if 0 < len(text) < 10 else text


def last_day(text: str) -> str:
    """Return the last day that *text* (a day, month or year) can mean."""
    if len(text) == 4:
        return f"{text}-12-31"
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        return f"{text}-{calendar.monthrange(year, month)[1]:02}"
    return text


def within(day: str, since: str, until: str) -> bool:
    """Return whether *day* lies from *since* to *until*, both included, open where empty."""
    return first_day(since) <= day and (until == OPEN or day <= last_day(until))


def days_between(earlier: str, later: str) -> int:
    """Return the number of days from *earlier* to *later* (both ISO days)."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def add_days(day: str, count: int) -> str:
    """Return the ISO day *count* days after *day*."""
    return (date.fromisoformat(day) + timedelta(days=count)).isoformat()


def _checked(year: int, month: int, day: int) -> str:
    if not 1900 <= year <= 2200:
        return OPEN
    if not month:
        return f"{year:04}"
    if not 1 <= month <= 12:
        return OPEN
    if not day:
        return f"{year:04}-{month:02}"
    last = calendar.monthrange(year, month)[1]
    return f"{year:04}-{month:02}-{day:02}" if day <= last else OPEN
