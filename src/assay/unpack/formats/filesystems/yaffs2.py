"""YAFFS2: log-structured file system of raw NAND in modems, phones and older routers.

Layout: yaffs2 yaffs_guts.h, yaffs_packedtags2.h.
"""

from collections.abc import Iterator

import msgspec

from assay.model.tree import Piece
from assay.unpack import posix
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.filesystems._walk import walk
from assay.unpack.formats.filesystems._yaffs2_chunks import (
    DIRECTORY,
    FILE,
    HARD_LINK,
    SYMLINK,
    Header,
    Log,
    header,
    scan,
)
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="yaffs2",
    family="filesystem",
    magic=(
        Magic(rb"[\x01-\x05]\x00\x00\x00[\x01-\xff].[\x00-\x03]\x00\xff\xff[\x00\x20-\xff]"),
        Magic(rb"\x00\x00\x00[\x01-\x05]\x00[\x00-\x03].[\x01-\xff]\xff\xff[\x00\x20-\xff]"),
    ),
    about="Pages with tags in the spare bytes of the dump; newest page of each object counts.",
    references=("https://yaffs.net/documents/how-yaffs-works",),
    limits=(
        "YAFFS1 and tags inside the data pages are not read",
        "error-correcting codes are not applied",
    ),
)

_ROOT, _UNLINKED = 1, {3, 4}


class _Object(msgspec.Struct):
    """The newest header of an object and where its pages lie."""

    head: Header
    at: int
    size: int = 0
    pages: dict[int, tuple[int, int]] = msgspec.field(default_factory=dict)


def measure(view: View, start: int) -> Extent:
    """Return where the last page with sound tags ends."""
    log = scan(view, start)
    return Extent(start, log.end, log)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the objects that the newest headers leave below the root."""
    log: Log = extent.detail or scan(view, extent.start)
    for at, length in log.erased:
        sink.region(at, length, "padding", "erased flash")
    for at in log.bad:
        sink.region(at, log.geometry.stride, "unknown", "no sound tags")
        sink.problem("damage", "a page has no sound tags", offset=at)
    tree = _Tree(_objects(view, log, sink), log, sink)
    walk(sink, _ROOT, tree.names, tree.entry)
    tree.links()


def _objects(view: View, log: Log, sink: Sink) -> dict[int, _Object]:
    """Return all objects after applying the chunks in the order of writing."""
    objects: dict[int, _Object] = {}
    early: dict[int, dict[int, tuple[int, int]]] = {}
    page = log.geometry.page
    for one in sorted(log.chunks, key=lambda chunk: (chunk.sequence, chunk.at)):
        known = objects.get(one.owner)
        if one.chunk:
            pages = known.pages if known else early.setdefault(one.owner, {})
            pages[one.chunk] = (one.at, one.size)
            if known:
                known.size = max(known.size, (one.chunk - 1) * page + one.size)
            continue
        try:
            head = header(view, one.at, log.geometry.order)
        except NotThisFormat:
            sink.problem("damage", "an object header is damaged", offset=one.at)
            continue
        pages = known.pages if known else early.pop(one.owner, {})
        # A header with a smaller size truncates what was written before it.
        kept = {
            index: (at, min(length, head.size - (index - 1) * page))
            for index, (at, length) in pages.items()
            if (index - 1) * page < head.size
        }
        objects[one.owner] = _Object(head, one.at, head.size, kept)
    return objects


class _Tree:
    """Turns objects into entries."""

    def __init__(self, objects: dict[int, _Object], log: Log, sink: Sink) -> None:
        self.objects, self.geometry, self.sink = objects, log.geometry, sink
        self.paths: dict[int, tuple[bytes, Metadata]] = {}
        self.pending: list[tuple[bytes, _Object]] = []
        self.below: dict[int, list[tuple[bytes, int]]] = {}
        for number, one in sorted(objects.items()):
            if one.head.parent not in _UNLINKED and number != _ROOT:
                self.below.setdefault(one.head.parent, []).append((one.head.name, number))

    def names(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Yield (name, object) of directory *number*, sorted."""
        yield from sorted(self.below.get(number, []))

    def entry(self, path: bytes, number: int) -> int | None:
        """Hand over one object; return its number when it is a directory."""
        one = self.objects[number]
        head = one.head
        if head.kind == HARD_LINK:
            self.pending.append((path, one))
            return None
        meta = Metadata(posix.permissions(head.mode), head.uid, head.gid, head.mtime)
        self.paths.setdefault(number, (path, meta))
        where = {"offset": one.at, "length": self.geometry.stride}
        if head.kind == FILE:
            self._file(path, one, meta)
        elif head.kind == SYMLINK:
            self.sink.symlink(path, head.target, meta, **where)
        else:
            short = head.device <= 0xFFFF
            numbers = (posix.short_device if short else posix.long_device)(head.device)
            mode = 0o040000 if head.kind == DIRECTORY else head.mode
            if not posix.place(self.sink, path, mode, meta, numbers=numbers, **where):
                self.sink.problem("damage", f"mode {head.mode:o} is no device", path=path)
        return number if head.kind == DIRECTORY else None

    def _file(self, path: bytes, one: _Object, meta: Metadata) -> None:
        size, page = min(one.size, self.sink.limits.file), self.geometry.page
        if size < one.size:
            self.sink.problem("limit", "a file is larger than allowed", path=path)
        pieces, at = list[Piece](), 0
        for index, (place, length) in sorted(one.pages.items()):
            begin = (index - 1) * page
            take = min(length, size - begin)
            if take <= 0:
                continue
            if begin > at:
                pieces.append(Piece(at=0, size=0, codec="hole", length=begin - at))
            pieces.append(Piece(at=place, size=take, codec="raw", length=take))
            at = begin + take
        if size > at:
            pieces.append(Piece(at=0, size=0, codec="hole", length=size - at))
        length = self.geometry.stride
        self.sink.file(path, pieces, meta, size=size, offset=one.at, length=length)

    def links(self) -> None:
        """Hand over the hard links that were met, now that all files have paths."""
        for path, one in self.pending:
            target = self.paths.get(one.head.same_as)
            if target is None:
                says = "a hard link names no file"
                self.sink.problem("damage", says, offset=one.at, path=path)
                continue
            self.sink.hardlink(path, *target, offset=one.at, length=self.geometry.stride)
