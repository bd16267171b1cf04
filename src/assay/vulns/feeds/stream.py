"""Files of advisories as documents, and documents as records, without holding them whole.

gzip, bzip2, xz, Zstandard and ZIP are opened by their magic. A JSON document is cut into the
elements of one array or object by brackets alone; each element is then decoded by its reader.
"""

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

from assay._kernel import lazy_re
from assay.errors import UnreadableInput

BLOCK = 1 << 20
HEAD = 1 << 16
LARGEST_ELEMENT = 256 << 20
LONGEST_TEXT = 16 << 20
LARGEST_DOCUMENT = 32 << 30
MOST_MEMBERS = 2_000_000
MOST_NESTED_ZIPS = 2
# Atomic groups, not possessive ones: those gave wrong answers before Python 3.11.5 (gh-106052).
_PASSED = rb'(?>(?:[^"\[\]{}]+|"(?>(?:[^"\\]+|\\.)*)")*)'
_STEP = lazy_re.compile(_PASSED + rb"([\[\]{}])", re.DOTALL)
_PARTIAL = lazy_re.compile(_PASSED, re.DOTALL)
_OPEN = frozenset(b"[{")
_TROUBLE = (OSError, EOFError, lzma.LZMAError, zlib.error, zstandard.ZstdError, zipfile.BadZipFile,
            NotImplementedError, RuntimeError)  # fmt: skip
"""What the readers of files raise for damage; `zipfile` the last two, for methods it does not know
and for encrypted members."""


class BrokenFeed(UnreadableInput):
    """A file of advisories is truncated, damaged or of no known form."""


class Document(msgspec.Struct):
    """One document of a feed file: its name and its bytes, read once from the beginning."""

    name: str
    head: bytes
    rest: BinaryIO

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes; raises BrokenFeed for damage or what is far too large."""
        yield self.head
        total = len(self.head)
        while block := _read(self.rest, BLOCK, self.name):
            total += len(block)
            if total > LARGEST_DOCUMENT:
                raise BrokenFeed(f"{self.name} is larger than {LARGEST_DOCUMENT >> 30} GB")
            yield block

    def whole(self, most: int = LARGEST_ELEMENT) -> bytes:
        """Return all bytes; raises BrokenFeed when there are more than *most*."""
        found = bytearray()
        for block in self.blocks():
            found += block
            if len(found) > most:
                raise BrokenFeed(f"{self.name} is larger than {most >> 20} MB")
        return bytes(found)

    def lines(self) -> Iterator[bytes]:
        """Yield the lines without their ends, empty ones left out."""
        pending = b""
        for block in self.blocks():
            *whole, pending = (pending + block).split(b"\n")
            if len(pending) > LARGEST_ELEMENT:
                raise BrokenFeed(f"{self.name} has a line of over {LARGEST_ELEMENT >> 20} MB")
            yield from (line for line in whole if line.strip())
        if pending.strip():
            yield pending

    def elements(self, depth: int) -> Iterator[tuple[bytes, bytes]]:
        """Yield the containers at *depth* (0: the document itself), each with what led to it.

        What leads to a container is the text between it and the bracket before: a key and a
        comma. Raises BrokenFeed when the document ends inside one.
        """
        cutter = _Cutter(self.name, depth)
        for block in self.blocks():
            yield from cutter.feed(block)
        cutter.finish()


class _Cutter:
    """Cuts JSON text into the containers at one depth, block by block."""

    def __init__(self, name: str, wanted: int) -> None:
        self.name, self.wanted = name, wanted
        self.buffer = bytearray()
        self.level = 0
        self.place = 0
        """Up to here the buffer was looked at."""
        self.start = -1
        """Where the current element begins, -1 between elements."""
        self.before = 0
        """Where the text that leads to the next element begins."""
        self.opened = False

    def feed(self, block: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the elements that end in *block*."""
        self.buffer += block
        while (step := _STEP.match(self.buffer, self.place)) is not None:
            at = step.end() - 1
            found = self._bracket(at, opens=self.buffer[at] in _OPEN)
            if found is not None:
                yield found
        self.place = self._whole_tokens()
        self._forget()

    def finish(self) -> None:
        """Raise BrokenFeed when the text has ended too early."""
        if self.level or not self.opened:
            raise BrokenFeed(
                f"{self.name} ends in the middle: it is truncated or no JSON",
                advice="Fetch it again.",
            )

    def _bracket(self, at: int, *, opens: bool) -> tuple[bytes, bytes] | None:
        found = None
        if opens:
            self.opened = True
            if self.level == self.wanted:
                self.start = at
            self.level += 1
        else:
            self.level -= 1
            if self.level < 0:
                raise BrokenFeed(f"{self.name}: the brackets of the JSON do not match")
            if self.level == self.wanted and self.start >= 0:
                lead = bytes(self.buffer[self.before : self.start])
                found = lead, bytes(self.buffer[self.start : at + 1])
                self.start = -1
        self.place = at + 1
        if self.level <= self.wanted:
            self.before = self.place
        return found

    def _whole_tokens(self) -> int:
        """Return the end of the strings and plain text that are complete.

        It keeps long runs without brackets from being looked at anew with every block.
        """
        found = _PARTIAL.match(self.buffer, self.place)
        return found.end() if found else self.place

    def _forget(self) -> None:
        cut = self.before
        del self.buffer[:cut]
        self.place -= cut
        self.before = 0
        self.start -= cut if self.start >= 0 else 0
        if len(self.buffer) > LARGEST_ELEMENT or len(self.buffer) - self.place > LONGEST_TEXT:
            raise BrokenFeed(f"{self.name} has an entry that is far too large")


