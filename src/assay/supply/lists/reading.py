"""Files of lists read with care: compression, encodings, delimited rows; bounded throughout.

Sits below `importers`, beside `markup`. What is malformed is reported and skipped; a file that is
not what it was said to be raises UnreadableInput.
"""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from assay.errors import UnreadableInput

MOST_BYTES = 6 << 30
MOST_ROWS = 6_000_000
MOST_FIELD = 1 << 20
MOST_REPORTED = 50
BLOCK = 1 << 20
PROBE = 4096

Row = dict[str, str]


class ReadingReport:
    """What went wrong while a list was read: the first problems, and how many there were."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.count = 0
        self.rows = 0

    def problem(self, where: str, says: str) -> None:
        """Record a problem; only the first fifty keep their text."""
        self.count += 1
        if len(self.problems) < MOST_REPORTED:
            self.problems.append(f"{where}: {says}")


class Closable(Protocol):
    """Anything that holds a file open."""

    def close(self) -> None:
        """Give back what it holds."""
        ...


class Readable(Closable, Protocol):
    """Anything that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Return at most *size* bytes."""
        ...


class Bounded(io.RawIOBase):
    """A binary stream that ends in an error beyond a size: a bomb must not fill memory."""

    def __init__(self, inner: Readable, *outer: Closable, most: int = MOST_BYTES) -> None:
        self._inner = inner
        self._layers = (inner, *outer)
        self._left = most

    def close(self) -> None:
        """Close every layer, the innermost first."""
        if not self.closed:
            for layer in self._layers:
                layer.close()
        super().close()

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into *buffer*; raises UnreadableInput beyond the bound."""
        data = self._inner.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableInput("the list unpacks to more than is allowed")
        buffer[: len(data)] = data
        return len(data)


def open_bytes(path: Path) -> IO[bytes]:
    """Open *path*, through gzip or the only file of a zip archive; raises UnreadableInput."""
    try:
        with path.open("rb") as probe:
            magic = probe.read(4)
        if magic[:2] == b"\x1f\x8b":
            return io.BufferedReader(Bounded(gzip.open(path)))
        if magic == b"PK\x03\x04":
            archive = zipfile.ZipFile(path)
            members = [item for item in archive.infolist() if not item.is_dir()]
            if len(members) != 1:
                archive.close()
                raise UnreadableInput(
                    f"{path.name} holds {len(members)} files", advice="Unpack it and name one."
                )
            return io.BufferedReader(Bounded(archive.open(members[0]), archive))
        return io.BufferedReader(Bounded(path.open("rb")))
    except (OSError, zipfile.BadZipFile) as error:
        raise UnreadableInput(f"{path} cannot be read: {error}") from error


def open_text(path: Path) -> io.TextIOBase:
    """Open *path* as text: UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1252."""
    stream = open_bytes(path)
    head = stream.peek(PROBE)[:PROBE]  # type: ignore[attr-defined] # a BufferedReader
    encoding = "utf-8-sig"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif not _is_utf8(head):
        encoding = "cp1252"
    return io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")


def csv_rows(path: Path, report: ReadingReport, *, need: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of a delimited file as dicts with lower-case keys.

    The header is the first of the leading lines that has all columns of *need*; the delimiter is
    the one that makes it so. Raises UnreadableInput when no line does.
    """
    csv.field_size_limit(MOST_FIELD)
    with open_text(path) as text:
        header, delimiter = _find_header(text, path, need)
        reader = csv.reader(_without_nul(text), delimiter=delimiter)
        number = 0
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                report.problem(f"line {reader.line_num}", str(error))
                continue
            number += 1
            if number > MOST_ROWS:
                raise UnreadableInput(f"{path.name} has more than {MOST_ROWS} rows")
            if not any(cells):
                continue
            if len(cells) < len(header) // 2:
                report.problem(f"line {reader.line_num}", "too few columns")
                continue
            report.rows += 1
            yield {key: cell.strip() for key, cell in zip(header, cells, strict=False)}


def _find_header(text: io.TextIOBase, path: Path, need: tuple[str, ...]) -> tuple[list[str], str]:
    for _ in range(12):
        line = text.readline(MOST_FIELD)
        if not line:
            break
        for delimiter in (",", ";", "\t", "|"):
            cells = next(csv.reader([line.replace("\0", "")], delimiter=delimiter), [])
            header = [" ".join(cell.lower().split()) for cell in cells]
            if all(column in header for column in need):
                return header, delimiter
    raise UnreadableInput(
        f"{path.name} has no columns {', '.join(need)}",
        advice="Check that the file belongs to the list that was named.",
    )


def _without_nul(lines: io.TextIOBase) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character may be cut in two where the probe ends, nowhere else.
        return len(head) == PROBE and error.start > len(head) - 4
    return True
