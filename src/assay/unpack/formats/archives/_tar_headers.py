"""Headers of tar archives: ustar, GNU long names and sparse maps, pax records.

Layout: POSIX.1-2024 pax; GNU tar manual, "Basic Tar Format" and "Storing Sparse Files".
"""

import base64
import binascii
from urllib.parse import unquote_to_bytes

import msgspec

from assay.unpack.view import NotThisFormat, View

BLOCK = 512
_MOST_EXTRA = 1 << 20
"""The largest pax or long-name record that is read."""
_MOST_SPARSE = 100_000
_MOST_ATTRIBUTES = 1000


class Header(msgspec.Struct):
    """One member as the archive states it, extensions applied; offsets are absolute."""

    at: int
    kind: bytes
    name: bytes
    link: bytes
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    device: tuple[int, int]
    data: int
    next: int
    attributes: list[tuple[bytes, bytes]] = msgspec.field(default_factory=list)
    sparse: list[tuple[int, int]] | None = None
    real_size: int = -1


def number(field_bytes: bytes) -> int:
    """Return an octal or base-256 field; raise `NotThisFormat` when it is neither."""
    if field_bytes[0] & 0x80:
        value = int.from_bytes(field_bytes, "big") & (1 << (8 * len(field_bytes) - 1)) - 1
        return 0 if field_bytes[0] & 0x40 else value  # Negative times and owners count as none.
    digits = field_bytes.split(b"\0", 1)[0].strip(b" ")
    if not digits:
        return 0
    try:
        return int(digits, 8)
    except ValueError:
        raise NotThisFormat("a header field is no octal number") from None


def checksum_fits(block: bytes) -> bool:
    """Return whether the header *block* adds up, bytes taken unsigned or, as of old, signed."""
    try:
        stored = number(block[148:156])
    except NotThisFormat:
        return False
    plain = block[:148] + b" " * 8 + block[156:]
    unsigned = sum(plain)
    return stored in {unsigned, unsigned - 256 * sum(byte > 127 for byte in plain)}


def plain_header(view: View, at: int) -> Header:
    """Return the header block at *at* without extensions."""
    block = view.read(at, BLOCK)
    if not checksum_fits(block):
        raise NotThisFormat("a header has a wrong checksum")
    name, link = _text(block[:100]), _text(block[157:257])
    kind, is_gnu = block[156:157], block[257:265] == b"ustar  \0"
    if block[257:262] == b"ustar" and not is_gnu and block[345]:
        name = _text(block[345:500]) + b"/" + name
    device = (0, 0)
    if kind in b"34" and block[257:262] == b"ustar":
        device = (number(block[329:337]), number(block[337:345]))
    size = 0 if kind in b"123456" and kind else number(block[124:136])
    data = at + BLOCK
    header = Header(
        at, kind, name, link, number(block[100:108]), number(block[108:116]),
        number(block[116:124]), size, number(block[136:148]), device, data,
        data + _padded(size),
    )  # fmt: skip
    if kind == b"S":
        _old_sparse(view, header, block)
    return header


def _text(field_bytes: bytes) -> bytes:
    return field_bytes.split(b"\0", 1)[0]


def _padded(size: int) -> int:
    return (size + BLOCK - 1) // BLOCK * BLOCK


def _old_sparse(view: View, header: Header, block: bytes) -> None:
    """Read the map of an old GNU sparse member from its header and the blocks after it."""
    header.real_size = number(block[483:495])
    header.sparse = _map(block[386:482])
    more = block[482]
    while more:
        extra = view.read(header.data, BLOCK)
        header.sparse += _map(extra[:504])
        more = extra[504]
        header.data += BLOCK
        header.next += BLOCK
        if len(header.sparse) > _MOST_SPARSE:
            raise NotThisFormat("a sparse map without end")


