"""Rock Ridge: POSIX names, modes, links and devices in the system-use area of ISO 9660 records.

Layout: IEEE P1281 (SUSP) and P1282 (RRIP) 1.12.
"""

import msgspec

from assay.unpack.view import NotThisFormat, View

_MOST_CONTINUED = 32


class Extras(msgspec.Struct):
    """What the system-use area of one record says; -1 where it says nothing.

    *areas* are the (offset, size) ranges outside the record where it continues.
    """

    name: bytes = b""
    mode: int = -1
    uid: int = -1
    gid: int = -1
    links: int = 0
    device: tuple[int, int] = (0, 0)
    target: list[bytes] = msgspec.field(default_factory=list)
    moved_to: int = -1
    is_moved: bool = False
    areas: list[tuple[int, int]] = msgspec.field(default_factory=list)

    @property
    def link(self) -> bytes:
        """The target of a symbolic link."""
        joined = b"".join(self.target)
        return joined[:-1] if joined.endswith(b"/") and joined != b"/" else joined


def extras(view: View, start: int, at: int, size: int, block: int) -> Extras:
    """Return what the fields in *size* bytes at *at*, and where they continue, say."""
    found = Extras()
    areas = [(at, size)]
    for _ in range(_MOST_CONTINUED):
        if not areas:
            break
        at, size = areas.pop()
        try:
            area = view.read(at, size)
        except NotThisFormat:
            break
        more = _area(area, found, start, block)
        areas += more
        found.areas += more
    return found


def _area(area: bytes, found: Extras, start: int, block: int) -> list[tuple[int, int]]:
    """Apply the fields of one area; return where it continues."""
    continued, at = [], 0
    while at + 4 <= len(area):
        size = area[at + 2]
        if size < 4 or at + size > len(area):
            break
        name, body = area[at : at + 2], area[at + 4 : at + size]
        if name == b"CE" and len(body) >= 24:
            where, offset, length = _number(body, 0), _number(body, 8), _number(body, 16)
            continued.append((start + where * block + offset, min(length, block)))
        elif name == b"ST":
            break
        else:
            _apply(name, body, found)
        at += size
    return continued


def _apply(name: bytes, body: bytes, found: Extras) -> None:
    if name == b"PX" and len(body) >= 32:
        found.mode, found.links = _number(body, 0), _number(body, 8)
        found.uid, found.gid = _number(body, 16), _number(body, 24)
    elif name == b"PN" and len(body) >= 16:
        high, low = _number(body, 0), _number(body, 8)
        # Linux writes one combined number in the low half; others split it in two.
        found.device = (high, low) if high else (low >> 8, low & 0xFF)
    elif name == b"NM" and body:
        if not body[0] & 0x06:
            found.name += body[1:]
    elif name == b"SL" and body:
        _components(body[1:], found)
    elif name == b"CL" and len(body) >= 8:
        found.moved_to = _number(body, 0)
    elif name == b"RE":
        found.is_moved = True


def _components(body: bytes, found: Extras) -> None:
    """Add the components of a link's target; a component may continue in the next."""
    special = {0x02: b".", 0x04: b"..", 0x08: b""}
    at = 0
    while at + 2 <= len(body):
        flags, size = body[at], body[at + 1]
        text = special.get(flags & 0x0E, body[at + 2 : at + 2 + size])
        found.target.append(text if flags & 0x01 else text + b"/")
        at += 2 + size


def _number(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + 4], "little")
