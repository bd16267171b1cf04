"""Encrypted D-Link images: `SHRS` (AES-CBC, three SHA-512, two signatures) and `encrpted_img`.

SHRS (big-endian): u32 size, u32 size without padding, IV[16], SHA-512 of plain with key, of
plain, of the encrypted data, 512 reserved, 2 RSA signatures of 512. The other: magic, u32 size.
Layouts as in unblob's handlers (MIT); the contents stay encrypted.
"""

import hashlib

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="dlink-encrypted",
    family="container",
    magic=(Magic(rb"SHRS[\x00-\x1f]...[\x00-\x1f]..."), Magic(rb"encrpted_img[\x00-\x1f]...")),
    about="Encrypted upgrade files of D-Link; recognised so that they count as encrypted.",
    references=("https://github.com/onekey-sec/unblob",),
    limits=("no contents: keys are taken from devices, which Assay does not do",),
)

_SHRS_HEADER, _SIMPLE_HEADER = 0x6DC, 16
_ENCRYPTED_DIGEST = 156


def measure(view: View, start: int) -> Extent:
    """Return where the encrypted data end."""
    if view.read(start, 4) == b"SHRS":
        padded, size = view.unpack(">II", start + 4)
        header = _SHRS_HEADER
        if any(view.read(start + 0xDC, 512)) or not 0 < size <= padded + 16:
            raise NotThisFormat("reserved bytes or sizes are not sound")
    else:
        size = padded = view.number(">I", start + 12)
        header = _SIMPLE_HEADER
    if size < 16:
        raise NotThisFormat("nothing is encrypted")
    view.window(start + header, size)
    end = min(start + header + max(size, padded), view.size)
    return Extent(start, end, (header, size))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """State that the data are encrypted; verify the digest of the encrypted data."""
    header, size = extent.detail or measure(view, extent.start).detail
    data = extent.start + header
    sink.region(extent.start, header, "parsed", "header")
    sink.region(data, extent.end - data, "encrypted", "AES")
    sink.problem("unsupported", "the image is encrypted; its contents were not seen", offset=data)
    if header != _SHRS_HEADER:
        return
    stored = view.read(extent.start + _ENCRYPTED_DIGEST, 64)
    if hashlib.sha512(view.window(data, size)).digest() != stored:
        sink.problem("damage", "the SHA-512 of the image does not match", offset=data)
