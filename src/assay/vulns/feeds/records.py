"""The records of a document, whether it is a list, one record, or one record a line."""

from collections.abc import Iterator

import msgspec

from assay.vulns.feeds.stream import Document


def records(document: Document, depth: int) -> Iterator[bytes]:
    """Yield the raw records of *document*, which stand at *depth*, or one a line.

    *depth* 0 stands for a single record, an array of records or JSON lines.
    """
    if depth:
        yield from (raw for _, raw in document.elements(depth) if raw.startswith(b"{"))
    elif is_lines(document.head):
        yield from document.lines()
    else:
        inside = 1 if document.head.lstrip().startswith(b"[") else 0
        yield from (raw for _, raw in document.elements(inside) if raw.startswith(b"{"))


def is_lines(head: bytes) -> bool:
    """Return whether a document that begins with *head* has one JSON value a line."""
    first, newline, rest = head.partition(b"\n")
    if not newline or not first.startswith(b"{"):
        # a first record longer than the head: lines begin with `{"`, indented JSON does not
        return not newline and len(head) >= 1 << 16 and first.startswith(b'{"')
    try:
        msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return bool(rest.strip())
