"""Names of functions in a bare image, read from a symbol table that the image carries.

VxWorks and its kin keep an array of records: a pointer to the name, the value, type and group.
The array is found by its shape, so that any such table will do: words at a fixed distance that
all point to identifiers, beside words that all point into the image. A table of commands has that
shape too; a symbol table is told from it by the names of common library functions.
"""

import numpy as np

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay.code.index import CodeIndex
from assay.code.memory import Ints, Mask, as_words, where

FEWEST = 64
STRIDES = (2, 3, 4, 5, 6)
MAX_NAMES = 500_000
FEWEST_COMMON = 4
_COMMON = (
    "memcpy memset memmove memcmp strlen strcpy strncpy strcmp strncmp strcat strchr strstr"
    " printf sprintf snprintf vsprintf malloc calloc realloc free bcopy bzero printk kmalloc"
    " kfree __kmalloc schedule jiffies taskSpawn semTake semGive logMsg open close read write"
    " ioctl socket bind recv recvfrom send sendto atoi sscanf qsort abort exit rand"
)
COMMON = frozenset(_COMMON.split(" "))
_SYMBOL = lazy_re.compile(rb"[A-Za-z_.$?@][\w.$@?:~<>,*&()\[\] =+-]*")
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
            names = _names(index, words[rows]) if column is not None else []
            if column is not None and names:
                given += _assign(index, names, words[rows + column])
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
    """Return at what distance from the name its value stands, or None.

    The value of the record before or behind looks the same but for the ends of the table.
    """
    fitting = []
    for column in range(1 - stride, stride):
        places = rows + column
        if column == 0 or places[0] < 0 or places[-1] >= mapped.size:
            continue
        share = int(mapped[places].sum()) * 10
        if share >= 8 * rows.size and int(named[places].sum()) * 2 < rows.size:
            whole = bool(mapped[places[0]] and mapped[places[-1]])
            fitting.append((not whole, abs(column), column))
    return min(fitting)[2] if fitting else None


def _names(index: CodeIndex, places: Ints) -> list[str]:
    """Return the names at *places*, or none at all when they are not those of symbols."""
    if index.texts is None:
        return []
    texts = [index.texts.text(place, 256) for place in places[:MAX_NAMES].tolist()]
    symbols = sum(1 for text in texts if _SYMBOL.fullmatch(text))
    common = {text.lstrip(b"_").decode("latin-1") for text in texts} & COMMON
    if symbols * 10 < 9 * len(texts) or len(common) < FEWEST_COMMON:
        return []
    return [printable(text) for text in texts]


def _assign(index: CodeIndex, names: list[str], values: Ints) -> int:
    starts = set(index.functions.starts.tolist()) if index.functions is not None else set()
    given = 0
    for name, value in zip(names, values.tolist(), strict=False):
        if value in starts and value not in index.program.names:
            index.program.names[value] = name
            given += 1
    return given
