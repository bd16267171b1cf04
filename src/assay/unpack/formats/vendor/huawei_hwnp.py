"""Huawei HWNP upgrade packets of optical network terminals: items with a path and a CRC32.

Layout (little-endian): `HWNP`, u32 size, u32 CRC32 of all from 12, u32 header size, u32 CRC32
of the header from 20, u32 count, 2 bytes, u16 length of the product list, u32 item size, u32;
product list; items of 360 bytes. Source: https://github.com/0xuserpag3/HuaweiFirmwareTool
"""

from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import crc32
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="huawei-hwnp",
    family="container",
    magic=(Magic(rb"HWNP.{16}..\x00\x00...[\x00-\x40]\x68\x01\x00\x00"),),
    about="Upgrade packet of Huawei's optical terminals: files and flash parts by path.",
    references=("https://github.com/0xuserpag3/HuaweiFirmwareTool",),
    limits=("the signature item is not verified: its key is in the device",),
    envelope=True,
)

_FIXED, _ITEM = 36, 360


class _Item(NamedTuple):
    """An item: its number, CRC32, where its data are, and its path such as `flash:rootfs`."""

    number: int
    crc: int
    at: int
    size: int
    path: str


def measure(view: View, start: int) -> Extent:
    """Return where the last item ends; the items must lie inside the data."""
    count = view.number("<I", start + 20)
    products = view.number("<H", start + 26)
    size = view.number("<I", start + 28)
    table = start + _FIXED + products
    after = table + count * _ITEM
    if size != _ITEM or not 0 < count <= 4096 or after > view.size:
        raise NotThisFormat("an impossible table of items")
    items: list[_Item] = []
    for at in range(table, after, _ITEM):
        number, crc, offset, length = view.unpack("<4I", at)
        if start + offset + length > view.size or (length and start + offset < after):
            raise NotThisFormat("an item lies outside")
        items.append(_Item(number, crc, start + offset, length, view.text(at + 16, 256)))
    end = max(after, *(item.at + item.size for item in items))
    return Extent(start, end, (tuple(items), after))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the items and verify all CRCs."""
    items, after = extent.detail or measure(view, extent.start).detail
    start = extent.start
    sink.region(start, after - start, "parsed", "header and table of items")
    if crc32(view, start + 20, after) != view.number("<I", start + 16):
        sink.problem("damage", "the CRC of the header does not match", offset=start + 16)
    for item in items:
        if not item.size:
            continue
        name = item.path.replace("/", "_").replace(":", "_") or "item"
        sink.part(f"{item.number:02d}-{name}", item.at, item.size)
        if crc32(view, item.at, item.at + item.size) != item.crc:
            sink.problem("damage", f"the CRC of {item.path} does not match", offset=item.at)
