r"""QCOW2 disk images of virtual machines, as virtual network functions are delivered.

Layout (big-endian): `QFI\xfb`, version, backing file, cluster bits, disk size, encryption, L1
table; L1 and L2 tables map guest clusters to host clusters, plain or compressed.
Source: docs/interop/qcow2.txt of QEMU.
"""

from collections.abc import Iterator
from typing import NamedTuple

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.volumes._grains import hand_over_disk
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="qcow2",
    family="volume",
    magic=(Magic(rb"QFI\xfb\x00\x00\x00[\x02\x03].{12}\x00\x00\x00[\x09-\x15]"),),
    about="Disk image of QEMU and KVM: routers and firewalls as virtual machines.",
    references=("https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.txt",),
    limits=(
        "images on top of a backing file, encrypted ones and extended L2 entries are not read",
        "snapshots are not listed",
    ),
    anywhere=False,
)

_OFFSET = 0x00FFFFFFFFFFFE00
_COMPRESSED = 1 << 62
_ZEROS = 1
_MOST_CLUSTERS = 1 << 20
_EXTERNAL_DATA, _EXTENDED = 1 << 2, 1 << 4


class _Header(NamedTuple):
    """The fields that lead to the data."""

    bits: int
    size: int
    tables: int
    table: int
    codec: str


def _header(view: View, start: int) -> _Header:
    version, backing, _, bits, size, crypt, tables, table = view.unpack(">IQIIQIIQ", start + 4)
    if not 9 <= bits <= 21 or version not in {2, 3} or not size:
        raise NotThisFormat("an impossible header")
    features, length = (
        (view.number(">Q", start + 72), view.number(">I", start + 100))
        if (version == 3)
        else (0, 72)
    )
    if backing or crypt or features & (_EXTERNAL_DATA | _EXTENDED):
        raise NotThisFormat("needs another file or a key, or has extended entries")
    zstd = length > 104 and view.number("B", start + 104) == 1
    return _Header(bits, size, tables, table, "zstd" if zstd else "deflate")


def measure(view: View, start: int) -> Extent:
    """Return the rest of the blob: clusters may lie anywhere in it."""
    header = _header(view, start)
    view.window(start + header.table, 8 * header.tables)
    per_table = 1 << (2 * header.bits - 3)
    if header.tables < (header.size + per_table - 1) // per_table:
        raise NotThisFormat("the L1 table is too small for the disk")
    if header.size >> header.bits > _MOST_CLUSTERS * 16:
        raise NotThisFormat("the disk is too large")
    return Extent(start, view.size, header)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the disk."""
    header: _Header = extent.detail or _header(view, extent.start)
    hand_over_disk(_clusters(view, extent.start, header, sink), extent.start, sink)


def _clusters(view: View, start: int, header: _Header, sink: Sink) -> Iterator[Piece]:
    """Yield the guest's clusters in order; a missing L2 table is one hole."""
    cluster = 1 << header.bits
    entries = cluster // 8
    left = header.size
    for number in range(header.tables):
        if left <= 0:
            return
        span = min(left, entries * cluster)
        table = view.number(">Q", start + header.table + 8 * number) & _OFFSET
        try:
            rows = view.unpack(f">{entries}Q", start + table) if table else ()
        except NotThisFormat:
            sink.problem("damage", "an L2 table lies outside", offset=start + header.table)
            rows = ()
        if not rows:
            yield Piece(at=0, size=0, codec="hole", length=span)
        for at, row in zip(range(0, span, cluster), rows, strict=False):
            yield _cluster(view, (start, header), row, min(cluster, span - at))
        left -= span


def _cluster(view: View, image: tuple[int, _Header], row: int, length: int) -> Piece:
    start, header = image
    if row & _COMPRESSED:
        shift = 62 - (header.bits - 8)
        at = start + (row & ((1 << shift) - 1))
        sectors = (row & (_COMPRESSED - 1)) >> shift
        size = min((sectors + 1) * 512 - (at & 511), max(view.size - at, 0))
        return Piece(at=at, size=size, codec=header.codec, length=1 << header.bits, take=length)
    at = row & _OFFSET
    if not at or row & _ZEROS:
        return Piece(at=0, size=0, codec="hole", length=length)
    stored = min(length, max(view.size - start - at, 0))
    if stored < length:
        return Piece(at=0, size=0, codec="hole", length=length)
    return Piece(at=start + at, size=length, codec="raw", length=length)
