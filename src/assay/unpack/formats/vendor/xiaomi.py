"""Xiaomi router images HDR1 and HDR2: blobs by name and an RSA signature.

Little-endian: magic, u32 signature offset, u32 CRC32 (not inverted) of all after it, ids, u32
blob offsets[8]; each blob: u32 BABE, flash offset, size, u16 type, u16, name[32], data.
Layout: xiaomifw of https://github.com/openwrt/firmware-utils
"""

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import crc32_uninverted
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="xiaomi",
    family="container",
    magic=(
        Magic(rb"HDR1.{12}\x30\x00\x00\x00"),
        Magic(rb"HDR2.{8}\x00\x00\x00\x00.{32}\x50\x00\x00\x00"),
    ),
    about="Signed image of Xiaomi routers: blobs with a name and a place in flash.",
    references=("https://github.com/openwrt/firmware-utils/blob/master/src/xiaomifw.c",),
    limits=("the signature is located; its key is in the device, so it is not verified",),
    envelope=True,
)

_OFFSETS = {b"HDR1": 0x10, b"HDR2": 0x30}
_BLOB = 48
_BLOB_MAGIC = 0xBABE
_SIGNATURE = 16


def measure(view: View, start: int) -> Extent:
    """Return where the signature ends; the CRC or every blob header must be sound."""
    magic = view.read(start, 4)
    if magic not in _OFFSETS:
        raise NotThisFormat("no such header")
    signature, expected = view.unpack("<II", start + 4)
    size = view.number("<I", start + signature)
    end = start + signature + _SIGNATURE + size
    if signature < _OFFSETS[magic] + 32 or size > 4096 or end > view.size:
        raise NotThisFormat("the signature lies outside")
    blobs = _blobs(view, start, signature)
    if not blobs:
        raise NotThisFormat("no blob")
    sound = crc32_uninverted(view, start + 12, end) == expected
    return Extent(start, end, (tuple(blobs), start + signature, sound))


def _blobs(view: View, start: int, signature: int) -> list[int]:
    """Return where the headers of the blobs are."""
    found = []
    for offset in view.unpack("<8I", start + _OFFSETS[view.read(start, 4)]):
        if not offset:
            break
        at = start + offset
        magic, _, size = view.unpack("<III", at)
        if magic != _BLOB_MAGIC or offset + _BLOB + size > signature:
            raise NotThisFormat("a blob header is not sound")
        found.append(at)
    return found


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the blobs by name."""
    blobs, signature, sound = extent.detail or measure(view, extent.start).detail
    header = _OFFSETS[view.read(extent.start, 4)] + 32
    sink.region(extent.start, header, "parsed", "header")
    for number, at in enumerate(blobs):
        size = view.number("<I", at + 8)
        name = view.text(at + 16, 32).replace("/", "_") or f"blob{number}"
        sink.region(at, _BLOB, "parsed", "blob header")
        if size:
            sink.part(name, at + _BLOB, size)
    sink.region(signature, extent.end - signature, "parsed", "signature")
    if not sound:
        sink.problem("damage", "the CRC of the image does not match", offset=extent.start + 8)
