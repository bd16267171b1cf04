"""The dynamic segment: what the loader goes by, so it decides before the section table.

Serves the kind `elf`. Layout: System V ABI, gABI 4.1, chapter 5, "Dynamic Section".
"""

import struct
from itertools import islice, takewhile
from operator import itemgetter

from assay._kernel.latest import latest
from assay._kernel.value import Value
from assay.inventory.elf.layout import PT_DYNAMIC, Headers
from assay.inventory.kind import Span, shown

DT_NEEDED, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SONAME = 1, 4, 5, 6, 10, 14
DT_RPATH, DT_BIND_NOW, DT_RUNPATH, DT_FLAGS = 15, 24, 29, 30
DT_GNU_HASH, DT_FLAGS_1, DT_MIPS_SYMTABNO = 0x6FFFFEF5, 0x6FFFFFFB, 0x70000011
DF_BIND_NOW, DF_1_NOW, DF_1_PIE = 8, 1, 0x08000000
EM_MIPS = 8
MOST_ENTRIES = 4096
MOST_NAME = 1024
MOST_STRINGS = 256
MOST_CHAIN = 1 << 18


class Dynamic(Value):
    """The entries of the dynamic segment, in their order, and where its strings are."""

    entries: tuple[tuple[int, int], ...]
    strings_at: int
    strings_size: int

    def value(self, tag: int) -> int | None:
        """Return the value of the first entry with *tag*, or None."""
        for key, value in self.entries:
            if key == tag:
                return value
        return None

    def strings(self, headers: Headers, tag: int) -> tuple[Span, ...]:
        """Return the strings that the entries with *tag* name."""
        found = (self.string(headers, value) for key, value in self.entries if key == tag)
        return tuple(islice((one for one in found if one is not None), MOST_STRINGS))

    def first_string(self, headers: Headers, tag: int) -> Span | None:
        """Return the first string that an entry with *tag* names, or None."""
        for key, value in self.entries:
            if key == tag and (found := self.string(headers, value)) is not None:
                return found
        return None

    def string(self, headers: Headers, offset: int) -> Span | None:
        """Return the string at *offset* of the string table, or None outside of it."""
        if offset >= self.strings_size:
            return None
        start = self.strings_at + offset
        stop = min(start + MOST_NAME, self.strings_at + self.strings_size)
        end = headers.content.find(b"\0", start, stop)
        if end < 0:
            return None
        return Span(offset=start, length=end - start, text=shown(headers.content[start:end]))

    @property
    def binds_now(self) -> bool:
        """Whether all symbols are bound at start, so that the table of them can be sealed."""
        flags, more = self.value(DT_FLAGS) or 0, self.value(DT_FLAGS_1) or 0
        return self.value(DT_BIND_NOW) is not None or bool(flags & DF_BIND_NOW or more & DF_1_NOW)

    @property
    def says_pie(self) -> bool:
        """Whether the linker marked the file as a position-independent program."""
        return bool((self.value(DT_FLAGS_1) or 0) & DF_1_PIE)


@latest
def read_dynamic(headers: Headers) -> Dynamic | None:
    """Return the dynamic segment of *headers*, or None where there is none."""
    segment = headers.segment(PT_DYNAMIC)
    if segment is None or not segment.size:
        return None
    layout = struct.Struct(headers.mark + ("II" if headers.bits == 32 else "QQ"))
    count = min(segment.size // layout.size, MOST_ENTRIES)
    block = headers.content[segment.offset : segment.offset + count * layout.size]
    entries = takewhile(itemgetter(0), layout.iter_unpack(block))
    bare = Dynamic(tuple(entries), 0, 0)
    at = headers.at_address(bare.value(DT_STRTAB) or 0)
    if at is None:
        return bare
    size = min(bare.value(DT_STRSZ) or 0, len(headers.content) - at)
    return Dynamic(bare.entries, at, max(0, size))


def symbol_table(headers: Headers, dynamic: Dynamic) -> tuple[int, int] | None:
    """Return offset and number of the dynamic symbols, or None where they cannot be found."""
    at = headers.at_address(dynamic.value(DT_SYMTAB) or 0)
    if at is None:
        return None
    entry = 16 if headers.bits == 32 else 24
    room = (len(headers.content) - at) // entry
    count = _count(headers, dynamic)
    if count is None and dynamic.strings_at > at:
        # Linkers put the strings right after the symbols.
        count = (dynamic.strings_at - at) // entry
    return None if count is None else (at, min(count, room))


def _count(headers: Headers, dynamic: Dynamic) -> int | None:
    if headers.machine == EM_MIPS and (count := dynamic.value(DT_MIPS_SYMTABNO)) is not None:
        return count
    address = dynamic.value(DT_HASH)
    at = None if address is None else headers.at_address(address)
    if at is not None and at + 8 <= len(headers.content):
        return int(struct.unpack_from(headers.mark + "II", headers.content, at)[1])
    address = dynamic.value(DT_GNU_HASH)
    at = None if address is None else headers.at_address(address)
    return None if at is None else _count_in_gnu_hash(headers, at)


def _count_in_gnu_hash(headers: Headers, at: int) -> int | None:
    """Return one more than the highest symbol in a GNU hash table; None: damaged or empty."""
    content, mark = headers.content, headers.mark
    if at + 16 > len(content):
        return None
    buckets, first, blooms, _ = struct.unpack_from(mark + "IIII", content, at)
    start = at + 16 + blooms * (headers.bits // 8)
    chains = start + 4 * buckets
    if not buckets or chains > len(content):
        return None
    last = max(struct.unpack_from(f"{mark}{buckets}I", content, start))
    if last < first:
        return None  # an empty table says nothing of the symbols before it
    place = chains + 4 * (last - first)
    low = 0 if mark == "<" else 3
    for at_bit in range(place + low, min(len(content) - 3 + low, place + 4 * MOST_CHAIN), 4):
        last += 1
        if content[at_bit] & 1:
            return int(last)
    return None
