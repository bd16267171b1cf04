"""Which files are plainly no containers, so that they need not be searched."""

from assay.unpack.formats.executables import elf
from assay.unpack.view import NotThisFormat, View

LEAST = 64
_MEDIA = (
    b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"\xff\xd8\xff", b"RIFF", b"OggS", b"ID3",
    b"\0\0\1\0", b"wOFF", b"wOF2", b"OTTO", b"\0\1\0\0\0", b"%PDF-", b"<?xml", b"<!DOCTYPE",
    b"#!/",
)  # fmt: skip
_TEXT = bytes(byte for byte in range(256) if byte >= 0x20 or byte in b"\t\n\r\f\x1b")


def worth_opening(content: bytes) -> bool:
    """Return whether a file with *content* may hold other files.

    Text and media do not; a program only where something follows its end or it is a kernel.
    """
    if len(content) < LEAST or content.startswith(_MEDIA):
        return False
    if content.startswith(b"\x7fELF"):
        return _elf_with_more(content)
    head = content[:1024]
    return b"\0" in head or len(head.translate(None, _TEXT)) * 20 > len(head)


def _elf_with_more(content: bytes) -> bool:
    try:
        extent = elf.measure(View(content), 0)
    except NotThisFormat:
        return False
    return extent.porous or extent.end < len(content)
