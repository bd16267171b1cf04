"""A bounded, read-only window over the bytes of a blob: the only way a parser sees input."""

import struct
from functools import lru_cache

from assay.unpack.limits import Limits


class NotThisFormat(Exception):
    """The bytes are not, or not soundly, of the format that was tried."""


@lru_cache(maxsize=512)
def _compiled(layout: str) -> struct.Struct:
    return struct.Struct(layout)


class View:
    """Bytes that can only be read inside their bounds.

    Every access outside raises `NotThisFormat`. Offsets are in bytes from the start of the
    blob; `limits` bounds what a parser may produce from it.
    """

    __slots__ = ("data", "limits", "size")

    def __init__(self, data: bytes | memoryview, limits: Limits | None = None) -> None:
        self.data = memoryview(data).toreadonly().cast("B")
        self.size = len(self.data)
        self.limits = limits or Limits()

    def __len__(self) -> int:
        return self.size

    def read(self, at: int, size: int) -> bytes:
        """Return exactly *size* bytes at *at*."""
        return bytes(self.window(at, size))

    def window(self, at: int, size: int) -> memoryview:
        """Return exactly *size* bytes at *at* without copying them."""
        if at < 0 or size < 0 or at + size > self.size:
            raise NotThisFormat(f"{size} bytes at {at:#x} lie outside the {self.size} that exist")
        return self.data[at : at + size]

    def unpack(self, layout: str, at: int) -> tuple[int, ...]:
        """Return the integers that the `struct` *layout* reads at *at*."""
        compiled = _compiled(layout)
        if at < 0 or at + compiled.size > self.size:
            raise NotThisFormat(f"a header at {at:#x} lies outside the {self.size} that exist")
        return compiled.unpack_from(self.data, at)

    def number(self, layout: str, at: int) -> int:
        """Return the single integer that the `struct` *layout* reads at *at*."""
        return self.unpack(layout, at)[0]

    def text(self, at: int, size: int) -> str:
        """Return a zero-terminated ASCII field of at most *size* bytes; bad bytes become `?`."""
        field = self.read(at, size).split(b"\0", 1)[0]
        return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in field)
