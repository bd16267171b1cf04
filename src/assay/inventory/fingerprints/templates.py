"""Version templates: a string with the version cut out, so that an unseen version is read too.

`deflate 1.2.13 Copyright` becomes the template `deflate <version>`; the index knows which
templates tell the version of which component, because they did so in the releases learnt from.
A template without words of its own counts only beside other features of the component.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from assay._kernel import lazy_re
from assay.inventory.fingerprints.features import (
    TEMPLATE,
    Bytes,
    Numbers,
    Places,
    hash_texts,
    mixed,
)

MOST_STRINGS = 4000
MOST_TEXT = 240
MOST_VERSIONS = 3
MOST_BARE = 100
LEAST_LETTERS = 3
LEAST_DIGITS, MOST_DIGITS = 3, 8
BARE_NUMBER = b"\4"
"""The template of a string that is a number without a dot: `590`, `20190101`."""
WORDLESS = (b"\1", BARE_NUMBER)
"""The templates of strings that are nothing but a version."""
_VERSION = lazy_re.compile(
    rb"(?<![0-9.A-Za-uw-z])[vV]?(\d{1,4}(?:\.\d{1,5}){1,4}(?:[a-z]{1,2}|[a-z]\d{1,3})?(?:-P\d{1,2}"
    rb"|-(?:devel|dev|alpha|beta|pre|rc)\d{0,2}(?![A-Za-z0-9]))?)"
    rb"(?![A-Za-z0-9])"
)
_FILE_NAME = lazy_re.compile(
    r"([A-Za-z][\w+-]{0,60}?(?:\.so\.|-))(\d{1,4}(?:\.\d{1,5}){1,4}[a-z]?)(\.so)?"
)
_DIGITS = lazy_re.compile(rb"\d+")
_LETTER = lazy_re.compile(rb"[A-Za-z]")


class Template(NamedTuple):
    """A template, the version that stood in it, and where: offset and length of the string."""

    text: bytes
    version: str
    offset: int
    length: int


def templates_of(content: bytes, runs: Iterable[tuple[Places, Places]]) -> list[Template]:
    """Return the templates of the strings *runs*, of the first 4000 with a version."""
    data = np.frombuffer(content, np.uint8)
    found: list[Template] = []
    strings = 0
    for begins, lengths in runs:
        numbered = _with_numbers(data, begins, lengths)[: MOST_STRINGS - strings]
        strings += len(numbered)
        for begin, length in numbered:
            found += cut(content[begin : begin + min(length, MOST_TEXT)], begin, length)
        found += _bare_numbers(content, data, begins, lengths)
    return found


def _bare_numbers(content: bytes, data: Bytes, begins: Places, lengths: Places) -> list[Template]:
    """Return the templates of the strings that are numbers of 3 to 8 digits, the first 100."""
    short = np.flatnonzero((lengths >= LEAST_DIGITS) & (lengths <= MOST_DIGITS))
    for place in range(LEAST_DIGITS):
        short = short[data[begins[short] + place] - np.uint8(0x30) < 10]
    found = []
    for one in short[:MOST_BARE].tolist():
        begin, length = int(begins[one]), int(lengths[one])
        text = content[begin : begin + length]
        if text.isdigit() and not text.startswith(b"0"):
            found.append(bare_template(text, begin))
    return found


def bare_template(text: bytes, begin: int) -> Template:
    """Return the template of *text*, a number without a dot, which begins at *begin*."""
    return Template(BARE_NUMBER, text.decode("ascii"), begin, len(text))


def name_template(name: str) -> tuple[bytes, str] | None:
    """Return the template of a library's file name and the version in it, or None.

    `libz.so.1.2.13` gives `libz.so.<version>`; whether that is the release, the index knows.
    """
    found = _FILE_NAME.fullmatch(name)
    if found is None:
        return None
    return f"\3{found[1]}\1{found[3] or ''}".encode(), found[2]


def scoped(numbers: Numbers, key: str) -> Numbers:
    """Return the *numbers* of templates as they count beside features of the component *key*."""
    return mixed(numbers ^ hash_texts([key.encode()], TEMPLATE)[0])


def _with_numbers(data: Bytes, begins: Places, lengths: Places) -> list[tuple[int, int]]:
    """Return the strings (start, length) in which a dot stands between digits."""
    if not len(begins):
        return []
    first, after = int(begins[0]), int(begins[-1] + lengths[-1])
    window = data[first:after]
    dots = np.flatnonzero(window[1:-1] == 0x2E) + 1
    before, behind = window[dots - 1] - np.uint8(0x30), window[dots + 1] - np.uint8(0x30)
    dots = dots[(before < 10) & (behind < 10)] + first
    place = np.searchsorted(begins, dots, "right") - 1
    place = np.flatnonzero(np.bincount(place[dots < begins[place] + lengths[place]]))
    return list(zip(begins[place].tolist(), lengths[place].tolist(), strict=True))


def cut(text: bytes, begin: int, length: int) -> list[Template]:
    """Return the templates of the string *text*, which begins at *begin* and has *length* bytes."""
    found = []
    for place, match in enumerate(_VERSION.finditer(text)):
        if place == MOST_VERSIONS:
            break
        head = _DIGITS.sub(b"\2", text[: match.start(1)]) + b"\1"
        if len(_LETTER.findall(head)) < LEAST_LETTERS:
            head += _DIGITS.sub(b"\2", text[match.end(1) :])
        found.append(Template(head, match[1].decode("ascii"), begin, length))
    return found
