"""What of an ELF file is no loaded data: headers, debug information, comments, slack.

Only bytes that no segment loads are judged here by the names of their sections.
"""

import struct

import numpy as np

from assay._kernel.value import Value
from assay.code.elf import PT_LOAD, SHF_ALLOC, SHT_NOBITS, Elf, Section
from assay.compare.elf.half import Half
from assay.compare.elf.state import State
from assay.compare.elf.zones import Zone
from assay.compare.ledger import UNEXPLAINED
from assay.compare.records import Change

RELRO, MOST_SEGMENTS = 0x6474E552, 256
DEBUG = (
    ".debug_", ".zdebug_", ".stab", ".gnu_debug", ".gnu.debuglto", ".line", ".gdb_index",
    ".mdebug",
)  # fmt: skip
TABLES = {2, 3}


def same_segments(state: State) -> bool:
    """Say whether both sides have corresponding segments with the same rights; note others."""
    left, right = headers_of(state.a), headers_of(state.b)
    rights = [_rights(one) for one in left]
    if rights != [_rights(one) for one in right] or len(rights) > MOST_SEGMENTS:
        state.add(
            Change(kind="program", name="segments", says="The segments or their rights differ.")
        )
        return False
    good = True
    for one, two in zip(left, right, strict=True):
        # What stands under the same numbers is fine where a load segment shows it as it says.
        plain = one == two or _covers_alike(state, one, two)
        if plain and _shown(one, left) == _shown(two, right):
            continue
        good = False
        says = (
            f"The segment at {one.address:#x} covers something else than that at {two.address:#x}."
        )
        state.add(Change(kind="program", name="segments", says=says))
    return good


class Header(Value):
    """A program header as it is stored, with `physical` counted from its address."""

    kind: int
    flags: int
    offset: int
    address: int
    physical: int
    file_size: int
    memory_size: int
    align: int


def headers_of(half: Half) -> list[Header]:
    """Return the program headers of *half*."""
    elf, wide = half.elf, half.elf.bits == 64
    at, _, size, count = _tables(elf, half.data)
    layout = struct.Struct(elf.order + ("IIQQQQQQ" if wide else "8I"))
    found = []
    for place in range(at, at + size * count, max(size, 1)):
        if place + layout.size > len(half.data):
            break
        row = layout.unpack_from(half.data, place)
        kind, flags, offset, address, physical, file_size, memory_size, align = (
            row if wide else (row[0], row[6], *row[1:6], row[7])
        )
        found.append(
            Header(
                kind, flags, offset, address, physical - address, file_size, memory_size, align
            )
        )  # fmt: skip
    return found


def _rights(one: Header) -> tuple[int, ...]:
    return one.kind, one.flags, one.physical, one.align


def _shown(one: Header, among: list[Header]) -> bool:
    """Say whether the bytes that a header names are those that its address shows."""
    if one.kind == PT_LOAD or not one.file_size:
        return True
    return any(
        load.address <= one.address < load.address + load.file_size
        and one.offset - one.address == load.offset - load.address
        for load in among
        if load.kind == PT_LOAD
    )


def _covers_alike(state: State, one: Header, two: Header) -> bool:
    """Say whether two segments cover zones that belong together, and reach as far beyond them."""
    first, second = _covered(state.a, one), _covered(state.b, two)
    if not first or [zone.name for zone in first] != [zone.name for zone in second]:
        return False
    if one.kind == RELRO:
        # It reaches to the end of a page.
        sizes = one.file_size - one.memory_size == two.file_size - two.memory_size
        return sizes and _beyond(one, first)[0] == _beyond(two, second)[0]
    return _beyond(one, first) == _beyond(two, second)


def _beyond(header: Header, zones: list[Zone]) -> tuple[int, int, int]:
    """Return how far a segment reaches before and behind its zones, in memory and in the file."""
    stored = [zone.end for zone in zones if zone.offset >= 0]
    end = header.address + header.file_size
    return (
        header.address - zones[0].address,
        header.address + header.memory_size - zones[-1].end,
        end - (stored[-1] if stored else header.address),
    )


def _covered(half: Half, header: Header) -> list[Zone]:
    end = header.address + header.memory_size
    return [
        zone
        for zone in half.zones
        if zone.name and header.address <= zone.address and zone.end <= end
    ]


def account_headers(state: State) -> None:
    """Account for the ELF header, the program headers and the section table."""
    state.ledger.settle(state.a.data, state.b.data, 0, 0, 16)
    left, right = state.a.elf, state.b.elf
    if (left.entry or right.entry) and not state.same_one(left.entry, right.entry):
        says = f"The program starts at {right.entry:#x}, not at {left.entry:#x}."
        state.add(Change(kind="program", name="entry", says=says))
        state.ledger.differ(0, 24, 25)
        state.ledger.differ(1, 24, 25)
    for side, half in ((0, state.a), (1, state.b)):
        for start, end in header_ranges(half.elf, half.data):
            state.ledger.explain(side, start, end, "N12", "headers follow from sizes and places")


