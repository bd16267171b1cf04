"""Makes the SquashFS fixtures: version 4 with mksquashfs, versions 1 to 3 packed by hand.

Usage: python make_squashfs.py. Needs mksquashfs (Debian package squashfs-tools) for version 4.
`legacy(version, order, codec)` packs the older layouts, as squashfs-tools 1 to 3 wrote them.
"""

import lzma
import os
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

HERE = Path(__file__).parent / "squashfs"
TEXT = b"The quick brown fox jumps over the lazy dog.\n" * 40
BIG = bytes(range(256)) * 700
COMPRESSORS = ("gzip", "lzma", "lzo", "lz4", "xz", "zstd")


def version_4(compressor: str) -> None:
    """Write a small image of version 4 with *compressor*."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "etc").mkdir()
        (root / "etc" / "motd").write_bytes(TEXT)
        (root / "big").write_bytes(BIG)
        (root / "sparse").write_bytes(bytes(300_000) + b"end")
        (root / "empty").write_bytes(b"")
        (root / "link").symlink_to("etc/motd")
        (root / "etc" / "motd").chmod(0o4755)
        os.utime(root, (0, 0))
        out = HERE / f"v4-{compressor}.squashfs"
        out.unlink(missing_ok=True)
        subprocess.run(
            ["mksquashfs", folder, str(out), "-comp", compressor, "-b", "65536", "-quiet",
             "-no-progress", "-force-uid", "10", "-force-gid", "20", "-all-time", "7",
             "-mkfs-time", "7", "-p", "console c 600 0 0 5 1", "-p", "pipe i 644 0 0 f"],
            check=True,
        )  # fmt: skip


def plain() -> None:
    """Write an image whose tables are not compressed, with all kinds of inodes and odd names."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number in range(12):
            (root / "a" / f"deep{number % 3}").mkdir(parents=True, exist_ok=True)
            (root / "a" / f"deep{number % 3}" / f"{number}.txt").write_bytes(TEXT[: number * 90])
        (root / "big").write_bytes(BIG)
        os.link(root / "big", root / "again")
        (root / "sparse").write_bytes(bytes(300_000) + b"end")
        (root / "name \\ \u00fc \t").write_bytes(b"odd")
        (root / "link").symlink_to("a/\u00e4/" + "x" * 90)
        (root / "able").write_bytes(b"able")
        os.setxattr(root / "able", "user.note", b"value")
        os.setxattr(root / "a", "user.note", b"folder")
        pseudo = ("console c 600 0 0 5 1", "disk b 660 0 7 259 70000", "pipe i 644 0 0 f",
                  "socket i 644 0 0 s")  # fmt: skip
        out = HERE / "plain.squashfs"
        out.unlink(missing_ok=True)
        subprocess.run(
            ["mksquashfs", folder, str(out), "-noI", "-noX", "-b", "65536", "-quiet",
             "-no-progress", "-all-time", "7", "-mkfs-time", "7",
             *(word for one in pseudo for word in ("-p", one))],
            check=True,
        )  # fmt: skip


