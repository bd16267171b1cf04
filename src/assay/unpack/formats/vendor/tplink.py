"""TP-Link image, header versions 1 to 3: boot loader or not, kernel, root file system, MD5.

Layout (big-endian, 512 bytes): version; then texts, hardware ids, an MD5 over the image with a
salt in its place, length of all, offset and length of kernel, root file system and boot loader,
at places that depend on the version. https://github.com/openwrt/firmware-utils (mktplinkfw*)
"""

from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import md5_with_hole
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="tplink",
    family="container",
    magic=(
        Magic(rb"\x01\x00\x00\x00[\x20-\x7e]{4}[\x00-\x7e]{20}[\x20-\x7e]"),
        Magic(rb"[\x02\x03]\x00\x00\x00[\x20-\x7e]{4}[\x00-\x7e]{44}.{48}\xff{4}"),
    ),
    about="TP-Link router image with or without boot loader; also OpenWrt for these devices.",
    references=(
        "https://github.com/openwrt/firmware-utils/blob/master/src/mktplinkfw.c",
        "https://github.com/openwrt/firmware-utils/blob/master/src/mktplinkfw2.c",
    ),
    limits=("the second digest, over an RSA signature on newer devices, is not verified",),
    envelope=True,
)

_HEADER = 0x200
_SALTS = (
    bytes.fromhex("dcd73aa5c39598fbddf9e7f40eae4738"),
    bytes.fromhex("8cef335bd5c5cefaa79c28dab2e90f42"),
)
_INNER_STEP = 0x10000
_END_MARK, _ERASE_BLOCK = b"\xde\xad\xc0\xde", 0x1000


class _Version(NamedTuple):
    """Where the fields of a header version are: texts, digest, lengths."""

    texts: tuple[tuple[int, int], ...]
    digest: int
    lengths: int


_NEWER = _Version(((4, 48),), 0x40, 0x70)
_VERSIONS = {1: _Version(((4, 24), (28, 36)), 0x4C, 0x7C), 2: _NEWER, 3: _NEWER}


class _Header(NamedTuple):
    """The lengths and offsets of the header, relative to its start where they are offsets."""

    length: int
    kernel: tuple[int, int]
    rootfs: tuple[int, int]
    boot: tuple[int, int]


def _header(view: View, start: int) -> _Header:
    version = _VERSIONS.get(view.number("B", start))
    if version is None:
        raise NotThisFormat("no such header version")
    if not all(_is_text(view.read(start + at, size)) for at, size in version.texts):
        raise NotThisFormat("vendor or version are no text")
    numbers = view.unpack(">7I", start + version.lengths)
    return _Header(numbers[0], numbers[1:3], numbers[3:5], numbers[5:7])  # type: ignore[arg-type]


def _is_text(field: bytes) -> bool:
    text, _, padding = field.partition(b"\0")
    return not any(padding) and all(0x20 <= byte < 0x7F for byte in text)


def measure(view: View, start: int) -> Extent:
    """Return where the image ends; a stripped image ends before the length in its header."""
    view.window(start, _HEADER)
    header = _header(view, start)
    if not _HEADER < header.length <= 1 << 28:
        raise NotThisFormat("the length is impossible")
    for offset, size in (header.kernel, header.rootfs, header.boot):
        if offset > header.length or size > header.length:
            raise NotThisFormat("a part is longer than the whole")
    if header.kernel[1] == 0 and header.boot[1] == 0:
        raise NotThisFormat("neither kernel nor boot loader")
    rest = view.size - start
    if rest < header.kernel[0] + header.kernel[1]:
        raise NotThisFormat("the kernel is cut off")
    end = start + min(header.length, rest)
    return Extent(start, end)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the parts and verify the digest."""
    start = extent.start
    header = _header(view, start)
    sink.region(start, _HEADER, "parsed", "header")
    if header.boot[1]:
        _with_boot_loader(view, extent, header, sink)
    else:
        _plain(extent, header, sink)
        _end_marks(view, extent, header, sink)
    hole = start + _VERSIONS[view.number("B", start)].digest
    stored = view.read(hole, 16)
    if not any(md5_with_hole(view, start, extent.end, hole, salt) == stored for salt in _SALTS):
        sink.problem("damage", "the MD5 of the image does not match", offset=hole)


def _with_boot_loader(view: View, extent: Extent, header: _Header, sink: Sink) -> None:
    """Split off the boot loader; a complete image of its own follows it in the flash."""
    flash = extent.start + _HEADER
    boot = flash + header.boot[0]
    boot_end = boot + header.boot[1]
    if boot_end > extent.end:
        sink.problem("damage", "the boot loader is cut off", offset=boot)
        return
    sink.part("bootloader", boot, header.boot[1])
    inner = flash
    while inner < extent.end and not (inner >= boot_end and _starts_image(view, inner)):
        inner += _INNER_STEP
    if inner < extent.end:
        sink.part("firmware", inner, extent.end - inner)
    else:
        _plain(extent, header, sink)


def _starts_image(view: View, at: int) -> bool:
    try:
        measure(view, at)
    except NotThisFormat:
        return False
    return view.read(at + 1, 3) == bytes(3)


def _plain(extent: Extent, header: _Header, sink: Sink) -> None:
    """Hand over kernel and root file system; OpenWrt appends the latter to the kernel."""
    start, end = extent.start, extent.end
    offset, size = header.kernel
    if size:
        sink.part("kernel", start + offset, min(size, end - start - offset))
    root, length = header.rootfs
    root = max(root, offset + size)
    if not length or start + root >= end:
        return
    if start + root + length > end:
        sink.problem("damage", "the root file system is cut off", offset=start + root)
    sink.part("rootfs", start + root, min(length, end - start - root))


def _end_marks(view: View, extent: Extent, header: _Header, sink: Sink) -> None:
    """State the marks behind OpenWrt's root file system, at which JFFS2 is to begin."""
    root = max(header.rootfs[0], sum(header.kernel))
    at = (extent.start + root + header.rootfs[1] + _ERASE_BLOCK - 1) & -_ERASE_BLOCK
    while at + 4 <= extent.end:
        if view.read(at, 4) == _END_MARK:
            sink.region(at, 4, "parsed", "end of the file system")
        at += _ERASE_BLOCK
