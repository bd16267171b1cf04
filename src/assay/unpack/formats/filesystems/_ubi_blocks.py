"""UBI physical erase blocks: their two headers, and which block holds which piece of a volume.

Layout: Linux drivers/mtd/ubi/ubi-media.h; all fields big-endian, CRC32 not inverted at the end.
"""

import zlib
from math import gcd
from typing import NamedTuple

import msgspec

from assay._kernel import lazy_re
from assay.unpack.view import NotThisFormat, View

LAYOUT_VOLUME = 0x7FFFEFFF
INTERNAL_VOLUMES = 0x7FFFEFFF
RECORD = 172
_MAGIC = lazy_re.compile(rb"UBI#\x01")
_FARTHEST = 4 << 20
"""The largest erase block that is looked for."""
_MOST_BAD = 64
"""Bad blocks in a row inside one image, at most."""


class Erase(NamedTuple):
    """The header every block starts with."""

    vid_at: int
    data_at: int
    sequence: int


class Mapped(NamedTuple):
    """A block that holds piece *number* of a volume; offsets are absolute."""

    at: int
    volume: int
    number: int
    kind: int
    copied: bool
    data_size: int
    used: int
    pad: int
    data_crc: int
    sqnum: int


class Image(msgspec.Struct):
    """Blocks of *block* bytes from *start* to *end* whose data starts at *data_at*."""

    start: int
    block: int
    data_at: int
    end: int = 0
    mapped: list[Mapped] = msgspec.field(default_factory=list)
    free: list[int] = msgspec.field(default_factory=list)
    bad: list[int] = msgspec.field(default_factory=list)
    damaged: list[int] = msgspec.field(default_factory=list)

    @property
    def data_size(self) -> int:
        """How many bytes of a volume one block holds."""
        return self.block - self.data_at


def crc(data: bytes | memoryview) -> int:
    """Return UBI's CRC32 of *data*."""
    return zlib.crc32(data) ^ 0xFFFFFFFF


def erase_header(view: View, at: int) -> Erase | None:
    """Return the erase counter header at *at* when its CRC is right."""
    if at + 64 > view.size or view.read(at, 4) != b"UBI#":
        return None
    if crc(view.window(at, 60)) != view.number(">I", at + 60):
        return None
    vid_at, data_at, sequence = view.unpack(">III", at + 16)
    if not 64 <= vid_at <= data_at - 64:
        return None
    return Erase(vid_at, data_at, sequence)


def volume_header(view: View, at: int, start: int) -> Mapped | None:
    """Return the volume header at *start* of the block at *at* when its CRC is right."""
    if start + 64 > view.size or view.read(start, 4) != b"UBI!":
        return None
    if crc(view.window(start, 60)) != view.number(">I", start + 60):
        return None
    _, kind, copied, _, volume, number, _, data_size, used, pad, data_crc, _, sqnum = view.unpack(
        ">BBBBIIIIIIIIQ", start + 4
    )
    return Mapped(at, volume, number, kind, bool(copied), data_size, used, pad, data_crc, sqnum)


def block_size(view: View, start: int, first: Erase) -> int:
    """Return the distance at which headers repeat; raise `NotThisFormat` when they do not."""
    window = view.data[start : min(view.size, start + 16 * _FARTHEST)]
    distance, last, seen = 0, 0, 0
    for match in _MAGIC.finditer(window, 512):
        at = match.start()
        if at - last > _FARTHEST or seen >= 16:
            break
        found = erase_header(view, start + at) if at % 512 == 0 else None
        if found is None or found[:2] != first[:2]:
            continue
        distance, last, seen = gcd(distance, at), at, seen + 1
    if distance <= first.data_at:
        raise NotThisFormat("one erase block alone, or blocks at no regular distance")
    return distance


def scan(view: View, start: int) -> Image:
    """Return the blocks of the image at *start*; raise `NotThisFormat` where there is none."""
    first = erase_header(view, start)
    if first is None:
        raise NotThisFormat("no sound erase counter header")
    image = Image(start, block_size(view, start, first), first.data_at)
    at, last_good = start, start
    while at < view.size and at - last_good <= _MOST_BAD * image.block:
        found = erase_header(view, at)
        if found is None:
            image.bad.append(at)
        elif 0 not in {found.sequence, first.sequence} and found.sequence != first.sequence:
            break
        else:
            last_good = at
            _sort_in(view, image, at, found)
        at += image.block
    image.end = min(view.size, last_good + image.block)
    image.bad = [one for one in image.bad if one < image.end]
    return image


def _sort_in(view: View, image: Image, at: int, found: Erase) -> None:
    """Add the block at *at* to the list that its volume header asks for."""
    mapped = volume_header(view, at, at + found.vid_at)
    if mapped is not None and mapped.pad < image.data_size and found.data_at == image.data_at:
        image.mapped.append(mapped)
        return
    size = min(64, max(0, view.size - at - found.vid_at))
    erased = view.read(at + found.vid_at, size).strip(b"\xff") == b""
    (image.free if erased else image.damaged).append(at)
