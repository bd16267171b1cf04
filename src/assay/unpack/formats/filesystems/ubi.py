"""UBI: volumes on raw NAND, whose erase blocks lie in any order.

Layout: Linux drivers/mtd/ubi/ubi-media.h.
"""

from typing import NamedTuple

from assay._kernel.printable import printable
from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic
from assay.unpack.formats.filesystems._ubi_blocks import (
    INTERNAL_VOLUMES,
    LAYOUT_VOLUME,
    RECORD,
    Image,
    Mapped,
    crc,
    scan,
)
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="ubi",
    family="volume",
    magic=(Magic(rb"UBI#\x01\x00\x00\x00........\x00\x00..\x00\x00.."),),
    about="Volumes on raw NAND: erase blocks with CRCs in any order, copies by sequence number.",
    references=("http://www.linux-mtd.infradead.org/doc/ubi.html",),
    limits=("flash dumps that interleave out-of-band bytes are not read",),
)

_STATIC = 2
_MOST_BLOCKS = 1 << 20


class Volume(NamedTuple):
    """A record of the volume table."""

    name: bytes
    static: bool
    updating: bool


def measure(view: View, start: int) -> Extent:
    """Return where the last erase block of the image at *start* ends."""
    image = scan(view, start)
    return Extent(start, image.end, image)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over each volume as one part, its erase blocks in logical order."""
    image: Image = extent.detail or scan(view, extent.start)
    _account(view, image, sink)
    volumes: dict[int, dict[int, Mapped]] = {}
    for mapped in image.mapped:
        blocks = volumes.setdefault(mapped.volume, {})
        other = blocks.get(mapped.number)
        blocks[mapped.number] = mapped if other is None else _newer(view, image, mapped, other)
    table = _table(view, image, volumes.get(LAYOUT_VOLUME, {}))
    if not table:
        sink.problem("damage", "no sound volume table; volumes have no names")
    for number in sorted(set(volumes) | set(table)):
        if number < INTERNAL_VOLUMES:
            _volume(view, image, number, table.get(number), volumes.get(number, {}), sink=sink)


def _account(view: View, image: Image, sink: Sink) -> None:
    """State what the blocks are that hold no piece of a volume."""
    for at in image.free:
        head = image.data_at
        sink.region(at + head, min(view.size - at, image.block) - head, "padding", "free block")
    for at in image.bad:
        length = min(view.size - at, image.block)
        erased = not view.read(at, length).strip(b"\xff")
        sink.region(at, length, "padding" if erased else "unknown", "no erase counter header")
    for at in image.damaged:
        sink.region(at + 64, min(view.size - at, image.block) - 64, "unknown", "damaged header")
        sink.problem("damage", "a volume header is damaged", offset=at)


def _newer(view: View, image: Image, one: Mapped, other: Mapped) -> Mapped:
    """Return which of two copies of a piece counts: the newer, unless its copying was cut off."""
    new, old = (one, other) if one.sqnum > other.sqnum else (other, one)
    if not new.copied:
        return new
    size = min(new.data_size, image.data_size)
    at = new.at + image.data_at
    if at + size > view.size or crc(view.window(at, size)) != new.data_crc:
        return old
    return new


def _table(view: View, image: Image, copies: dict[int, Mapped]) -> dict[int, Volume]:
    """Return the records of the first sound copy of the volume table."""
    for _, mapped in sorted(copies.items()):
        at, table = mapped.at + image.data_at, dict[int, Volume]()
        count = min(128, max(0, min(view.size - at, image.data_size)) // RECORD)
        for number in range(count):
            record = view.window(at + number * RECORD, RECORD)
            if crc(record[:168]) != int.from_bytes(record[168:], "big"):
                break
            size = int.from_bytes(record[14:16], "big")
            if any(record[0:4]) and 0 < size <= 128:
                name = bytes(record[16 : 16 + size])
                table[number] = Volume(name, record[12] == _STATIC, bool(record[13]))
        if table:
            return table
    return {}


def _volume(
    view: View,
    image: Image,
    number: int,
    record: Volume | None,
    blocks: dict[int, Mapped],
    *,
    sink: Sink,
) -> None:
    """Hand over volume *number*, whose logical blocks are *blocks*."""
    name = printable(record.name.replace(b"/", b"_")) if record else f"volume-{number}"
    if record and record.updating:
        sink.problem("damage", f"an update of volume {name} was cut off")
    static = record.static if record else any(one.kind == _STATIC for one in blocks.values())
    count = max(blocks, default=-1) + 1
    if static:
        count = max([count, *(one.used for one in blocks.values())])
    if count > _MOST_BLOCKS or count > 64 * (len(image.mapped) + 64):
        sink.problem("limit", f"volume {name} claims {count} blocks")
        count = sum(1 for _ in blocks)
    pad = max((one.pad for one in blocks.values()), default=0)
    pieces: list[Piece] = []
    for index in range(count):
        pieces += _pieces(view, image, blocks.get(index), pad, static=static)
    if static and len(blocks) < count:
        sink.problem("damage", f"{count - len(blocks)} blocks of static volume {name} are missing")
    sink.assembled(name, _joined(pieces), size=sum(piece.length for piece in pieces))


def _pieces(
    view: View, image: Image, block: Mapped | None, pad: int, *, static: bool
) -> list[Piece]:
    """Return what one logical block reads as; unmapped blocks read as erased."""
    size = image.data_size - pad
    if block is None:
        return [Piece(at=0, size=0, codec="erased", length=size)]
    if static:
        size = min(size, block.data_size)
    at = block.at + image.data_at
    there = max(0, min(size, view.size - at))
    pieces = [Piece(at=at, size=there, codec="raw", length=there)]
    if there < size:
        pieces.append(Piece(at=0, size=0, codec="erased", length=size - there))
    return pieces


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Return *pieces* with runs of unmapped blocks made one."""
    out: list[Piece] = []
    for piece in pieces:
        if out and piece.codec == "erased" == out[-1].codec:
            length = out.pop().length + piece.length
            out.append(Piece(at=0, size=0, codec="erased", length=length))
        else:
            out.append(piece)
    return out
