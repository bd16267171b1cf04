"""TRX, the flash image of Broadcom routers: a header, then up to four partitions.

Layout: u32 magic, length, CRC32 of all after it (not inverted), u16 flags, u16 version,
u32 partition offsets, little-endian; https://openwrt.org/docs/techref/headers
"""

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import crc32_uninverted
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="trx",
    family="container",
    magic=(Magic(rb"HDR0..........[\x01\x02]\x00"),),
    about="Flash image of Broadcom routers, version 1 and 2; offsets of its partitions and a CRC.",
    references=("https://openwrt.org/docs/techref/headers",),
    envelope=True,
)

_HEADER = {1: ("<3I", 28), 2: ("<4I", 32)}
_NAMES = {
    1: ("image",),
    2: ("kernel", "rootfs"),
    3: ("loader", "kernel", "rootfs"),
    4: ("loader", "kernel", "rootfs", "extra"),
}


def measure(view: View, start: int) -> Extent:
    """Return where the image ends; raises when its length or offsets are impossible."""
    length, _, _, version = view.unpack("<IIHH", start + 4)
    if version not in _HEADER:
        raise NotThisFormat(f"no TRX version {version}")
    header = _HEADER[version][1]
    if not header < length <= view.size - start:
        raise NotThisFormat("the length reaches beyond the data")
    offsets = _offsets(view, start, version)
    if not offsets or offsets != sorted(set(offsets)):
        raise NotThisFormat("partition offsets do not ascend")
    if offsets[0] < header or offsets[-1] >= length:
        raise NotThisFormat("a partition lies outside")
    return Extent(start, start + length)


def _offsets(view: View, start: int, version: int) -> list[int]:
    layout, _ = _HEADER[version]
    return [offset for offset in view.unpack(layout, start + 16) if offset]


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the partitions and verify the CRC."""
    start = extent.start
    expected, _, version = view.unpack("<IHH", start + 8)
    offsets = _offsets(view, start, version)
    sink.region(start, _HEADER[version][1], "parsed", "header")
    bounds = [*offsets, extent.end - start]
    for name, begin, end in zip(_NAMES[len(offsets)], bounds, bounds[1:], strict=False):
        sink.part(name, start + begin, end - begin)
    if crc32_uninverted(view, start + 12, extent.end) != expected:
        sink.problem("damage", "the CRC of the image does not match", offset=start + 8)
