"""Version templates: a string with the version cut out, so that an unseen version is read too.

`deflate 1.2.13 Copyright` becomes the template `deflate <version>`; the index knows which
templates tell the version of which component, because they did so in the releases learnt from.
A template without words of its own counts only beside other features of the component.
"""

import re
from typing import NamedTuple

import numpy as np

from assay.inventory.fingerprints.features import (
    TEMPLATE,
    Bytes,
    Numbers,
    chunks,
    hash_texts,
    mixed,
    string_runs,
)

MOST_STRINGS = 4000
MOST_TEXT = 240
MOST_VERSIONS = 3
LEAST_LETTERS = 3
_VERSION = re.compile(
    rb"(?<![0-9.A-Za-uw-z])[vV]?(\d{1,4}(?:\.\d{1,5}){1,4}(?:[a-z]{1,2}|[a-z]\d{1,3})?(?:-P\d{1,2})?)"
    rb"(?![A-Za-z0-9])"
)
_DIGITS = re.compile(rb"\d+")
_LETTER = re.compile(rb"[A-Za-z]")


class Template(NamedTuple):
    """A template, the version that stood in it, and where: offset and length of the string."""

    text: bytes
    version: str
    offset: int
    length: int


def templates_of(content: bytes, ranges: list[tuple[int, int]]) -> list[Template]:
    """Return the templates of the strings in *ranges*, of the first 4000 with a version."""
    data = np.frombuffer(content, np.uint8)
    found: list[Template] = []
    strings = 0
    for start, end in ranges:
        for begin, length in _with_numbers(data, start, end):
            found += _cut(content[begin : begin + min(length, MOST_TEXT)], begin, length)
            strings += 1
            if strings == MOST_STRINGS:
                return found
    return found


def scoped(numbers: Numbers, key: str) -> Numbers:
    """Return the *numbers* of templates as they count beside features of the component *key*."""
    return mixed(numbers ^ hash_texts([key.encode()], TEMPLATE)[0])


def _with_numbers(data: Bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Return the strings between *start* and *end* in which a dot stands between digits."""
    found: list[tuple[int, int]] = []
    for first, after in chunks(data, start, end):
        window = data[first:after]
        dots = np.flatnonzero(window[1:-1] == 0x2E) + 1
        before, behind = window[dots - 1] - np.uint8(0x30), window[dots + 1] - np.uint8(0x30)
        dots = dots[(before < 10) & (behind < 10)] + first
        if not len(dots):
            continue
        begins, lengths = string_runs(data, first, after)
        place = np.searchsorted(begins, dots, "right") - 1
        dots, place = dots[place >= 0], place[place >= 0]
        place = np.unique(place[dots < begins[place] + lengths[place]])
        found += zip(begins[place].tolist(), lengths[place].tolist(), strict=True)
        if len(found) >= MOST_STRINGS:
            break
    return found[:MOST_STRINGS]


def _cut(text: bytes, begin: int, length: int) -> list[Template]:
    found = []
    for place, match in enumerate(_VERSION.finditer(text)):
        if place == MOST_VERSIONS:
            break
        head = _DIGITS.sub(b"\2", text[: match.start(1)]) + b"\1"
        if len(_LETTER.findall(head)) < LEAST_LETTERS:
            head += _DIGITS.sub(b"\2", text[match.end(1) :])
        found.append(Template(head, match[1].decode("ascii"), begin, length))
    return found
