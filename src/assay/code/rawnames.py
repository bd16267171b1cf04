"""Names of functions in a bare image, read from a symbol table that the image carries.

VxWorks and its kin keep an array of records: a pointer to the name, the value, type and group.
The array is found by its shape, so that any such table will do: words at a fixed distance that
all point to identifiers, beside words that all point into the image.
"""

import numpy as np

from assay._kernel.printable import printable
from assay.code.index import CodeIndex
from assay.code.memory import Ints, Mask, as_words, where

FEWEST = 64
STRIDES = (2, 3, 4, 5, 6)
MAX_NAMES = 500_000
_IDENTIFIER = np.zeros(256, dtype=np.bool_)
_IDENTIFIER[[ord(char) for char in "_.$~:<>,*&()[] "]] = True
_IDENTIFIER[ord("a") : ord("z") + 1] = True
_IDENTIFIER[ord("A") : ord("Z") + 1] = True
_IDENTIFIER[ord("0") : ord("9") + 1] = True


def name_functions(index: CodeIndex) -> int:
    """Give the functions of *index* the names of a symbol table; return how many it gave."""
    memory = index.program.memory
    if not memory.areas or memory.bits != 32:
        return 0
    area = memory.areas[0]
    words = as_words(area.data, 4, memory.order).astype(np.int64)
    named = _points_to_identifier(words, area.start, area.data)
    mapped = (words >= area.start) & (words < area.end)
    given = 0
    for stride in STRIDES:
        for first, last in _runs(named, stride):
            rows = np.arange(first, last, stride)
            column = _value_column(mapped, named, rows, stride)
            if column is not None:
                given += _assign(index, words[rows], words[rows + column])
    return given


def _points_to_identifier(words: Ints, start: int, data: "np.typing.NDArray[np.uint8]") -> Mask:
    place = words - start
    inside = (place > 0) & (place < data.size - 4)
    place = np.where(inside, place, 1)
    good = inside & (data[place - 1] == 0)
    for step in range(3):
        good &= _IDENTIFIER[data[place + step]]
    return np.asarray(good)


def _runs(named: Mask, stride: int) -> list[tuple[int, int]]:
    """Return (first, last) of the runs of FEWEST or more names at distance *stride*."""
    found = []
    for phase in range(stride):
        column = named[phase::stride].astype(np.int8)
        change = where(np.diff(np.concatenate([[0], column, [0]])))
        for begin, end in zip(change[::2].tolist(), change[1::2].tolist(), strict=True):
            if end - begin >= FEWEST:
                found.append((phase + begin * stride, phase + end * stride))
    return found


def _value_column(mapped: Mask, named: Mask, rows: Ints, stride: int) -> int | None:
    """Return at what distance from the name its value stands, or None."""
    for column in range(1 - stride, stride):
        places = rows + column
        if column == 0 or places[0] < 0 or places[-1] >= mapped.size:
            continue
        share = int(mapped[places].sum()) * 10
        if share >= 8 * rows.size and int(named[places].sum()) * 2 < rows.size:
            return column
    return None


def _assign(index: CodeIndex, names: Ints, values: Ints) -> int:
    starts = set(index.functions.starts.tolist()) if index.functions is not None else set()
    given = 0
    for name, value in zip(names.tolist()[:MAX_NAMES], values.tolist(), strict=False):
        if value in starts and value not in index.program.names and index.texts is not None:
            index.program.names[value] = printable(index.texts.text(name, 256))
            given += 1
    return given
