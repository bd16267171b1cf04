"""Moxa FRM: firmware of serial device servers and gateways, sections with a file table.

Layout (little-endian): `*FRM`, u32, u32 length, u16 header size, u16 sections, 48 bytes,
entries of u32 type, offset, length, u32; layout as in unblob's handler (MIT).
"""

from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="moxa-frm",
    family="container",
    magic=(Magic(rb"\*FRM.{8}[\x40-\xff]\x00[\x01-\x10]\x00"),),
    about="Firmware of Moxa's serial device servers: program and web files.",
    references=("https://github.com/onekey-sec/unblob",),
    limits=("time stamps and an unknown checksum are not interpreted",),
    envelope=True,
)

_HEADER, _SECTION, _ENTRY = 64, 16, 64
_FILES = 2
_MOST = 4096


class _Section(NamedTuple):
    """A section: its type and range in the blob."""

    kind: int
    start: int
    size: int


def measure(view: View, start: int) -> Extent:
    """Return where the container ends; all sections must lie inside."""
    length, header, count = view.unpack("<IHH", start + 8)
    if not _HEADER + _SECTION * count <= header < length <= view.size - start:
        raise NotThisFormat("the lengths contradict one another")
    sections: list[_Section] = []
    for at in range(start + _HEADER, start + _HEADER + _SECTION * count, _SECTION):
        kind, offset, size = view.unpack("<III", at)
        if offset < header or offset + size > length:
            raise NotThisFormat("a section lies outside")
        sections.append(_Section(kind, start + offset, size))
    return Extent(start, start + length, tuple(sections))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over programs as parts and the files of a file table by name."""
    sections: tuple[_Section, ...] = extent.detail or measure(view, extent.start).detail
    header = view.number("<H", extent.start + 12)
    sink.region(extent.start, header, "parsed", "header")
    for number, section in enumerate(sections):
        if section.kind == _FILES and _files(view, section, sink):
            continue
        if section.size:
            sink.part(f"section{number}", section.start, section.size)


def _files(view: View, section: _Section, sink: Sink) -> bool:
    """List the files of a section; return whether its table is sound."""
    end = section.start + section.size
    try:
        table, _, entry, first = view.unpack("<IIHH", section.start + 48)
        count = first or view.number("<H", section.start + 66)
        at = section.start + table
        if entry != _ENTRY or not 0 < count <= _MOST or at + entry * count > end:
            return False
    except NotThisFormat:
        return False
    sink.region(section.start, table + entry * count, "parsed", "table of files")
    for position in range(at, at + entry * count, entry):
        size, offset = view.unpack("<II", position + 56)
        name = view.text(position, 48).replace("/", "_") or f"file@{position:#x}"
        if section.start + offset + size > end:
            sink.problem("damage", f"the file {name} lies outside", offset=position)
        elif size:
            sink.part(name, section.start + offset, size)
    return True
