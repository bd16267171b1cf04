"""What a format module declares: its magic, where it ends, and what is known of it.

A format is one file below `formats/` with `FORMAT`, `measure(view, start)` and
`unpack(view, extent, sink)`. Parsers may raise `NotThisFormat` and nothing else.
"""

import re
from typing import Any, Literal, Protocol

from assay._kernel.value import Value
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

Family = Literal["archive", "compression", "container", "executable", "filesystem", "volume"]

__all__ = ["Extent", "Family", "Format", "FormatModule", "Magic", "NotThisFormat"]


class Magic(Value):
    """Bytes that announce a format, *at* bytes after its start.

    `expression` is a bytes regular expression of fixed width (character classes, `.` and
    counted repeats), so that weak magics can carry a precheck of the fields around them in
    compiled code; `Magic.literal` escapes plain bytes. `common` says that all it asks for is
    frequent in programs: then it is looked for byte by byte, which is faster.
    """

    expression: bytes
    at: int = 0
    common: bool = False

    @staticmethod
    def literal(data: bytes, at: int = 0) -> "Magic":
        """Return the magic that matches exactly *data*."""
        return Magic(re.escape(data), at)


class Format(Value):
    """The declaration of a format.

    `envelope`: the format wraps parts that are opened in their own right; bytes that neither
    the header nor a part covers are then accounted for by what they look like.
    `anywhere`: searched for in the middle of blobs; otherwise only at the start of a blob.
    `priority`: among formats that match at the same place, the lowest is tried first.
    """

    name: str
    family: Family
    magic: tuple[Magic, ...]
    about: str
    references: tuple[str, ...]
    limits: tuple[str, ...] = ()
    envelope: bool = False
    anywhere: bool = True
    priority: int = 50


class Extent(Value):
    """The byte range of one container; *detail* carries what `measure` learnt to `unpack`.

    `porous`: other formats may lie inside, as a compressed payload does in a kernel.
    """

    start: int
    end: int
    detail: Any = None
    porous: bool = False


class FormatModule(Protocol):
    """The shape of a module below `formats/`."""

    FORMAT: Format

    def measure(self, view: View, start: int, /) -> Extent:
        """Return where the container that begins at *start* ends, or raise NotThisFormat."""

    def unpack(self, view: View, extent: Extent, sink: Sink, /) -> None:
        """Hand every part of the container at *extent* to *sink*."""
