"""Image tag of Broadcom DSL gateways (bcm963xx): CFE boot loader, root file system, kernel.

256 bytes, numbers as decimal text; CRC32s (not inverted) of the image at 216 and of the first
236 bytes of the tag at 236. Layout: struct bcm_tag, include/linux/bcm963xx_tag.h of Linux.
"""

from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import crc32_uninverted
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="broadcom-tag",
    family="container",
    # version, two lines of the company, chip, board, byte order, total length
    magic=(Magic(rb"[4-9]\x00\x00\x00[\x00-\x7e]{34}[0-9]{4}.{18}[01]\x00[0-9]{2}[0-9\x00]{8}"),),
    about="Upgrade file of DSL gateways with Broadcom's bcm963xx chips.",
    references=("https://github.com/torvalds/linux/blob/master/include/linux/bcm963xx_tag.h",),
    limits=("where a vendor uses another tag CRC, the lengths must add up to the total",),
    envelope=True,
)

_TAG = 256
_IMAGE_CRC, _TAG_CRC = 216, 236


class _Tag(NamedTuple):
    """The lengths of the parts, and the flash addresses that order them."""

    total: int
    boot: int
    rootfs: tuple[int, int]
    kernel: tuple[int, int]


def _tag(view: View, start: int) -> _Tag:
    def number(at: int, size: int) -> int:
        text = view.read(start + at, size).split(b"\0", 1)[0].strip()
        if not text.isdigit():
            raise NotThisFormat("a length or address is no decimal number")
        return int(text)

    return _Tag(
        number(62, 10),
        number(84, 10),
        (number(94, 12), number(106, 10)),
        (number(116, 12), number(128, 10)),
    )


def measure(view: View, start: int) -> Extent:
    """Return where the image ends; the CRC of the tag or the sum of the lengths must hold."""
    tag = _tag(view, start)
    end = start + _TAG + tag.total
    stored = view.number(">I", start + _TAG_CRC)
    sound = crc32_uninverted(view, start, start + _TAG_CRC) == stored
    exact = tag.boot + tag.rootfs[1] + tag.kernel[1] == tag.total
    if not tag.total or not (sound or exact):
        raise NotThisFormat("neither CRC nor lengths are sound")
    if end > view.size:
        raise NotThisFormat("the image is cut off")
    return Extent(start, end, tag)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over boot loader, root file system and kernel; verify the CRC of the image."""
    tag: _Tag = extent.detail or _tag(view, extent.start)
    body = extent.start + _TAG
    sink.region(extent.start, _TAG, "parsed", f"tag, board {view.text(extent.start + 44, 16)}")
    if tag.boot:
        sink.part("bootloader", body, min(tag.boot, extent.end - body))
    parts = [(*tag.rootfs, "rootfs"), (*tag.kernel, "kernel")]
    present = sorted(part for part in parts if part[1])
    base = present[0][0] if present else 0
    for address, size, name in present:
        at = body + tag.boot + address - base
        stored = min(size, extent.end - at)
        if stored < size:
            sink.problem("damage", f"the {name} reaches beyond the image", offset=extent.start)
        if stored > 0:
            sink.part(name, at, stored)
    _verify(view, extent, sink)


def _verify(view: View, extent: Extent, sink: Sink) -> None:
    start = extent.start
    if crc32_uninverted(view, start, start + _TAG_CRC) != view.number(">I", start + _TAG_CRC):
        sink.problem("damage", "the CRC of the tag does not match", offset=start + _TAG_CRC)
    expected = view.number(">I", start + _IMAGE_CRC)
    if expected and crc32_uninverted(view, start + _TAG, extent.end) != expected:
        sink.problem("damage", "the CRC of the image does not match", offset=start + _IMAGE_CRC)
