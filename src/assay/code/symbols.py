"""Symbols and dynamic information of an ELF file, with or without a section table.

Where the section table is missing or lies, the dynamic segment leads: that is what a loader
on the device reads. Layout: gABI 4.1 chapter 5; DT_GNU_HASH as in the GNU C library; MIPS
psABI supplement for the global offset table.
"""

import msgspec
import numpy as np
import numpy.typing as npt

from assay._kernel.printable import printable
from assay.code.elf import PT_DYNAMIC, PT_LOAD, Bytes, Elf
from assay.code.memory import Ints

DT_NEEDED, DT_PLTRELSZ, DT_PLTGOT, DT_HASH, DT_STRTAB, DT_SYMTAB = 1, 2, 3, 4, 5, 6
DT_RELA, DT_RELASZ, DT_INIT, DT_FINI, DT_REL, DT_RELSZ = 7, 8, 12, 13, 17, 18
DT_PLTREL, DT_JMPREL, DT_INIT_ARRAY, DT_FINI_ARRAY = 20, 23, 25, 26
DT_SONAME = 14
DT_INIT_ARRAYSZ, DT_FINI_ARRAYSZ, DT_RELR, DT_RELRSZ = 27, 28, 36, 35
DT_STRSZ, DT_GNU_HASH = 10, 0x6FFFFEF5
DT_MIPS_LOCAL_GOTNO, DT_MIPS_SYMTABNO, DT_MIPS_GOTSYM = 0x7000000A, 0x70000011, 0x70000013
SHT_SYMTAB, SHT_DYNSYM, SHT_RELA, SHT_REL = 2, 11, 4, 9
MAX_SYMBOLS = 2_000_000
MAX_DYNAMIC = 4096
LONGEST = 4096
_PLAIN = bytes({0, *range(0x20, 0x7F)} - {ord("\\")})

_SYMBOL = {
    32: (
        ("name", "u4"),
        ("value", "u4"),
        ("size", "u4"),
        ("info", "u1"),
        ("other", "u1"),
        ("section", "u2"),
    ),
    64: (
        ("name", "u4"),
        ("info", "u1"),
        ("other", "u1"),
        ("section", "u2"),
        ("value", "u8"),
        ("size", "u8"),
    ),
}


_LAYOUTS = {
    (order, bits): np.dtype([(name, order + kind) for name, kind in fields])
    for bits, fields in _SYMBOL.items()
    for order in "<>"
}


class SymbolTable(msgspec.Struct):
    """One symbol table as columns; names are read when asked for."""

    rows: npt.NDArray[np.void]
    strings: bytes

    def __len__(self) -> int:
        return int(self.rows.size)

    def names(self, indexes: Ints) -> list[str]:
        """Return the names of the symbols *indexes* as printable text."""
        starts = self.rows["name"][indexes].tolist()
        if not self.strings.translate(None, _PLAIN):
            # Nearly always: nothing has to be made printable, so one decoding does for all.
            text = self.strings.decode("ascii")
            ends = [text.find("\0", start, start + LONGEST) for start in starts]
            pairs = zip(starts, ends, strict=True)
            return [text[start:end] if end >= 0 else "" for start, end in pairs]
        return [self._name(start) for start in starts]

    def _name(self, start: int) -> str:
        end = self.strings.find(b"\0", start, start + LONGEST)
        return printable(self.strings[start:end] if end >= 0 else b"")

    @property
    def kind(self) -> npt.NDArray[np.uint8]:
        """The type of each symbol: 1 object, 2 function, 3 section, 10 resolver."""
        return np.asarray(self.rows["info"] & 15, dtype=np.uint8)

    @property
    def value(self) -> Ints:
        """The value of each symbol."""
        return self.rows["value"].astype(np.int64)

    @property
    def undefined(self) -> npt.NDArray[np.bool_]:
        """Which symbols another file has to supply."""
        return np.asarray(self.rows["section"] == 0)


class Dynamic(msgspec.Struct):
    """What the dynamic segment says: the first value of each tag, and the libraries needed.

    `soname` is the library's own name, empty when it states none.
    """

    tags: dict[int, int] = msgspec.field(default_factory=dict)
    needed: tuple[str, ...] = ()
    soname: str = ""

    def get(self, tag: int) -> int:
        """Return the value of *tag*, 0 when absent."""
        return self.tags.get(tag, 0)


