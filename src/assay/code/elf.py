"""Headers of an ELF file, read without trust: the first step of the machine-code index.

Sizes, counts and offsets are checked against the file before anything is read; what does not
fit is cut and named in `problems`. Layout: System V ABI, gABI 4.1, chapters 4 and 5.
"""

import struct

import msgspec
import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value

Bytes = npt.NDArray[np.uint8]

ET_REL, ET_EXEC, ET_DYN = 1, 2, 3
SHT_NOTE, SHT_NOBITS = 7, 8
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_GNU_RELRO = 1, 2, 3, 4, 0x6474E552
PF_X, PF_W = 1, 2
MAX_SEGMENTS = 256
MAX_SECTIONS = 20_000
TWICE = 2
"""How many times the bytes of a file may be shown by its segments, and by its sections."""

MOST_NAMED = 4


class NotAnElf(ValueError):
    """The bytes are not an ELF file that can be read at all."""


class Segment(Value):
    """A program header: file range, address and flags."""

    kind: int
    flags: int
    offset: int
    address: int
    file_size: int
    memory_size: int


class Section(msgspec.Struct):
    """A section header; `size` is what the file really holds of it."""

    index: int
    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    entry_size: int
    align: int


class Elf(msgspec.Struct):
    """The headers of one ELF file."""

    data: Bytes
    bits: int
    order: str
    kind: int
    machine: int
    flags: int
    entry: int
    segments: tuple[Segment, ...] = ()
    sections: tuple[Section, ...] = ()
    problems: list[str] = msgspec.field(default_factory=list)

    def section(self, name: str) -> Section | None:
        """Return the first section called *name*, or None."""
        return next((one for one in self.sections if one.name == name), None)

    def body(self, section: Section) -> Bytes:
        """Return the bytes of *section*; empty when it occupies no file space."""
        if section.kind == SHT_NOBITS:
            return self.data[:0]
        return self.data[section.offset : section.offset + section.size]


def read_elf(data: bytes | memoryview) -> Elf:
    """Return the headers of *data*; raises `NotAnElf`."""
    raw = np.frombuffer(data, dtype=np.uint8)
    ident = bytes(raw[:20])
    if len(ident) < 20 or ident[:4] != b"\x7fELF" or ident[4] not in (1, 2):
        raise NotAnElf("no ELF identification")
    bits = 32 if ident[4] == 1 else 64
    order = ">" if ident[5] == 2 else "<"
    layout = order + ("HHIIIIIHHHHHH" if bits == 32 else "HHIQQQIHHHHHH")
    size = struct.calcsize(layout)
    if raw.size < 16 + size:
        raise NotAnElf("the ELF header is cut off")
    head = struct.unpack(layout, bytes(raw[16 : 16 + size]))
    kind, machine, _, entry, phoff, shoff, flags, _, phsize, phnum, shsize, shnum, shstr = head
    elf = Elf(raw, bits, order, kind, machine, flags, entry)
    if ident[5] not in (1, 2):
        elf.problems.append("the byte order mark is invalid; little-endian assumed")
    elf.segments = _segments(elf, phoff, phsize, phnum)
    elf.sections = _sections(elf, shoff, shsize, shnum, shstr)
    return elf


def _table(elf: Elf, offset: int, size: int, count: int, *, minimum: int, what: str) -> int:
    """Return how many entries of a header table lie inside the file."""
    if not count or not offset:
        return 0
    if size < minimum or offset >= elf.data.size:
        elf.problems.append(f"the {what} table is damaged or outside the file")
        return 0
    present = min(count, (elf.data.size - offset) // size)
    if present < count:
        elf.problems.append(f"the {what} table is cut off: {present} of {count} entries")
    return present


def _segments(elf: Elf, offset: int, size: int, count: int) -> tuple[Segment, ...]:
    layout = struct.Struct(elf.order + ("8I" if elf.bits == 32 else "IIQQQQQQ"))
    present = min(
        _table(elf, offset, size, count, minimum=layout.size, what="segment"), MAX_SEGMENTS
    )
    found, cut = [], []
    room = TWICE * int(elf.data.size)
    for place in range(present):
        start = offset + place * size
        row = layout.unpack(bytes(elf.data[start : start + layout.size]))
        if elf.bits == 32:
            kind, at, address, _, file_size, memory_size, flags, _ = row
        else:
            kind, flags, at, address, _, file_size, memory_size, _ = row
        held = _held(elf, at, file_size)
        if kind == PT_LOAD:
            cut += [place] if held < file_size else []
            if held > room:
                held = 0
                _say(elf, "load segments show the same bytes many times: some are left out")
            room -= held
        found.append(Segment(kind, flags, at, address, held, memory_size))
    _say_cut(elf, "segment", cut)
    return tuple(found)


def _sections(elf: Elf, offset: int, size: int, count: int, names: int) -> tuple[Section, ...]:
    layout = struct.Struct(elf.order + ("10I" if elf.bits == 32 else "IIQQQQIIQQ"))
    present = min(
        _table(elf, offset, size, count, minimum=layout.size, what="section"), MAX_SECTIONS
    )
    block = bytes(elf.data[offset : offset + present * size]) if present else b""
    if size == layout.size:
        rows = list(layout.iter_unpack(block))
    else:
        rows = [layout.unpack_from(block, place * size) for place in range(present)]
    table = ""
    if names < present:
        at, length = rows[names][4], rows[names][5]
        table = bytes(elf.data[at : at + min(length, 1 << 20)]).decode("latin-1")
    found, cut, most = [], [], int(elf.data.size)
    room = TWICE * most
    for place, row in enumerate(rows):
        name, kind, flags, address, at, length, link, info, align, entry = row
        end = table.find("\0", name, name + 256)
        text = table[name:end] if end >= 0 else ""
        if at + length > most and kind != SHT_NOBITS:
            length = _held(elf, at, length)
            cut.append(place)
        if kind != SHT_NOBITS:
            if length > room:
                length = 0
                _say(elf, "sections show the same bytes many times: some are left out")
            room -= length
        found.append(
            Section(place, text, kind, flags, address, at, length, link, info, entry, align)
        )
    _say_cut(elf, "section", cut)
    return tuple(found)


def _say(elf: Elf, problem: str) -> None:
    if problem not in elf.problems:
        elf.problems.append(problem)


def _say_cut(elf: Elf, what: str, places: list[int]) -> None:
    """Say which *places* of a header table reach beyond the end of the file, at most a few."""
    for place in places[:MOST_NAMED]:
        elf.problems.append(f"{what} {place} reaches beyond the end of the file")
    if len(places) > MOST_NAMED:
        more = len(places) - MOST_NAMED
        elf.problems.append(f"{more} more {what}s reach beyond the end of the file")


def _held(elf: Elf, offset: int, size: int) -> int:
    return max(0, min(size, elf.data.size - offset))
