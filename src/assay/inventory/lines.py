"""Lines of a text with their positions and as they are written, tabs included.

A span's text is for showing: it has a dot for a tab. Kinds that split lines into fields use
this.
"""

from collections.abc import Iterator

from assay.inventory.kind import Span
from assay.inventory.kinds.text import span


def lines_of(content: bytes) -> Iterator[tuple[Span, str]]:
    """Yield the lines of *content* without their ends: where each stands, and its text."""
    text = content.decode("latin-1")
    start = 0
    for line in text.split("\n"):
        body = line.removesuffix("\r")
        yield span(text, start, start + len(body)), body
        start += len(line) + 1
