"""ext2/3/4 extended attributes: behind the inode, in a block of their own, or in an inode.

Layout: https://docs.kernel.org/filesystems/ext4/attributes.html
"""

from collections.abc import Callable

from assay.unpack.formats.filesystems._ext_volume import Inode, Volume
from assay.unpack.view import NotThisFormat

_MAGIC = 0xEA020000
_PREFIX = {
    0: b"", 1: b"user.", 2: b"system.posix_acl_access", 3: b"system.posix_acl_default",
    4: b"trusted.", 6: b"security.", 7: b"system.", 8: b"system.richacl",
}  # fmt: skip
_MOST_VALUE = 1 << 16
Attributes = list[tuple[bytes, bytes]]


def attributes(volume: Volume, inode: Inode, held: Callable[[int], bytes]) -> Attributes:
    """Return (name, value) of all attributes; *held* reads a value that has its own inode.

    Raises `NotThisFormat` when a list of them is damaged.
    """
    found = Attributes()
    room = volume.info.inode_size - 128
    if room >= 8:
        extra = volume.view.number("<H", inode.at + 128)
        area = volume.view.read(inode.at + 128, room)[extra:]
        if extra <= room - 8 and int.from_bytes(area[:4], "little") == _MAGIC:
            found += _entries(area[4:], 0, held)
    if inode.acl:
        block = volume.view.read(volume.offset(inode.acl), volume.info.block)
        if int.from_bytes(block[:4], "little") != _MAGIC:
            raise NotThisFormat("a damaged attribute block")
        found += _entries(block, 32, held)
    return found


def _entries(area: bytes, at: int, held: Callable[[int], bytes]) -> Attributes:
    """Return the entries from *at* on; values stand at offsets in *area*."""
    found = Attributes()
    while at + 16 <= len(area) and area[at : at + 4] != b"\0\0\0\0":
        size, prefix = area[at], area[at + 1]
        offset = int.from_bytes(area[at + 2 : at + 4], "little")
        inode = int.from_bytes(area[at + 4 : at + 8], "little")
        length = int.from_bytes(area[at + 8 : at + 12], "little")
        name = _PREFIX.get(prefix, b"?") + area[at + 16 : at + 16 + size]
        if inode:
            found.append((name, held(inode)[:_MOST_VALUE]))
        elif offset + length <= len(area):
            found.append((name, area[offset : offset + length]))
        else:
            raise NotThisFormat("an attribute lies outside its block")
        at += 16 + size + 3 & ~3
    return found
