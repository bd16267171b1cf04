"""Extended attributes of SquashFS 4: capabilities and security labels."""

import struct

from assay._kernel.printable import printable
from assay.model.tree import Attribute
from assay.unpack.formats.filesystems.squash.metadata import Stored, Table, indexed
from assay.unpack.formats.filesystems.squash.superblock import Superblock
from assay.unpack.view import NotThisFormat, View

PREFIXES = {0: "user.", 1: "trusted.", 2: "security."}
OUT_OF_LINE = 0x100
MOST_VALUE = 4096


def read_xattrs(view: View, block: Superblock, stored: Stored) -> list[tuple[Attribute, ...]]:
    """Return the attributes of each xattr id; an empty list when the table is damaged."""
    order, start = block.order, block.start
    try:
        table_at, count, _ = view.unpack(order + "QII", start + block.xattrs_at)
        if not count or count * 16 > block.used * 8:
            return []
        blocks = -(-count * 16 // 8192)
        pointers = list(view.unpack(f"{order}{blocks}Q", start + block.xattrs_at + 16))
        ids = indexed(stored, pointers, start, count * 16)
        values = Table(stored, start + table_at, start + block.used)
        rows = struct.iter_unpack(order + "QII", ids)
        return [_attributes(values, order, reference, many) for reference, many, _ in rows]
    except NotThisFormat:
        return []


def _attributes(values: Table, order: str, reference: int, count: int) -> tuple[Attribute, ...]:
    at = values.position(reference >> 16, reference & 0xFFFF)
    found = []
    for _ in range(min(count, 64)):
        kind, size = _unpack(values, order + "HH", at)
        name = _bytes(values, at + 4, size)
        at += 4 + size
        (length,) = _unpack(values, order + "I", at)
        value_at, following = at + 4, at + 4 + length
        if kind & OUT_OF_LINE:
            (elsewhere,) = _unpack(values, order + "Q", value_at)
            value_at = values.position(elsewhere >> 16, elsewhere & 0xFFFF)
            (length,) = _unpack(values, order + "I", value_at)
            value_at += 4
        value = _bytes(values, value_at, min(length, MOST_VALUE))
        prefix = PREFIXES.get(kind & 0xFF, "unknown.")
        found.append(Attribute(name=prefix + printable(name), value=value.hex()))
        at = following
    return tuple(found)


def _unpack(table: Table, layout: str, at: int) -> tuple[int, ...]:
    table.need(at + struct.calcsize(layout))
    return struct.unpack_from(layout, table.data, at)


def _bytes(table: Table, at: int, size: int) -> bytes:
    table.need(at + size)
    return bytes(table.data[at : at + size])
