"""Tar archives: times and checksums are volatile, owners are metadata, padding must be zero."""

from assay.compare.skeletons import CONTENT, Body, NotAccounted, Skeleton, zeros
from assay.unpack.formats.archives._tar_headers import number
from assay.unpack.view import NotThisFormat

FORMATS = ("tar",)
BLOCK = 512
MOST = 1_000_000
VOLATILE = (
    (100, 124, "N8"),
    (124, 136, "N7"),
    (136, 148, "N6"),
    (148, 156, "N6"),
    (265, 329, "N8"),
)
_TIMES = (b"mtime=", b"atime=", b"ctime=")


def skeleton(archive: Body) -> Skeleton:
    """Return the account of an archive, member by member."""
    data = bytes(archive)
    found = Skeleton(ordered=False)
    at = 0
    extra = b""
    for _ in range(MOST):
        header = data[at : at + BLOCK]
        if len(header) < BLOCK or not any(header):
            break
        size, kind = _size(header), header[156:157]
        body = data[at + BLOCK : at + BLOCK + size]
        _mark(found, at)
        end = at + BLOCK + -(-size // BLOCK) * BLOCK
        zeros(data, at + BLOCK + size, end)
        if kind in {b"x", b"g", b"L", b"K"}:
            extra += kind + _records(body, kind)
            found.mark(at + BLOCK, at + BLOCK + size, "N6" if kind in {b"x", b"g"} else "N7")
        else:
            found.kept.append(_plain(header) + extra)
            found.mark(at + BLOCK, at + BLOCK + size, CONTENT)
            extra = b""
        at = end
    zeros(data, at, len(data))
    return found


def _size(header: bytes) -> int:
    try:
        size = number(header[124:136])
    except NotThisFormat as error:
        raise NotAccounted(str(error)) from None
    return 0 if header[156:157] in {b"1", b"2", b"3", b"4", b"5", b"6"} else size


def _mark(found: Skeleton, at: int) -> None:
    for start, end, cause in VOLATILE:
        found.mark(at + start, at + end, cause)


def _plain(header: bytes) -> bytes:
    """Return a header without what is volatile."""
    parts, at = [], 0
    for start, end, _ in VOLATILE:
        parts.append(header[at:start])
        at = end
    return b"".join([*parts, header[at:]])


def _records(body: bytes, kind: bytes) -> bytes:
    """Return the records of an extended header without times."""
    if kind in {b"L", b"K"}:
        return body
    lines = body.split(b"\n")
    return b"\n".join(line for line in lines if line.partition(b" ")[2][:6] not in _TIMES)
