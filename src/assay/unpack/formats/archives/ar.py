r"""Unix `ar` archives: Debian packages, static libraries, old opkg packages.

Layout: `!<arch>\n`, then 60-byte headers in ASCII, data padded to even offsets. Long names
either in the member `//` (System V, GNU) or in front of the data (BSD, `#1/length`).
"""

from typing import NamedTuple

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="ar",
    family="archive",
    magic=(Magic(rb"!<arch>\n.{58}`\n"),),
    about="Unix archive: Debian and opkg packages, static libraries.",
    references=("https://man.freebsd.org/cgi/man.cgi?query=ar&sektion=5",),
    limits=("thin archives hold no data and are not read",),
)

_HEADER = 60
_MOST = 100_000


class _Member(NamedTuple):
    """A member: name, where its header and data are, and what the header records."""

    name: bytes
    header: int
    data: int
    size: int
    meta: Metadata


def measure(view: View, start: int) -> Extent:
    """Return where the last member ends."""
    at = start + 8
    members: list[_Member] = []
    while len(members) < _MOST:
        try:
            member = _member(view, at)
        except NotThisFormat:
            break
        members.append(member)
        end = member.data + member.size
        at = end + ((end - start) & 1)
    if not members:
        raise NotThisFormat("no member")
    return Extent(start, min(at, view.size), tuple(members))


def _member(view: View, at: int) -> _Member:
    header = view.read(at, _HEADER)
    if header[58:] != b"`\n":
        raise NotThisFormat("no member header")
    size = _number(header[48:58])
    view.window(at + _HEADER, size)
    meta = Metadata(
        mode=_number(header[40:48], 8) & 0o7777,
        uid=_number(header[28:34]),
        gid=_number(header[34:40]),
        mtime=_number(header[16:28]),
    )
    return _Member(header[:16].rstrip(b" "), at, at + _HEADER, size, meta)


def _number(field: bytes, base: int = 10) -> int:
    text = field.strip(b" ")
    if not text:
        return 0
    if not text.isdigit() or (base == 8 and set(text) & set(b"89")):
        raise NotThisFormat("no number in the header")
    return int(text, base)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """List every member under its full name."""
    members: tuple[_Member, ...] = extent.detail or measure(view, extent.start).detail
    names = b""
    for member in members:
        if member.name == b"//":
            names = view.read(member.data, member.size)
        elif member.name not in {b"/", b"/SYM64/", b"__.SYMDEF"}:
            _hand_over(view, member, names, sink)


def _hand_over(view: View, member: _Member, names: bytes, sink: Sink) -> None:
    name, data, size = member.name, member.data, member.size
    if name.startswith(b"#1/") and name[3:].isdigit():
        length = int(name[3:])
        if length > size:
            sink.problem("damage", "a name is longer than its member", offset=member.header)
            return
        name = view.read(data, length).rstrip(b"\0")
        data, size = data + length, size - length
    elif name.startswith(b"/") and name[1:].isdigit():
        name = names[int(name[1:]) :].split(b"\n", 1)[0].removesuffix(b"/")
    else:
        name = name.removesuffix(b"/")
    if not name.strip(b"/"):
        name = b"member@%x" % member.header
        sink.problem("damage", "a member has no name", offset=member.header)
    pieces = [Piece(at=data, size=size, codec="raw", length=size)] if size else []
    length = member.data + member.size - member.header
    sink.file(name, pieces, member.meta, size=size, offset=member.header, length=length)