def header_ranges(elf: Elf, data: bytes) -> list[tuple[int, int]]:
    """Return where the ELF header, the program headers and the section table are."""
    at, sections, size, count = _tables(elf, data)
    wide = elf.bits == 64
    entry, entries = struct.unpack_from(elf.order + "HH", data, 58 if wide else 46)
    ranges = [(16, 64 if wide else 52), (at, at + size * count)]
    if sections and not any(data[sections + 8 : sections + entry]):
        # The first entry is empty; what else it held would be hidden there.
        ranges.append((sections, sections + entry))
    sections, entries = sections + entry, max(entries - 1, 0)
    return [*ranges, (sections, sections + entry * entries)]


def _tables(elf: Elf, data: bytes) -> tuple[int, int, int, int]:
    """Return where program headers and section headers are; size and number of the first."""
    wide = elf.bits == 64
    at, sections = struct.unpack_from(
        elf.order + ("QQ" if wide else "II"), data, 32 if wide else 28
    )
    size, count = struct.unpack_from(elf.order + "HH", data, 54 if wide else 42)
    return at, sections, size, count


def same_headers(a: Half, b: Half) -> bool:
    """Say whether both files have the same program headers, and ELF headers but for sections."""
    wide = a.elf.bits == 64
    # Where the section table is, how many entries it has, and which one names the others.
    kept = ((0, 40), (48, 60)) if wide else ((0, 32), (36, 48))
    alike = all(a.data[start:end] == b.data[start:end] for start, end in kept)
    return alike and headers_of(a) == headers_of(b)


def same_identity(state: State) -> bool:
    """Say whether class, byte order, kind, machine and flags of both files are one."""
    left, right = state.a.elf, state.b.elf
    first = (left.kind, left.machine, left.flags)
    # The version of the format, and the sizes of the headers themselves.
    fixed = ((0, 16), (20, 24), (52, 56), (58, 60))
    if left.bits == 32:
        fixed = ((0, 16), (20, 24), (40, 44), (46, 48))
    alike = all(state.a.data[start:end] == state.b.data[start:end] for start, end in fixed)
    return alike and first == (right.kind, right.machine, right.flags)


def account_sections(state: State) -> None:
    """Account for what no segment loads: by section, then what lies in none."""
    left, right = (_unloaded(half.elf) for half in (state.a, state.b))
    names = {section.name: section for section in right}
    for section in left:
        other = names.get(section.name)
        if other is not None:
            _pair(state, section, other)
    for side, sections in ((0, left), (1, right)):
        for section in sections:
            cause = cause_of_section(section)
            if cause is not None:
                end = section.offset + section.size
                state.ledger.explain(side, section.offset, end, *cause)
    _slack(state)


def _unloaded(elf: Elf) -> list[Section]:
    loads = [
        (one.offset, one.offset + one.file_size)
        for one in elf.segments
        if one.kind == PT_LOAD and one.file_size
    ]
    return [
        one
        for one in elf.sections
        if one.size
        and one.kind != SHT_NOBITS
        and not one.flags & SHF_ALLOC
        and not any(start < one.offset + one.size and one.offset < end for start, end in loads)
    ]


def _pair(state: State, left: Section, right: Section) -> None:
    length = min(left.size, right.size)
    a, b = state.a.data, state.b.data
    state.ledger.settle(a, b, left.offset, right.offset, length)


def cause_of_section(section: Section) -> tuple[str, str] | None:
    """Return the cause that explains differences in a section that is never loaded."""
    if section.name.startswith(DEBUG) or section.name == ".gnu_debuglink":
        return "N2", "the section is never loaded"
    if section.name == ".pdr":
        return "N12", "descriptions of functions are never loaded"
    if section.kind in TABLES or section.name in {".shstrtab", ".strtab", ".symtab"}:
        return "N2", "names of sections and symbols are never loaded"
    if section.name in {".comment", ".GCC.command.line"}:
        return "N3", "the section is never loaded"
    if section.name == ".note.gnu.build-id":
        return "N1", "the section is never loaded"
    return None


def _slack(state: State) -> None:
    """Account for zeros between the parts of the file."""
    for side, half in ((0, state.a), (1, state.b)):
        labels = state.ledger.labels[side]
        body = np.frombuffer(half.data, np.uint8)
        loaded = np.zeros(labels.size, dtype=np.bool_)
        for zone in half.zones:
            if zone.offset >= 0 and zone.name:
                loaded[zone.offset : zone.offset + zone.size] = True
        labels[(labels == UNEXPLAINED) & (body == 0) & ~loaded] = 16 + 13
