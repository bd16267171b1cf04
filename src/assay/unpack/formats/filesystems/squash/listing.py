"""The tree of a sound, little-endian SquashFS 4 file system in one call of `_native/squash.c`.

The twin is `Walk` of `squashfs`, which also says what is wrong with a tree that is not sound.
"""

import ctypes
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from assay._kernel.printable import printable
from assay._native import kernel
from assay.model.record import replace
from assay.model.tree import Attribute
from assay.unpack.formats.filesystems.squash.metadata import Table
from assay.unpack.formats.filesystems.squash.superblock import NO_TABLE, Superblock
from assay.unpack.limits import Limits
from assay.unpack.sink import Entry, safe_path
from assay.unpack.view import NotThisFormat, View

MOST_DECODED = 64 << 20
ROOM, LEAST_ROOM = 24, 1 << 20
"""Bytes of output for each byte of the tables, and in any case."""
LEAST_ENTRY = 9
"""Bytes of a directory's table that name one entry, at least."""
LOOKUP_AT = 88

Numbers = npt.NDArray[np.int64]


class Parts(msgspec.Struct):
    """What of a file system the tree refers to: codec, owners, fragments, attributes."""

    codec: str
    inodes: Table
    directories: Table
    owners: list[int]
    fragments: list[tuple[int, int]]
    attributes: list[tuple[Attribute, ...]]


def listed(view: View, block: Superblock, parts: Parts, limits: Limits) -> list[Entry] | None:
    """Return all entries of a tree in order; None where that takes the careful way."""
    run = _kernel()
    if run is None or (block.version, block.order) != (4, "<"):
        return None
    try:
        tables = (
            _decoded(parts.inodes, block.start + block.directories_at),
            _decoded(parts.directories, block.start + _end(view, block)),
        )
        owners = np.array([*parts.owners, 0], np.int64)
        fragments = np.array([*parts.fragments, (0, 0)], np.int64)
    except (NotThisFormat, OverflowError):
        return None
    return _run(run, block, parts, limits, (tables, (owners, fragments)))


def _run(
    run: Any,  # noqa: ANN401 - a function of ctypes
    block: Superblock,
    parts: Parts,
    limits: Limits,
    arrays: tuple[tuple[tuple[bytes, Numbers], ...], tuple[Numbers, Numbers]],
) -> list[Entry] | None:
    ((inodes, inode_blocks), (names, name_blocks)), (owners, fragments) = arrays
    room = LEAST_ROOM + ROOM * (len(inodes) + len(names))
    most = len(names) // LEAST_ENTRY + 2
    codec = parts.codec.encode()
    shape = np.array([
        block.start, block.root, block.block_size, limits.file, limits.files,
        len(inodes), len(inode_blocks[0]), len(names), len(name_blocks[0]), len(parts.owners),
        len(parts.fragments), len(parts.attributes), len(codec), room, most, most,
    ], np.int64)  # fmt: skip
    out, counts = np.empty(room, np.uint8), np.zeros(3, np.int64)
    odd, references = np.empty((most, 2), np.int64), np.empty(most, np.int64)
    written = run(
        shape.ctypes.data, inodes, inode_blocks.ctypes.data, names, name_blocks.ctypes.data,
        owners.ctypes.data, fragments.ctypes.data, codec, out.ctypes.data, odd.ctypes.data,
        references.ctypes.data, counts.ctypes.data,
    )  # fmt: skip
    visited = references[: counts[2]].tolist()
    if written < 0 or len(set(visited)) != len(visited):
        return None
    entries = _decoder().decode(out[:written].data)
    for number, attributes in odd[: counts[1]].tolist():
        entries[number] = _completed(entries[number], parts.attributes, attributes)
    return entries


def _completed(entry: Entry, every: list[tuple[Attribute, ...]], attributes: int) -> Entry:
    """Return *entry* with its texts as they are shown; the kernel gives a character for a byte."""
    return replace(  # type: ignore[no-any-return]
        entry,
        path=safe_path(entry.path.encode("latin-1")),
        target=printable(entry.target.encode("latin-1")),
        attributes=every[attributes] if attributes >= 0 else (),
    )


def _decoded(table: Table, end: int) -> tuple[bytes, Numbers]:
    blocks = table.whole(end, MOST_DECODED)
    rows = np.array([*blocks.items()], np.int64).reshape(-1, 2)
    return bytes(table.data), np.ascontiguousarray(rows.T)


def _end(view: View, block: Superblock) -> int:
    """Return where the directories end: at the first block of the first table behind them."""
    order, start = block.order, block.start
    lookup = view.number(order + "Q", start + LOOKUP_AT)
    every = [block.fragments_at, lookup, block.ids_at]
    behind = [at for at in every if at != NO_TABLE and block.directories_at < at < block.used]
    first = [view.number(order + "Q", start + at) for at in behind]
    ends = [at for at in [*behind, *first, block.used] if at > block.directories_at]
    return min(ends)


@lru_cache(maxsize=1)
def _decoder() -> "msgspec.msgpack.Decoder[list[Entry]]":
    return msgspec.msgpack.Decoder(list[Entry])


@lru_cache(maxsize=1)
def _kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    types = (pointer, text, pointer, text, pointer, pointer, pointer, text, *(pointer,) * 4)
    return kernel("assay_squash_tree", *types)
