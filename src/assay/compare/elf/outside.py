"""What of an ELF file is no loaded data: headers, debug information, comments, slack.

Only bytes that no segment loads are judged here by the names of their sections.
"""

import numpy as np

from assay.code.elf import PT_LOAD, SHF_ALLOC, SHT_NOBITS, Elf, Section, Segment
from assay.compare.elf.state import State
from assay.compare.ledger import UNEXPLAINED
from assay.compare.records import Change

STACK = 0x6474E551
DEBUG = (
    ".debug_", ".zdebug_", ".stab", ".gnu_debug", ".gnu.debuglto", ".line", ".gdb_index",
    ".mdebug",
)  # fmt: skip
TABLES = {2, 3}


def same_segments(state: State) -> bool:
    """Say whether both sides have corresponding segments with the same rights; note others."""
    left, right = state.a.elf, state.b.elf
    if [_rights(one) for one in left.segments] != [_rights(one) for one in right.segments]:
        state.add(
            Change(kind="program", name="segments", says="The segments or their rights differ.")
        )
        return False
    good = True
    for one, two in zip(left.segments, right.segments, strict=True):
        same = (one.address, one.file_size, one.memory_size) == (
            two.address, two.file_size, two.memory_size,
        )  # fmt: skip
        if same or one.kind == STACK or _covers_alike(state, one, two):
            continue
        good = False
        says = (
            f"The segment at {one.address:#x} covers other sections than that at {two.address:#x}."
        )
        state.add(Change(kind="program", name="segments", says=says))
    return good


def _rights(one: Segment) -> tuple[int, int]:
    return one.kind, one.flags


def _covers_alike(state: State, one: Segment, two: Segment) -> bool:
    """Say whether two segments cover zones that belong together."""
    first = [z.name for z in state.a.zones if z.name and _within(z.address, z.size, one)]
    second = [z.name for z in state.b.zones if z.name and _within(z.address, z.size, two)]
    return first == second


def _within(address: int, size: int, segment: Segment) -> bool:
    end = segment.address + segment.memory_size
    return segment.address <= address and address + size <= end


def account_headers(state: State) -> None:
    """Account for the ELF header, the program headers and the section table."""
    state.ledger.settle(state.a.data, state.b.data, 0, 0, 16)
    for side, half in ((0, state.a), (1, state.b)):
        for start, end in header_ranges(half.elf, half.data):
            state.ledger.explain(side, start, end, "N12", "headers follow from sizes and places")
    left, right = state.a.elf, state.b.elf
    if (left.entry or right.entry) and not state.same_one(left.entry, right.entry):
        says = f"The program starts at {right.entry:#x}, not at {left.entry:#x}."
        state.add(Change(kind="program", name="entry", says=says))
        state.ledger.differ(0, 24, 25)
        state.ledger.differ(1, 24, 25)


def header_ranges(elf: Elf, data: bytes) -> list[tuple[int, int]]:
    """Return where the ELF header, the program headers and the section table are."""
    order = "little" if elf.order == "<" else "big"
    wide = elf.bits == 64

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], order)  # type: ignore[arg-type]

    own = 64 if wide else 52
    at, sections = (number(32, 8), number(40, 8)) if wide else (number(28, 4), number(32, 4))
    sizes = [number(place, 2) for place in ((54, 56, 58, 60) if wide else (42, 44, 46, 48))]
    ranges = [(16, own), (at, at + sizes[0] * sizes[1])]
    if sections and not any(data[sections + 8 : sections + sizes[2]]):
        # The first entry is empty; what else it held would be hidden there.
        ranges.append((sections, sections + sizes[2]))
    sections, sizes[3] = sections + sizes[2], max(sizes[3] - 1, 0)
    return [*ranges, (sections, sections + sizes[2] * sizes[3])]


def same_identity(state: State) -> bool:
    """Say whether class, byte order, kind, machine and flags of both files are one."""
    left, right = state.a.elf, state.b.elf
    first = (state.a.data[:16], left.kind, left.machine, left.flags)
    return first == (state.b.data[:16], right.kind, right.machine, right.flags)


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
