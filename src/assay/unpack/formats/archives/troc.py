"""TROC: the archive of web pages and settings on VxWorks routers with Intoto's gateway software.

Layout (big-endian): `TROC`, u32 count, u32 offset of the data, u8 version, then 24-byte entries:
u8, name[13], u32 size, u32 offset, u16 checksum. The layout was derived from such files: every
entry begins where the one before it ends, and the data begin where the entries end.
"""

from typing import NamedTuple

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="troc",
    family="archive",
    magic=(Magic(rb"TROC\x00\x00..\x00...[\x01-\x0f].[\x20-\x7e]"),),
    about="Web pages and settings of VxWorks routers, mostly compressed by gzip.",
    references=("https://en.wikipedia.org/wiki/Linksys_WRT54G_series",),
    limits=("the 16-bit checksums are of an unknown kind and are not verified",),
)

_HEADER, _ENTRY = 13, 24


class _Member(NamedTuple):
    """A file: its name and where its data are, relative to the archive."""

    name: bytes
    size: int
    offset: int


def measure(view: View, start: int) -> Extent:
    """Return where the last file ends."""
    number, data = view.unpack(">II", start + 4)
    if not number or data != _HEADER + _ENTRY * number:
        raise NotThisFormat("the data do not begin where the entries end")
    members = []
    for at in range(start + _HEADER, start + data, _ENTRY):
        size, offset = view.unpack(">II", at + 14)
        name, _, padding = view.read(at + 1, 13).partition(b"\0")
        if not name or any(padding) or offset < data:
            raise NotThisFormat("an entry is not sound")
        members.append(_Member(name, size, offset))
    end = start + max(member.offset + member.size for member in members)
    if end > view.size:
        raise NotThisFormat("a file is cut off")
    return Extent(start, end, tuple(members))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """List every file."""
    members: tuple[_Member, ...] = extent.detail or measure(view, extent.start).detail
    for member in members:
        at, size = extent.start + member.offset, member.size
        pieces = [Piece(at=at, size=size, codec="raw", length=size)] if size else []
        sink.file(member.name, pieces, size=size, offset=at, length=size)
