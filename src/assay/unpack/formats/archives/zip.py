"""ZIP archives with their central directory, Zip64 included.

Layout: PKWARE APPNOTE.TXT 6.3. The directory at the end rules; local headers only say where
the data of a member begins.
"""

import re
import stat
import struct
from typing import NamedTuple

from assay._kernel import lazy_re
from assay.model.tree import Account, Piece
from assay.unpack.codecs import DecodeFailure, decode
from assay.unpack.codecs.lzma_variants import properties, raw_codec
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="zip",
    family="archive",
    # version 1.0 to 6.3 on any system; methods are two bytes, few of them in use
    magic=(Magic(rb"PK\x03\x04[\x00-\x3f].{3}[\x00-\x63]\x00.{12}...[\x00-\x7f]"),),
    about="ZIP archives: stored, Deflate, bzip2, LZMA and Zstandard members.",
    references=("https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT",),
    limits=("encrypted members are listed, not read", "archives in several volumes are not read"),
)

_END = lazy_re.compile(rb"PK\x05\x06", re.DOTALL)
_LOCAL = b"PK\x03\x04"
_CENTRAL = b"PK\x01\x02"
_LOCAL_SIZE, _CENTRAL_SIZE, _END_SIZE, _LOCATOR_SIZE = 30, 46, 22, 20
_MOST_ENDS = 4096
_ENCRYPTED = 1
_CODECS = {0: "raw", 8: "deflate", 12: "bzip2", 93: "zstd"}
_LZMA = 14
_MOST_PROPERTIES = 225
_UNIX = 3
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF


class _Directory(NamedTuple):
    """The central directory: how many members, where, and where the archive ends."""

    members: int
    start: int
    end: int


class _Member(NamedTuple):
    """A member as the central directory has it; *local* is the offset of its local header."""

    name: bytes
    flags: int
    method: int
    stored: int
    size: int
    local: int
    system: int
    attributes: int


def measure(view: View, start: int) -> Extent:
    """Return where the archive ends; raises when no end record fits its beginning."""
    for number, found in enumerate(_END.finditer(view.data, start)):
        if number >= _MOST_ENDS:
            break
        try:
            directory, end = _directory(view, start, found.start())
        except NotThisFormat:
            continue
        return Extent(start, end, directory)
    raise NotThisFormat("no central directory belongs to it")


def _directory(view: View, start: int, at: int) -> tuple[_Directory, int]:
    """Return the directory that the end record at *at* describes, and the archive's end."""
    disk, first_disk, _, count, size, offset, comment = view.unpack("<HHHHIIH", at + 4)
    end = at + _END_SIZE + comment
    after = at
    if count == _FULL16 or _FULL32 in {size, offset}:
        count, size, offset, after = _zip64(view, start, at)
    elif disk or first_disk:
        raise NotThisFormat("one of several volumes")
    if start + offset + size != after:
        raise NotThisFormat("the directory does not end where its end record begins")
    if count and view.read(start + offset, 4) != _CENTRAL:
        raise NotThisFormat("no directory where the end record says")
    view.window(at, end - at)
    return _Directory(count, start + offset, after), end


def _zip64(view: View, start: int, at: int) -> tuple[int, int, int, int]:
    locator = at - _LOCATOR_SIZE
    if view.read(locator, 4) != b"PK\x06\x07":
        raise NotThisFormat("no Zip64 locator")
    record = start + view.number("<Q", locator + 8)
    if view.read(record, 4) != b"PK\x06\x06":
        raise NotThisFormat("no Zip64 end record")
    count, size, offset = view.unpack("<QQQ", record + 32)
    return count, size, offset, record


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """List every member of the central directory."""
    directory: _Directory = extent.detail or measure(view, extent.start).detail
    at = directory.start
    for _ in range(directory.members):
        try:
            member, at = _member(view, at, directory.end)
        except NotThisFormat as error:
            sink.problem("damage", f"the central directory is damaged: {error}", offset=at)
            return
        _hand_over(view, extent, member, sink)
    if at != directory.end:
        sink.problem("damage", "the directory holds more than its count says", offset=at)


