"""Parts of the Linux kernel that a build can leave out, and how a kernel shows that it has one.

Whatever is built registers itself by a name: a file system, a protocol, a driver, a device. The
table `data/kernel-features.tsv` has these names, the places of the source, and the words of
advisories. Read by the kind `kernel` and by matching with known flaws.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

_STRING = re.compile(rb"[ -~]{4,}|(?<=\0)[ -~]{3}(?=\0)")
_WORD = re.compile(rb"[a-z0-9_]+")
_TEST_VECTOR = b"used in ubifs"
"""From the sentence that crypto/testmgr.h packs to test LZO; it tells of no file system."""
SHORTEST, LONGEST = 3, 40
"""The length of words that tell something, in characters."""
MOST_PLACES = 20_000
"""The most occurrences of a mark's letters within other words that are looked at."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A part of the kernel: beginnings of source paths, its marks, words of advisories."""

    name: str
    paths: tuple[str, ...]
    marks: tuple[str, ...]
    words: tuple[str, ...]


@lru_cache(maxsize=1)
def features() -> tuple[Feature, ...]:
    """Return the known parts, in the order of their table."""
    text = resources.files("assay.inventory.data").joinpath("kernel-features.tsv")
    found = []
    for line in text.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, paths, marks, words = (*line.split("\t"), "", "")[:4]
        found.append(Feature(name, _parts(paths), _parts(marks), _parts(words) or _parts(marks)))
    return tuple(found)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(one for one in text.split(",") if one)


def named_in(text: bytes) -> tuple[str, ...]:
    """Return the names of the features of which *text*, in lower case, holds a mark."""
    return tuple(
        one.name for one in features() if any(_holds(text, mark.encode()) for mark in one.marks)
    )


def strings_of(content: bytes, names: Iterable[str] = ()) -> bytes:
    """Return the printable strings of *content* and *names*, in lower case, one a line."""
    text = b"\n".join([*_STRING.findall(content), *(name.encode() for name in names)]).lower()
    return text.replace(_TEST_VECTOR, b"")


def words_of(text: bytes) -> set[str]:
    """Return the words in *text*, in lower case, also by their parts and without numbers."""
    found: set[str] = set()
    for whole in set(_WORD.findall(text)):
        word = whole.decode()
        found.update(part for part in (word, word.rstrip("0123456789_"), *word.split("_")) if part)
    return {word for word in found if SHORTEST <= len(word) <= LONGEST}


def _holds(text: bytes, mark: bytes) -> bool:
    """Return whether *mark* stands in *text* as a whole word; digits, `_`, `-` may follow."""
    place = text.find(mark)
    for _ in range(MOST_PLACES):
        if place < 0:
            return False
        before, after = text[place - 1 : place], text[place + len(mark) : place + len(mark) + 1]
        if not before.isalnum() and not (after.isalpha() and mark[-1:].isalnum()):
            return True
        place = text.find(mark, place + 1)
    return True
