"""Members of cpio archives: the four header layouts and the walk to the trailer.

Layout: cpio(5) of libarchive; Linux Documentation/driver-api/early-userspace/buffer-format.rst.
"""

from typing import NamedTuple

from assay._kernel import lazy_re
from assay.unpack.view import NotThisFormat, View

TRAILER = b"TRAILER!!!"
_MOST_NAME = 4097
_HEX = lazy_re.compile(rb"[0-9A-Fa-f]{104}")
_OCTAL = lazy_re.compile(rb"[0-7]{70}")


class Member(NamedTuple):
    """One member; `check` is the sum of its bytes or -1, `next` where the next one starts."""

    at: int
    name: bytes
    data: int
    size: int
    next: int
    inode: tuple[int, int, int]
    mode: int
    uid: int
    gid: int
    links: int
    mtime: int
    device: tuple[int, int]
    check: int


def member(view: View, at: int) -> Member:
    """Return the member at *at*; raise `NotThisFormat` when there is none."""
    magic = view.read(at, 6)
    if magic in {b"070701", b"070702"}:
        return _new(view, at, checked=magic == b"070702")
    if magic == b"070707":
        return _portable(view, at)
    if magic[:2] in {b"\xc7\x71", b"\x71\xc7"}:
        return _binary(view, at, "<" if magic[0] == 0xC7 else ">")
    raise NotThisFormat("no cpio magic")


def _name(view: View, at: int, size: int) -> bytes:
    if not 2 <= size <= _MOST_NAME:
        raise NotThisFormat(f"a name of {size} bytes")
    name = view.read(at, size)
    if name[-1] or not name[0]:
        raise NotThisFormat("a name without end")
    return name.split(b"\0", 1)[0]


def _new(view: View, at: int, *, checked: bool) -> Member:
    digits = view.read(at + 6, 104)
    if not _HEX.fullmatch(digits):
        raise NotThisFormat("a header field is no number")
    (inode, mode, uid, gid, links, mtime, size, major, minor, rmajor, rminor, length, check) = (
        int(digits[index : index + 8], 16) for index in range(0, 104, 8)
    )
    name = _name(view, at + 110, length)
    data = _aligned(110 + length, 4) + at
    return Member(
        at, name, data, size, data + _aligned(size, 4), (inode, major, minor), mode, uid, gid,
        links, mtime, (rmajor, rminor), check if checked else -1,
    )  # fmt: skip


def _portable(view: View, at: int) -> Member:
    digits = view.read(at + 6, 70)
    if not _OCTAL.fullmatch(digits):
        raise NotThisFormat("a header field is no number")
    fields = [int(digits[index : index + 6], 8) for index in range(0, 42, 6)]
    device, inode, mode, uid, gid, links, rdev = fields
    mtime, length, size = int(digits[42:53], 8), int(digits[53:59], 8), int(digits[59:70], 8)
    name = _name(view, at + 76, length)
    data = at + 76 + length
    return Member(
        at, name, data, size, data + size, (inode, device, 0), mode, uid, gid, links, mtime,
        (rdev >> 8, rdev & 0xFF), -1,
    )  # fmt: skip


def _binary(view: View, at: int, order: str) -> Member:
    device, inode, mode, uid, gid, links, rdev, mtime, mtime_low, length, size, size_low = (
        view.unpack(order + "12H", at + 2)
    )
    name = _name(view, at + 26, length)
    data = at + _aligned(26 + length, 2)
    size = size << 16 | size_low
    return Member(
        at, name, data, size, data + _aligned(size, 2), (inode, device, 0), mode, uid, gid, links,
        mtime << 16 | mtime_low, (rdev >> 8, rdev & 0xFF), -1,
    )  # fmt: skip


def _aligned(value: int, to: int) -> int:
    return (value + to - 1) // to * to


class Archive(NamedTuple):
    """All members, where the archive ends, and what is wrong with its end."""

    members: list[Member]
    end: int
    damage: str


def scan(view: View, start: int) -> Archive:
    """Return the archive at *start*; raise `NotThisFormat` where its first member is unsound."""
    members, at = list[Member](), start
    damage = ""
    while True:
        try:
            found = member(view, at)
        except NotThisFormat as error:
            damage = f"the archive has no trailer: {error}"
            break
        if found.name == TRAILER:
            at = min(view.size, found.next)
            break
        if found.data + found.size > view.size:
            damage = "the last member is cut off"
            break
        members.append(found)
        at = found.next
    # Text that describes cpio can hold one header; an archive goes on after it.
    if not members or (damage and len(members) < 2):
        raise NotThisFormat(damage or "an archive without members")
    end = min(view.size, at)
    padded = min(view.size, start + _aligned(end - start, 512))
    if not any(view.window(end, padded - end)):
        end = padded
    return Archive(members, end, damage)
