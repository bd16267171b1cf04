"""Flash image with a `2RDH` header of Huawei's Broadcom and Realtek home gateways.

Big-endian: magic, u32 header size (256), u32 length of all, CRC32 of what follows the header
(not inverted); at 0x50 the lengths of the kernel and the root file system.
The layout was derived from images whose CRC it satisfies; it mirrors Broadcom's TRX version 2.
"""

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import crc32_uninverted
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="huawei-2rdh",
    family="container",
    magic=(Magic(rb"2RDH\x00\x00[\x00\x01]."),),
    about="Kernel and root file system of Huawei home gateways behind a 256-byte header.",
    references=("https://github.com/Vu1nT0tal/IoT-vulhub/tree/master/HUAWEI",),
    limits=("fields other than lengths and CRC are not interpreted",),
    envelope=True,
)


def measure(view: View, start: int) -> Extent:
    """Return where the image ends; raises when the lengths contradict one another."""
    header, length = view.unpack(">II", start + 4)
    kernel, rootfs = view.unpack(">II", start + 0x50)
    if not 0x58 <= header <= 0x1000 or not header < length <= view.size - start:
        raise NotThisFormat("the length reaches beyond the data")
    if not kernel or header + kernel + rootfs > length:
        raise NotThisFormat("the parts are longer than the whole")
    return Extent(start, start + length)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the kernel and the root file system and verify the CRC."""
    start = extent.start
    header, _, expected = view.unpack(">III", start + 4)
    kernel, rootfs = view.unpack(">II", start + 0x50)
    sink.region(start, header, "parsed", "header")
    sink.part("kernel", start + header, kernel)
    if rootfs:
        sink.part("rootfs", start + header + kernel, rootfs)
    if crc32_uninverted(view, start + header, extent.end) != expected:
        sink.problem("damage", "the CRC of the image does not match", offset=start + 12)
