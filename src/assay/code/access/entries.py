"""Tables of named handlers in the data of a program: commands, pages, requests.

A table is a row of pointers to functions at equal distances, with a text at the same place of
every record. What else its records hold (a help text, a flag) tells which of them is unlike the
others.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from assay._kernel.value import Value
from assay.code.index import CodeIndex
from assay.code.memory import Ints, listed, within
from assay.code.pointers import words_of_data

FEWEST = 3
WIDEST = 12
MOST_RECORDS = 400
MOST_TABLES = 200
SHORTEST_NAME, LONGEST_NAME = 3, 80
SMALL = 0x10000
UNEXPLAINED = "has no help text where the others have one"
FLAGGED = "has a flag that hardly any other has"


class Entry(Value):
    """One record: its name, where the record's name pointer stands, and its handler.

    `signs` say in words how it differs from most records of the table.
    """

    name: bytes
    place: int
    handler: int
    signs: tuple[str, ...] = ()


def tables(index: CodeIndex) -> Iterator[list[Entry]]:
    """Yield the tables of named handlers that the data of *index* holds."""
    words, places = words_of_data(index.program)
    if not index.program.fixed:
        # Tables of relocations hold the same addresses, but never change.
        written = [(one.start, one.end) for one in index.program.memory.areas if not one.fixed]
        kept = within(places, written)
        words, places = words[kept], places[kept]
    if words.size < FEWEST or index.functions is None or not len(index.functions):
        return
    size = index.program.memory.pointer_size()
    begins = index.functions.starts
    plain = words & ~1 if index.program.machine == 40 else words
    at = np.minimum(begins.searchsorted(plain), begins.size - 1)
    stubs = np.array(sorted(index.stubs), dtype=np.int64)
    good = (begins[at] == plain) | listed(plain, stubs)
    # What a relocation fills with an address of code is one; other words may be numbers.
    good |= ~np.bool_(index.program.fixed)
    places, plain = places[good], plain[good]
    made = 0
    for first, last, step in _runs(places, size):
        rows, handlers = places[first:last], plain[first:last]
        found = _read(index, rows[:MOST_RECORDS], handlers.tolist(), step // size)
        if found:
            made += 1
            yield found
        if made >= MOST_TABLES:
            return


def _runs(places: Ints, size: int) -> Iterator[tuple[int, int, int]]:
    """Yield (first, last, distance) of the runs of *places* at equal distances."""
    apart = np.diff(places)
    first = 0
    while first < apart.size:
        step = int(apart[first])
        last = first
        while last < apart.size and apart[last] == step:
            last += 1
        count = last - first + 1
        if count >= FEWEST and 2 * size <= step <= WIDEST * size and step % size == 0:
            yield first, last + 1, step
        first = max(last, first + 1)


def _read(index: CodeIndex, rows: Ints, handlers: list[int], wide: int) -> list[Entry]:
    """Return the records around the pointers at *rows*, *wide* words apart, if they have names."""
    size = index.program.memory.pointer_size()
    apart = [column for column in range(1 - wide, wide) if column]
    places = np.concatenate([rows + column * size for column in apart])
    words = index.program.memory.words(places, size)[0]
    if index.texts is None:
        return []
    spelt = (words > 0) & (index.texts.lengths(words) > 0)
    said = [
        index.string(one) if good else None
        for one, good in zip(words.tolist(), spelt.tolist(), strict=True)
    ]
    count = int(rows.size)
    cuts = {column: slice(count * at, count * (at + 1)) for at, column in enumerate(apart)}
    columns = {column: words[cut].tolist() for column, cut in cuts.items()}
    texts = {column: said[cut] for column, cut in cuts.items()}
    name, first, last = _named_part(texts)
    if last - first < FEWEST:
        return []
    rows, handlers = rows[first:last], handlers[first:last]
    columns = {column: held[first:last] for column, held in columns.items()}
    texts = {column: held[first:last] for column, held in texts.items()}
    inside = [one for one in columns if max(one, name, 0) - min(one, name, 0) < wide]
    signs = _signs(columns, texts, inside, name)
    return [
        Entry(texts[name][record] or b"", int(rows[record]) + name * size, handler, signs[record])
        for record, handler in enumerate(handlers[: rows.size])
    ]


def _named_part(texts: dict[int, list[bytes | None]]) -> tuple[int, int, int]:
    """Return the column with the longest row of names, and the records from and to which it goes.

    Other pointers to functions may stand in front of a table at the same distance by chance.
    """
    best = (0, 0, 0)
    for column in sorted(texts, key=lambda one: (one > 0, one)):
        first = 0
        for place, text in enumerate([*texts[column], None]):
            if not _is_name(text):
                if place - first > best[2] - best[1]:
                    best = (column, first, place)
                first = place + 1
    return best


def _is_name(text: bytes | None) -> bool:
    return text is not None and SHORTEST_NAME <= len(text) <= LONGEST_NAME


def _signs(
    columns: dict[int, list[int]],
    texts: dict[int, list[bytes | None]],
    inside: list[int],
    name: int,
) -> list[tuple[str, ...]]:
    """Return how each record differs: no help where others have it, a flag of its own."""
    found: list[list[str]] = [[] for _ in columns[name]]
    for column in inside:
        if column == name:
            continue
        spoken = [bool(text) for text in texts[column]]
        silent = len(spoken) - sum(spoken)
        if sum(spoken) * 3 >= len(spoken) * 2 and silent <= 2:
            for signs, speaks in zip(found, spoken, strict=True):
                signs.extend(() if speaks else (UNEXPLAINED,))
        values = columns[column]
        times = Counter(values)
        small = max(values) < SMALL and not any(spoken)
        if small and len(values) > FEWEST:
            for signs, value in zip(found, values, strict=True):
                # So many other values there are, and so often this one elsewhere.
                others = len(times) - (times[value] == 1)
                signs.extend((FLAGGED,) if times[value] <= 2 and others <= 2 else ())
    return [tuple(dict.fromkeys(signs)) for signs in found]
