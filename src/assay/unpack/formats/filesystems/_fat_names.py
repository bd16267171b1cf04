"""Directory entries of FAT: short names, long names in pieces, and DOS times.

Layout: Microsoft, "FAT: General Overview of On-Disk Format", 1.03.
"""

import calendar
from collections.abc import Iterator
from typing import NamedTuple

_LONG, _LABEL, _FOLDER = 0x0F, 0x08, 0x10
_DELETED, _END = 0xE5, 0x00
_MOST_DAYS = 31


class Item(NamedTuple):
    """One file or directory as its parent lists it; *place* is the entry's offset in the list."""

    name: bytes
    folder: bool
    cluster: int
    size: int
    mtime: int
    place: int


def items(data: bytes) -> Iterator[Item]:
    """Yield the live entries of a directory."""
    parts: dict[int, bytes] = {}
    check = -1
    for at in range(0, len(data) - 31, 32):
        entry = data[at : at + 32]
        if entry[0] == _END:
            return
        attribute = entry[11] & 0x3F
        if entry[0] == _DELETED:
            parts = {}
        elif attribute == _LONG:
            if entry[0] & 0x40 or entry[13] != check:
                parts, check = {}, entry[13]
            parts[entry[0] & 0x3F] = entry[1:11] + entry[14:26] + entry[28:32]
        elif not attribute & _LABEL:
            long_name = _long(parts) if check == _checksum(entry[:11]) else b""
            yield _item(entry, long_name or _short(entry), at)
            parts = {}
        else:
            parts = {}


def _item(entry: bytes, name: bytes, place: int) -> Item:
    low = int.from_bytes(entry[26:28], "little")
    high = int.from_bytes(entry[20:22], "little")
    time, date = int.from_bytes(entry[22:24], "little"), int.from_bytes(entry[24:26], "little")
    size = int.from_bytes(entry[28:32], "little")
    folder = bool(entry[11] & _FOLDER)
    return Item(name, folder, high << 16 | low, size, _seconds(date, time), place)


def _short(entry: bytes) -> bytes:
    stem, ending = entry[:8].rstrip(b" "), entry[8:11].rstrip(b" ")
    if stem[:1] == b"\x05":  # Stands for 0xe5, which marks deleted entries.
        stem = b"\xe5" + stem[1:]
    # Windows NT keeps all-lower-case short names by two bits.
    stem = stem.lower() if entry[12] & 0x08 else stem
    ending = ending.lower() if entry[12] & 0x10 else ending
    return stem + b"." + ending if ending else stem


def _long(parts: dict[int, bytes]) -> bytes:
    if not parts or sorted(parts) != list(range(1, len(parts) + 1)):
        return b""
    text = b"".join(parts[index] for index in sorted(parts)).decode("utf-16-le", "replace")
    return text.split("\0", 1)[0].encode("utf-8", "replace")


def _checksum(short: bytes) -> int:
    total = 0
    for byte in short:
        total = (total >> 1 | (total & 1) << 7) + byte & 0xFF
    return total


def _seconds(date: int, time: int) -> int:
    """Return seconds since 1970 of a DOS date and time, which name no zone; 0 if unsound."""
    year, month, day = 1980 + (date >> 9), date >> 5 & 15, date & 31
    if not 1 <= month <= 12 or not 1 <= day <= _MOST_DAYS:
        return 0
    return calendar.timegm((year, month, day, time >> 11, time >> 5 & 63, (time & 31) * 2))
