"""RPM packages: lead, signature header, header, compressed payload.

Layout: 96-byte lead; each header is `8EADE801`, reserved[4], u32 entries, u32 bytes of data,
16-byte entries (tag, type, offset, count), data; https://rpm.org/docs/latest/manual/format_v4
"""

import hashlib
from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="rpm",
    family="archive",
    magic=(Magic(rb"\xed\xab\xee\xdb[\x03\x04].\x00[\x00\x01]"),),
    about="RPM packages: the payload is a compressed cpio archive.",
    references=("https://rpm-software-management.github.io/rpm/manual/format_v4.html",),
    limits=("signatures are located, not verified; the SHA-256 of the header is",),
    envelope=True,
)

_LEAD = 96
_MAGIC = b"\x8e\xad\xe8\x01"
_MOST_ENTRIES = 1 << 16
_MOST_DATA = 256 << 20
_SIZE, _SHA256 = 1000, 273


class _Header(NamedTuple):
    """A header structure: where its entries and data are."""

    start: int
    entries: int
    data: int
    end: int


class _Layout(NamedTuple):
    """Where the parts of a package are."""

    signature: _Header
    header: _Header
    end: int


def measure(view: View, start: int) -> Extent:
    """Return where the package ends; the signature header states the size of what follows."""
    signature = _header(view, start + _LEAD)
    header = _header(view, signature.end + (-(signature.end - start) % 8))
    sizes = _values(view, signature, _SIZE)
    end = header.start + sizes[0] if sizes else view.size
    if not header.end < end:
        raise NotThisFormat("the size leaves no room for a payload")
    return Extent(start, min(end, view.size), _Layout(signature, header, end))


def _header(view: View, at: int) -> _Header:
    if view.read(at, 4) != _MAGIC:
        raise NotThisFormat("no header structure")
    count, size = view.unpack(">II", at + 8)
    if not 0 < count <= _MOST_ENTRIES or size > _MOST_DATA:
        raise NotThisFormat("an impossible header")
    data = at + 16 + 16 * count
    view.window(data, size)
    return _Header(at, count, data, data + size)


def _values(view: View, header: _Header, wanted: int) -> tuple[int, ...]:
    """Return the 32-bit integer of the entry tagged *wanted*, nothing where there is none."""
    found = _find(view, header, wanted, 4)
    return view.unpack(">I", found) if found is not None else ()


def _find(view: View, header: _Header, wanted: int, kind: int) -> int | None:
    for number in range(header.entries):
        tag, stored, offset, count = view.unpack(">IIiI", header.start + 16 + 16 * number)
        inside = 0 <= offset < header.end - header.data
        if tag == wanted and stored == kind and count and inside:
            return header.data + offset
    return None


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the payload and verify the digest of the header."""
    layout: _Layout = extent.detail or measure(view, extent.start).detail
    payload = layout.header.end
    sink.region(extent.start, payload - extent.start, "parsed", "lead and headers")
    if layout.end > extent.end:
        sink.problem("damage", f"{layout.end - extent.end} bytes are cut off", offset=payload)
    sink.part("payload", payload, extent.end - payload)
    stated = _find(view, layout.signature, _SHA256, 6)
    if stated is None:
        return
    header = view.window(layout.header.start, layout.header.end - layout.header.start)
    if hashlib.sha256(header).hexdigest() != view.text(stated, 65):
        sink.problem("damage", "the SHA-256 of the header does not match", offset=stated)
