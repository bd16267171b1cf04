"""Metadata tables: runs of compressed 8 KiB blocks, addressed by block and offset."""

from assay.unpack.codecs import decode
from assay.unpack.formats.filesystems.squash.compressor import METADATA
from assay.unpack.view import NotThisFormat, View

RAW = 0x8000


class Stored:
    """How metadata blocks are stored in one file system.

    *check* is set where a marker byte follows each block's size (versions 1 to 3).
    """

    def __init__(self, view: View, order: str, codec: str, *, check: bool) -> None:
        self.view = view
        self.codec = codec
        self._size = order + "H"
        self._header = 3 if check else 2

    def block(self, at: int) -> tuple[memoryview, bool, int]:
        """Return the stored bytes of the block at *at*, whether raw, and where the next is."""
        word = self.view.number(self._size, at)
        size = word & ~RAW or RAW
        body = at + self._header
        return self.view.window(body, size), bool(word & RAW), body + size

    def decoded(self, at: int) -> tuple[bytes, int]:
        """Return the decoded block at *at* and where the next one is."""
        stored, raw, after = self.block(at)
        if len(stored) > METADATA:
            raise NotThisFormat("a metadata block larger than 8 KiB")
        return (bytes(stored) if raw else decode(self.codec, stored, METADATA)), after


class Table:
    """A table decoded block by block as far as it is asked for."""

    def __init__(self, stored: Stored, start: int, end: int) -> None:
        self._stored = stored
        self._start = start
        self._end = end
        self._next = start
        self._positions: dict[int, int] = {}
        self.data = bytearray()

    def position(self, block: int, offset: int) -> int:
        """Return where in `data` the byte *offset* of the block at *block* is."""
        at = self._start + block
        while at not in self._positions:
            if self._next > at:
                raise NotThisFormat("a reference into the middle of a metadata block")
            self._more()
        if offset >= METADATA:
            raise NotThisFormat("a reference behind its metadata block")
        return self._positions[at] + offset

    def need(self, end: int) -> None:
        """Decode until `data` holds *end* bytes; raises `NotThisFormat` at the table's end."""
        while len(self.data) < end:
            self._more()

    def whole(self, end: int, most: int) -> dict[int, int]:
        """Decode all blocks before *end*; return where each begins in `data`, by its place.

        Places count from the table's start. Raises `NotThisFormat` on damage and over *most*
        bytes; the table is then as if nobody had asked for the block at fault.
        """
        while self._next < end:
            at, size = self._next, len(self.data)
            if size > most:
                raise NotThisFormat("a table of more bytes than allowed")
            try:
                self._more()
            except NotThisFormat:
                self._next = at
                self._positions.pop(at, None)
                del self.data[size:]
                raise
        return {at - self._start: place for at, place in self._positions.items()}

    def _more(self) -> None:
        if self._next >= self._end:
            raise NotThisFormat("a reference behind its metadata table")
        self._positions[self._next] = len(self.data)
        block, self._next = self._stored.decoded(self._next)
        self.data += block
        if not block:
            raise NotThisFormat("an empty metadata block")


def indexed(stored: Stored, pointers: list[int], start: int, size: int) -> bytes:
    """Return *size* bytes of a table whose blocks *pointers* (relative to *start*) name."""
    out = bytearray()
    for pointer in pointers:
        out += stored.decoded(start + pointer)[0]
    if len(out) < size:
        raise NotThisFormat("a table shorter than its count")
    return bytes(out[:size])