def _member(view: View, at: int, end: int) -> tuple[_Member, int]:
    """Return the member whose directory entry is at *at*, and where the next entry is."""
    if view.read(at, 4) != _CENTRAL:
        raise NotThisFormat("an entry does not begin as one")
    made, _, flags, method = view.unpack("<HHHH", at + 4)
    stored, size, name, extra, comment = view.unpack("<IIHHH", at + 20)
    attributes, local = view.unpack("<II", at + 38)
    after = at + _CENTRAL_SIZE + name + extra + comment
    if after > end:
        raise NotThisFormat("an entry reaches beyond the directory")
    fields = view.read(at + _CENTRAL_SIZE + name, extra)
    size, stored, local = _wide(fields, size, stored, local)
    path = view.read(at + _CENTRAL_SIZE, name)
    return _Member(path, flags, method, stored, size, local, made >> 8, attributes), after


def _wide(extra: bytes, *numbers: int) -> tuple[int, ...]:
    """Return *numbers* with those that are all ones taken from the Zip64 extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + length]
            wide = iter(struct.unpack_from(f"<{len(field) // 8}Q", field))
            return tuple(next(wide, n) if n == _FULL32 else n for n in numbers)
        at += 4 + length
    return numbers


def _hand_over(view: View, extent: Extent, member: _Member, sink: Sink) -> None:
    local = extent.start + member.local
    if bytes(view.data[local : local + 4]) != _LOCAL:
        sink.problem("damage", "a member has no local header", offset=local, path=member.name)
        return
    name, extra = view.unpack("<HH", local + 26)
    data = local + _LOCAL_SIZE + name + extra
    if data + member.stored > extent.end:
        sink.problem("damage", "a member is cut off", offset=local, path=member.name)
        return
    mode = member.attributes >> 16 if member.system == _UNIX else 0
    meta = Metadata(mode=mode & 0o7777 if mode else -1)
    if member.name.endswith(b"/") or stat.S_ISDIR(mode):
        sink.directory(member.name, meta, offset=local, length=data - local)
        return
    piece = _piece(view, member, data)
    if piece is None:
        _unreadable(member, local, data, sink)
        return
    length = data + member.stored - local
    if stat.S_ISLNK(mode) and member.size <= 4096:
        try:
            target = decode(piece.codec, view.window(piece.at, piece.size), piece.length)
        except DecodeFailure as failure:
            sink.problem("damage", str(failure), offset=local, path=member.name)
            target = failure.partial
        sink.symlink(member.name, target, meta, offset=local, length=length)
        return
    pieces = [piece] if member.size else []
    sink.file(member.name, pieces, meta, size=member.size, offset=local, length=length)


def _unreadable(member: _Member, local: int, data: int, sink: Sink) -> None:
    encrypted = member.flags & _ENCRYPTED
    what = "is encrypted" if encrypted else f"uses method {member.method}"
    sink.problem("unsupported", f"a member {what}", offset=local, path=member.name)
    account: Account = "encrypted" if encrypted else "unknown"
    sink.region(data, member.stored, account, "member")


def _piece(view: View, member: _Member, data: int) -> Piece | None:
    """Return how to get the content, None where it cannot be had."""
    if member.flags & _ENCRYPTED:
        return None
    if member.method == _LZMA and member.stored >= 9:
        size, byte, dictionary = view.unpack("<HBI", data + 2)
        if size != 5 or byte >= _MOST_PROPERTIES:
            return None
        lc, lp, pb = properties(byte)
        codec = raw_codec(lc, lp, pb, dictionary)
        head = 4 + size
        return Piece(at=data + head, size=member.stored - head, codec=codec, length=member.size)
    known = _CODECS.get(member.method)
    if known is None:
        return None
    return Piece(at=data, size=member.stored, codec=known, length=member.size)
