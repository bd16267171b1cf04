"""NETGEAR CHK: header with checksums and a board name, kernel, root file system.

Layout (big-endian): `*#$^`, u32 header size, region and version[8], u32 checksums of kernel
and root file system, u32 lengths of both, u32 checksums of image and header, board name.
Source: mkchkimg of https://github.com/openwrt/firmware-utils
"""

import numpy as np

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="netgear-chk",
    family="container",
    magic=(Magic(rb"\*\#\$\^\x00\x00\x00[\x28-\x80]"),),
    about="NETGEAR upgrade file: kernel and root file system with checksums and the board name.",
    references=("https://github.com/openwrt/firmware-utils/blob/master/src/mkchkimg.c",),
    envelope=True,
)

_FIXED = 40
_LARGEST_HEADER = 128


def measure(view: View, start: int) -> Extent:
    """Return where the image ends; the header's checksum or its board name must be sound."""
    header, kernel, rootfs = *view.unpack(">I", start + 4), *view.unpack(">II", start + 24)
    if not _FIXED <= header <= _LARGEST_HEADER:
        raise NotThisFormat("an impossible header size")
    data = bytearray(view.read(start, header))
    stored = int.from_bytes(data[36:40], "big")
    data[36:40] = bytes(4)
    board = data[_FIXED:].rstrip(b"\0")
    named = bool(board) and all(0x20 <= byte < 0x7F for byte in board)
    if _checksum(memoryview(data)) != stored and not named:
        raise NotThisFormat("neither checksum nor board name is sound")
    end = start + header + kernel + rootfs
    if not kernel or end > view.size:
        raise NotThisFormat("the parts reach beyond the data")
    return Extent(start, end)


def _checksum(data: memoryview) -> int:
    """Return NETGEAR's checksum: a sum, and a sum of sums, each folded to 16 bits."""
    values = np.frombuffer(data, dtype=np.uint8).astype(np.uint64)
    weights = np.arange(len(values), 0, -1, dtype=np.uint64)
    plain = _fold(int(values.sum()) & 0xFFFFFFFF)
    weighted = _fold(int((values * weights).sum()) & 0xFFFFFFFF)
    return weighted << 16 | plain


def _fold(total: int) -> int:
    total = (total & 0xFFFF) + (total >> 16)
    return ((total >> 16) + total) & 0xFFFF


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over kernel and root file system and verify their checksums."""
    start = extent.start
    header, *_ = view.unpack(">I", start + 4)
    sums = view.unpack(">II", start + 16)
    sizes = view.unpack(">II", start + 24)
    sink.region(start, header, "parsed", "header")
    at = start + header
    for name, size, stored in zip(("kernel", "rootfs"), sizes, sums, strict=True):
        if not size:
            continue
        sink.part(name, at, size)
        if _checksum(view.window(at, size)) != stored:
            sink.problem("damage", f"the checksum of the {name} does not match", offset=at)
        at += size
