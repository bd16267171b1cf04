"""Features of bytes: strings, exported names and constant tables, each as a 64-bit number.

Everything is computed over arrays; no string becomes a Python object. A string is a run of
printable bytes that a zero byte ends; a table is found by its own content, wherever it lies.
"""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value
from assay._native import kernel

LEAST_RUN = 3
LEAST_STRING = 6
LEAST_NUMBER = 16
LEAST_NAME = 5
MOST_HASHED = 128
CHUNK = 1 << 20
LONGEST_CARRY = 1 << 16
MOST_FEATURES = 1 << 20

Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

STRING, NAME, TABLE, TEMPLATE = range(4)
_SALTS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
_NO_STRING = np.ones(1, np.uint8)
"""Neither printable nor the zero that ends a string."""
_PRINTS = np.zeros(256, np.bool_)
_PRINTS[0x20:0x7F] = True
_PRINTS[[0x09, 0x0A, 0x0D, 0x1B]] = True
_DIGITS = np.zeros(256, np.bool_)
_DIGITS[list(b"0123456789abcdefABCDEF")] = True


_CLASSES = _PRINTS | _DIGITS * np.uint8(2)
_CLASSES[0x30:0x3A] |= 4
_CLASSES[0x2E] |= 8
"""What the kernels ask about a byte: printable, hexadecimal, a digit, a dot."""


def _sequence(count: int, seed: int) -> Numbers:
    """Return *count* odd numbers of the generator splitmix64 (Steele, Lea, Flood 2014)."""
    found = []
    for step in range(1, count + 1):
        value = (seed + step * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        found.append((value ^ (value >> 31)) | 1)
    return np.array(found, np.uint64)


_OF_BYTE = _sequence(256, 1)
_OF_PLACE = _sequence(MOST_HASHED, 2)
_HASHING = np.concatenate([_OF_BYTE, _OF_PLACE, np.array(_SALTS, np.uint64)])
ADDRESSES = (_HASHING.ctypes.data, _CLASSES.ctypes.data)
"""Where the kernels find the numbers that hashes are made of, and the classes of bytes."""


class Features(Value):
    """Features in order of their places: number, file offset, length in bytes, and class."""

    numbers: Numbers
    offsets: Places
    lengths: Places
    classes: Bytes

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.numbers)


def nothing() -> Features:
    """Return no features."""
    none = np.zeros(0, np.int64)
    return Features(none.astype(np.uint64), none, none, none.astype(np.uint8))


