"""Parts of the Linux kernel that a build can leave out, and how a kernel shows that it has one.

Whatever is built registers itself by a name: a file system, a protocol, a driver, a device. The
table `data/kernel-features.tsv` has these names, the places of the source, and the words of
advisories. Read by the kind `kernel` and by matching with known flaws.
"""

import ctypes
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from operator import and_
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from assay._kernel.packaged import files
from assay._kernel.value import Value
from assay._kernel.wordset import SIZE, as_text, packed
from assay._native import kernel

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

_ALNUM = b"abcdefghijklmnopqrstuvwxyz0123456789"
_WORDS = bytes(code if code in _ALNUM + b"_" else 0x20 for code in range(256))
"""Leaves the letters, digits and `_` of lower-case text; all else becomes a blank."""
_PARTS = _WORDS.replace(b"_", b" ")
CHUNK = 1 << 18
"""Bytes in which strings are looked for at once: what a processor keeps at hand."""
REACH = 5
"""Bytes on both sides that tell whether one is in a string."""
_TEST_VECTOR = b"used in ubifs"
"""From the sentence that crypto/testmgr.h packs to test LZO; it tells of no file system."""
SHORTEST, LONGEST = 3, 40
"""The length of words that tell something, in characters."""
MOST_PLACES = 20_000
"""The occurrences of a mark's letters within other words that are looked at one by one."""


SEEN = 1 << 18
"""Words that the compiled form remembers so as not to put them in again."""


class Feature(Value):
    """A part of the kernel: beginnings of source paths, its marks, words of advisories."""

    name: str
    paths: tuple[str, ...]
    marks: tuple[str, ...]
    words: tuple[str, ...]


@lru_cache(maxsize=1)
def features() -> tuple[Feature, ...]:
    """Return the known parts, in the order of their table."""
    text = files("assay.inventory.data").joinpath("kernel-features.tsv")
    found = []
    for line in text.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, paths, marks, words = (*line.split("\t"), "", "")[:4]
        found.append(Feature(name, _parts(paths), _parts(marks), _parts(words) or _parts(marks)))
    return tuple(found)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(one for one in text.split(",") if one)


class Marks(NamedTuple):
    """All marks: their bytes, begins and ends of each and of its first word, whose they are."""

    bytes: bytes
    places: "array[int]"
    owners: tuple[int, ...]


@lru_cache(maxsize=1)
def _marks() -> Marks:
    whole, places, owners = b"", array("q"), []
    for owner, feature in enumerate(features()):
        for mark in map(str.encode, feature.marks):
            first = mark.translate(_PARTS).split()[0]
            start = len(whole) + mark.index(first)
            places.extend((len(whole), len(whole) + len(mark), start, start + len(first)))
            whole += mark
            owners.append(owner)
    return Marks(whole, places, tuple(owners))


def told_by(text: bytes) -> tuple[tuple[str, ...], str]:
    """Return what `named_in` does and the set of all words of *text*, which is in lower case."""
    return _told_natively(text) or (named_in(text), packed(words_of(text)))


def _told_natively(text: bytes) -> tuple[tuple[str, ...], str] | None:
    """Return what `told_by` does; None without a compiled form."""
    run = _word_kernel()
    if run is None:
        return None
    marks, count = _marks(), len(_marks().owners)
    spare, found = array("i", bytes(4 * count)), array("q", bytes(8 * count))
    seen, words = array("q", bytes(8 * SEEN)), ctypes.create_string_buffer(SIZE)
    run(
        text, len(text), marks.bytes, marks.places.buffer_info()[0], count,
        spare.buffer_info()[0], found.buffer_info()[0], words, seen.buffer_info()[0],
    )  # fmt: skip
    named = {owner for owner, one in zip(marks.owners, found, strict=True) if one}
    return tuple(features()[owner].name for owner in sorted(named)), as_text(words.raw)


@lru_cache(maxsize=1)
def _word_kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    text, number, pointer = ctypes.c_char_p, ctypes.c_int64, ctypes.c_void_p
    return kernel("assay_kernel_words", text, number, text, pointer, number, *(pointer,) * 4)


