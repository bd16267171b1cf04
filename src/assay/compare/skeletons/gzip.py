"""Gzip (RFC 1952): the time and the system are volatile; names and comments are kept."""

from assay.compare.skeletons import Body, NotAccounted, Skeleton

FORMATS = ("gzip",)
EXTRA, NAME, COMMENT, HEADER_CRC = 4, 8, 16, 2


def skeleton(body: Body) -> Skeleton:
    """Return the account of a member; the compressed data give the content."""
    data = bytes(body)
    if len(data) < 18 or data[:3] != b"\x1f\x8b\x08":
        raise NotAccounted("no gzip member")
    flags, at = data[3], 10
    if flags & EXTRA:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    name = at
    at = name_end = _text_end(data, at) if flags & NAME else at
    at = _text_end(data, at) if flags & COMMENT else at
    if flags & HEADER_CRC:
        at += 2
    found = Skeleton(kept=[data[:3] + bytes([flags & ~NAME]) + data[10:name] + data[name_end:at]])
    found.mark(4, 10, "N6")
    found.mark(name, name_end, "N5")
    found.mark(at, len(data), "N9")
    return found


def _text_end(data: bytes, at: int) -> int:
    end = data.find(b"\0", at)
    if end < 0:
        raise NotAccounted("a field without end")
    return end + 1
