"""Text files, whole: what configuration, script and web checks read line by line."""

from collections.abc import Iterator

from assay.inventory.kind import Kind, Span, shown
from assay.model.record import Record

MOST = 256 << 10


class TextFacts(Record):
    """The text of a file, one character a byte (ISO 8859-1), so that positions are offsets.

    `truncated` is set when the file is longer than 256 KiB; `text` is then its beginning.
    """

    text: str
    truncated: bool = False

    def lines(self) -> Iterator[Span]:
        """Yield the lines without their ends, each with its offset."""
        start = 0
        for line in self.text.split("\n"):
            body = line.removesuffix("\r")
            yield span(self.text, start, start + len(body))
            start += len(line) + 1


def span(text: str, start: int, end: int) -> Span:
    """Return the span from *start* to *end* of an ISO 8859-1 *text*."""
    body = text[start:end]
    return Span(offset=start, length=end - start, text=shown(body.encode("latin-1")))


KIND = Kind(
    name="text",
    version=1,
    facts=TextFacts,
    about="any file that reads as text, up to 256 KiB of it",
    text=True,
)


def examine(content: bytes) -> TextFacts | None:
    """Return the text of *content*."""
    return TextFacts(text=content[:MOST].decode("latin-1"), truncated=len(content) > MOST)