@lru_cache(maxsize=1)
def _string_kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    text, number, pointer = ctypes.c_char_p, ctypes.c_int64, ctypes.c_void_p
    return kernel("assay_strings", text, number, pointer, number)


def named_in(text: bytes) -> tuple[str, ...]:
    """Return the names of the features of which *text*, in lower case, holds a mark."""
    words = sorted(set(text.translate(_PARTS).split()))
    return tuple(
        one.name
        for one in features()
        if any(_named(mark.encode(), words, text) for mark in one.marks)
    )


def _named(mark: bytes, words: Sequence[bytes], text: bytes) -> bool:
    """Return whether *text*, of which *words* are the sorted words, holds *mark*."""
    first = mark.translate(_PARTS).split()[0]
    return _begins(words, first) and (first == mark or _holds(text, mark))


def _begins(words: Sequence[bytes], mark: bytes) -> bool:
    """Return whether *words*, sorted, have *mark*, or *mark* and a digit at the beginning of one.

    Digits sort before `:`, and letters behind it.
    """
    return bisect_left(words, mark) < bisect_left(words, mark + b":")


def strings_of(content: bytes, names: Iterable[str] = ()) -> bytes:
    """Return the printable strings of *content* and *names*, in lower case, one a line.

    A string is four printable characters or more, or three between two zeros.
    """
    found = _strings_natively(content)
    if found is None:
        data = np.frombuffer(content, np.uint8)
        found = b"".join(_strings(data, start) for start in range(0, len(data), CHUNK)).lower()
    text = found + b"\n" + "\n".join(names).encode().lower()
    return text.replace(_TEST_VECTOR, b"")


def _strings_natively(content: bytes) -> bytes | None:
    """Return the strings of *content*, as `strings_of` does; None without a compiled form."""
    run = _string_kernel()
    if run is None:
        return None
    out = np.empty(len(content) + 1, np.uint8)
    written: int = run(content, len(content), out.ctypes.data, out.size)
    return out[:written].tobytes()


def _strings(data: Bytes, start: int) -> bytes:
    """Return the parts of strings in the chunk of *data* at *start*, and an end after each."""
    before = max(0, start - REACH)
    window = np.pad(data[before : start + CHUNK + REACH], REACH, constant_values=1)
    inside = _inside_strings(window)
    kept = inside.copy()
    kept[1:] |= inside[:-1]  # the byte after a string becomes the end of its line
    chunk = slice(start - before + REACH, start - before + REACH + CHUNK)
    return np.where(inside, window, np.uint8(0x0A))[chunk][kept[chunk]].tobytes()


def _inside_strings(data: Bytes) -> Flags:
    """Return for each byte of *data* whether it is a part of a string."""
    printed, zero = data - np.uint8(0x20) < np.uint8(0x5F), data == 0
    inside = np.zeros(len(data), np.bool_)
    four = _in_a_row(printed, printed, printed, printed)
    for place in range(4):
        inside[place : place + len(four)] |= four
    three = _in_a_row(zero, printed, printed, printed, zero)
    for place in range(1, 4):
        inside[place : place + len(three)] |= three
    return inside


def _in_a_row(*conditions: Flags) -> Flags:
    """Return where the first of *conditions* holds, and for the next bytes the next ones."""
    count = len(conditions[0]) - len(conditions) + 1
    return reduce(and_, (one[at : at + count] for at, one in enumerate(conditions)))


def words_of(text: bytes) -> set[str]:
    """Return the words in *text*, in lower case, also by their parts and without numbers."""
    whole = set(text.translate(_WORDS).decode("ascii").split())
    found = whole | {word.rstrip("0123456789_") for word in whole}
    found.update(" ".join(whole).replace("_", " ").split())
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
    ends = rb"(?![A-Za-z])" if mark[-1:].isalnum() else b""
    rest = re.compile(rb"(?<![0-9A-Za-z])%s%s" % (re.escape(mark), ends))
    return place >= 0 and rest.search(text, place) is not None