def _map(data: bytes) -> list[tuple[int, int]]:
    pairs = [
        (number(data[at : at + 12]), number(data[at + 12 : at + 24]))
        for at in range(0, len(data), 24)
        if data[at]
    ]
    return [(offset, length) for offset, length in pairs if length]


def pax_records(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the (key, value) records of a pax header, up to the first unsound one."""
    records, at = list[tuple[bytes, bytes]](), 0
    while at < len(data) and len(records) < _MOST_SPARSE:
        blank = data.find(b" ", at, at + 12)
        if blank < 0 or not data[at:blank].isdigit():
            break
        length = int(data[at:blank])
        body = data[blank + 1 : at + length - 1]
        key, equals, value = body.partition(b"=")
        if not equals or at + length > len(data) or length <= 0:
            break
        records.append((key, value))
        at += length
    return records


def apply_pax(view: View, header: Header, records: list[tuple[bytes, bytes]]) -> None:
    """Let pax *records* override fields of *header*."""
    last = dict(records)
    header.name = last.get(b"GNU.sparse.name", last.get(b"path", header.name))
    header.link = last.get(b"linkpath", header.link)
    header.uid = _decimal(last.get(b"uid"), header.uid)
    header.gid = _decimal(last.get(b"gid"), header.gid)
    header.mtime = _decimal(last.get(b"mtime"), header.mtime)
    if b"size" in last:
        header.size = _decimal(last[b"size"], header.size)
        header.next = header.data + _padded(header.size)
    for key, value in records[:_MOST_ATTRIBUTES]:
        if key.startswith(b"SCHILY.xattr."):
            header.attributes.append((key[13:], value))
        elif key.startswith(b"LIBARCHIVE.xattr."):
            header.attributes.append((unquote_to_bytes(key[17:]), _base64(value)))
    real = last.get(b"GNU.sparse.realsize", last.get(b"GNU.sparse.size"))
    if real is not None:
        header.real_size = _decimal(real, 0)
        header.sparse = _pax_sparse(view, header, records, last)


def _decimal(value: bytes | None, otherwise: int) -> int:
    if value is None:
        return otherwise
    digits = value.split(b".", 1)[0]
    return int(digits) if digits.isdigit() and len(digits) < 19 else otherwise


def _base64(value: bytes) -> bytes:
    try:
        return base64.b64decode(value + b"=" * (-len(value) % 4))
    except binascii.Error:
        return b""


def _pax_sparse(
    view: View, header: Header, records: list[tuple[bytes, bytes]], last: dict[bytes, bytes]
) -> list[tuple[int, int]]:
    """Return the sparse map of pax versions 0.0 and 0.1 (in records) or 1.0 (in the data)."""
    if last.get(b"GNU.sparse.major") == b"1":
        return _map_in_data(view, header)
    if b"GNU.sparse.map" in last:
        numbers = [_decimal(text, 0) for text in last[b"GNU.sparse.map"].split(b",")]
    else:
        wanted = {b"GNU.sparse.offset", b"GNU.sparse.numbytes"}
        numbers = [_decimal(value, 0) for key, value in records if key in wanted]
    pairs = zip(numbers[0::2], numbers[1::2], strict=False)
    return [(offset, length) for offset, length in pairs if length][:_MOST_SPARSE]


def _map_in_data(view: View, header: Header) -> list[tuple[int, int]]:
    """Read decimal lines from the start of the data, and move the data behind them."""
    window = view.read(header.data, min(header.size, _MOST_EXTRA, view.size - header.data))
    count_text = window.split(b"\n", 1)[0]
    count = min(_decimal(count_text, 0), _MOST_SPARSE)
    lines = window.split(b"\n", 2 * count + 1)[: 2 * count + 1]
    used = _padded(sum(len(line) + 1 for line in lines))
    header.data += used
    header.size = max(0, header.size - used)
    numbers = [_decimal(line, 0) for line in lines[1:]]
    pairs = zip(numbers[0::2], numbers[1::2], strict=False)
    return [(offset, length) for offset, length in pairs if length]
