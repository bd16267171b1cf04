"""Lists as markup: records of an XML file one by one, tables of an HTML or XML page.

Sits beside `reading`. XML with a document type is refused: lists have none, and declared entities
are how XML bombs work.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.parsers import expat

from assay.errors import UnreadableInput
from assay.supply.lists.reading import BLOCK, MOST_ROWS, ReadingReport, open_bytes, open_text

DEEPEST = 64
MOST_PAGE = 200 << 20


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


class RecordParser:
    """Collects every element of given names, whole, while an XML file streams by."""

    def __init__(self, record: frozenset[str]) -> None:
        self.found: list[Element] = []
        self._record = record
        self._stack: list[Element] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, block: bytes, *, last: bool = False) -> None:
        """Parse *block*; raises expat.ExpatError where the file is broken."""
        self._parser.Parse(block, last)

    def _refuse(self, *_: object) -> None:
        raise UnreadableInput("the list declares a document type; it is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        plain = name.rpartition(" ")[2]
        if not self._stack and plain not in self._record:
            return
        if len(self._stack) > DEEPEST:
            raise UnreadableInput("the list is nested too deeply")
        told = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(plain, told)
        if self._stack:
            self._stack[-1].parts.append(element)
        self._stack.append(element)

    def _end(self, _: str) -> None:
        if self._stack:
            element = self._stack.pop()
            if not self._stack:
                self.found.append(element)

    def _text(self, data: str) -> None:
        if self._stack:
            self._stack[-1].text += data


def xml_records(path: Path, record: frozenset[str], report: ReadingReport) -> Iterator[Element]:
    """Yield every element of *path* whose name is in *record*, whole.

    What comes before a broken place is kept; the break is reported.
    """
    parser = RecordParser(record)
    with open_bytes(path) as stream:
        more = True
        while more:
            block = stream.read(BLOCK)
            more = bool(block)
            try:
                parser.feed(block, last=not more)
            except expat.ExpatError as error:
                report.problem(f"line {error.lineno}", f"broken XML, reading stopped: {error}")
                more = False
            report.rows += len(parser.found)
            yield from parser.found
            parser.found.clear()


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
        content = text.read(MOST_PAGE)
    reader = TableReader()
    reader.feed(content)
    reader.close()
    report.rows += len(reader.rows)
    return reader.rows
