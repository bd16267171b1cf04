"""Kernel of AVM and Texas Instruments AR7 devices for the boot loaders EVA and ADAM2.

Layout (little-endian): u32 FEED1281 (FEEDB007: a second processor's), record length, load
address; u32 075A0201, compressed size, size, CRC32, LZMA properties u8, dictionary u32, 3 bytes,
data; u32 complement of the sum of bytes, u32 zero, u32 entry point; lzma2eva of OpenWrt.
"""

from typing import NamedTuple

from assay.model.tree import Piece
from assay.unpack.codecs.lzma_variants import properties, raw_codec
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="avm-kernel",
    family="container",
    magic=(Magic(rb"(?:\x81\x12|\x07\xb0)\xed\xfe.{8}\x01\x02\x5a\x07"),),
    about="Compressed kernel of FRITZ!Box and other AR7 devices, with load address and entry.",
    references=("https://github.com/openwrt/firmware-utils/blob/master/src/lzma2eva.c",),
    limits=("the CRC32 beside the sum is not verified",),
    envelope=True,
)

_RECORD, _DATA = 12, 36
_FOOTER = 12


class _Kernel(NamedTuple):
    """Where the LZMA data are and what they yield."""

    record: int
    stored: int
    size: int
    codec: str


def _kernel(view: View, start: int) -> _Kernel:
    record, _, kind, stored, size, _ = view.unpack("<6I", start + 4)
    if kind != 0x075A0201 or record != stored + _DATA - _RECORD or not stored or not size:
        raise NotThisFormat("the lengths contradict one another")
    byte, dictionary = view.unpack("<BI", start + 28)
    lc, lp, pb = properties(byte)
    if lc + lp > 4:
        raise NotThisFormat("impossible LZMA properties")
    return _Kernel(record, stored, size, raw_codec(lc, lp, pb, dictionary))


def measure(view: View, start: int) -> Extent:
    """Return where the entry point that follows the record ends."""
    kernel = _kernel(view, start)
    end = start + _RECORD + kernel.record + _FOOTER
    view.window(start, end - start)
    if view.number("<I", end - 8):
        raise NotThisFormat("the list of records does not end")
    return Extent(start, end, kernel)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the kernel and verify the sum of bytes."""
    kernel: _Kernel = extent.detail or _kernel(view, extent.start)
    start, data = extent.start, extent.start + _DATA
    sink.region(start, _DATA, "parsed", "header")
    sink.region(data + kernel.stored, _FOOTER, "parsed", "checksum and entry point")
    if kernel.size > view.limits.output(kernel.stored):
        sink.problem("limit", "the kernel yields more than allowed; not read", offset=data)
        sink.region(data, kernel.stored, "unknown", "compressed beyond the limits")
        return
    piece = Piece(at=data, size=kernel.stored, codec=kernel.codec, length=kernel.size)
    sink.stream("kernel", piece)
    total = sum(view.read(start + 4, 8)) + sum(view.read(start + _RECORD, kernel.record))
    if (total + view.number("<I", extent.end - _FOOTER)) & 0xFFFFFFFF:
        sink.problem("damage", "the sum of bytes does not match", offset=extent.end - _FOOTER)