class Bits:
    """Packs bit fields as a compiler of that byte order lays them out."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.data = b""

    def add(self, *fields: tuple[int, int]) -> "Bits":
        """Append fields (value, width); their widths sum to whole bytes."""
        total = sum(width for _, width in fields)
        word = used = 0
        for value, width in fields:
            shift = used if self.order == "<" else total - used - width
            word |= (value & ((1 << width) - 1)) << shift
            used += width
        self.data += word.to_bytes(total // 8, "little" if self.order == "<" else "big")
        return self

    def raw(self, data: bytes) -> "Bits":
        """Append plain bytes."""
        self.data += data
        return self


def compress(codec: str, data: bytes) -> bytes:
    """Compress with zlib, LZMA behind a 13-byte header, or LZMA without any."""
    if codec == "zlib":
        return zlib.compress(data, 9)
    settings = [{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 16}]
    body = lzma.compress(data, lzma.FORMAT_RAW, filters=settings)
    if codec == "lzma-raw":
        return body
    return bytes([93]) + struct.pack("<IQ", 1 << 16, len(data)) + body


def metadata(order: str, codec: str, data: bytes) -> bytes:
    """Return one metadata block."""
    packed = compress(codec, data)
    return struct.pack(order + "H", len(packed)) + packed


def _inode(bits: Bits, version: int, kind: int, mode: int) -> Bits:
    if version == 1:
        return bits.add((kind, 4), (mode, 12), (0, 4), (15, 4))
    bits.add((kind, 4), (mode, 12), (0, 8), (255, 8))
    if version == 3:
        bits.add((77, 32), (1, 32))
    return bits


def _file(  # noqa: PLR0917 - the fields of one inode
    bits: Bits, version: int, start: int, size: int, blocks: list[int], fragment: int
) -> None:
    if version == 3:
        bits.add((start, 64)).add((fragment, 32), (0, 32)).add((size, 32))
    else:
        bits.add((77, 32), (start, 32))
        if version == 2:
            bits.add((fragment, 32), (0, 32))
        bits.add((size, 32))
    for word in blocks:
        if version == 1:
            bits.add(((word & 0x7FFF) | (word >> 24 & 1) << 15, 16))
        else:
            bits.add((word, 32))


def _directory(bits: Bits, version: int, size: int, offset: int) -> None:
    if version == 3:
        bits.add((2, 32)).add((size + 3, 19), (offset, 13)).add((0, 32)).add((0, 32))
    else:
        bits.add((size, 19), (offset, 13)).add((77, 32)).add((0, 24))


def _entries(order: str, version: int, entries: list[tuple[bytes, int, int]]) -> bytes:
    bits = Bits(order)
    if version == 3:
        bits.add((len(entries) - 1, 8)).add((0, 32), (1, 32))
    else:
        bits.add((len(entries) - 1, 8), (0, 24))
    for name, kind, offset in entries:
        bits.add((offset, 13), (kind, 3), (len(name) - 1, 8))
        if version == 3:
            bits.add((0, 16))
        bits.raw(name)
    return bits.data


def legacy(version: int, order: str, codec: str) -> bytes:
    """Return an image of *version* with a folder, a file, a link and a device."""
    header = {1: 51, 2: 63, 3: 119}[version]
    block = 1 << 15
    body = TEXT * 30
    first, rest = compress(codec, body[:block]), body[block:]
    data = first
    words, fragment, tail = [len(first)], 0xFFFFFFFF, b""
    if version == 1:
        last = compress(codec, rest)
        data, words = data + last, [len(first), len(last)]
    else:
        tail, fragment = compress(codec, rest), 0

    inodes = Bits(order)
    places = {}
    places["file"] = len(inodes.data)
    _file(_inode(inodes, version, 2, 0o755), version, header, len(body), words, fragment)
    places["link"] = len(inodes.data)
    _inode(inodes, version, 3, 0o777)
    if version == 3:
        inodes.add((1, 32))
    inodes.add((4, 16)).raw(b"file")
    places["dev"] = len(inodes.data)
    _inode(inodes, version, 5, 0o600)
    if version == 3:
        inodes.add((1, 32))
    inodes.add((0x0501, 16))
    inner = _entries(order, version, [(b"file", 2, places["file"])])
    places["sub"] = len(inodes.data)
    _directory(_inode(inodes, version, 1, 0o700), version, len(inner), 0)
    top = _entries(
        order, version,
        [(b"dev", 5, places["dev"]), (b"link", 3, places["link"]), (b"sub", 1, places["sub"])],
    )  # fmt: skip
    root = len(inodes.data)
    _directory(_inode(inodes, version, 1, 0o755), version, len(top), len(inner))

    at = header + len(data) + len(tail)
    inode_table = metadata(order, codec, inodes.data)
    directory_table = metadata(order, codec, inner + top)
    inodes_at, directories_at = at, at + len(inode_table)
    at = directories_at + len(directory_table)
    fragment_part, fragments_at = b"", 0
    if version > 1:
        place = header + len(data)
        entry = struct.pack(order + ("II" if version == 2 else "QI4x"), place, len(tail))
        stored = metadata(order, codec, entry)
        fragments_at = at + len(stored)
        fragment_part = stored + struct.pack(order + ("I" if version == 2 else "Q"), at)
        at += len(fragment_part)
    ids_at = at
    used = at + 4
    blob = _superblock(version, order, block, root, used, ids_at, inodes_at, directories_at,
                       fragments_at)  # fmt: skip
    return (
        blob
        + data
        + tail
        + inode_table
        + directory_table
        + fragment_part
        + struct.pack(order + "I", 1000)
    )


def _superblock(  # noqa: PLR0917 - the fields of one header
    version: int, order: str, block: int, root: int, used: int, ids_at: int, inodes_at: int,
    directories_at: int, fragments_at: int,
) -> bytes:  # fmt: skip
    magic = b"hsqs" if order == "<" else b"sqsh"
    narrow = [used, ids_at, used, inodes_at, directories_at]
    out = magic + struct.pack(order + "6I", 5, *(narrow if version < 3 else [0] * 5))
    out += struct.pack(order + "HHHHBBB", version, 0, block & 0xFFFF, 15, 0, 1, 0)
    out += struct.pack(order + "IQ", 77, root)
    if version >= 2:
        out += struct.pack(order + "III", block, 1, fragments_at if version == 2 else 0)
    if version == 3:
        out += struct.pack(
            order + "7Q", used, ids_at, used, inodes_at, directories_at, fragments_at, 0
        )
    return out


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for one in COMPRESSORS:
        version_4(one)
    plain()
