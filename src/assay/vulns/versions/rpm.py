"""Versions of RPM packages. Reference: rpmvercmp, as the RPM manual describes it."""

import re

Part = tuple[int, int, str]
_TOKEN = re.compile(r"[0-9]+|[A-Za-z]+|[~^]")
TILDE, END, CARET, LETTERS, NUMBER = -1, 0, 1, 2, 3
MOST_DIGITS = 40


def key(version: str) -> tuple[object, ...]:
    """Return the sortable key of `[epoch:]version[-release]`."""
    epoch, colon, rest = version.partition(":")
    if not colon or not (epoch.isascii() and epoch.isdigit()):
        epoch, rest = "0", version
    number, _, release = rest.partition("-")
    return (int(epoch[:MOST_DIGITS]), _key(number), _key(release))


def _key(text: str) -> tuple[Part, ...]:
    return (*(_part(token) for token in _TOKEN.findall(text)), (END, 0, ""))


def _part(token: str) -> Part:
    if token == "~":
        return (TILDE, 0, "")
    if token == "^":
        return (CARET, 0, "")
    if token[0].isdigit():
        return (NUMBER, int(token[:MOST_DIGITS]), "")
    return (LETTERS, 0, token)
