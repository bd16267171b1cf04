"""Files of lists read with care: compression, encodings, tables, markup; bounded throughout.

Sits below `importers`. What is malformed is reported and skipped; a file that is not what it was
said to be raises UnreadableInput.
"""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import IO, Protocol
from xml.parsers import expat

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


class Element:
    """An element of a record of a markup list: name without namespace, attributes, text, parts."""

    __slots__ = ("attributes", "name", "parts", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text = ""
        self.parts: list[Element] = []

    def all(self, name: str) -> "Iterator[Element]":
        """Yield the direct parts called *name*."""
        return (part for part in self.parts if part.name == name)

    def value(self, *names: str) -> str:
        """Return the text of the part at the path *names*, empty if there is none."""
        here: Element | None = self
        for name in names:
            here = next(here.all(name), None) if here else None
        return here.text.strip() if here else ""

    def everything(self) -> str:
        """Return all text inside, in the order of the elements, one space between."""
        return " ".join([self.text.strip(), *(part.everything() for part in self.parts)]).strip()


def xml_records(path: Path, record: frozenset[str], report: ReadingReport) -> Iterator[Element]:
    """Yield every element of *path* whose name is in *record*, whole.

    A document type declaration is refused: lists have none, and entities are how XML bombs work.
    """
    found: list[Element] = []
    stack: list[Element] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise UnreadableInput("the list declares a document type; it is not read")

    def start(name: str, attributes: dict[str, str]) -> None:
        plain = name.rpartition(" ")[2]
        if not stack and plain not in record:
            return
        element = Element(plain, {key.rpartition(" ")[2]: v for key, v in attributes.items()})
        if stack:
            stack[-1].parts.append(element)
        if len(stack) > 64:
            raise UnreadableInput("the list is nested too deeply")
        stack.append(element)

    def end(_: str) -> None:
        if stack:
            element = stack.pop()
            if not stack:
                found.append(element)

    def text(data: str) -> None:
        if stack:
            stack[-1].text += data

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    with open_bytes(path) as stream:
        while block := stream.read(BLOCK):
            try:
                parser.Parse(block, False)
            except expat.ExpatError as error:
                report.problem(f"line {error.lineno}", f"broken XML, reading stopped: {error}")
                yield from _taken(found, report)
                return
            yield from _taken(found, report)
        try:
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            report.problem(f"line {error.lineno}", f"the file ends early: {error}")


def _taken(found: list[Element], report: ReadingReport) -> Iterator[Element]:
    report.rows += len(found)
    yield from found
    found.clear()


class TableReader(HTMLParser):
    """Collects the cells of all table rows of an HTML or XML page."""

    ROWS = frozenset({"tr", "row"})
    CELLS = frozenset({"td", "th", "ent"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a row or a cell; a line break inside a cell becomes one."""
        del attrs
        if tag in self.ROWS and len(self.rows) < MOST_ROWS:
            self.rows.append([])
        elif tag in self.CELLS and self.rows:
            self._close()
            self._cell = []
        elif tag in {"br", "p", "li", "e"} and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in self.CELLS | self.ROWS:
            self._close()

    def handle_data(self, data: str) -> None:
        """Add text to the open cell."""
        if self._cell is not None:
            self._cell.append(data)

    def _close(self) -> None:
        if self._cell is not None and self.rows:
            lines = "".join(self._cell).split("\n")
            self.rows[-1].append("\n".join(t for line in lines if (t := " ".join(line.split()))))
        self._cell = None


def table_rows(path: Path, report: ReadingReport) -> list[list[str]]:
    """Return the rows of all tables of a page of at most 200 MB."""
    with open_text(path) as text:
        content = text.read(200 << 20)
    reader = TableReader()
    reader.feed(content)
    reader.close()
    report.rows += len(reader.rows)
    return reader.rows
