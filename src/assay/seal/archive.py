"""The container of a bundle: a ZIP archive of stored members, of which every byte is determined.

One list of members gives one byte sequence: names sorted, nothing compressed, fixed times and
modes, no extra fields, no comments. Reading accepts exactly that sequence and nothing else.
Layout: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping

from assay._kernel import lazy_re
from assay.errors import BrokenBundle

LARGEST = 1 << 29
"""The most bytes that an archive may have."""
MOST_MEMBERS = 256
NAME = lazy_re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""Names of members: no folders, nothing that a file system could take for something else."""

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION = 20
_MADE_ON_UNIX = 0x0314
_DATE = 0x0021  # 1980-01-01, the earliest that the format knows
_MODE = 0o100644 << 16


class BrokenPart(BrokenBundle):
    """A part of a bundle is not what it should be; `part` names it."""

    def __init__(self, part: str, says: str) -> None:
        super().__init__(f"{part}: {says}", advice="Get the bundle again from where it was made.")
        self.part = part
        self.says = says


def pack(members: Mapping[str, bytes]) -> Iterator[bytes]:
    """Yield the archive of *members* piece by piece; raises ValueError for what cannot be held."""
    if len(members) > MOST_MEMBERS:
        raise ValueError(f"a bundle holds at most {MOST_MEMBERS} files")
    directory = b""
    at = 0
    for name in sorted(members):
        if not NAME.fullmatch(name):
            raise ValueError(f"a bundle cannot hold a file called {name!r}")
        data = members[name]
        local = _local(name, zlib.crc32(data), len(data))
        directory += _entry(name, zlib.crc32(data), len(data), at)
        at += len(local) + len(data)
        if at > LARGEST:
            raise ValueError(f"a bundle holds at most {LARGEST} bytes")
        yield local
        yield data
    yield directory + _end(len(members), len(directory), at)


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the members of the archive *data*.

    Raises BrokenPart unless *data* is, byte for byte, what `pack` makes of these members.
    """
    if len(data) > LARGEST:
        raise BrokenPart("archive", f"is larger than {LARGEST} bytes")
    members: dict[str, bytes] = {}
    directory = b""
    at = 0
    while data[at : at + 4] == b"PK\x03\x04":
        name, content, size = _member(data, at, after=next(reversed(members), ""))
        if len(members) >= MOST_MEMBERS:
            raise BrokenPart("archive", f"holds more than {MOST_MEMBERS} files")
        members[name] = content
        directory += _entry(name, zlib.crc32(content), len(content), at)
        at += size
    if not members:
        raise BrokenPart("archive", "does not begin like a bundle")
    if data[at:] != directory + _end(len(members), len(directory), at):
        raise BrokenPart("archive", f"the directory at offset {at} is not that of its files")
    return members


def _member(data: bytes, at: int, after: str) -> tuple[str, bytes, int]:
    """Return the name, content and stored size of the member at *at*."""
    if at + _LOCAL.size > len(data):
        raise BrokenPart("archive", f"ends inside the header at offset {at}")
    fields = _LOCAL.unpack_from(data, at)
    checksum, size, name_size = fields[6], fields[8], fields[9]
    raw = data[at + _LOCAL.size : at + _LOCAL.size + min(name_size, 128)]
    name = raw.decode("ascii", "replace")
    if not NAME.fullmatch(name) or name <= after:
        raise BrokenPart("archive", f"the name of the file at offset {at} is out of place")
    header = _local(name, checksum, size)
    if data[at : at + len(header)] != header:
        raise BrokenPart("archive", f"the header of {name} at offset {at} was altered")
    start = at + len(header)
    content = data[start : start + size]
    if len(content) != size:
        raise BrokenPart(name, "is cut short")
    if zlib.crc32(content) != checksum:
        raise BrokenPart(name, "its content was altered: the checksum does not match")
    return name, content, len(header) + size


def _local(name: str, checksum: int, size: int) -> bytes:
    raw = name.encode("ascii")
    header = _LOCAL.pack(b"PK\x03\x04", _VERSION, 0, 0, 0, _DATE, checksum, size, size, len(raw), 0)
    return header + raw


def _entry(name: str, checksum: int, size: int, at: int) -> bytes:
    raw = name.encode("ascii")
    return (
        _CENTRAL.pack(
            b"PK\x01\x02",
            _MADE_ON_UNIX,
            _VERSION,
            0,
            0,
            0,
            _DATE,
            checksum,
            size,
            size,
            len(raw),
            0,
            0,
            0,
            0,
            _MODE,
            at,
        )
        + raw
    )


def _end(count: int, size: int, at: int) -> bytes:
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, at, 0)
