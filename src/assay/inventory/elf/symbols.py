"""Symbol tables: the names a file imports and the names it defines for others.

Serves the kind `elf`. Whole tables are read as arrays; names are looked up only for the
symbols that are kept. Layout: System V ABI, gABI 4.1, chapter 4, "Symbol Table".
"""

import ctypes
from array import array
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from assay._kernel.latest import latest
from assay._kernel.value import Value
from assay._native import kernel
from assay.inventory.elf.dynamic import read_dynamic, symbol_table
from assay.inventory.elf.layout import SHT_DYNSYM, SHT_NOBITS, SHT_SYMTAB, Headers

MOST_IMPORTS = 4000
MOST_EXPORTS = 4000
MOST_SYMBOLS = 1 << 18
MOST_NAME = 512
STT_FUNC, STT_OBJECT, STT_NOTYPE, STT_TLS, STT_IFUNC = 2, 1, 0, 6, 10
ET_REL = 1

Symbols = npt.NDArray[np.void]
_SEEN = np.array([True, False, False, True])
"""By visibility: neither STV_INTERNAL nor STV_HIDDEN."""
_NAMING = np.zeros(16, np.bool_)
_NAMING[[STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_TLS, STT_IFUNC]] = True


class Names(Value):
    """Symbol names, sorted, the file offset of each, and whether some were left out.

    `resolvers` says that some of the symbols are functions chosen when the file is loaded.
    """

    names: tuple[str, ...] = ()
    offsets: tuple[int, ...] = ()
    cut: bool = False
    resolvers: bool = False


class Table(Value):
    """A symbol table in the file and the range of its names."""

    at: int
    count: int
    strings_at: int
    strings_size: int


def read_symbols(headers: Headers) -> tuple[Names, Names]:
    """Return the imported and the exported names of a file."""
    table = dynamic_table(headers) or section_table(headers, SHT_SYMTAB)
    if table is None:
        return Names(), Names()
    return _by_kernel(headers, table) or _by_arrays(headers, table)


def _by_kernel(headers: Headers, table: Table) -> tuple[Names, Names] | None:
    """Return what `_by_arrays` does; None without kernel, or where it has too many names."""
    run, count = _kernel(), rows_held(headers, table)
    size, start = len(headers.content), table.strings_at
    held = min(table.strings_size, size - start)
    if run is None or not count or held <= 0:
        return None
    room = min(2 * held, 2 * MOST_EXPORTS * MOST_NAME) + MOST_NAME
    places, counts = array("q", bytes(32 * count)), array("q", bytes(32))
    texts = bytearray(room)
    status = run(
        np.frombuffer(headers.content, np.uint8).ctypes.data, size, table.at, count, start, held,
        headers.bits, headers.mark == ">", MOST_EXPORTS, places.buffer_info()[0],
        np.frombuffer(texts, np.uint8).ctypes.data, room, counts.buffer_info()[0],
    )  # fmt: skip
    if status:
        return None
    imports, exports, written, resolvers = counts
    names = texts[:written].decode("latin-1").split("\0")
    offsets = [start + place for place in places[: imports + exports]]
    return (
        Names(tuple(names[:imports]), tuple(offsets[:imports])),
        Names(tuple(names[imports:-1]), tuple(offsets[imports:]), resolvers=bool(resolvers)),
    )


@lru_cache(maxsize=1)
def _kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    return kernel("assay_symbols", pointer, *(number,) * 8, pointer, pointer, number, pointer)


def _by_arrays(headers: Headers, table: Table) -> tuple[Names, Names]:
    symbols = _rows(headers, table)
    bind = symbols["info"] >> 4
    kind = symbols["info"] & 15
    undefined = symbols["section"] == 0
    outward = bind != 0
    imports = symbols["name"][undefined & outward]
    offered = ~undefined & outward & _NAMING[kind] & _SEEN[symbols["other"] & 3]
    exports = _names(headers, table, symbols["name"][offered], MOST_EXPORTS)
    return (
        _names(headers, table, imports, MOST_IMPORTS),
        replace(exports, resolvers=bool((~undefined & (kind == STT_IFUNC)).any())),
    )


def _rows(headers: Headers, table: Table) -> Symbols:
    fields = (
        [("name", "u4"), ("value", "u4"), ("size", "u4"), ("info", "u1"), ("other", "u1")]
        if headers.bits == 32
        else [("name", "u4"), ("info", "u1"), ("other", "u1")]
    )
    fields.append(("section", "u2"))
    if headers.bits == 64:
        fields += [("value", "u8"), ("size", "u8")]
    shape = np.dtype(fields).newbyteorder("<" if headers.mark == "<" else ">")
    count = rows_held(headers, table)
    return np.frombuffer(headers.content, shape, count, table.at) if count else np.zeros(0, shape)


def rows_held(headers: Headers, table: Table) -> int:
    """Return how many rows of *table* the file holds, at most 2^18."""
    entry = 16 if headers.bits == 32 else 24
    return max(0, min(table.count, MOST_SYMBOLS, (len(headers.content) - table.at) // entry))


def definitions(headers: Headers, table: Table) -> npt.NDArray[np.uint32]:
    """Return where, in the table of names, the names of what the file itself defines begin.

    Variables without content are left out of linked files: the linker puts copies of a
    library's variables there.
    """
    symbols = _rows(headers, table)
    kind = symbols["info"] & 15
    kept = (symbols["section"] != 0) & (symbols["info"] >> 4 != 0)
    kept &= _NAMING[kind]
    if headers.kind != ET_REL:
        empty = np.zeros(1 << 16, np.bool_)
        empty[[place for place, one in enumerate(headers.sections) if one.kind == SHT_NOBITS]] = (
            True
        )
        kept &= ~((kind == STT_OBJECT) & empty[symbols["section"]])
    names: npt.NDArray[np.uint32] = symbols["name"][kept].astype(np.uint32)
    return names


@latest
def dynamic_table(headers: Headers) -> Table | None:
    """Return the table that the loader uses, or None."""
    dynamic = read_dynamic(headers)
    if dynamic is not None and dynamic.strings_size:
        place = symbol_table(headers, dynamic)
        if place is not None:
            return Table(*place, dynamic.strings_at, dynamic.strings_size)
    return section_table(headers, SHT_DYNSYM)


def section_table(headers: Headers, kind: int) -> Table | None:
    """Return the first symbol table of the section type *kind*, or None."""
    entry = 16 if headers.bits == 32 else 24
    for section in headers.sections:
        if section.kind == kind and section.link < len(headers.sections):
            strings = headers.sections[section.link]
            return Table(section.offset, section.size // entry, strings.offset, strings.size)
    return None


def _names(headers: Headers, table: Table, places: Symbols, most: int) -> Names:
    start = table.strings_at
    text = headers.content[start : start + table.strings_size].decode("latin-1")
    found: dict[str, int] = {}
    for place in places.tolist():
        if len(found) == most:
            return _sorted(found, cut=True)
        end = text.find("\0", place, place + MOST_NAME)
        if end > place:
            found.setdefault(text[place:end], start + place)
    return _sorted(found, cut=False)


def _sorted(found: dict[str, int], *, cut: bool) -> Names:
    names = sorted(found)
    return Names(tuple(names), tuple(found[name] for name in names), cut)