def table(elf: Elf, block: Bytes, strings: bytes) -> SymbolTable:
    """Return *block* read as symbols of *elf*."""
    fields = _LAYOUTS[elf.order, elf.bits]
    count = min(block.size // fields.itemsize, MAX_SYMBOLS)
    rows = np.frombuffer(block[: count * fields.itemsize].tobytes(), dtype=fields)
    return SymbolTable(rows, strings)


def static_symbols(elf: Elf) -> SymbolTable | None:
    """Return the symbol table proper, or None in a stripped file."""
    return _from_section(elf, SHT_SYMTAB)


def dynamic_symbols(elf: Elf, dynamic: Dynamic) -> SymbolTable | None:
    """Return the dynamic symbols, found through the dynamic segment or else a section."""
    at, strings_at = dynamic.get(DT_SYMTAB), dynamic.get(DT_STRTAB)
    start, names = file_offset(elf, at), file_offset(elf, strings_at)
    count = _symbol_count(elf, dynamic)
    if start < 0 or names < 0 or not count:
        return _from_section(elf, SHT_DYNSYM)
    size = 16 if elf.bits == 32 else 24
    strings = bytes(elf.data[names : names + min(dynamic.get(DT_STRSZ), 1 << 26)])
    return table(elf, elf.data[start : start + count * size], strings)


def read_dynamic(elf: Elf) -> Dynamic:
    """Return the dynamic entries of *elf*, empty in a static file."""
    place = next((one for one in elf.segments if one.kind == PT_DYNAMIC), None)
    block = elf.data[:0]
    if place is not None:
        block = elf.data[place.offset : place.offset + place.file_size]
    elif (section := elf.section(".dynamic")) is not None:
        block = elf.body(section)
    step = elf.bits // 4
    kind = np.dtype(elf.order + ("u4" if elf.bits == 32 else "u8"))
    rows = np.frombuffer(block[: min(block.size // step, MAX_DYNAMIC) * step].tobytes(), kind)
    found = Dynamic()
    needed = []
    for tag, value in zip(rows[::2].tolist(), rows[1::2].tolist(), strict=True):
        if tag == 0:
            break
        found.tags.setdefault(tag, value)
        needed.extend([value] if tag == DT_NEEDED else [])
    found.needed = _needed(elf, found, needed)
    if DT_SONAME in found.tags:
        found.soname = "".join(_needed(elf, found, [found.tags[DT_SONAME]]))
    return found


def file_offset(elf: Elf, address: int) -> int:
    """Return the file offset that the load segments give *address*, or -1."""
    if not address:
        return -1
    for one in elf.segments:
        if one.kind == PT_LOAD and one.address <= address < one.address + one.file_size:
            return address - one.address + one.offset
    return -1


def _needed(elf: Elf, dynamic: Dynamic, places: list[int]) -> tuple[str, ...]:
    start = file_offset(elf, dynamic.get(DT_STRTAB))
    if start < 0:
        return ()
    names = (bytes(elf.data[start + place : start + place + 256]) for place in places)
    return tuple(printable(name.split(b"\0")[0]) for name in names)


def _from_section(elf: Elf, kind: int) -> SymbolTable | None:
    section = next((one for one in elf.sections if one.kind == kind and one.size), None)
    if section is None or not 0 < section.link < len(elf.sections):
        return None
    return table(elf, elf.body(section), bytes(elf.body(elf.sections[section.link])))


def _symbol_count(elf: Elf, dynamic: Dynamic) -> int:
    if DT_MIPS_SYMTABNO in dynamic.tags:
        return min(dynamic.get(DT_MIPS_SYMTABNO), MAX_SYMBOLS)
    plain = file_offset(elf, dynamic.get(DT_HASH))
    if plain >= 0:
        return min(_word(elf, plain + 4), MAX_SYMBOLS)
    size = 16 if elf.bits == 32 else 24
    gnu = file_offset(elf, dynamic.get(DT_GNU_HASH))
    count = _gnu_count(elf, gnu) if gnu >= 0 else 0
    section = next((one for one in elf.sections if one.kind == SHT_DYNSYM), None)
    if section is not None:
        count = max(count, section.size // size)
    elif count <= 1 and dynamic.get(DT_STRTAB) > dynamic.get(DT_SYMTAB):
        # A hash of no exported symbols does not count the imports; the strings follow them.
        count = (dynamic.get(DT_STRTAB) - dynamic.get(DT_SYMTAB)) // size
    return min(count, MAX_SYMBOLS)


def _gnu_count(elf: Elf, at: int) -> int:
    """Return one more than the highest symbol that a GNU hash table names."""
    buckets, first, bloom = (_word(elf, at + 4 * step) for step in range(3))
    start = at + 16 + bloom * (elf.bits // 8)
    kind = elf.order + "u4"
    block = elf.data[start : start + 4 * min(buckets, MAX_SYMBOLS)]
    heads = np.frombuffer(block[: block.size // 4 * 4].tobytes(), kind)
    last = int(heads.max()) if heads.size else 0
    if last < first:
        return min(first, MAX_SYMBOLS)
    chain = start + 4 * buckets + 4 * (last - first)
    for step in range(MAX_SYMBOLS):
        word = _word(elf, chain + 4 * step)
        if word & 1 or chain + 4 * step + 4 > elf.data.size:
            return min(last + step + 1, MAX_SYMBOLS)
    return 0


def _word(elf: Elf, at: int) -> int:
    return int.from_bytes(bytes(elf.data[at : at + 4]), "little" if elf.order == "<" else "big")
