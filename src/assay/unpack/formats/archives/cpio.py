"""cpio archives: initial RAM file systems of Linux, in new, checked, portable and old form.

Layout: Linux Documentation/driver-api/early-userspace/buffer-format.rst; cpio(5).
"""

import numpy as np

from assay.model.tree import Piece
from assay.unpack import posix
from assay.unpack.format import Extent, Format, Magic
from assay.unpack.formats.archives._cpio_members import Archive, Member, scan
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

_MODE = rb"[\x10-\x2f\x40-\x4f\x60-\x6f\x80-\x8f\xa0-\xaf\xc0-\xcf]"

FORMAT = Format(
    name="cpio",
    family="archive",
    magic=(
        Magic(rb"07070[12][0-9A-Fa-f]{104}"),
        Magic(rb"070707[0-7]{70}"),
        Magic(rb"\xc7\x71....." + _MODE + rb".....\x00.......[\x00-\x04].[\x00-\x0f].."),
        Magic(rb"\x71\xc7...." + _MODE + rb".....\x00.......[\x00-\x04].[\x00-\x0f]..."),
    ),
    about="Members one after another; hard links share the inode number of the one with data.",
    references=(
        "https://docs.kernel.org/driver-api/early-userspace/buffer-format.html",
        "https://man.freebsd.org/cgi/man.cgi?query=cpio&sektion=5",
    ),
)


def measure(view: View, start: int) -> Extent:
    """Return where the trailer of the archive at *start* and its zero padding end."""
    archive = scan(view, start)
    return Extent(start, archive.end, archive)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over all members in stored order."""
    archive: Archive = extent.detail or scan(view, extent.start)
    holders = _holders(archive.members)
    for one in archive.members:
        _member(view, one, holders.get(one.inode, one), sink)
    if archive.damage:
        sink.problem("damage", archive.damage, offset=extent.end)


def _linked(one: Member) -> bool:
    return one.links > 1 and posix.kind_of(one.mode) == "file"


def _holders(members: list[Member]) -> dict[tuple[int, int, int], Member]:
    """Return, per inode with several names, the member with the data: the first that has any."""
    holders: dict[tuple[int, int, int], Member] = {}
    for one in members:
        if _linked(one):
            known = holders.setdefault(one.inode, one)
            if one.size and not known.size:
                holders[one.inode] = one
    return holders


def _member(view: View, one: Member, holder: Member, sink: Sink) -> None:
    meta = Metadata(posix.permissions(one.mode), one.uid, one.gid, one.mtime)
    where = {"offset": one.at, "length": one.data - one.at}
    kind = posix.kind_of(one.mode)
    if _linked(one) and one is not holder and _same(view, one, holder):
        sink.hardlink(one.name, holder.name, meta, **where)
    elif kind == "file":
        piece = Piece(at=one.data, size=one.size, codec="raw", length=one.size)
        sink.file(one.name, [piece] if one.size else [], meta, size=one.size, **where)
        _verify(view, one, sink)
    elif kind == "symlink":
        sink.symlink(one.name, view.read(one.data, min(one.size, 4096)), meta, **where)
    elif not posix.place(sink, one.name, one.mode, meta, numbers=one.device, **where):
        says = f"mode {one.mode:o} is no type"
        sink.problem("damage", says, offset=one.at, path=one.name)


def _same(view: View, one: Member, holder: Member) -> bool:
    """Return whether *one* has no data of its own, or the same as *holder*."""
    if one.size == 0:
        return True
    return view.window(one.data, one.size) == view.window(holder.data, holder.size)


def _verify(view: View, one: Member, sink: Sink) -> None:
    """Report a file whose bytes do not add up to what the header says."""
    if one.check < 0:
        return
    stored = np.frombuffer(view.window(one.data, one.size), np.uint8)
    if int(stored.sum(dtype=np.uint64)) & 0xFFFFFFFF != one.check:
        sink.problem("damage", "the sum of the bytes is wrong", offset=one.at, path=one.name)
