"""Superblocks of SquashFS 1 to 4 in both byte orders, as one record."""

from assay._kernel.value import Value
from assay.unpack.view import NotThisFormat, View

LITTLE_MAGICS = (b"hsqs", b"shsq", b"hsqt", b"hsqz")
BIG_MAGICS = (b"sqsh", b"qshs", b"tqsh", b"sqlz")
NO_TABLE = 0xFFFFFFFFFFFFFFFF
CHECK_DATA = 1 << 2
COMPRESSORS = {1: "zlib", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}


class Superblock(Value):
    """What a superblock says; table positions are relative to *start*.

    `order` is `<` or `>`; `compressor` is empty before version 4, which does not record it.
    `ids` and `groups` are the counts of the two owner tables of versions 1 to 3.
    """

    start: int
    order: str
    version: int
    block_size: int
    flags: int
    inodes: int
    fragments: int
    root: int
    used: int
    ids_at: int
    groups_at: int
    ids: int
    groups: int
    inodes_at: int
    directories_at: int
    fragments_at: int
    xattrs_at: int
    made: int
    compressor: str


def read_superblock(view: View, start: int) -> Superblock:
    """Return the superblock at *start*; raises `NotThisFormat` when it is not sound."""
    magic = view.read(start, 4)
    order = "<" if magic in LITTLE_MAGICS else ">"
    version = view.number(order + "H", start + 28)
    if version == 4:
        found = _version_4(view, start, order)
    elif 1 <= version <= 3:
        found = _version_1_to_3(view, start, order, version)
    else:
        raise NotThisFormat(f"SquashFS version {version}")
    _check(found)
    return found


def _check(found: Superblock) -> None:
    size = found.block_size
    if not 512 <= size <= 1 << 20 or size & (size - 1):
        raise NotThisFormat(f"block size {size}")
    header = {1: 51, 2: 63, 3: 119, 4: 96}[found.version]
    inside = header <= found.inodes_at < found.directories_at <= found.used
    if not inside or not 1 <= found.inodes <= found.used * 16:
        raise NotThisFormat("tables outside the file system")
    if found.root >> 16 > found.directories_at - found.inodes_at:
        raise NotThisFormat("the root inode lies outside the inode table")


def _version_4(view: View, start: int, order: str) -> Superblock:
    fields = view.unpack(order + "4xIIIIHHHHHHQQQQQQQQ", start)
    inodes, made, block_size, fragments, compressor, log, flags, ids = fields[:8]
    root, used, ids_at, xattrs_at, inodes_at, directories_at, fragments_at = fields[10:17]
    if log > 20 or block_size != 1 << log:
        raise NotThisFormat("block size and its logarithm differ")
    return Superblock(
        start=start, order=order, version=4, block_size=block_size, flags=flags, inodes=inodes,
        fragments=fragments, root=root, used=used, ids_at=ids_at, groups_at=0, ids=ids, groups=0,
        inodes_at=inodes_at, directories_at=directories_at, fragments_at=fragments_at,
        xattrs_at=xattrs_at, made=made, compressor=COMPRESSORS.get(compressor, "unknown"),
    )  # fmt: skip


def _version_1_to_3(view: View, start: int, order: str, version: int) -> Superblock:
    inodes, used, ids_at, groups_at, inodes_at, directories_at = view.unpack(order + "4x6I", start)
    block_size, log, flags, ids, groups, made, root = view.unpack(order + "32xHHBBBIQ", start)
    fragments, fragments_at = 0, NO_TABLE
    if version >= 2:
        block_size, fragments, fragments_at = view.unpack(order + "51xIII", start)
    if version == 3:
        used, ids_at, groups_at, inodes_at, directories_at, fragments_at = view.unpack(
            order + "63x6Q", start
        )
    if log > 20 or block_size != 1 << log:
        raise NotThisFormat("block size and its logarithm differ")
    return Superblock(
        start=start, order=order, version=version, block_size=block_size, flags=flags,
        inodes=inodes, fragments=fragments, root=root, used=used, ids_at=ids_at,
        groups_at=groups_at, ids=ids, groups=groups, inodes_at=inodes_at,
        directories_at=directories_at, fragments_at=fragments_at, xattrs_at=NO_TABLE,
        made=made, compressor="",
    )  # fmt: skip
