"""Cpio archives of the new form: inode numbers and times are volatile, padding must be zero."""

from assay.compare.skeletons import CONTENT, Body, NotAccounted, Skeleton, zeros

FORMATS = ("cpio",)
HEADER = 110
MOST = 1_000_000
VOLATILE = ((6, 14, "N7"), (14, 38, "N8"), (46, 54, "N6"), (54, 62, "N7"))


def skeleton(body: Body) -> Skeleton:
    """Return the account of an archive, member by member."""
    data = bytes(body)
    found = Skeleton(ordered=False)
    at = 0
    for _ in range(MOST):
        header = data[at : at + HEADER]
        if len(header) < HEADER or header[:6] not in {b"070701", b"070702"}:
            break
        try:
            size, length = int(header[54:62], 16), int(header[94:102], 16)
        except ValueError:
            raise NotAccounted("a header that is no number") from None
        name_end = at + HEADER + length
        start = at + -(-(HEADER + length) // 4) * 4
        end = start + -(-size // 4) * 4
        zeros(data, name_end, start)
        zeros(data, start + size, end)
        for first, last, cause in VOLATILE:
            found.mark(at + first, at + last, cause)
        kept = header[:6] + header[38:46] + header[62:] + data[at + HEADER : name_end]
        found.kept.append(kept)
        found.mark(start, start + size, CONTENT)
        if data[at + HEADER : name_end] == b"TRAILER!!!\0":
            at = end
            break
        at = end
    if not found.kept:
        raise NotAccounted("another form of cpio")
    zeros(data, at, len(data))
    return found
