r"""NETGEAR image of DNI make: 128 bytes of text, the image, one byte that completes a sum.

Layout: `device:…\nversion:…\nregion:…\nhd_id:…\n` padded with zeros to 128 bytes; all bytes
of the file add up to 255. Source: mkdniimg of OpenWrt.
"""

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import sum_of_bytes
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="netgear-dni",
    family="container",
    magic=(Magic.literal(b"device:"),),
    about="NETGEAR upgrade file: a text header with model and version, the image, a checksum.",
    references=("https://github.com/openwrt/firmware-utils/blob/master/src/mkdniimg.c",),
    limits=("the header states no length: the image reaches to the end of the file",),
    envelope=True,
    anywhere=False,
    priority=30,
)

_HEADER = 128


def measure(view: View, start: int) -> Extent:
    """Return the rest of the blob when a sound text header stands at *start*."""
    text, _, padding = view.read(start, _HEADER).partition(b"\0")
    if any(padding) or b"\nversion:" not in text:
        raise NotThisFormat("no version line in the header")
    if any(byte > 0x7E or (byte < 0x20 and byte not in b"\r\n") for byte in text):
        raise NotThisFormat("the header is no text")
    if view.size - start < _HEADER + 64:
        raise NotThisFormat("nothing follows the header")
    return Extent(start, view.size)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the image between the header and the checksum byte."""
    start, end = extent.start, extent.end
    sink.region(start, _HEADER, "parsed", "header")
    sink.part("image", start + _HEADER, end - 1 - start - _HEADER)
    sink.region(end - 1, 1, "parsed", "checksum")
    if sum_of_bytes(view, start, end) != 0xFF:
        sink.problem("damage", "the bytes do not add up to 255", offset=end - 1)
