"""The header of an installed package in rpm's database.

Serves the kind `rpm`. Layout: rpm's documentation, "Header format"; tags: rpmtag.h. All numbers
are big-endian: count of entries, size of the data, entries (tag, type, offset, count), the data.
"""

import struct

from assay._kernel.value import Value

NAME, VERSION, RELEASE, EPOCH, LICENCE, ARCHITECTURE, SOURCE = (
    1000,
    1001,
    1002,
    1003,
    1014,
    1022,
    1044,
)
WANTED = {NAME, VERSION, RELEASE, EPOCH, LICENCE, ARCHITECTURE, SOURCE}
MOST_ENTRIES = 4096
LONGEST = 300
_ENTRY = struct.Struct(">IIII")
_NUMBER, _TEXT, _TRANSLATED = 4, 6, 9


class InstalledPackage(Value):
    """What the header of a package says; `epoch` is empty where there is none."""

    name: str
    version: str
    release: str
    epoch: str = ""
    licence: str = ""
    architecture: str = ""
    source: str = ""

    @property
    def mark(self) -> bytes:
        """Name, version and release as they follow one another in the header's data."""
        return b"\0".join(one.encode("latin-1") for one in (self.name, self.version, self.release))


def read_header(blob: bytes) -> InstalledPackage | None:
    """Return what the header *blob* says, or None when it is none or has no name and version."""
    if len(blob) < 8:
        return None
    count, size = struct.unpack_from(">II", blob)
    start = 8 + count * _ENTRY.size
    if not 0 < count <= MOST_ENTRIES or start + size > len(blob):
        return None
    data = blob[start : start + size]
    told: dict[int, str] = {}
    for tag, kind, offset, _ in _ENTRY.iter_unpack(blob[8:start]):
        if tag in WANTED and tag not in told and offset < size:
            told[tag] = _value(data, kind, offset)
    if not told.get(NAME) or not told.get(VERSION):
        return None
    return InstalledPackage(
        name=told[NAME],
        version=told[VERSION],
        release=told.get(RELEASE, ""),
        epoch=told.get(EPOCH, ""),
        licence=told.get(LICENCE, ""),
        architecture=told.get(ARCHITECTURE, ""),
        source=told.get(SOURCE, ""),
    )


def _value(data: bytes, kind: int, offset: int) -> str:
    if kind in {_TEXT, _TRANSLATED}:
        return data[offset : offset + LONGEST].split(b"\0")[0].decode("latin-1")
    if kind == _NUMBER and offset + 4 <= len(data):
        return str(int.from_bytes(data[offset : offset + 4]))
    return ""
