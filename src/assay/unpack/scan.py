"""The candidate search: all magics of all formats at once, in compiled code.

Magics have a fixed width, so the place of a hit follows from its end.
"""

import contextlib
import hashlib
import re
from functools import lru_cache
from typing import Any

import hyperscan
import msgspec

from assay._kernel.beside import keep, kept
from assay._kernel.multipattern import compiled
from assay.unpack.format import FormatModule
from assay.unpack.padding import segments
from assay.unpack.registry import registered
from assay.unpack.view import View


class Scanner:
    """A compiled database of the magics of *modules*."""

    def __init__(self, modules: tuple[FormatModule, ...], name: str = "") -> None:
        self.modules = modules
        magics = [
            (number, magic)
            for number, module in enumerate(modules)
            for magic in module.FORMAT.magic
        ]
        self._format = [number for number, _ in magics]
        expressions = [magic.expression for _, magic in magics]
        widths = _widths(expressions, name)
        self._back = [width + magic.at for width, (_, magic) in zip(widths, magics, strict=True)]
        self._margin = max(self._back, default=0)
        self._database = compiled(expressions, once=False, name=name)

    def candidates(self, view: View) -> tuple[list[tuple[int, int]], bool]:
        """Return (place, format number) of every hit in order, and whether all were kept."""
        found: set[tuple[int, int]] = set()
        most = view.limits.candidates

        def note(identity: int, _: int, end: int, *__: Any) -> bool:  # noqa: ANN401
            place = base + end - self._back[identity]
            if place >= 0:
                found.add((place, self._format[identity]))
            return len(found) >= most

        for base, after in segments(view.data, self._margin):
            if len(found) < most:
                window: Any = view.data[base:after]  # its stub knows str and bytes only
                with contextlib.suppress(hyperscan.ScanTerminated):
                    self._database.scan(window, match_event_handler=note)
        return sorted(found), len(found) < most


def _widths(expressions: list[bytes], name: str) -> list[int]:
    """Return how many bytes each of *expressions* matches; kept where they have a *name*."""
    key = hashlib.sha256(msgspec.msgpack.encode(expressions)).hexdigest()
    known = kept(f"{name}-widths", key) if name else None
    if known is not None:
        return msgspec.msgpack.decode(known, type=list[int])
    widths = [_width(expression) for expression in expressions]
    if name:
        keep(f"{name}-widths", key, msgspec.msgpack.encode(widths))
    return widths


def _width(expression: bytes) -> int:
    parser: Any = re._parser  # type: ignore[attr-defined]  # noqa: SLF001 - only it knows widths
    least, most = parser.parse(expression, re.DOTALL).getwidth()
    if least != most:
        raise ValueError(f"the magic {expression!r} has no fixed width")
    return int(least)


@lru_cache(maxsize=1)
def scanner() -> Scanner:
    """Return the scanner of all formats, compiled once in a process."""
    return Scanner(registered(), name="magics")
