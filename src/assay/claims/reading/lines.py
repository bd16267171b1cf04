"""Roles of lines: what is the text of a page and what is menu, caption, credit or widget.

Nothing is thrown away: a line that is not body text keeps its place and gets another role.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from assay.claims import lexicon
from assay.claims.known import Known
from assay.claims.records import Role
from assay.claims.scan import PREFIX, prefixes

MOST_LINES = 20_000
LONGEST_LINE = 50_000
_LONGEST_FURNITURE = 240
_SHORT = 60

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENDS = re.compile(r"[.!?…:;,—–-]['\"”’»)\]]*\s*$|['\"”’»]\s*$")
_FULL_STOP = re.compile(r"[.!?…]['\"”’»)\]]*\s*$")
_OTHER_LETTER = re.compile(r"[\u0250-\u1dff\u2c00-\ud7ff\uf900-\ufdff]")
_CREDIT = re.compile(r"^(?:©|\(c\)\s)", re.IGNORECASE)
_SITE_TAIL = re.compile(r"\s[-–|]\s[\w .]{3,40}$")
_CLOCK = re.compile(
    r"^(?:\d{1,2}[:.]\d\d(?:\s*[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\.?)(?:\s+\w{2,5})?\s*$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[-•*·–]\s+")
_CROSSHEAD = re.compile(r"['‘\"“][^'’\"”\W][^\"“”‘’.!?…,;:]{2,48}(?<![.!?…,;:])['’\"”]")
"""A few words in quotation marks without a stop: the heading of a section, not speech."""
_LISTED = re.compile(r"^(?:[\w’']+\s*[|/›»>]\s*){2,}")


class Line(NamedTuple):
    """A stretch of the view that is one line or one wrapped paragraph."""

    role: Role
    start: int
    end: int
    rule: str


def read_lines(view: str) -> list[Line]:
    """Return the lines of *view* with their roles, in order; blank lines are left out."""
    raw = list(_stretches(view))
    known = [_role_of(view[start:end]) for start, end in raw]
    lines = [
        Line(role, start, end, rule) for (start, end), (role, rule) in zip(raw, known, strict=True)
    ]
    lines = _near_body(view, lines)
    lines = _duplicates(view, lines)
    return _title(view, lines)


def _stretches(view: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    wrapped = _is_wrapped(view)
    at = 0
    for piece in view.split("\n"):
        start, end = at, at + len(piece)
        at = end + 1
        if not piece.strip():
            found.append((-1, -1))
            continue
        start += len(piece) - len(piece.lstrip())
        end -= len(piece) - len(piece.rstrip())
        while end - start > LONGEST_LINE:
            cut = max(view.rfind(". ", start, start + LONGEST_LINE) + 1, start + LONGEST_LINE // 2)
            found.append((start, cut))
            start = cut
        if wrapped and found and found[-1][0] >= 0 and _continues(view, found[-1], start):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
        if len(found) >= MOST_LINES:
            break
    return [pair for pair in found if pair[0] >= 0]


def _is_wrapped(view: str) -> bool:
    """Tell whether paragraphs are broken into lines of even width, as in e-mail and RFCs."""
    pieces = view[:40_000].split("\n")
    pairs = [(a, b) for a, b in pairwise(pieces) if a.strip() and b.strip()]
    if len(pairs) < 3:
        return False
    broken = sum(
        1
        for a, b in pairs
        if 40 <= len(a) <= 110 and not _FULL_STOP.search(a) and b.lstrip()[:1].islower()
    )
    return broken * 4 > len(pairs) and max(len(a) for a, _ in pairs) <= 140


def _continues(view: str, before: tuple[int, int], start: int) -> bool:
    last = view[max(before[0], before[1] - 200) : before[1]]
    width = len(last.rpartition("\n")[2])
    return width >= 40 and not _BULLET.match(view[start : start + 4])


def _role_of(line: str) -> tuple[Role, str]:  # noqa: PLR0911 - one return for each case of the grammar
    if len(line) <= _LONGEST_FURNITURE or line[0] in "©(":
        for role, pattern in _OPENINGS[line[:PREFIX]]:
            if pattern.match(line):
                return role, f"furniture.{role}"
    if line[0].isdigit() and _CLOCK.match(line):
        return "dateline", "line.clock"
    if _has_menu_mark(line) and _LISTED.match(line):
        return "furniture", "line.menu"
    lower = line[:4000].lower()
    if _plainly_body(line, lower):
        return "body", "line.sentence"
    words = _WORD.findall(lower)
    if words and _foreign(line):
        return "foreign-script", "line.script"
    stops = sum(map(_stop_words().__contains__, words))
    data = lexicon.table("furniture")
    enough = len(words) >= data["words"] and stops * 1000 >= data["stop_permille"] * len(words)
    if enough and _ends(line) and not _is_tail(line):
        return "body", "line.sentence"
    if _spoken(line, words):
        return "body", "line.speech"
    if _reports(line, words):
        return "body", "line.reported"
    return ("furniture", "line.other") if words else ("widget", "line.empty")


def _has_menu_mark(line: str) -> bool:
    return "|" in line or "/" in line or "›" in line or "»" in line or ">" in line


def _plainly_body(line: str, lower: str) -> bool:
    """Tell what words between spaces suffice to tell: a sentence with many stop words."""
    words = lower.split()
    data = lexicon.table("furniture")
    if len(words) < data["words"] or not _ends(line):
        return False
    stops = sum(map(_stop_words().__contains__, words))
    many = stops * 1000 >= (data["stop_permille"] + _MARGIN) * len(words)
    return many and not _is_tail(line) and not _foreign(line)


_MARGIN = 60
"""Words joined by hyphens count once here: so many permille more make up for them."""


def _spoken(line: str, words: list[str]) -> bool:
    """Tell whether a short line is a quotation or a sentence with a verb of speech."""
    if not _ends(line) or _CROSSHEAD.fullmatch(line):
        return False
    quoted = line[0] in "\"“'‘«„" or any(mark in line for mark in '"”')
    return quoted and (len(words) >= 3 or any(word in lexicon.cues() for word in words))


def _reports(line: str, words: list[str]) -> bool:
    """Tell whether a line is whole sentences with a verb of speech or a finite verb in them."""
    if len(words) < 5 or not _is_finished(line):
        return False
    if not _telling().isdisjoint(words):
        return True
    past = any(word.endswith("ed") for word in words)
    return past and not _stop_words().isdisjoint(words)


@cache
def _telling() -> frozenset[str]:
    """Return the verbs of speech in a form that tells, and that are nothing else."""
    cues = lexicon.cues().items()
    return frozenset(
        word for word, cue in cues if cue.form in {"past", "third"} and not cue.ambiguous
    )


def _ends(line: str) -> bool:
    """Tell whether the line ends in a mark."""
    return line[-1] in _LAST_MARKS or _ENDS.search(line[-12:]) is not None


def _is_finished(line: str) -> bool:
    """Tell whether the line ends like a sentence."""
    return line[-1] in ".!?…" or _FULL_STOP.search(line[-12:]) is not None


_LAST_MARKS = frozenset(".!?…:;,—–-'\"”’»")


def _is_tail(line: str) -> bool:
    return not _is_finished(line) and _SITE_TAIL.search(line[-60:]) is not None


def _foreign(line: str) -> bool:
    if line.isascii():
        return False
    if _OTHER_LETTER.search(line) is None:
        return False
    letters = [char for char in line[:2000] if char.isalpha()]
    latin = sum(1 for char in letters if char < "\u0250" or "\u1e00" <= char <= "\u1eff")
    return latin * 5 < len(letters) * 4


def _near_body(view: str, lines: list[Line]) -> list[Line]:
    """Take up short sentences between body lines: `It was not so.` alone proves nothing."""
    body = [line.role == "body" for line in lines]
    for place, line in enumerate(lines):
        text = view[line.start : line.end]
        if line.rule != "line.other" or not _FULL_STOP.search(text):
            continue
        near = any(body[max(0, place - 2) : place]) or any(body[place + 1 : place + 3])
        words = _WORD.findall(text[:400].lower())
        told = any(word in _stop_words() or word.endswith("ed") for word in words)
        if near and told:
            lines[place] = line._replace(role="body", rule="line.between")
    return lines


def _duplicates(view: str, lines: list[Line]) -> list[Line]:
    """Mark captions that repeat inside another line, with a credit glued to them."""
    marked = [
        place
        for place, line in enumerate(lines)
        if view[line.start] in "©(" and _CREDIT.match(view[line.start : line.end])
    ]
    for place in marked:
        text = view[lines[place].start : lines[place].end]
        for other in (place - 1, place + 1):
            if 0 <= other < len(lines) and _shared(
                text, view[lines[other].start : lines[other].end]
            ):
                lines[other] = lines[other]._replace(role="duplicate", rule="line.repeats-caption")
    openings: dict[tuple[str, ...], list[int]] = {}
    for place, line in enumerate(lines):
        if line.end - line.start > _SHORT:
            opening = tuple(view[line.start : line.end].split(None, 3)[:3])
            openings.setdefault(opening, []).append(place)
    for places in openings.values():
        if len(places) > 1:
            _mark_repeated(view, lines, places)
    return lines


def _mark_repeated(view: str, lines: list[Line], places: list[int]) -> None:
    """Mark each body line of those at *places* that is the same as one before it."""
    seen: set[str] = set()
    for place in places:
        line = lines[place]
        key = " ".join(view[line.start : line.end].split())
        if line.role == "body" and len(key) > _SHORT and key in seen:
            lines[place] = line._replace(role="duplicate", rule="line.repeats")
        seen.add(key)


def _shared(caption: str, line: str) -> bool:
    core = _SITE_TAIL.sub("", line).rstrip(". ")
    return len(core) > 30 and core in caption


def _title(view: str, lines: list[Line]) -> list[Line]:
    """Find the headline: the last unfinished line of some length before the body begins."""
    first = next(
        (
            place
            for place, line in enumerate(lines)
            if line.rule in {"line.sentence", "line.between"}
            and line.role == "body"
            and not _blurb(view, lines, place)
        ),
        None,
    )
    limit = first if first is not None else len(lines)
    best = -1
    for place in range(min(limit, 60)):
        line = lines[place]
        text = view[line.start : line.end]
        unfinished = line.rule == "line.other" or (
            line.rule == "line.speech" and not _FULL_STOP.search(text)
        )
        if (
            not unfinished
            or not 3 <= len(_WORD.findall(text)) <= 30
            or text.endswith((".", ":", ","))
        ):
            continue
        if best < 0 or not _heading(view, lines[best]) or _heading(view, line):
            best = (
                place
                if best < 0 or len(text) >= (lines[best].end - lines[best].start) // 2
                else best
            )
    if best >= 0 and first != 0:
        lines[best] = lines[best]._replace(role="title", rule="line.headline")
        for place in range(best):
            if lines[place].role == "body":
                lines[place] = lines[place]._replace(role="furniture", rule="line.before-headline")
    return lines


def _blurb(view: str, lines: list[Line], place: int) -> bool:
    """Tell whether the body line at *place* stands before a headline: a section's description."""
    if place > 12:
        return False
    text = view[lines[place].start : lines[place].end]
    if '"' in text or "“" in text:
        return False
    after = lines[place + 1 : place + 6]
    unfinished = [line for line in after if line.rule == "line.other" and _heading(view, line)]
    imperative = re.match(
        (
            r"^(?:find|get|read|all you|keep|stay|follow|the latest|latest|breaking|"
            r"discover|welcome|news)\b"
        ),
        text,
        re.IGNORECASE,
    )
    return bool(imperative and unfinished)


