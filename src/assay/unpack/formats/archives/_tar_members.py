"""The walk over a tar archive: extension members are folded into the member they precede."""

from typing import NamedTuple

from assay.unpack.formats.archives._tar_headers import (
    BLOCK,
    Header,
    apply_pax,
    pax_records,
    plain_header,
)
from assay.unpack.view import NotThisFormat, View

_MOST_EXTRA = 1 << 20
_RECORD = 20 * BLOCK


class Archive(NamedTuple):
    """All members, where the archive ends, and what is wrong with it."""

    members: list[Header]
    end: int
    damage: str


class _Pending:
    """Extensions read so far that apply to the next member, and to all that follow."""

    def __init__(self) -> None:
        self.name: bytes | None = None
        self.link: bytes | None = None
        self.once: list[tuple[bytes, bytes]] = []
        self.always: list[tuple[bytes, bytes]] = []

    def take(self, view: View, header: Header) -> bool:
        """Remember *header* when it is an extension; return whether it is."""
        if header.kind not in {b"L", b"K", b"x", b"X", b"g"}:
            return False
        data = view.read(header.data, min(header.size, _MOST_EXTRA))
        if header.kind == b"L":
            self.name = data.split(b"\0", 1)[0]
        elif header.kind == b"K":
            self.link = data.split(b"\0", 1)[0]
        elif header.kind == b"g":
            self.always += pax_records(data)[: 1000 - len(self.always)]
        else:
            self.once = pax_records(data)
        return True

    def apply(self, view: View, header: Header) -> None:
        """Let what was remembered override *header*."""
        if self.name is not None:
            header.name = self.name
        if self.link is not None:
            header.link = self.link
        if self.once or self.always:
            apply_pax(view, header, self.always + self.once)
        self.name = self.link = None
        self.once = []


def scan(view: View, start: int) -> Archive:
    """Return the archive at *start*; raise `NotThisFormat` where its first header is unsound."""
    members, pending, at = list[Header](), _Pending(), start
    damage = ""
    while at + BLOCK <= view.size:
        try:
            header = plain_header(view, at)
            if not pending.take(view, header):
                pending.apply(view, header)
                members.append(header)
        except NotThisFormat as error:
            if any(view.window(at, BLOCK)):
                damage = str(error)
            break
        at = header.next
        if at > view.size:
            damage = "the last member is cut off"
    if not members:
        raise NotThisFormat(damage or "an archive without members")
    return Archive(members, _end(view, start, min(at, view.size)), damage)


def _end(view: View, start: int, at: int) -> int:
    """Return where the zero blocks end that close the archive, at most one record of them."""
    closing = start + (at + 2 * BLOCK - start + _RECORD - 1) // _RECORD * _RECORD
    zeros = bytes(view.window(at, min(view.size, closing) - at))
    return at + (len(zeros) - len(zeros.lstrip(b"\0"))) // BLOCK * BLOCK
