"""Account files by their form, and account lines or password hashes inside any other file.

passwd, shadow, group, htpasswd and BusyBox httpd.conf; start scripts and programs often carry
the lines they write at boot. Guessing published default passwords is part of the facts.
References: passwd(5), shadow(5), group(5), crypt(5).
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal

from assay._kernel import lazy_re
from assay.inventory.kind import Kind, Span, looks_like_text, shown
from assay.inventory.marks import has
from assay.inventory.passwords.crack import Attempt, attempt
from assay.inventory.passwords.scheme import HASHES, scheme
from assay.model.record import Record

Form = Literal["passwd", "shadow", "group", "htpasswd", "httpd", "embedded"]

MOST_TEXT = 256 << 10
MOST_LINES = 2000
MOST_ACCOUNTS = 200
MOST_GUESSED = 12
"""The most hashes of one file that are guessed at; further ones have tried = 0."""


class Account(Record):
    """One account line, or a lone hash (then `name` is empty).

    `scheme` is that of `passwords.scheme`, or `plain` where the form stores passwords readable.
    `uid` and `gid` are -1 where the form has none. `line` and `field` point at the bytes.
    """

    name: str
    scheme: str
    line: Span
    field: Span
    uid: int = -1
    gid: int = -1
    home: str = ""
    shell: str = ""
    members: tuple[str, ...] = ()
    attempt: Attempt | None = None


class AccountsFacts(Record):
    """The accounts that a file states; `embedded` when it is not itself an account file."""

    form: Form
    accounts: tuple[Account, ...]
    complete: bool = True


KIND = Kind(
    name="accounts",
    version=3,
    facts=AccountsFacts,
    about="accounts and password hashes, guessed against published default passwords",
    text=True,
    binary=True,
)

_NAME = rb"(?P<name>[A-Za-z_][A-Za-z0-9_.$-]{0,31})"
_FORMS: tuple[tuple[Form, re.Pattern[bytes]], ...] = (
    (
        "passwd",
        lazy_re.compile(
            _NAME + rb":(?P<field>[^:]{0,200}):(?P<uid>\d{1,10}):(?P<gid>\d{1,10}):[^:]{0,200}:"
            rb"(?P<home>/?[^:]{0,200}):(?P<shell>[^:]{0,200})"
        ),
    ),
    ("shadow", lazy_re.compile(_NAME + rb":(?P<field>[^:]{0,200})(?::-?\d{0,10}){3,8}")),
    (
        "group",
        lazy_re.compile(
            _NAME + rb":(?P<field>[^:]{0,200}):(?P<gid>\d{1,10}):(?P<members>[^:]{0,900})"
        ),
    ),
    (
        "htpasswd",
        lazy_re.compile(_NAME + rb":(?P<field>\$[^:]{10,150}|\{SHA\}[^:]{28}|[./0-9A-Za-z]{13})"),
    ),
)
_HTTPD = lazy_re.compile(
    rb"(?m)^/[^\s:#]{0,120}:(?P<name>[A-Za-z_][^\s:#]{0,31}):(?P<field>[^\s:#]{1,120})[ \t]*\r?$"
)
# An account line written by a script or a program: no format directives, a shell or a path.
_EMBEDDED = lazy_re.compile(
    rb"(?<![A-Za-z0-9_.%$/-])(?P<name>[A-Za-z_][A-Za-z0-9_.-]{0,31}):"
    rb"(?P<field>\$[1-7a-z]{1,4}\$[^\s:\"'\0]{8,150}|[./0-9A-Za-z]{13}|):"
    rb"(?P<uid>\d{1,5}):(?P<gid>\d{1,5}):[^:\"'\0\r\n%]{0,64}:"
    rb"(?P<home>/[^:\s\"'\0%]{0,80}):(?P<shell>/[^\s:\"'\0\\%>;]{1,80})"
)
MOST_NUMBERS = 2000
MOST_BEFORE, MOST_BEHIND = 200, 300
"""Bytes of such a line in front of its numbers and from them on: more than it can have."""
_NUMBERS = lazy_re.compile(rb":(?=\d{1,5}:\d{1,5}:[^:\"'\0\r\n%]{0,64}:/)")
_LONE = lazy_re.compile(
    # What may not stand in front is looked at behind the first byte, which is found at once so.
    rb"(?P<field>\$(?<![./0-9A-Za-z$]\$)(?:1\$[./0-9A-Za-z]{1,8}\$[./0-9A-Za-z]{22}"
    rb"|5\$(?:rounds=\d{1,9}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{43}"
    rb"|6\$(?:rounds=\d{1,9}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{86}"
    rb"|2[abxy]\$\d\d\$[./0-9A-Za-z]{53}))(?![./0-9A-Za-z$])"
)


def examine(content: bytes) -> AccountsFacts | None:
    """Return the accounts that *content* states, or None when there are none."""
    form: Form = "embedded"
    matches: list[re.Match[bytes]] = []
    if len(content) <= MOST_TEXT and looks_like_text(content):
        form, matches = _whole(content)
    if not matches:
        form, matches = "embedded", list(islice(_embedded(content), MOST_ACCOUNTS + 1))
    if not matches:
        return None
    guessed: set[tuple[str, str]] = set()
    accounts = tuple(_account(content, match, form, guessed) for match in matches[:MOST_ACCOUNTS])
    return AccountsFacts(form=form, accounts=accounts, complete=len(matches) <= MOST_ACCOUNTS)


def _whole(content: bytes) -> tuple[Form, list[re.Match[bytes]]]:
    """Return the form whose every line *content* is made of, with the lines."""
    if has(content, "server rule") or content.startswith(b"/"):
        served = list(islice(_HTTPD.finditer(content), MOST_ACCOUNTS + 1))
        if served:
            return "httpd", served
    first = list(islice(_lines(content[:4096]), 4))
    if not any(form.fullmatch(content, *line) for line in first for _, form in _FORMS):
        return "embedded", []  # no account file begins so
    lines = list(_lines(content))
    if not lines:
        return "embedded", []
    for form, expression in _FORMS:
        matches = [expression.fullmatch(content, start, end) for start, end in lines]
        found = [match for match in matches if match]
        # A stray line (a remark, a torn entry) does not unmake an account file of many lines.
        if found and len(found) * 5 >= len(lines) * 4 and _plausible(form, found):
            return form, found
    return "embedded", []


def _plausible(form: Form, found: list[re.Match[bytes]]) -> bool:
    if form == "passwd":
        return any(match["home"].startswith(b"/") or match["shell"] for match in found)
    if form == "group":
        return any(match["gid"] == b"0" or match["name"] == b"root" for match in found)
    if form == "shadow":
        return all(scheme(match["field"].decode("latin-1")) != "other" for match in found)
    return all(scheme(match["field"].decode("latin-1")) in HASHES for match in found)


def _lines(content: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    for line in islice(content.split(b"\n"), MOST_LINES):
        end = start + len(line.rstrip(b"\r \t"))
        if end > start and not line.startswith(b"#"):
            yield start, end
        start += len(line) + 1


def _embedded(content: bytes) -> Iterator[re.Match[bytes]]:
    taken: set[int] = set()
    if has(content, "account line"):
        for match in _written_lines(content):
            if scheme(match["field"].decode("latin-1")) in HASHES | {"empty"}:
                taken.add(match.start("field"))
                yield match
    if has(content, "hash"):
        for match in _LONE.finditer(content):
            if match.start("field") not in taken:
                yield match


def _written_lines(content: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the account lines that are written somewhere, by the numbers that they have."""
    done = 0
    for count, numbers in enumerate(_NUMBERS.finditer(content)):
        if count == MOST_NUMBERS:
            yield from _EMBEDDED.finditer(content, done)
            return
        place = numbers.start()
        first = max(done, place - MOST_BEFORE)
        match = _EMBEDDED.search(content, first, place + 2 * MOST_BEHIND)
        # What ends farther off may be cut; it comes with the numbers of its own.
        if match is not None and match.end() <= place + MOST_BEHIND:
            yield match
            done = match.end()


def _account(
    content: bytes, match: re.Match[bytes], form: Form, guessed: set[tuple[str, str]]
) -> Account:
    parts = {key: value.decode("latin-1") for key, value in match.groupdict().items() if value}
    field, name = parts.get("field", ""), parts.get("name", "")
    kind: str = scheme(field)
    if form == "httpd" and kind not in HASHES - {"des"}:
        kind = "plain"
    if form == "passwd" and field == "x":
        kind = "shadowed"
    attempted = None
    if kind in HASHES and form != "group":
        guessed.add((field, name))
        if len(guessed) <= MOST_GUESSED:
            attempted = attempt(field, kind, name)
    return Account(
        name=name,
        scheme=kind,
        line=_span(content, *match.span()),
        field=_span(content, *match.span("field")),
        uid=min(int(parts.get("uid", -1)), 1 << 32),
        gid=min(int(parts.get("gid", -1)), 1 << 32),
        home=parts.get("home", ""),
        shell=parts.get("shell", ""),
        members=tuple(part for part in parts.get("members", "").split(",") if part)[:50],
        attempt=attempted,
    )


def _span(content: bytes, start: int, end: int) -> Span:
    return Span(offset=start, length=end - start, text=shown(content[start:end]))
