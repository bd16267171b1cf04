"""Settings that hold a secret in readable form: configuration, XML, JSON, UCI, NVRAM, scripts.

Part of the inventory stage; what counts as a secret is decided in `inventory/secrecy.py`.
Reference: CWE-256, CWE-312.
"""

import re
from collections.abc import Iterator
from itertools import islice

from assay._kernel import lazy_re
from assay._kernel.occurrences import occurrences
from assay.inventory.kind import Kind, Span
from assay.inventory.kinds.text import span
from assay.inventory.marks import has
from assay.inventory.secrecy import is_literal, is_secret_name
from assay.model.record import Record

MOST = 16 << 20
MOST_SETTINGS = 100
_BEFORE, _AFTER = 300, 2000
"""How much of a long line is read around a word that hints at a secret."""


class Setting(Record):
    """A setting that holds a secret: its name, its value, and the line they stand in.

    `form` is how it is written: assignment, uci, json, attribute, element, word, command.
    """

    name: str
    value: str
    form: str
    quoted: bool
    line: Span
    field: Span


class CredentialFacts(Record):
    """The readable secrets of a text, in the order of their places.

    `source` is set when the text reads as a program's source, other than a shell script: a word
    without quotes is then a variable.
    """

    settings: tuple[Setting, ...]
    source: bool = False


KIND = Kind(
    name="credential",
    version=1,
    facts=CredentialFacts,
    about="settings with a readable password, passphrase or secret key",
    text=True,
    most=MOST,
)

# Over lower-case content: several times faster than without regard to case.
_HINT = lazy_re.compile(rb"pass|pwd|psk|secret|token|key\d{0,2}\b")
_HINTS = (b"pass", b"pwd", b"psk", b"secret", b"token", b"key")
_NAME = r"(?P<name>[A-Za-z_][A-Za-z0-9_.:@\[\]-]{0,80})"
_VALUE = r"(?P<quote>['\"]?)(?P<value>[^'\"\s;,]{3,128})(?P=quote)"
# Bounded runs of blanks, so that hostile lines end soon.
_MARGIN, _GAP, _LOOSE = r"[ \t]{0,80}", r"[ \t]{1,20}", r"[ \t]{0,20}"
_SETTER = rf"(?:/\S+/)?(?:nvram|uci|cfg|xmldbc|flash){_GAP}(?:-q{_GAP})?set"
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "uci",
        lazy_re.compile(rf"{_MARGIN}(?:option|list){_GAP}['\"]?{_NAME}['\"]?{_GAP}{_VALUE}"),
    ),
    (
        "assignment",
        lazy_re.compile(
            rf"{_MARGIN}(?:(?:export|local|var|let|const|set|{_SETTER}){_GAP})?['\"]?\$?{_NAME}"
            rf"{_LOOSE}[=:]{_LOOSE}{_VALUE}['\"]?{_LOOSE}(?:[;,]{_LOOSE})?(?:#.*)?"
        ),
    ),
    (
        "word",
        lazy_re.compile(
            rf"{_MARGIN}(?:enable{_GAP})?(?P<name>password|passphrase|secret){_GAP}{_VALUE}"
        ),
    ),
)
_INSIDE: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "json",
        (":",),
        lazy_re.compile(rf"['\"]{_NAME}['\"]\s*:\s*['\"](?P<value>[^'\"\\]{{3,128}})['\"]"),
    ),
    (
        "attribute",
        ("<",),
        lazy_re.compile(
            rf"(?i)<[^<>]{{0,200}}\bname\s*=\s*['\"]{_NAME}['\"][^<>]{{0,80}}?"
            r"\b(?:value|default)\s*=\s*['\"](?P<value>[^'\"<>]{3,128})['\"]"
        ),
    ),
    (
        "attribute",
        ("<",),
        lazy_re.compile(rf"<[^<>]{{0,200}}\s{_NAME}\s*=\s*['\"](?P<value>[^'\"<>]{{3,128}})['\"]"),
    ),
    (
        "element",
        ("</",),
        lazy_re.compile(rf"<{_NAME}(?:\s[^<>]{{0,80}})?>(?P<value>[^<>]{{3,128}})</(?P=name)\s*>"),
    ),
    (
        "command",
        ("chpasswd",),
        lazy_re.compile(
            r"echo\s+(?:-[en]+\s+)?['\"]?(?P<name>[A-Za-z_][\w-]{0,31}):(?P<value>[^'\"\s:|]{3,64})"
            r"['\"]?\s*\|\s*(?:/\S+/)?chpasswd"
        ),
    ),
    (
        "command",
        ("sshpass", "--"),
        lazy_re.compile(
            r"(?:\b(?P<name>sshpass)\s+-p\s*|--(?:http-|ftp-|proxy-)?password[= ])['\"]?"
            r"(?P<value>[^'\"\s]{3,64})"
        ),
    ),
)
_SHELLS = (b"#!/bin/sh", b"#! /bin/sh", b"#!/bin/ash", b"#!/bin/bash")
_SOURCE = lazy_re.compile(
    rb"(?m)^[ \t]*(?:local \w+ *=|function\b|var \w|def \w+\(|import \w|from \w+ import|const \w|"
    rb"return\b|<\?php|#include\b|<%)"
)
_COMMENT = lazy_re.compile(r"\s*(?:#|;|//|<!--|\*|--\s)")


