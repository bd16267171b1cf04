"""romfs: the smallest read-only file system of Linux, big-endian, nothing compressed.

Layout: https://docs.kernel.org/filesystems/romfs.html
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from assay.model.tree import Piece
from assay.unpack import posix
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.filesystems._walk import walk
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="romfs",
    family="filesystem",
    magic=(Magic(rb"-rom1fs-[\x00-\x3f]..."),),
    about="Headers of 16 bytes linked into lists; hard links, devices; checksums over headers.",
    references=("https://docs.kernel.org/filesystems/romfs.html",),
    limits=("owners and times are not recorded; modes are those that Linux shows",),
)

_HARD_LINK, _DIRECTORY, _FILE, _LINK = 0, 1, 2, 3
_MODES = (0, 0o040644, 0o100644, 0o120777, 0o060600, 0o020600, 0o140644, 0o010644)
_EXECUTABLE = 0o111
_MOST_NAME = 1024


class Header(NamedTuple):
    """A file header; *info* depends on the type, *data* is where its content starts."""

    at: int
    next: int
    kind: int
    mode: int
    info: int
    size: int
    name: bytes
    data: int
    sound: bool


def measure(view: View, start: int) -> Extent:
    """Return where the file system at *start* ends, rounded up over zero padding."""
    if view.read(start, 8) != b"-rom1fs-":
        raise NotThisFormat("no romfs magic")
    size = view.number(">I", start + 8)
    if size < 48:
        raise NotThisFormat("a romfs of no size")
    if not _adds_up(view, start, min(512, size, view.size - start)):
        raise NotThisFormat("the superblock has a wrong checksum")
    end = min(view.size, start + size)
    padded = min(view.size, start + (size + 1023 & ~1023))
    if not any(view.window(end, padded - end)):
        end = padded
    return Extent(start, end, size)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over all files, then the hard links, which may precede what they name."""
    size = view.number(">I", extent.start + 8)
    if extent.start + size > view.size:
        sink.problem("damage", "the end of the file system is cut off", offset=extent.end)
    _, first = _name(view, extent.start + 16)
    tree = _Tree(view, extent.start, sink)
    walk(sink, first - extent.start, tree.names, tree.entry)
    tree.links()


def _adds_up(view: View, at: int, size: int) -> bool:
    """Return whether the big-endian words of a header sum to zero."""
    words = np.frombuffer(view.read(at, size // 4 * 4), ">u4")
    return int(words.sum(dtype=np.uint64)) & 0xFFFFFFFF == 0


def _name(view: View, at: int) -> tuple[bytes, int]:
    """Return the name at *at* and where the next multiple of 16 after its zero lies."""
    field = view.read(at, min(_MOST_NAME, view.size - at))
    length = field.find(b"\0")
    if length < 0:
        raise NotThisFormat("a name without end")
    return field[:length], at + (length + 16 & ~15)


class _Tree:
    """Turns headers into entries; offsets between headers are relative to the start."""

    def __init__(self, view: View, start: int, sink: Sink) -> None:
        self.view, self.start, self.sink = view, start, sink
        self.paths: dict[int, tuple[bytes, Metadata]] = {}
        self.pending: list[tuple[bytes, Header]] = []

    def names(self, offset: int) -> Iterator[tuple[bytes, Header]]:
        """Yield the headers of the list that begins at *offset*."""
        seen: set[int] = set()
        while offset and offset not in seen:
            seen.add(offset)
            try:
                header = self._header(self.start + offset)
            except NotThisFormat as error:
                self.sink.problem("damage", str(error), offset=self.start + offset)
                return
            if not header.sound:
                says = "a file header has a wrong checksum"
                self.sink.problem("damage", says, offset=header.at)
            yield header.name, header
            offset = header.next
        if offset:
            self.sink.problem("damage", "a list contains itself", offset=self.start + offset)

    def _header(self, at: int) -> Header:
        following, info, size = self.view.unpack(">III", at)
        kind = following & 7
        mode = _MODES[kind] | (_EXECUTABLE if following & 8 else 0)
        name, data = _name(self.view, at + 16)
        sound = _adds_up(self.view, at, data - at)
        return Header(at, following & ~15, kind, mode, info, size, name, data, sound)

    def entry(self, path: bytes, header: Header) -> int | None:
        """Hand over one name; return where its list begins when it is a directory."""
        meta = Metadata(posix.permissions(header.mode), 0, 0)
        where = {"offset": header.at, "length": header.data - header.at}
        if header.kind == _HARD_LINK:
            self.pending.append((path, header))
            return None
        self.paths.setdefault(header.at - self.start, (path, meta))
        if header.kind == _FILE:
            self._file(path, header, meta)
        elif header.kind == _LINK:
            size = max(0, min(header.size, 4096, self.view.size - header.data))
            self.sink.symlink(path, self.view.read(header.data, size), meta, **where)
        else:
            numbers = (header.info >> 16, header.info & 0xFFFF)
            posix.place(self.sink, path, header.mode, meta, numbers=numbers, **where)
        return header.info & ~15 if header.kind == _DIRECTORY else None

    def _file(self, path: bytes, header: Header, meta: Metadata) -> None:
        size = max(0, min(header.size, self.view.size - header.data))
        if size < header.size:
            self.sink.problem("damage", "a file is cut off", offset=header.at, path=path)
        piece = Piece(at=header.data, size=size, codec="raw", length=size)
        length = header.data - header.at + size
        self.sink.file(
            path, [piece] if size else [], meta, size=size, offset=header.at, length=length
        )

    def links(self) -> None:
        """Hand over the hard links that were met."""
        for path, header in self.pending:
            target = self.paths.get(header.info & ~15)
            if target is None:
                says = "a hard link names no file"
                self.sink.problem("damage", says, offset=header.at, path=path)
                continue
            self.sink.hardlink(path, *target, offset=header.at, length=16)
