"""Shell commands that fetch something from the network and run it: what two checks share.

A fetch is a download command or a listener whose output goes to an interpreter, or to a file that
the same text runs afterwards without a signature check in between.
"""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.inventory.kind import Span
from assay.inventory.kinds.text import span

FETCHERS = "wget|curl|uclient-fetch|ftpget|tftp|fetch|aria2c|snarf"
_NAMES = tuple(FETCHERS.split("|"))
INTERPRETERS = "sh|ash|bash|dash|python[0-9.]*|perl|lua|php[0-9]?|node|ruby|micropython"
VERIFIERS = lazy_re.compile(
    r"\b(?:usign|signify|minisign|gpgv?|ucert|fwtool|cosign)\b"
    r"|\bopenssl\s+(?:dgst|rsautl|pkeyutl|smime|cms)\b[^\n]{0,200}-verify"
)
MOST_SPAN = 400
MOST_FETCHES = 200
MOST_BETWEEN = 20_000
_PLACE = r"(?:\"[^\"\n]{1,120}\"|'[^'\n]{1,120}'|[^\s;|&<>()\"']{1,120})"
_START = r"(?:^|[;&|(`{]|\b(?:then|do|else|exec|eval|sudo|nohup|time)\b)[ \t]*(?:/[\w./-]{1,60}/)?"
_PIPED = lazy_re.compile(
    rf"\b(?:{FETCHERS})\b[^\n;|&]{{0,300}}\|[ \t]*(?:\w+[ \t]+){{0,2}}(?:/[\w./-]{{1,60}}/)?"
    rf"(?:{INTERPRETERS})\b(?![./=\w])"
)
_EVALUATED = lazy_re.compile(
    rf"\b(?:eval|(?:{INTERPRETERS})[ \t]+-c)[ \t]+[\"']?(?:\$\(|`)[^\n)`]{{0,200}}"
    rf"\b(?:{FETCHERS})\b[^\n)`]{{1,200}}[)`]"
)
_FETCH = lazy_re.compile(rf"{_START}(?:{FETCHERS})\b[^\n;|&]{{3,300}}", re.MULTILINE)
_TARGETS = (
    lazy_re.compile(rf"[ \t](?:-O|-o|-l|--output(?:-document)?)[ \t=]*({_PLACE})"),
    lazy_re.compile(rf">[ \t]*({_PLACE})"),
    lazy_re.compile(
        rf"\bftpget\b(?:[ \t]+-\S+(?:[ \t]+{_PLACE})?)*[ \t]+\S+[ \t]+({_PLACE})[ \t]+\S+"
    ),
)
_NOT_FILES = frozenset({"-", "/dev/null", "/dev/stdout", "&1", "/dev/console"})


class Fetched(Value):
    """A fetch whose outcome is run: the fetch, the run, and words for both."""

    fetch: Span
    run: Span
    says: str


def fetched_and_run(text: str) -> Iterator[Fetched]:
    """Yield the fetches of shell *text* (one character a byte) whose outcome is run."""
    lines = _lines_that_fetch(text)
    for expression, says in (
        (_PIPED, "pipes a download into"),
        (_EVALUATED, "evaluates a download with"),
    ):
        for match in _matches(expression, text, lines):
            if not _commented(text, match.start()):
                whole = span(text, match.start(), min(match.end(), match.start() + MOST_SPAN))
                yield Fetched(whole, whole, f"{says} an interpreter: `{whole.text.strip()}`")
    yield from _through_files(text, lines)


def _lines_that_fetch(text: str) -> list[tuple[int, int]]:
    """Return from where to where the lines of *text* reach that name a fetcher, in their order.

    No expression for a fetch goes beyond its line: the others need not be matched.
    """
    found: set[tuple[int, int]] = set()
    for name in _NAMES:
        place = text.find(name)
        while place >= 0:
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            found.add((text.rfind("\n", 0, place) + 1, end))
            place = text.find(name, end)
    return sorted(found)


def _matches(
    expression: re.Pattern[str], text: str, lines: list[tuple[int, int]]
) -> Iterator[re.Match[str]]:
    for start, end in lines:
        yield from expression.finditer(text, start, end)


def _through_files(text: str, lines: list[tuple[int, int]]) -> Iterator[Fetched]:
    for count, match in enumerate(_matches(_FETCH, text, lines)):
        if count >= MOST_FETCHES:
            return
        if _commented(text, match.start()):
            continue
        place = _target(match[0])
        run = _run_of(text, place, match.end()) if place else None
        if run is None:
            continue
        between = text[match.end() : run.offset]
        if not VERIFIERS.search(between):
            fetch = span(text, match.start(), match.end())
            said = f"downloads {place} and runs it: `{_short(fetch.text)}`, `{_short(run.text)}`"
            yield Fetched(fetch, run, said)


def _target(command: str) -> str:
    """Return the file that a download *command* writes, empty where none is named."""
    for expression in _TARGETS:
        found = expression.search(command)
        if found:
            name = found[1].strip("\"'")
            return "" if name in _NOT_FILES or len(name) < 2 else name
    return ""


def _run_of(text: str, place: str, start: int) -> Span | None:
    """Return where *text* runs the file *place* after *start*, or None."""
    quoted = rf"[\"']?{re.escape(place)}[\"']?(?=[\s;|&)`]|$)"
    runner = rf"(?:(?:/[\w./-]{{1,60}}/)?(?:{INTERPRETERS}|source|\.)[ \t]+(?:-\w+[ \t]+){{0,3}})?"
    found = re.compile(rf"{_START}{runner}{quoted}", re.MULTILINE).search(
        text, start, start + MOST_BETWEEN
    )
    if found is None or _commented(text, found.start()):
        return None
    return span(text, found.start(), found.end())


def _commented(text: str, place: int) -> bool:
    """Return whether *place* stands in a line that is a comment."""
    begin = text.rfind("\n", 0, place + 1) + 1
    return text[begin : begin + 200].lstrip().startswith("#")


def _short(text: str) -> str:
    plain = text.strip(" \t\n;&|(.").strip()
    return plain if len(plain) <= 120 else f"{plain[:117]}..."
