"""Code-pattern header of Linksys and Cisco routers: 32 bytes in front of a TRX image.

Layout: model[4], reserved[4], date[3] (year, month, day), version[3], `U2ND`, hardware u8,
serial u8, flags u16, reserved[10]; addpattern of OpenWrt.
"""

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor import trx
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="linksys-pattern",
    family="container",
    magic=(Magic(rb"[0-9A-Z]{4}.{10}U2ND.{14}HDR0"),),
    about="Linksys and Cisco upgrade file: model, date and version in front of a TRX image.",
    references=("https://github.com/openwrt/firmware-utils/blob/master/src/addpattern.c",),
    limits=("the hardware and serial fields are not interpreted",),
    envelope=True,
    priority=40,
)

_HEADER = 32


def measure(view: View, start: int) -> Extent:
    """Return where the image ends; raises when no sound TRX image follows the header."""
    month, day = view.unpack("BB", start + 9)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise NotThisFormat("no date in the header")
    inner = trx.measure(view, start + _HEADER)
    return Extent(start, inner.end)


def unpack(_: View, extent: Extent, sink: Sink) -> None:
    """Hand over the image."""
    start = extent.start
    sink.region(start, _HEADER, "parsed", "header")
    sink.part("image", start + _HEADER, extent.end - start - _HEADER)
