"""What a format hands over: entries with recipes for their contents, problems, byte ranges.

Formats call a Sink; the engine turns what it collected into nodes. Paths are bytes as stored:
the sink makes them printable and refuses to let them leave the container.
"""

from collections.abc import Sequence
from typing import NamedTuple

from assay._kernel.printable import printable
from assay.model.record import Record
from assay.model.tree import Account, Attribute, NodeKind, Piece, Problem, ProblemKind, Region
from assay.unpack.limits import Limits
from assay.unpack.view import NotThisFormat


class Metadata(NamedTuple):
    """Mode bits (set-uid to sticky), owner and time; -1 (mtime: 0) where not recorded."""

    mode: int = -1
    uid: int = -1
    gid: int = -1
    mtime: int = 0
    attributes: tuple[Attribute, ...] = ()


NOTHING_RECORDED = Metadata()


class Entry(Record):
    """One thing in a container: the node to be, and how to get its bytes.

    `pieces` refer to the container's blob. `inline` holds contents that no recipe can express.
    `offset` and `length` are the range of the container that describes or holds the entry.
    """

    path: str
    kind: NodeKind
    offset: int
    length: int
    size: int = 0
    pieces: tuple[Piece, ...] = ()
    inline: bytes | None = None
    mode: int = -1
    uid: int = -1
    gid: int = -1
    mtime: int = 0
    target: str = ""
    device: str = ""
    attributes: tuple[Attribute, ...] = ()


def safe_path(path: bytes) -> str:
    r"""Return *path* as printable text that cannot leave its container.

    Empty and `.` parts vanish; a `..` part is kept as the visible name `\x2e\x2e`.
    """
    parts = [part for part in path.split(b"/") if part not in {b"", b"."}]
    return "/".join("\\x2e\\x2e" if part == b".." else printable(part) for part in parts)


class Sink:
    """Collects what one container holds.

    Raises `NotThisFormat` when the limit on entries is reached, after recording the problem.
    """

    def __init__(self, limits: Limits, part: str) -> None:
        self.limits = limits
        self.name = part
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.regions: list[Region] = []

    def file(
        self,
        path: bytes,
        pieces: Sequence[Piece],
        meta: Metadata = NOTHING_RECORDED,
        *,
        size: int,
        offset: int = 0,
        length: int = 0,
    ) -> None:
        """Add a file of *size* bytes whose content *pieces* give in order."""
        at, span = _span(pieces, offset, length)
        self._add(path, "file", meta, size=size, pieces=tuple(pieces), offset=at, length=span)

    def inline(
        self,
        path: bytes,
        data: bytes,
        meta: Metadata = NOTHING_RECORDED,
        *,
        offset: int,
        length: int,
    ) -> None:
        """Add a file whose content was decoded already and has no recipe."""
        self._add(path, "file", meta, size=len(data), inline=data, offset=offset, length=length)

    def part(self, name: str, offset: int, size: int) -> None:
        """Add a byte range of the container that is opened in its own right."""
        piece = Piece(at=offset, size=size, codec="raw", length=size)
        self._add(
            name.encode(), "part", NOTHING_RECORDED,
            size=size, pieces=(piece,), offset=offset, length=size,
        )  # fmt: skip

    def stream(self, name: str, piece: Piece, decoded: bytes | bytearray | None = None) -> None:
        """Add decompressed data that is opened in its own right.

        *decoded* saves decoding again what `measure` had to decode to find the end.
        """
        self._add(
            name.encode(), "part", NOTHING_RECORDED,
            size=piece.length, pieces=(piece,), inline=decoded,
            offset=piece.at, length=piece.size,
        )  # fmt: skip

    def assembled(self, name: str, pieces: Sequence[Piece], *, size: int) -> None:
        """Add a part of *size* bytes that lies scattered, to be opened in its own right."""
        at, span = _span(pieces, 0, 0)
        self._add(
            name.encode(), "part", NOTHING_RECORDED,
            size=size, pieces=tuple(pieces), offset=at, length=span,
        )  # fmt: skip

    def directory(self, path: bytes, meta: Metadata, *, offset: int = 0, length: int = 0) -> None:
        """Add a directory."""
        self._add(path, "directory", meta, offset=offset, length=length)

    def symlink(
        self, path: bytes, target: bytes, meta: Metadata, *, offset: int = 0, length: int = 0
    ) -> None:
        """Add a symbolic link to *target*, which is data and never followed on the host."""
        self._add(
            path, "symlink", meta, target=printable(target[:4096]), offset=offset, length=length
        )

    def hardlink(
        self, path: bytes, target: bytes, meta: Metadata, *, offset: int = 0, length: int = 0
    ) -> None:
        """Add another name of the file *target* of the same container."""
        self._add(path, "hardlink", meta, target=safe_path(target), offset=offset, length=length)

    def special(
        self,
        path: bytes,
        kind: NodeKind,
        meta: Metadata,
        *,
        device: str = "",
        offset: int = 0,
        length: int = 0,
    ) -> None:
        """Add a device node (*device* is `c1:3`, `b8:0` …), a fifo or a socket."""
        self._add(path, kind, meta, device=device, offset=offset, length=length)

    def take(self, entries: list[Entry]) -> bool:
        """Add *entries* made elsewhere, all or none; say whether the limit allows them."""
        if len(self.entries) + len(entries) > self.limits.files:
            return False
        self.entries += entries
        return True

    def region(self, offset: int, length: int, account: Account, note: str = "") -> None:
        """State what a range of the container is; the rest counts as parsed by the format.

        In an envelope, what is neither in a part nor stated here is judged by its looks.
        """
        if length > 0:
            self.regions.append(
                Region(offset=offset, length=length, account=account, format=self.name, note=note)
            )

    def problem(self, kind: ProblemKind, says: str, *, offset: int = 0, path: bytes = b"") -> None:
        """Record damage, a limit or something unsupported; at most 200 are kept."""
        if len(self.problems) < 200:
            self.problems.append(
                Problem(kind=kind, part=self.name, says=says, offset=offset, path=safe_path(path))
            )

    def _add(self, path: bytes, kind: NodeKind, meta: Metadata, **fields: object) -> None:
        if len(self.entries) >= self.limits.files:
            self.problem("limit", f"more than {self.limits.files} entries; the rest was not read")
            raise NotThisFormat("too many entries")
        text = safe_path(path[:4096])
        if not text:
            return
        entry = Entry(
            path=text, kind=kind, mode=meta.mode, uid=meta.uid, gid=meta.gid,
            mtime=meta.mtime, attributes=meta.attributes, **fields,  # type: ignore[arg-type]
        )  # fmt: skip
        self.entries.append(entry)


def _span(pieces: Sequence[Piece], offset: int, length: int) -> tuple[int, int]:
    stored = [piece for piece in pieces if piece.size]
    if length or not stored:
        return offset, length
    first = min(piece.at for piece in stored)
    return first, max(piece.at + piece.size for piece in stored) - first
