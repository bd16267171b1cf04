"""YAFFS2 chunks: a page with the tags in its spare bytes; finds the geometry and the end.

Layout: yaffs2 yaffs_guts.h (object header), yaffs_packedtags2.h (tags), as flash dumps and
mkyaffs2image store them.
"""

from typing import NamedTuple

import msgspec

from assay.unpack import posix
from assay.unpack.view import NotThisFormat, View

FILE, SYMLINK, DIRECTORY, HARD_LINK, SPECIAL = 1, 2, 3, 4, 5
_GEOMETRIES = (
    (2048, 64), (512, 16), (4096, 128), (4096, 224), (4096, 256), (8192, 256), (8192, 448),
    (16384, 512), (1024, 32), (2048, 128),
)  # fmt: skip
"""Page and spare sizes that flash chips have."""
_TAGS_AT = (0, 2, 8, 30)
"""Where in the spare bytes drivers put the tags."""
_MOST_OBJECT = 0x3FFFF
_EXTRA, _EXTRA_PARENT = 0x80000000, 0x0FFFFFFF
_SEQUENCES = range(0x1000, 0xEFFFFF01)
_PROBES = 8
_MOST_BAD, _MOST_ERASED = 256, 16384
_MOST_CHUNKS = 4_000_000


class Tags(NamedTuple):
    """The tags of a page: *chunk* 0 is an object's header, others count its pages from 1."""

    at: int
    sequence: int
    owner: int
    chunk: int
    size: int


class Header(NamedTuple):
    """What an object header page states."""

    kind: int
    parent: int
    name: bytes
    mode: int
    uid: int
    gid: int
    mtime: int
    size: int
    same_as: int
    target: bytes
    device: int


class Geometry(NamedTuple):
    """Byte order, page and spare size, and where the tags stand in the spare bytes."""

    order: str
    page: int
    spare: int
    tags: int

    @property
    def stride(self) -> int:
        """The distance between pages in bytes."""
        return self.page + self.spare


class Log(msgspec.Struct):
    """The chunks between *start* and *end*, in stored order."""

    start: int
    geometry: Geometry
    end: int
    chunks: list[Tags] = msgspec.field(default_factory=list)
    erased: list[tuple[int, int]] = msgspec.field(default_factory=list)
    bad: list[int] = msgspec.field(default_factory=list)


def header(view: View, at: int, order: str) -> Header:
    """Return the object header in the page at *at*; raise `NotThisFormat` when unsound."""
    kind, parent, check = view.unpack(order + "IIH", at)
    name = view.read(at + 10, 256)
    mode, uid, gid, _, mtime, _, low, same_as = view.unpack(order + "8I", at + 268)
    if not FILE <= kind <= SPECIAL or not 1 <= parent <= _MOST_OBJECT or check != 0xFFFF:
        raise NotThisFormat("no object header")
    if b"\0" not in name or (posix.kind_of(mode) is None and kind != HARD_LINK):
        raise NotThisFormat("an object header that cannot be")
    high = view.number(order + "I", at + 496)
    size = low | (high << 32 if high < 0xFFFF else 0)
    target = view.read(at + 300, 160).split(b"\0", 1)[0]
    device = view.number(order + "I", at + 460)
    return Header(
        kind, parent, name.split(b"\0", 1)[0], mode, uid, gid, mtime,
        0 if low == 0xFFFFFFFF else size, same_as, target, device,
    )  # fmt: skip


def tags(view: View, at: int, geometry: Geometry) -> Tags | None:
    """Return the tags of the page at *at*, or None when they cannot be."""
    place = at + geometry.page + geometry.tags
    sequence, owner, chunk, size = view.unpack(geometry.order + "4I", place)
    if chunk & _EXTRA and chunk != 0xFFFFFFFF:  # Headers may repeat some fields in the tags.
        owner, chunk, size = owner & _EXTRA_PARENT, 0, 0
    sound = sequence in _SEQUENCES and 1 <= owner <= _MOST_OBJECT and chunk <= 1 << 24
    if not sound or (chunk and size > geometry.page):
        return None
    return Tags(at, sequence, owner, chunk, size)


def _is_erased(view: View, at: int, size: int) -> bool:
    return view.read(at, 16) == b"\xff" * 16 and not view.read(at, size).strip(b"\xff")


def _fits(view: View, start: int, geometry: Geometry) -> bool:
    """Return whether the first pages from *start* all have sound tags for *geometry*."""
    seen = 0
    for at in range(start, start + _PROBES * geometry.stride, geometry.stride):
        if at + geometry.stride > view.size:
            break
        found = tags(view, at, geometry)
        if found is None:
            return seen > 1 and _is_erased(view, at, geometry.stride)
        if found.chunk == 0:
            try:
                header(view, at, geometry.order)
            except NotThisFormat:
                return False
        elif seen == 0:
            return False
        seen += 1
    return seen > 1


def geometry_of(view: View, start: int) -> Geometry:
    """Return the geometry by which the pages from *start* make sense."""
    order = "<" if view.read(start + 1, 3) == b"\0\0\0" else ">"
    header(view, start, order)
    for page, spare in _GEOMETRIES:
        for place in _TAGS_AT:
            geometry = Geometry(order, page, spare, place)
            if place + 16 <= spare and _fits(view, start, geometry):
                return geometry
    raise NotThisFormat("no page size fits")


def scan(view: View, start: int) -> Log:
    """Return all chunks from *start* to the last sound one."""
    geometry = geometry_of(view, start)
    log = Log(start, geometry, start)
    erased_from, at, bad = -1, start, list[int]()
    while at + geometry.stride <= view.size and len(log.chunks) < _MOST_CHUNKS:
        found = tags(view, at, geometry)
        if found is not None:
            _close_gap(log, at, erased_from, bad)
            erased_from = -1
            log.chunks.append(found)
            log.end = at + geometry.stride
        elif _is_erased(view, at, geometry.stride):
            erased_from = at if erased_from < 0 else erased_from
        else:
            bad.append(at)
        at += geometry.stride
        if len(bad) > _MOST_BAD or (at - log.end) // geometry.stride > _MOST_ERASED:
            break
    return log


def _close_gap(log: Log, at: int, erased_from: int, bad: list[int]) -> None:
    """Take what lies between two sound chunks into the account."""
    if erased_from >= 0 and not bad:
        log.erased.append((erased_from, at - erased_from))
    log.bad += bad
    bad.clear()
