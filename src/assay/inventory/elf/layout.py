"""ELF header, segments and sections, read without trust: sizes and counts are checked first.

Serves the kind `elf`. Layout: System V ABI, gABI 4.1, chapters 4 and 5. What does not fit in
the file is cut and named in `problems`.
"""

import struct

import msgspec

from assay._kernel.latest import latest
from assay._kernel.value import Value

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
PT_GNU_STACK, PT_GNU_RELRO = 0x6474E551, 0x6474E552
SHT_SYMTAB, SHT_NOBITS, SHT_DYNSYM = 2, 8, 11
MOST_SEGMENTS = 128
MOST_SECTIONS = 4096
MOST_NAME = 128
"""The most bytes of a section's name, with the zero that ends it."""


class Segment(Value):
    """A program header; `size` is what the file really holds of it, `offset` lies inside it."""

    kind: int
    flags: int
    offset: int
    address: int
    size: int


class Section(Value):
    """A section header; `size` is what the file really holds of it, `offset` lies inside it."""

    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int


class Headers(msgspec.Struct, eq=False):
    """The headers of one ELF file; `mark` is the byte order as `struct` names it.

    Once read they are shared by all who ask for the same content: nobody changes them.
    """

    content: bytes
    bits: int
    mark: str
    osabi: int
    kind: int
    machine: int
    flags: int
    entry: int
    segments_at: int
    segments_size: int
    segments: tuple[Segment, ...] = ()
    sections: tuple[Section, ...] = ()
    problems: list[str] = msgspec.field(default_factory=list)

    def segment(self, kind: int) -> Segment | None:
        """Return the first segment of *kind*, or None."""
        for one in self.segments:
            if one.kind == kind:
                return one
        return None

    def section(self, name: str) -> Section | None:
        """Return the first section called *name*, or None."""
        for one in self.sections:
            if one.name == name:
                return one
        return None

    def at_address(self, address: int) -> int | None:
        """Return the file offset of a virtual *address*, or None when no segment loads it."""
        for one in self.segments:
            if one.kind == PT_LOAD and one.address <= address < one.address + one.size:
                return one.offset + address - one.address
        return None


def read_headers(content: bytes) -> Headers | None:
    """Return the headers of *content*, or None when it has no complete ELF header."""
    if len(content) < 52 or content[:4] != b"\x7fELF" or content[4] not in {1, 2}:
        return None
    return _read(content) if content[5] in {1, 2} else None


@latest
def _read(content: bytes) -> Headers | None:
    """Read the headers; the last ones are kept, for several kinds ask in turn."""
    bits = 32 if content[4] == 1 else 64
    mark = "<" if content[5] == 1 else ">"
    layout = struct.Struct(mark + ("HHIIIIIHHHHHH" if bits == 32 else "HHIQQQIHHHHHH"))
    if len(content) < 16 + layout.size:
        return None
    kind, machine, _, entry, phoff, shoff, flags, _, phsize, phnum, shsize, shnum, names = (
        layout.unpack_from(content, 16)
    )
    found = Headers(content, bits, mark, content[7], kind, machine, flags, entry, phoff, 0)
    found.segments = _segments(found, phoff, phsize, phnum)
    found.segments_size = phsize * len(found.segments)
    found.sections = _sections(found, shoff, shsize, shnum, names)
    return found


def _present(found: Headers, offset: int, size: int, count: int, *, least: int, what: str) -> int:
    """Return how many entries of a header table lie inside the file."""
    if not count or not offset:
        return 0
    if size < least or offset >= len(found.content):
        found.problems.append(f"the {what} table is damaged or outside the file")
        return 0
    present = min(count, (len(found.content) - offset) // size)
    if present < count:
        found.problems.append(f"the {what} table is cut off: {present} of {count} entries")
    return present


def _held(found: Headers, offset: int, size: int) -> int:
    return max(0, min(size, len(found.content) - offset))


def _segments(found: Headers, offset: int, size: int, count: int) -> tuple[Segment, ...]:
    layout = struct.Struct(found.mark + ("8I" if found.bits == 32 else "IIQQQQQQ"))
    present = min(
        _present(found, offset, size, count, least=layout.size, what="segment"), MOST_SEGMENTS
    )
    segments = []
    for place in range(present):
        row = layout.unpack_from(found.content, offset + place * size)
        if found.bits == 32:
            kind, at, address, _, length, _, flags, _ = row
        else:
            kind, flags, at, address, _, length, _, _ = row
        held = _held(found, at, length)
        segments.append(Segment(kind, flags, min(at, len(found.content)), address, held))
        if kind == PT_LOAD and segments[-1].size < length:
            found.problems.append(f"segment {place} reaches beyond the end of the file")
    return tuple(segments)


def _sections(
    found: Headers, offset: int, size: int, count: int, names: int
) -> tuple[Section, ...]:
    # The last fields, alignment and what else a row links to, nobody asks for.
    layout = struct.Struct(found.mark + ("7I12x" if found.bits == 32 else "IIQQQQI20x"))
    present = min(
        _present(found, offset, size, count, least=layout.size, what="section"), MOST_SECTIONS
    )
    content, limit = found.content, len(found.content)
    if size == layout.size:
        rows = list(layout.iter_unpack(content[offset : offset + present * size]))
    else:
        rows = [layout.unpack_from(content, offset + n * size) for n in range(present)]
    texts = ""
    if names < present:
        at, length = rows[names][4], rows[names][5]
        texts = content[at : at + min(length, 1 << 18)].decode("latin-1")
    sections = []
    for name, kind, flags, address, at, length, link in rows:
        end = texts.find("\0", name, name + MOST_NAME)
        text = texts[name:end] if end > name else ""
        if kind == SHT_NOBITS or at + length > limit:
            room = 0 if kind == SHT_NOBITS else max(limit - at, 0)
            at, length = min(at, limit), min(length, room)  # noqa: PLW2901 - most rows need nothing
        sections.append(Section(text, kind, flags, address, at, length, link))
    return tuple(sections)
