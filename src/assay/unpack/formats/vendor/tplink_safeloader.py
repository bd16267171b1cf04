"""TP-Link SafeLoader: the image with a partition table in text, for newer routers and Pharos.

Layout (big-endian): u32 size, MD5 of a salt and all after it, u32 vendor text length, vendor
text up to 0x1014, table of `fwup-ptn name base 0x… size 0x…` lines, 2048 bytes; bases count
from the table. Source: tplink-safeloader of https://github.com/openwrt/firmware-utils
"""

import hashlib
from typing import NamedTuple

from assay._kernel import lazy_re
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="tplink-safeloader",
    family="container",
    magic=(Magic(rb"fwup-ptn [!-~]", at=0x1014),),
    about="TP-Link image whose parts are named in a table of text.",
    references=("https://github.com/openwrt/firmware-utils/blob/master/src/tplink-safeloader.c",),
    limits=("signatures of newer images are not verified",),
    envelope=True,
)

_TABLE, _TABLE_SIZE = 0x1014, 0x800
_SALT = bytes.fromhex("7a2b15ed9b98596de504ab44ac2a9f4e")
_LINE = lazy_re.compile(rb"fwup-ptn ([!-~]{1,64}) base 0x([0-9a-f]{1,8}) size 0x([0-9a-f]{1,8})")
_MOST = 64


class _Partition(NamedTuple):
    """A line of the table; *at* is the offset in the blob."""

    name: str
    at: int
    size: int


def measure(view: View, start: int) -> Extent:
    """Return where the image ends; its partitions must lie inside the size it states."""
    size = view.number(">I", start)
    table = start + _TABLE
    if not _TABLE + _TABLE_SIZE <= size <= view.size - start:
        raise NotThisFormat("the size reaches beyond the data")
    partitions: list[_Partition] = []
    for name, base, length in _LINE.findall(view.read(table, _TABLE_SIZE))[:_MOST]:
        partition = _Partition(name.decode("ascii"), table + int(base, 16), int(length, 16))
        if partition.at + partition.size > start + size:
            raise NotThisFormat("a partition lies outside")
        partitions.append(partition)
    if not partitions:
        raise NotThisFormat("no partition")
    return Extent(start, start + size, tuple(partitions))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the partitions and verify the digest."""
    partitions: tuple[_Partition, ...] = extent.detail or measure(view, extent.start).detail
    start = extent.start
    sink.region(start, _TABLE + _TABLE_SIZE, "parsed", "header and partition table")
    seen: set[str] = set()
    for partition in partitions:
        name = partition.name.replace("/", "_")
        name = name if name not in seen else f"{name}@{partition.at:#x}"
        seen.add(name)
        if partition.size:
            sink.part(name, partition.at, partition.size)
    digest = hashlib.md5(_SALT, usedforsecurity=False)
    digest.update(view.window(start + 20, extent.end - start - 20))
    if digest.digest() != view.read(start + 4, 16):
        sink.problem("damage", "the MD5 of the image does not match", offset=start + 4)
