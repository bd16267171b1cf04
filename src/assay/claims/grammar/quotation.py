"""Quotations: pairs of marks within a paragraph, and quotations that run over paragraphs.

Marks are paired by what stands beside them, so an odd number of marks spoils nothing but the
pair concerned. Single marks count only where they cannot be apostrophes.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from typing import NamedTuple

_DOUBLE = re.compile(r"[\"“”„«»`'](?:(?<=[\"“”„«»])|(?<=`)`|(?<=')')")
_OPEN_SINGLE = re.compile(r"[‘'](?:(?<=[\s(\[\"“—–:-].)|(?<=^.))(?=[\w\[“\"$£€…])")
_CLOSE_SINGLE = re.compile(r"(?<=[\w.,!?…%)\]])[’'](?=[\s.,;:!?)\]—–\"”-]|$)")
_NOT_OPENING = re.compile(r"['’](?:em|til|twas|tis|cause|n|round|bout|s|\d\ds?)\b", re.IGNORECASE)
_OPENING = ('"', "“", "„", "«", "``")
"""What a quotation in double marks begins with; without any of them there is none."""
_LONGEST = 20_000


class Quotation(NamedTuple):
    """A quotation: `start` and `end` take in the marks, `inner` does not."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    open_end: bool = False


def find_quotations(text: str, *, single: bool = True) -> list[Quotation]:
    """Return the outermost quotations of the paragraph *text*, in order."""
    found = _pairs(text) if any(map(text.__contains__, _OPENING)) else []
    if single and ("'" in text or "‘" in text):
        found = _with_single(text, found)
    return found


def _pairs(text: str) -> list[Quotation]:
    found: list[Quotation] = []
    opened: re.Match[str] | None = None
    depth_single = 0
    for mark in _DOUBLE.finditer(text):
        if mark[0] == "''" and not _is_closing_pair(text, mark):
            continue
        if opened is None:
            if _can_open(text, mark):
                opened = mark
            continue
        if _reopens(text, opened, mark):
            opened = mark
        elif _can_close(text, mark):
            found.append(Quotation(opened.start(), mark.end(), opened.end(), mark.start()))
            opened = None
    if opened is not None and opened.start() - depth_single >= 0 and _runs_on(text, opened):
        end = len(text.rstrip())
        found.append(Quotation(opened.start(), end, opened.end(), end, open_end=True))
    return [one for one in found if one.inner_end - one.inner_start <= _LONGEST]


def _is_closing_pair(text: str, mark: re.Match[str]) -> bool:
    return "``" in text[: mark.start()]


def _can_open(text: str, mark: re.Match[str]) -> bool:
    if mark[0] in {"“", "„", "«", "``"}:
        return True
    if mark[0] in {"”", "''", "»"}:
        return False
    before = text[mark.start() - 1 : mark.start()]
    after = text[mark.end() : mark.end() + 1]
    return (not before or before in " \t\n([{—–-:/'‘") and bool(after.strip())


def _can_close(text: str, mark: re.Match[str]) -> bool:
    if mark[0] in {"”", "»", "''"}:
        return True
    if mark[0] in {"“", "«", "``", "„"}:
        return mark[0] == "“" and text[mark.start() - 1 : mark.start()] not in {" ", ""}
    before = text[mark.start() - 1 : mark.start()]
    after = text[mark.end() : mark.end() + 1]
    return bool(before.strip()) or not after or after in " .,;:!?)"


def _reopens(text: str, opened: re.Match[str], mark: re.Match[str]) -> bool:
    """Tell whether *mark* opens again because the mark before it was never closed."""
    if opened[0] == "“":
        return mark[0] == "“" and text[mark.start() - 1 : mark.start()] in {" ", "\n"}
    if mark[0] != '"' or opened[0] != '"':
        return False
    before = text[mark.start() - 1 : mark.start()]
    after = text[mark.end() : mark.end() + 1]
    return before in {" ", "\n", "("} and bool(after.strip()) and after not in ".,;:!?)"


def _runs_on(text: str, opened: re.Match[str]) -> bool:
    """Tell whether a quotation left open runs on: it began like a sentence."""
    rest = text[opened.end() :].lstrip()
    return len(rest) > 20 and (
        rest[0].isupper() or rest[0] in "[…$£€" or rest[0].isdigit() or opened.start() == 0
    )


def _with_single(text: str, found: list[Quotation]) -> list[Quotation]:
    taken = list(found)
    at = 0
    while True:
        opening = _OPEN_SINGLE.search(text, at)
        if not opening:
            break
        at = opening.end()
        inside = next((one for one in found if one.start <= opening.start() < one.end), None)
        if inside:
            at = inside.end
            continue
        if opening[0] == "'" and _NOT_OPENING.match(text, opening.start()):
            continue
        limit = next((one.start for one in found if one.start > opening.start()), len(text))
        closing = _closing_single(text, opening.end(), limit)
        if closing < 0:
            continue
        taken.append(Quotation(opening.start(), closing + 1, opening.end(), closing))
        at = closing + 1
    return sorted(taken)


def _closing_single(text: str, start: int, limit: int) -> int:
    """Return where the single quotation that begins before *start* closes, or -1."""
    first = -1
    for mark in _CLOSE_SINGLE.finditer(text, start, min(limit + 1, start + 2000)):
        place = mark.start()
        if text[place - 1] in ".,!?…":
            return place
        after = text[place + 1 : place + 3]
        plural = text[place - 1] in "sS" and re.match(r"\s[a-z]", after)
        if plural and mark[0] != "’" and first < 0:
            first = place
            continue
        if (
            plural
            and first < 0
            and _CLOSE_SINGLE.search(text, place + 1, min(limit + 1, place + 400))
        ):
            first = place
            continue
        return place
    return first