def _heading(view: str, line: Line) -> bool:
    return 4 <= len(_WORD.findall(view[line.start : line.end])) <= 30


def _stop_words() -> frozenset[str]:
    return lexicon.words("words", "stop")


@cache
def _furniture() -> tuple[tuple[Role, re.Pattern[str], tuple[str, ...]], ...]:
    """Return the roles of furniture, their patterns, and how what matches begins if that is known.

    What begins with a number or a letter outside ASCII is left out of the beginnings.
    """
    return tuple(
        (
            role,
            re.compile(pattern, re.IGNORECASE),
            tuple(prefixes("\\b" + _NO_LETTER_FIRST.sub("0", pattern)) or ("",)),
        )
        for role, pattern in lexicon.table("furniture")["prefixes"]
    )


_NO_LETTER_FIRST = re.compile(r"(?<=[|:])(?:\\d\+|[^\x00-\x7f])")


def _openings(beginning: str) -> tuple[tuple[Role, re.Pattern[str]], ...]:
    """Return the furniture that a line which begins so can be."""
    low = beginning.lower()
    # A few other letters are taken for those of ASCII where case does not matter.
    open_ = not beginning.isascii() or beginning[0].isdigit()
    return tuple(
        (role, pattern) for role, pattern, starts in _furniture() if open_ or low.startswith(starts)
    )


_OPENINGS = Known(_openings)
