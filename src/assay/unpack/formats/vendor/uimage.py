"""U-Boot's legacy image: 64-byte header, CRC32 of header and data, one part or several."""

import zlib

from assay.unpack.format import Extent, Format, Magic
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

HEADER = 64
MULTI = 4
TYPES = {
    1: "standalone", 2: "kernel", 3: "ramdisk", 4: "multi", 5: "firmware", 6: "script",
    7: "filesystem", 8: "devicetree",
}  # fmt: skip
MOST_PARTS = 64

FORMAT = Format(
    name="uimage",
    family="container",
    # magic, 8 bytes, then size, load, entry, data CRC; operating system, CPU, type, compression
    magic=(Magic(rb"\x27\x05\x19\x56.{24}[\x00-\x1e][\x00-\x1e][\x00-\x30][\x00-\x08]"),),
    about="Kernel, ramdisk or script as U-Boot loads it.",
    references=("https://source.denx.de/u-boot/u-boot/-/blob/master/include/image.h",),
    envelope=True,
    priority=20,
)


def measure(view: View, start: int) -> Extent:
    """Return where the data ends; the header's CRC32 must match."""
    header = bytearray(view.read(start, HEADER))
    (stored,) = view.unpack(">I", start + 4)
    header[4:8] = bytes(4)
    sound = zlib.crc32(header) == stored
    (size,) = view.unpack(">I", start + 12)
    # Vendors that patch a field after mkimage leave the old CRC: the size must then fit well.
    if not sound and not HEADER <= size <= view.size - start - HEADER:
        raise NotThisFormat("header CRC")
    if not sound and not _named(bytes(header[32:64])):
        raise NotThisFormat("header CRC")
    return Extent(start, min(view.size, start + HEADER + size), sound)


def _named(field: bytes) -> bool:
    name = field.rstrip(b"\0")
    return len(name) >= 3 and all(0x20 <= byte < 0x7F for byte in name)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the parts; wrong checksums and a cut-off end are damage."""
    at = extent.start
    size, _, _, crc = view.unpack(">4I", at + 12)
    kind = view.number("B", at + 30)
    if not extent.detail:
        sink.problem("damage", "the header's CRC32 does not match", offset=at)
    stored = extent.end - at - HEADER
    if stored < size:
        sink.problem("damage", f"{size - stored} of {size} bytes are cut off", offset=at)
    elif zlib.crc32(view.window(at + HEADER, size)) != crc:
        sink.problem("damage", "the data's CRC32 does not match", offset=at)
    sink.region(at, HEADER, "parsed", view.text(at + 32, 32))
    if kind == MULTI:
        _parts(view, extent, sink)
    elif stored > 0:
        sink.part(TYPES.get(kind, "data"), at + HEADER, stored)


def _parts(view: View, extent: Extent, sink: Sink) -> None:
    table = extent.start + HEADER
    sizes: list[int] = []
    while len(sizes) < MOST_PARTS:
        (size,) = view.unpack(">I", table + 4 * len(sizes))
        if size == 0:
            break
        sizes.append(size)
    position = table + 4 * (len(sizes) + 1)
    sink.region(table, position - table, "parsed", "sizes of the parts")
    for number, size in enumerate(sizes):
        if position + size > extent.end:
            sink.problem("damage", f"part {number} is cut off", offset=position)
            return
        sink.part(f"part{number}", position, size)
        position += (size + 3) & ~3