def examine(content: bytes) -> CredentialFacts | None:
    """Return the readable secrets in *content*, or None when there are none."""
    text = content.decode("latin-1")
    found: list[Setting] = []
    for start, end in _lines(content):
        found += _settings(text, start, end)
        if len(found) >= MOST_SETTINGS:
            break
    if not found:
        return None
    source = not content.startswith(_SHELLS) and _SOURCE.search(content) is not None
    kept = [one for one in found if one.quoted or not source][:MOST_SETTINGS]
    return CredentialFacts(settings=tuple(kept), source=source) if kept else None


def _lines(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the lines in which a word of a secret's name stands."""
    done = 0
    if not has(content, "secret"):
        return
    lower = content.lower()
    for place in occurrences(lower, _HINTS, 0):
        match = _HINT.match(lower, place) if place >= done else None
        if match is None:
            continue
        start = content.rfind(b"\n", 0, match.start()) + 1
        end = content.find(b"\n", match.end())
        end = len(content) if end < 0 else end
        start, end = max(start, done, match.start() - _BEFORE), min(end, match.end() + _AFTER)
        done = end
        yield start, end


def _settings(text: str, start: int, end: int) -> Iterator[Setting]:
    line = text[start:end].rstrip()
    if _COMMENT.match(line):
        return
    for form, expression in _FORMS if len(line) <= 500 else ():
        whole = expression.fullmatch(line)
        if whole and _holds(whole, form):
            yield _setting(text, (start, end), whole, form)
            return
    taken: set[int] = set()
    for form, needs, expression in _INSIDE:
        if not any(text in line for text in needs):
            continue
        for match in islice(expression.finditer(line), 40):
            if match.start("value") not in taken and _holds(match, form):
                taken.add(match.start("value"))
                yield _setting(text, (start, end), match, form)


def _holds(match: re.Match[str], form: str) -> bool:
    if form == "command":
        return is_literal(match["value"])
    return is_secret_name(match["name"]) and is_literal(match["value"], match["name"])


def _setting(text: str, line: tuple[int, int], match: re.Match[str], form: str) -> Setting:
    start, end = line
    first, last = match.span("value")
    shown = span(text, start, end)
    if shown.length > 300:  # the part of a long line around the value
        left = max(start, start + first - 100)
        shown = span(text, left, min(end, left + 300))
    return Setting(
        name=match["name"] or "password",
        value=match["value"],
        form=form,
        quoted=start + first > 0 and text[start + first - 1] in "'\"",
        line=shown,
        field=span(text, start + first, start + last),
    )