def joined(parts: Iterable[Features]) -> Features:
    """Return the features of all *parts*, the first occurrence of each number alone."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return nothing()
    numbers = np.concatenate([part.numbers for part in parts])[:MOST_FEATURES]
    numbers, first = np.unique(numbers, return_index=True)
    return Features(
        numbers,
        np.concatenate([part.offsets for part in parts])[first],
        np.concatenate([part.lengths for part in parts])[first],
        np.concatenate([part.classes for part in parts])[first],
    )


def hashed(data: Bytes, starts: Places, lengths: Places, kind: int) -> Numbers:
    """Return a number for each run of *data*; of long ones the first 128 bytes and the length."""
    run = _kernel()
    if run is not None:
        starts, lengths = np.ascontiguousarray(starts), np.ascontiguousarray(lengths)
        data, numbers = np.ascontiguousarray(data), np.empty(len(starts), np.uint64)
        places = (starts.ctypes.data, lengths.ctypes.data, len(starts), kind, ADDRESSES[0])
        if not run(data.ctypes.data, len(data), *places, numbers.ctypes.data):
            return numbers
    return _hashed(data, starts, lengths, kind)


@lru_cache(maxsize=1)
def _kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    places = (pointer, pointer, number, number, pointer)
    return kernel("assay_hash", pointer, number, *places, pointer)


def _hashed(data: Bytes, starts: Places, lengths: Places, kind: int) -> Numbers:
    if not len(starts):
        return np.zeros(0, np.uint64)
    used = np.minimum(lengths, MOST_HASHED)
    ends = np.cumsum(used)
    firsts = ends - used
    inside = np.arange(int(ends[-1]), dtype=np.int64)
    inside -= np.repeat(firsts, used)
    products = _OF_BYTE[data[inside + np.repeat(starts, used)]]
    products *= _OF_PLACE[inside]
    sums = np.add.reduceat(products, firsts)
    return mixed(sums + lengths.astype(np.uint64) * np.uint64(_SALTS[kind]))


def mixed(numbers: Numbers) -> Numbers:
    """Return *numbers* with every bit depending on every other (the finisher of splitmix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def hash_texts(texts: Sequence[bytes], kind: int) -> Numbers:
    """Return the numbers of *texts*, as if they stood in a file."""
    data = np.frombuffer(b"".join(texts), np.uint8)
    lengths = np.array([len(text) for text in texts], np.int64)
    return hashed(data, np.cumsum(lengths) - lengths, lengths, kind)


def string_runs(data: Bytes, start: int, end: int) -> tuple[Places, Places]:
    """Return start and length of the strings between *start* and *end* of *data*.

    Short ones are among them, for a version number may be one; they are no features.
    """
    window = data[start:end]
    # Most bytes are told apart by their range alone; the table is asked about the rest.
    breaks = np.flatnonzero(window - np.uint8(0x20) >= np.uint8(0x5F))
    breaks = breaks[~_PRINTS[window[breaks]]]
    begins = np.concatenate(([0], breaks[:-1] + 1)) if len(breaks) else breaks
    lengths = breaks - begins
    kept = (lengths >= LEAST_RUN) & (window[breaks] == 0)
    return begins[kept] + start, lengths[kept]


def runs_in(data: Bytes, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[Places, Places]]:
    """Yield start and length of the strings in each of *ranges* (start, end) of *data*.

    Long ranges come in chunks; short ones are searched together.
    """
    together: list[tuple[int, int]] = []
    room = CHUNK
    for start, end in ranges:
        for first, after in _chunks(data, start, end):
            if together and room < after - first:
                yield from _runs(data, together)
                together, room = [], CHUNK
            together.append((first, after))
            room -= after - first
    yield from _runs(data, together)


def _runs(data: Bytes, ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[Places, Places]]:
    """Yield the strings of each of *ranges*: all at once, with a byte that ends runs between."""
    if len(ranges) == 1:
        yield string_runs(data, *ranges[0])
        return
    pieces = [piece for start, end in ranges for piece in (data[start:end], _NO_STRING)]
    window = np.concatenate(pieces) if pieces else data[:0]
    begins, lengths = string_runs(window, 0, len(window))
    sizes = [end - start + 1 for start, end in ranges]
    cuts = np.searchsorted(begins, np.cumsum([0, *sizes])).tolist()
    at = 0
    for (start, _), size, first, after in zip(ranges, sizes, cuts, cuts[1:], strict=False):
        yield begins[first:after] + (start - at), lengths[first:after]
        at += size


def batched(runs: Iterable[tuple[Places, Places]]) -> list[tuple[Places, Places]]:
    """Return *runs* with those that lie within a mebibyte joined: files have many small ranges."""
    found: list[list[tuple[Places, Places]]] = []
    first = 0
    for begins, lengths in runs:
        if not len(begins):
            continue
        if not found or int(begins[-1]) - first >= CHUNK:
            found.append([])
            first = int(begins[0])
        found[-1].append((begins, lengths))
    return [
        (np.concatenate([one for one, _ in group]), np.concatenate([one for _, one in group]))
        for group in found
    ]


def strings_of(data: Bytes, runs: Iterable[tuple[Places, Places]]) -> Iterator[Features]:
    """Yield the string features of each of *runs* (starts, lengths) of *data*."""
    return (_strings(data, begins, lengths) for begins, lengths in runs)


def _strings(data: Bytes, begins: Places, lengths: Places) -> Features:
    kept = lengths >= LEAST_STRING
    kept[_long_numbers(data, begins, lengths)] = False
    return _features(data, begins[kept], lengths[kept], STRING)


def _long_numbers(data: Bytes, begins: Places, lengths: Places) -> list[int]:
    """Return which strings are long hexadecimal numbers: those of a standard are anybody's."""
    found = np.flatnonzero(lengths >= LEAST_NUMBER)
    for place in range(4):
        found = found[_DIGITS[data[begins[found] + place]]]
    used = np.minimum(lengths, MOST_HASHED)
    return [
        one for one in found.tolist() if _DIGITS[data[begins[one] : begins[one] + used[one]]].all()
    ]


def names_of(data: Bytes, begins: Places, table_end: int) -> Features:
    """Return the features of the names at *begins*, each ended by a zero before *table_end*."""
    if not len(begins):
        return nothing()
    base = int(begins.min())
    zeros = np.flatnonzero(data[base:table_end] == 0) + base
    place = np.searchsorted(zeros, begins)
    kept = place < len(zeros)
    begins, place = begins[kept], place[kept]
    lengths = zeros[place] - begins
    kept = lengths >= LEAST_NAME
    return _features(data, begins[kept], lengths[kept], NAME)


def tables_of(
    data: Bytes, ranges: Iterable[tuple[int, int]], *, swap: bool = False
) -> Iterator[Features]:
    """Yield features of constant tables in *ranges*: windows of 16 bytes at words that stand out.

    One word in 64 begins a window; *swap* reads words in the other order of bytes.
    """
    for start, end in ranges:
        aligned = start + (-start) % 4
        for first in range(aligned, end - 15, CHUNK):
            yield _tables(data, first, min(end, first + CHUNK + 12), swap=swap)


def _tables(data: Bytes, start: int, end: int, *, swap: bool) -> Features:
    """Return the windows whose first word is marked and no word of which repeats the last."""
    words = np.frombuffer(data[start : end - (end - start) % 4].tobytes(), ">u4" if swap else "<u4")
    words = words.astype(np.uint32)
    chosen = (words * np.uint32(0x9E3779B1)) < 1 << 26
    chosen[-3:] = False
    # A word of few bits or of one byte repeated is no mark of anything.
    chosen &= (words > 0xFFFF) & (words < 0xFFFF0000)
    places = np.flatnonzero(chosen)
    if not len(places):
        return nothing()
    numbers = np.zeros(len(places), np.uint64)
    differing = np.ones(len(places), np.bool_)
    before = words[places]
    for step in range(4):
        word = words[places + step]
        numbers = mixed(numbers * np.uint64(31) + word + np.uint64(_SALTS[TABLE]))
        if step:
            differing &= (word != before) & (word > 0xFF)
        before = word
    begins = places[differing].astype(np.int64) * 4 + start
    window = begins[:, None] + np.arange(16)
    texts = _PRINTS[data[window]].sum(axis=1) < 13
    return Features(
        numbers[differing][texts],
        begins[texts],
        np.full(int(texts.sum()), 16, np.int64),
        np.full(int(texts.sum()), TABLE, np.uint8),
    )


def _features(data: Bytes, begins: Places, lengths: Places, kind: int) -> Features:
    numbers = hashed(data, begins, lengths, kind)
    return Features(numbers, begins, lengths, np.full(len(begins), kind, np.uint8))


def _chunks(data: Bytes, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Yield ranges of about 1 MiB that end behind a zero byte where there is one nearby."""
    while start < end:
        after = min(end, start + CHUNK)
        if after < end:
            zeros = np.flatnonzero(data[after : min(end, after + LONGEST_CARRY)] == 0)
            after += int(zeros[0]) + 1 if len(zeros) else 0
        yield start, after
        start = after
