"""Where an ELF file keeps its data and its own names: the ranges that features come from.

Imported names never count: a program that uses a library is not a copy of it.
"""

from collections.abc import Sequence

import numpy as np

from assay.inventory.elf.dynamic import read_dynamic
from assay.inventory.elf.layout import (
    PT_LOAD,
    SHT_NOBITS,
    SHT_SYMTAB,
    Headers,
    Section,
    Segment,
    read_headers,
)
from assay.inventory.elf.symbols import Table, definitions, dynamic_table, section_table
from assay.inventory.fingerprints.features import (
    Bytes,
    Features,
    Places,
    batched,
    joined,
    names_of,
    runs_in,
    strings_of,
    tables_of,
)
from assay.inventory.fingerprints.templates import Template, templates_of

SHT_PROGBITS = 1
SHF_ALLOC, SHF_EXECINSTR = 2, 4
_DATA = SHF_ALLOC | SHF_EXECINSTR
_MACHINERY = (".eh_frame", ".gcc_except", ".interp", ".got", ".hash", ".note", ".init", ".fini")
Ranges = list[tuple[int, int]]


def features_of(content: bytes) -> tuple[Features, list[Template]]:
    """Return the features and version templates of an ELF file, or of any other bytes."""
    headers = read_headers(content)
    data = np.frombuffer(content, np.uint8)
    if headers is None:
        runs = batched(runs_in(data, [(0, len(content))]))
        return joined(strings_of(data, runs)), templates_of(content, runs)
    ranges, constant = ranges_of(headers)
    runs = batched(runs_in(data, ranges))
    parts = [*strings_of(data, runs), *_names(headers, data), *tables_of(data, constant)]
    if headers.mark == ">":
        parts += tables_of(data, constant, swap=True)
    return joined(parts), templates_of(content, runs)


def ranges_of(headers: Headers) -> tuple[Ranges, Ranges]:
    """Return the ranges of all data and those of constants alone."""
    sections = [
        one
        for one in headers.sections
        if one.kind == SHT_PROGBITS and one.flags & _DATA == SHF_ALLOC and one.size
        and not one.name.startswith(_MACHINERY)
    ]  # fmt: skip
    if sections or any(one.kind not in {0, SHT_NOBITS} for one in headers.sections):
        constant = [one for one in sections if one.name.startswith(".rodata")]
        return _disjoint(sections), _disjoint(constant)
    return _without_names(headers), []


def _disjoint(sections: Sequence[Section | Segment]) -> Ranges:
    """Return the file ranges of *sections* in order, none of them twice."""
    found: Ranges = []
    after = 0
    for offset, size in sorted([(one.offset, one.size) for one in sections]):
        start, end = max(offset, after), offset + size
        if end > start:
            found.append((start, end))
            after = end
    return found


def _without_names(headers: Headers) -> Ranges:
    """Return the loaded ranges of a file without sections, its table of names left out."""
    dynamic = read_dynamic(headers)
    loaded = [one for one in headers.segments if one.kind == PT_LOAD]
    ranges = _disjoint(loaded) or [(0, len(headers.content))]
    if dynamic is None or not dynamic.strings_size:
        return ranges
    first, after = dynamic.strings_at, dynamic.strings_at + dynamic.strings_size
    cut = [(start, min(end, first)) for start, end in ranges if start < first]
    return cut + [(max(start, after), end) for start, end in ranges if end > after]


def _names(headers: Headers, data: Bytes) -> list[Features]:
    return [names_of(data, *_places(headers, table)) for table in name_tables(headers)]


def name_tables(headers: Headers) -> list[Table]:
    """Return the tables of symbols whose names count: the loader's and the linker's."""
    tables = [dynamic_table(headers), section_table(headers, SHT_SYMTAB)]
    return [table for table in tables if table is not None]


def _places(headers: Headers, table: Table) -> tuple[Places, int]:
    end = min(table.strings_at + table.strings_size, len(headers.content))
    offsets = definitions(headers, table).astype(np.int64) + table.strings_at
    return offsets[offsets < end], end
