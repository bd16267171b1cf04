"""GUID partition table: header and entries with CRCs behind a protective boot record.

Layout: UEFI Specification 2.10, section 5.3; little-endian; sectors of 512 or 4096 bytes.
"""

import zlib
from typing import NamedTuple

from assay._kernel.printable import printable
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="gpt",
    family="volume",
    magic=(
        Magic(rb"EFI PART\x00\x00\x01\x00\x5c\x00\x00\x00", at=512),
        Magic(rb"EFI PART\x00\x00\x01\x00\x5c\x00\x00\x00", at=4096),
    ),
    about="Partition table of disks and eMMC with names and identifiers.",
    references=("https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html",),
    limits=("the backup table is not read",),
    envelope=True,
    priority=30,
)

_HEADER = 92
_MOST_ENTRIES = 1024


class _Layout(NamedTuple):
    """The sector size and where the entries are."""

    sector: int
    entries: int
    slots: int
    size: int
    sound: bool


def measure(view: View, start: int) -> Extent:
    """Return where the disk ends that the header describes; the header's CRC must match."""
    sector = 512 if view.read(start + 512, 8) == b"EFI PART" else 4096
    at = start + sector
    header = bytearray(view.read(at, _HEADER))
    expected = view.number("<I", at + 16)
    header[16:20] = bytes(4)
    if header[:8] != b"EFI PART" or zlib.crc32(header) != expected:
        raise NotThisFormat("the header's CRC does not match")
    backup, _, last = view.unpack("<QQQ", at + 32)
    first, count, size, crc = view.unpack("<QIII", at + 72)
    if not 0 < count <= _MOST_ENTRIES or not 128 <= size <= 4096 or size % 8:
        raise NotThisFormat("an impossible table")
    entries = start + first * sector
    sound = zlib.crc32(view.window(entries, count * size)) == crc
    end = min(start + (max(backup, last) + 1) * sector, view.size)
    return Extent(start, end, _Layout(sector, entries, count, size, sound))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over every partition under its name."""
    layout: _Layout = extent.detail or measure(view, extent.start).detail
    table = layout.entries + layout.slots * layout.size - extent.start
    sink.region(extent.start, table, "parsed", "partition table")
    if not layout.sound:
        sink.problem("damage", "the CRC of the entries does not match", offset=layout.entries)
    seen: set[str] = set()
    for number in range(layout.slots):
        at = layout.entries + number * layout.size
        if any(view.read(at, 16)):
            _hand_over(view, extent, (at, number + 1), seen, sink)


def _hand_over(
    view: View, extent: Extent, entry: tuple[int, int], seen: set[str], sink: Sink
) -> None:
    at, number = entry
    sector = extent.detail.sector if extent.detail else 512
    first, last = view.unpack("<QQ", at + 32)
    stored_name = view.read(at + 56, 72).decode("utf-16-le", "replace").split("\0", 1)[0]
    name = printable(stored_name.encode("utf-8", "replace")).replace("/", "_")
    if not name or name in seen:
        name = f"{name or 'partition'}-{number}"
    seen.add(name)
    begin = extent.start + first * sector
    size = (last + 1 - first) * sector
    stored = min(size, extent.end - begin)
    if size <= 0 or stored <= 0:
        sink.problem("damage", f"the partition {name} lies outside", offset=at)
        return
    if stored < size:
        sink.problem("damage", f"{size - stored} bytes of {name} are cut off", offset=begin)
    sink.part(name, begin, stored)
