"""ISO 9660 with Rock Ridge or Joliet: installation media of routers and network functions.

Layout: ECMA-119, 4th edition; Joliet specification, 1995.
"""

import calendar
from collections.abc import Iterator
from typing import NamedTuple

from assay.model.tree import Piece
from assay.unpack import posix
from assay.unpack.format import Extent, Format, Magic
from assay.unpack.formats.filesystems._iso_volume import (
    SECTOR,
    Volume,
    account_for_the_rest,
    volume_at,
)
from assay.unpack.formats.filesystems._rock_ridge import Extras, extras
from assay.unpack.formats.filesystems._walk import walk
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="iso9660",
    family="filesystem",
    magic=(Magic(rb"\x01CD001\x01\x00", at=0x8000),),
    about="Directories by extents; POSIX fields of Rock Ridge, else long names of Joliet.",
    references=("https://ecma-international.org/publications-and-standards/standards/ecma-119/",),
    limits=(
        "what no directory refers to, as boot images, is handed over as parts without names",
        "files in several extents are joined; interleaved files are not read",
    ),
)

_MOST_DIRECTORY = 64 << 20
_FOLDER, _MORE = 0x02, 0x80


class Record(NamedTuple):
    """A directory record; *ranges* are the (block, size) of its extents."""

    at: int
    length: int
    name: bytes
    folder: bool
    ranges: tuple[tuple[int, int], ...]
    mtime: int
    more: Extras


def measure(view: View, start: int) -> Extent:
    """Return where the volume at *start* ends by its count of blocks."""
    volume = volume_at(view, start)
    return Extent(start, volume.end, volume)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the tree below the root directory."""
    volume: Volume = extent.detail or volume_at(view, extent.start)
    if volume.cut:
        sink.problem("damage", f"the last {volume.cut} bytes are cut off", offset=extent.end)
    tree = _Tree(view, volume, sink)
    walk(sink, volume.root, tree.names, tree.entry)
    account_for_the_rest(view, volume, tree.used, sink)


class _Tree:
    """Turns records into entries; a directory is known by its first block."""

    def __init__(self, view: View, volume: Volume, sink: Sink) -> None:
        self.view, self.volume, self.sink = view, volume, sink
        self.sizes = {volume.root: volume.root_size}
        self.first_path: dict[tuple[int, int], bytes] = {}
        self.used: list[tuple[int, int]] = []

    def names(self, block: int) -> Iterator[tuple[bytes, Record]]:
        """Yield (name, record) of the directory at *block* in stored order."""
        pending: list[Record] = []
        for record in self._records(block):
            # All but the last extent of a large file say that more follows.
            if pending and pending[0].name == record.name:
                ranges = pending.pop().ranges + record.ranges
                record = record._replace(ranges=ranges)  # noqa: PLW2901 - one file, many records
            if self.view.number("B", record.at + 25) & _MORE:
                pending = [record]
            elif not record.more.is_moved:
                yield record.name, record

    def _records(self, block: int) -> Iterator[Record]:
        begin = self.volume.start + block * self.volume.block
        size = self.sizes.get(block) or self._own_size(begin)
        end = min(begin + min(size, _MOST_DIRECTORY), self.view.size)
        at = begin
        self.used.append((begin, max(0, end - begin)))
        while at + 34 <= end:
            length = self.view.number("B", at)
            if length < 34 or at + length > end:
                # Records do not cross sectors; the rest of a sector is zero.
                if length:
                    self.sink.problem("damage", "a directory record is damaged", offset=at)
                at = begin + ((at - begin) // SECTOR + 1) * SECTOR
                continue
            record = self._record(at, length)
            if record is not None:
                yield record
            at += length

    def _own_size(self, begin: int) -> int:
        """Return the size that the first record of a moved directory states of itself."""
        return self.view.number("<I", begin + 10) if begin + 34 <= self.view.size else 0

    def _record(self, at: int, length: int) -> Record | None:
        """Return the record at *at*, or None for the two that name the directory itself."""
        where, size = self.view.number("<I", at + 2), self.view.number("<I", at + 10)
        flags, name_size = self.view.number("B", at + 25), self.view.number("B", at + 32)
        if 33 + name_size > length:
            self.sink.problem("damage", "a name runs over its record", offset=at)
            return None
        name = self.view.read(at + 33, name_size)
        more, used = Extras(), 33 + name_size + (name_size + 1 & 1)
        if self.volume.skip >= 0 and not self.volume.joliet and length > used:
            used += self.volume.skip
            more = extras(
                self.view, self.volume.start, at + used, max(0, length - used), self.volume.block
            )
            self.used += more.areas
        if name in {b"\0", b"\1"}:
            return None
        name = more.name or self._plain(name)
        mtime = _seconds(self.view.read(at + 18, 7))
        return Record(at, length, name, bool(flags & _FOLDER), ((where, size),), mtime, more)

    def _plain(self, name: bytes) -> bytes:
        """Return a name without version, as systems show it."""
        if self.volume.joliet:
            name = name.decode("utf-16-be", "replace").encode("utf-8", "replace")
        stem, semicolon, version = name.rpartition(b";")
        if semicolon and version.isdigit():
            name = stem
        return name if self.volume.joliet else name.removesuffix(b".").lower()

    def entry(self, path: bytes, record: Record) -> int | None:
        """Hand over one record; return its first block when it is a directory."""
        more, where = record.more, {"offset": record.at, "length": record.length}
        mode = posix.permissions(more.mode) if more.mode >= 0 else -1
        meta = Metadata(mode, more.uid, more.gid, record.mtime)
        kind = posix.kind_of(more.mode) if more.mode >= 0 else None
        block, size = record.ranges[0]
        if record.folder or more.moved_to >= 0:
            self.sink.directory(path, meta, **where)
            if more.moved_to >= 0:
                return more.moved_to
            self.sizes.setdefault(block, size)
            return block
        if kind == "symlink":
            self.sink.symlink(path, more.link, meta, **where)
        elif kind in {None, "file"}:
            self._file(path, record, meta)
        else:
            posix.place(self.sink, path, more.mode, meta, numbers=more.device, **where)
        return None

    def _file(self, path: bytes, record: Record, meta: Metadata) -> None:
        pieces = []
        for block, size in record.ranges:
            at = self.volume.start + block * self.volume.block
            there = max(0, min(size, self.view.size - at))
            if there < size:
                self.sink.problem("damage", "a file is cut off", offset=record.at, path=path)
            self.used.append((at, there))
            if there:
                pieces.append(Piece(at=at, size=there, codec="raw", length=there))
        size = sum(piece.length for piece in pieces)
        if record.more.links > 1 and size:
            first = self.first_path.setdefault(record.ranges[0], path)
            if first != path:
                self.sink.hardlink(path, first, meta, offset=record.at, length=record.length)
                return
        self.sink.file(path, pieces, meta, size=size, offset=record.at, length=record.length)


def _seconds(stamp: bytes) -> int:
    """Return seconds since 1970 of a 7-byte time, whose last byte counts quarter hours of zone."""
    year, month, day, hour, minute, second = stamp[:6]
    zone = stamp[6] - 256 if stamp[6] > 127 else stamp[6]
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return 0
    return calendar.timegm((1900 + year, month, day, hour, minute, second)) - zone * 900
