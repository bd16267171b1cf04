"""tar archives: v7, ustar, GNU and pax, with attributes, links, devices and sparse files.

Layout: POSIX.1-2024 pax; GNU tar manual, "Basic Tar Format".
"""

from assay.model.tree import Piece
from assay.unpack import posix
from assay.unpack.format import Extent, Format, Magic
from assay.unpack.formats.archives._tar_headers import Header
from assay.unpack.formats.archives._tar_members import Archive, scan
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

_V7 = (
    rb"[0-7 ]{7}[\x00 ][0-7 ]{7}[\x00 ][0-7 ]{7}[\x00 ][0-7 ]{11}[\x00 ][0-7 ]{11}[\x00 ]"
    rb"[0-7 ]{6}[\x00 ]{2}[\x000-7]"
)

FORMAT = Format(
    name="tar",
    family="archive",
    magic=(Magic(rb"ustar[\x00 ][0 ][0\x00]", at=257), Magic(_V7, at=100, common=True)),
    about="Members in blocks of 512 bytes; pax records carry attributes and capabilities.",
    references=("https://www.gnu.org/software/tar/manual/html_node/Standard.html",),
    limits=("members continued from another volume are read as far as they are here",),
)

_FILES = {b"0", b"\0", b"7", b"S"}
_SPECIALS = {b"3": 0o020000, b"4": 0o060000, b"6": 0o010000}
_DIRECTORIES = {b"5", b"D"}
_MOST_PIECES = 200_000


def measure(view: View, start: int) -> Extent:
    """Return where the archive at *start* and the zero blocks that close it end."""
    archive = scan(view, start)
    return Extent(start, archive.end, archive)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over all members in stored order."""
    archive: Archive = extent.detail or scan(view, extent.start)
    for header in archive.members:
        _member(view, header, sink)
    if archive.damage:
        sink.problem("damage", archive.damage, offset=extent.end)


def _member(view: View, header: Header, sink: Sink) -> None:
    attributes = tuple(posix.attribute(name, value) for name, value in header.attributes)
    meta = Metadata(
        posix.permissions(header.mode), header.uid, header.gid, header.mtime, attributes
    )  # fmt: skip
    where = {"offset": header.at, "length": header.data - header.at}
    kind = header.kind
    if kind in _DIRECTORIES or (kind in {b"0", b"\0"} and header.name.endswith(b"/")):
        sink.directory(header.name, meta, **where)
    elif kind in _FILES:
        _file(view, header, meta, sink)
    elif kind == b"1":
        sink.hardlink(header.name, header.link, meta, **where)
    elif kind == b"2":
        sink.symlink(header.name, header.link, meta, **where)
    elif kind in _SPECIALS:
        mode = _SPECIALS[kind] | posix.permissions(header.mode)
        posix.place(sink, header.name, mode, meta, numbers=header.device, **where)
    elif kind != b"V":
        says = f"a member of type {kind!r}"
        sink.problem("unsupported", says, offset=header.at, path=header.name)


def _file(view: View, header: Header, meta: Metadata, sink: Sink) -> None:
    there = max(0, min(header.size, view.size - header.data))
    if there < header.size:
        sink.problem("damage", "a file is cut off", offset=header.at, path=header.name)
    pieces, size = [Piece(at=header.data, size=there, codec="raw", length=there)], there
    if header.sparse is not None:
        pieces, size = _sparse(header, there, sink)
    if size == 0:
        pieces = []
    length = header.data - header.at + there
    sink.file(header.name, pieces, meta, size=size, offset=header.at, length=length)


def _sparse(header: Header, there: int, sink: Sink) -> tuple[list[Piece], int]:
    """Return the pieces of a sparse file, of which *there* bytes are stored."""
    pieces, at, stored = list[Piece](), 0, 0
    size = min(header.real_size, sink.limits.file)
    if size < header.real_size:
        sink.problem("limit", "a file is larger than allowed", path=header.name)
    for offset, length in (header.sparse or [])[:_MOST_PIECES]:
        take = min(length, there - stored, size - offset)
        if offset < at or take < 0:
            sink.problem("damage", "a sparse map is not in order", path=header.name)
            break
        if offset > at:
            pieces.append(Piece(at=0, size=0, codec="hole", length=offset - at))
        pieces.append(Piece(at=header.data + stored, size=take, codec="raw", length=take))
        at, stored = offset + take, stored + length
    if size > at:
        pieces.append(Piece(at=0, size=0, codec="hole", length=size - at))
    return pieces, max(size, at)
