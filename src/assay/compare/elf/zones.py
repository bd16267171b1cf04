"""The loaded part of an ELF file cut into zones by its section table, where that tells the truth.

A device reads segments only, so a section counts when a load segment maps it as it says. Bytes
that are loaded and in no section form zones of their own: nothing loaded is left out.
"""

from collections.abc import Sequence
from itertools import pairwise

from assay._kernel.value import Value
from assay.code.elf import PT_LOAD, SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHT_NOBITS, Elf, Section

TLS = 0x400


class Zone(Value):
    """A run of the address space; `offset` is its place in the file, -1 for zeroed memory."""

    name: str
    kind: int
    flags: int
    address: int
    size: int
    offset: int

    @property
    def end(self) -> int:
        """The address behind the last byte."""
        return self.address + self.size

    @property
    def code(self) -> bool:
        """Whether it is a section of instructions."""
        return bool(self.flags & SHF_EXECINSTR)

    @property
    def writable(self) -> bool:
        """Whether the program may write to it."""
        return bool(self.flags & SHF_WRITE)


def zones_of(elf: Elf) -> list[Zone]:
    """Return the zones of *elf* in order of address; empty when its sections cannot be believed."""
    loads = [one for one in elf.segments if one.kind == PT_LOAD]
    found: list[Zone] = []
    for section in elf.sections:
        if not section.flags & SHF_ALLOC or not section.size:
            continue
        zone = _mapped(elf, section)
        if zone is None:
            return []
        if zone.flags & TLS and zone.offset < 0:
            continue
        found.append(zone)
    found.sort(key=lambda one: (one.address, one.size))
    for one, after in pairwise(found):
        if one.end > after.address:
            return []
    if not found:
        return []
    gaps = [
        gap for load in loads for gap in _gaps(found, load.address, load.file_size, load.offset)
    ]
    return sorted(found + gaps, key=lambda one: one.address)


def _mapped(elf: Elf, section: Section) -> Zone | None:
    """Return the zone of *section*, None when no segment maps it as it says."""
    empty = section.kind == SHT_NOBITS
    for one in elf.segments:
        if one.kind != PT_LOAD:
            continue
        size = one.memory_size if empty else one.file_size
        place = section.address - one.address
        if place >= 0 and place + section.size <= max(size, one.file_size):
            if not empty and section.offset - one.offset != place:
                return None
            if section.flags & SHF_EXECINSTR and not one.flags & 1:
                return None
            offset = -1 if empty else section.offset
            return Zone(
                section.name, section.kind, section.flags, section.address, section.size, offset
            )
    if empty and section.flags & TLS:
        return Zone(section.name, section.kind, section.flags, section.address, section.size, -1)
    return None


def _gaps(zones: list[Zone], start: int, size: int, offset: int) -> list[Zone]:
    gaps = []
    at = start
    for zone in [*zones, None]:
        first = start + size if zone is None else min(zone.address, start + size)
        if zone is not None and (zone.offset < 0 or zone.end <= start):
            continue
        if first > at:
            gaps.append(Zone("", 0, 0, at, first - at, offset + at - start))
        if zone is None or zone.address >= start + size:
            break
        at = max(at, zone.end)
    return gaps


def zones_by_segments(elf: Elf, code: Sequence[tuple[int, int]]) -> list[Zone]:
    """Return zones for the load segments of *elf*, cut where *code* begins and ends."""
    found: list[Zone] = []
    for number, load in enumerate(one for one in elf.segments if one.kind == PT_LOAD):
        end = load.address + load.file_size
        cuts = {load.address, end}
        cuts.update(at for span in code for at in span if load.address < at < end)
        for part, (low, high) in enumerate(pairwise(sorted(cuts))):
            runs = load.flags & 1 and any(start <= low and high <= stop for start, stop in code)
            flags = SHF_ALLOC | (SHF_EXECINSTR if runs else 0) | (load.flags & 2 and SHF_WRITE)
            name = f"segment {number}, {'code' if runs else 'data'} {part}"
            offset = load.offset + low - load.address
            found.append(Zone(name, 1, flags, low, high - low, offset))
        if load.memory_size > load.file_size:
            size = load.memory_size - load.file_size
            found.append(
                Zone(f"segment {number}, zeros", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, end, size, -1)
            )
    return sorted(found, key=lambda one: one.address)
