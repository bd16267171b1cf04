"""Section mark `--PaCkImGs--` that Alpha Networks puts in front of a root file system.

Layout: the mark in 16 bytes, u32 size of the section, 12 reserved bytes; both byte orders.
`struct packtag` of the vendors' MTD partition code; it parts kernel and root file system.
"""

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="alpha-section",
    family="container",
    magic=(Magic(rb"--PaCkImGs--\x00{4}"),),
    about="Marked section of an Alpha Networks image, mostly the root file system.",
    references=("https://github.com/ReFirmLabs/binwalk/blob/v2.3.4/src/binwalk/magic/firmware",),
    envelope=True,
)

_HEADER = 32


def measure(view: View, start: int) -> Extent:
    """Return where the section ends; raises when its size fits in neither byte order."""
    if any(view.read(start + 20, 12)):
        raise NotThisFormat("the reserved bytes are in use")
    room = view.size - start - _HEADER
    for order in (">I", "<I"):
        size = view.number(order, start + 16)
        if 0 < size <= room:
            return Extent(start, start + _HEADER + size)
    raise NotThisFormat("the size reaches beyond the data")


def unpack(_: View, extent: Extent, sink: Sink) -> None:
    """Hand over the section."""
    start = extent.start
    sink.region(start, _HEADER, "parsed", "header")
    sink.part("section", start + _HEADER, extent.end - start - _HEADER)
