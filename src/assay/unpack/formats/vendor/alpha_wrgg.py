"""WRGG image of D-Link access points and routers by Alpha Networks.

160-byte header: signature[32], magic 20080321 twice, version[16], model[16], flags, build[16],
u32 size, u32 flash offset, device[32], MD5; both byte orders. Layout: mtd/wrgg.h of OpenWrt.
"""

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="alpha-wrgg",
    family="container",
    magic=(
        Magic(rb"\x21\x03\x08\x20[\x20\x21][\x03\x08][\x08\x03][\x21\x20]", at=32),
        Magic(rb"\x20\x08\x03\x21[\x20\x21][\x03\x08][\x08\x03][\x21\x20]", at=32),
    ),
    about="Upgrade file of D-Link devices by Alpha Networks; newer ones hold encrypted data.",
    references=("https://github.com/openwrt/firmware-utils/blob/master/src/mkwrggimg.c",),
    limits=("the MD5 is not verified", "encrypted data are not decrypted"),
    envelope=True,
)

_HEADER = 160


def measure(view: View, start: int) -> Extent:
    """Return where the image ends: of the two byte orders of the size, the one that fits."""
    text, _, padding = view.read(start, 32).partition(b"\0")
    if not text or any(padding) or any(not 0x20 <= byte < 0x7F for byte in text):
        raise NotThisFormat("the signature is no text")
    size = min(view.number(order, start + 104) for order in ("<I", ">I"))
    if not 64 <= size <= view.size - start - _HEADER:
        raise NotThisFormat("the size is impossible")
    return Extent(start, start + _HEADER + size)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the image."""
    start = extent.start
    sink.region(start, _HEADER, "parsed", f"header {view.text(start, 32)}")
    sink.part("image", start + _HEADER, extent.end - start - _HEADER)
