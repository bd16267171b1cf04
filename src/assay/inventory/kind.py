"""What a kind module declares: which blobs it reads and what it states about them.

A kind is one file below `kinds/` with `KIND` and `examine(content)`. Facts are a pure function
of the bytes and the kind's version; the path only decides which kinds look at a blob.
"""

import re
from collections.abc import Callable
from fnmatch import translate
from typing import Any, Protocol

from assay._kernel.value import Value
from assay.model.record import Record


class Span(Record, array_like=True):
    """A run of bytes of the blob and what stands there: *text* is printable, one char a byte."""

    offset: int
    length: int
    text: str


class Kind(Value):
    """The declaration of a kind.

    A blob is examined when one of these holds: it begins with one of `magic`; its path inside
    its file system (lower case, absolute) matches one of the `paths` globs; `text` is set and
    it is text; `binary` is set and it is not. Blobs above `most` bytes are not examined and
    counted as unread by this kind. Raise `version` when the facts for some bytes change.
    """

    name: str
    version: int
    facts: type[Any]
    about: str
    magic: tuple[bytes, ...] = ()
    paths: tuple[str, ...] = ()
    text: bool = False
    binary: bool = False
    most: int = 64 << 20

    @property
    def path_expression(self) -> re.Pattern[str] | None:
        """The globs as one regular expression over lower-case absolute paths."""
        if not self.paths:
            return None
        return re.compile("|".join(f"(?:{translate(glob)})" for glob in self.paths))


class KindModule(Protocol):
    """The shape of a module below `kinds/`.

    `examine` takes the whole content and returns facts, or None when the blob turns out not to
    be of the kind. It must accept any bytes and raise nothing. A module may have a function
    `prepare` that makes, before there are workers, what they all need.
    """

    KIND: Kind
    examine: Callable[[bytes], Any]


def looks_like_text(content: bytes) -> bool:
    """Return whether *content* reads as text: no zero bytes and few control characters."""
    head = content[:4096]
    if not head or b"\0" in head:
        return False
    odd = len(head.translate(None, _TEXT_BYTES))
    return odd * 20 <= len(head)


_TEXT_BYTES = bytes(byte for byte in range(256) if byte >= 0x20 or byte in b"\t\n\r\f\b\x1b")


def shown(data: bytes) -> str:
    """Return *data* with every byte that is not printable ASCII as `.`: one char a byte."""
    return data.translate(_SHOWN).decode("ascii")


_SHOWN = bytes(byte if 0x20 <= byte < 0x7F else 0x2E for byte in range(256))