def documents(path: Path) -> Iterator[Document]:
    """Yield the documents in the file *path*; a ZIP holds many. Raises BrokenFeed."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}") from error
    with file:
        yield from _opened(file, path.name, 0)


def _opened(file: BinaryIO, name: str, nested: int) -> Iterator[Document]:
    head = _read(file, 8, name)
    if head.startswith(b"PK\x03\x04"):
        yield from _members(file, head, name, nested)
        return
    opener = next((make for magic, make in _CODECS if head.startswith(magic)), None)
    joined = io.BufferedReader(_Joined(head, file), BLOCK)
    if opener is None:
        yield _document(joined, name)
        return
    with opener(joined) as stream:
        yield _document(stream, name)


def _members(file: BinaryIO, head: bytes, name: str, nested: int) -> Iterator[Document]:
    if nested >= MOST_NESTED_ZIPS:
        raise BrokenFeed(f"{name}: too many archives in archives")
    try:
        if nested:
            file = io.BytesIO(head + file.read(LARGEST_ELEMENT * 8))
        archive = zipfile.ZipFile(file)
        entries = [one for one in archive.infolist() if not one.is_dir()]
    except _TROUBLE as error:
        raise BrokenFeed(f"{name} is damaged: {error}", advice="Fetch it again.") from error
    if len(entries) > MOST_MEMBERS:
        raise BrokenFeed(f"{name} has more than {MOST_MEMBERS} members")
    for entry in sorted(entries, key=lambda one: one.filename):
        if not entry.filename.endswith((".json", ".jsonl", ".csv", ".tsv", ".zip", ".gz", ".xz")):
            continue
        try:
            stream = archive.open(entry)
        except _TROUBLE as error:
            raise BrokenFeed(f"{name}: {entry.filename} is damaged: {error}") from error
        with stream:
            yield from _opened(stream, entry.filename, nested + 1)  # type: ignore[arg-type]


def _document(stream: BinaryIO, name: str) -> Document:
    return Document(name, _read(stream, HEAD, name), stream)


def _read(stream: BinaryIO, size: int, name: str) -> bytes:
    try:
        return stream.read(size)
    except _TROUBLE as error:
        raise BrokenFeed(
            f"{name} is damaged or truncated: {error}", advice="Fetch it again."
        ) from error


class _Joined(io.RawIOBase):
    """The bytes already read, then the rest of the file."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(data) :]
        buffer[: len(data)] = data
        return len(data)


def _gzip(raw: BinaryIO) -> BinaryIO:
    return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]


def _bzip2(raw: BinaryIO) -> BinaryIO:
    return bz2.BZ2File(raw)  # type: ignore[return-value]


def _xz(raw: BinaryIO) -> BinaryIO:
    return lzma.LZMAFile(raw)  # type: ignore[return-value]


def _zstd(raw: BinaryIO) -> BinaryIO:
    reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
        raw,
        read_across_frames=True,
    )
    return io.BufferedReader(reader, BLOCK)


_CODECS: tuple[tuple[bytes, Callable[[BinaryIO], BinaryIO]], ...] = (
    (b"\x1f\x8b", _gzip),
    (b"BZh", _bzip2),
    (b"\xfd7zXZ\0", _xz),
    (b"\x28\xb5\x2f\xfd", _zstd),
)
