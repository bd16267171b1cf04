"""Zip archives: times and offsets are volatile; comments and unknown extra fields are kept."""

import struct

from assay.compare.skeletons import Body, NotAccounted, Skeleton

FORMATS = ("zip",)
MOST = 200_000
_TIMES = {0x5455, 0x7875, 0x000A}


def skeleton(body: Body) -> Skeleton:
    """Return the account of an archive; nothing may lie between its parts."""
    data = bytes(body)
    found = Skeleton(ordered=False)
    at = 0
    for _ in range(MOST):
        magic = data[at : at + 4]
        if magic == b"PK\x03\x04":
            at = _local(data, at, found)
        elif magic == b"PK\x01\x02":
            at = _central(data, at, found)
        elif magic == b"PK\x05\x06":
            (comment,) = struct.unpack_from("<H", data, at + 20) if at + 22 <= len(data) else (0,)
            found.kept.append(data[at : at + 12] + data[at + 22 : at + 22 + comment])
            found.mark(at + 12, at + 20, "N7")
            at += 22 + comment
            break
        else:
            raise NotAccounted("bytes between the members of an archive")
    if at != len(data):
        raise NotAccounted("bytes behind an archive")
    return found


def _local(data: bytes, at: int, found: Skeleton) -> int:
    if at + 30 > len(data):
        raise NotAccounted("a header that is cut off")
    flags, method = struct.unpack_from("<HH", data, at + 6)
    stored, _, name, extra = struct.unpack_from("<IIHH", data, at + 18)
    if flags & 8 or stored == 0xFFFFFFFF:
        raise NotAccounted("sizes behind the data")
    body = at + 30 + name + extra
    fields = data[at + 30 + name : body]
    found.kept.append(
        data[at : at + 10] + data[at + 14 : at + 18] + data[at + 22 : at + 28]
        + data[at + 30 : at + 30 + name] + _extra(fields)
    )  # fmt: skip
    found.mark(at + 10, at + 14, "N6")
    found.mark(at + 18, at + 22, "N9")
    found.mark(at + 28, at + 30, "N6")
    found.mark(at + 30 + name, body, "N6")
    found.mark(body, body + stored, "N9" if method else "")
    return int(body + stored)


def _central(data: bytes, at: int, found: Skeleton) -> int:
    if at + 46 > len(data):
        raise NotAccounted("an entry that is cut off")
    name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
    end = at + 46 + name + extra + comment
    fields = data[at + 46 + name : at + 46 + name + extra]
    found.kept.append(
        data[at : at + 12] + data[at + 16 : at + 20] + data[at + 24 : at + 30]
        + data[at + 32 : at + 42] + data[at + 46 : at + 46 + name] + _extra(fields)
        + data[end - comment : end]
    )  # fmt: skip
    found.mark(at + 12, at + 16, "N6")
    found.mark(at + 20, at + 24, "N9")
    found.mark(at + 30, at + 32, "N6")
    found.mark(at + 42, at + 46, "N7")
    found.mark(at + 46 + name, at + 46 + name + extra, "N6")
    return int(end)


def _extra(fields: bytes) -> bytes:
    """Return the extra fields without those that hold times and owners."""
    kept, at = [], 0
    while at + 4 <= len(fields):
        kind, size = struct.unpack_from("<HH", fields, at)
        if kind not in _TIMES:
            kept.append(fields[at : at + 4 + size])
        at += 4 + size
    return b"".join(kept) + fields[at:]
