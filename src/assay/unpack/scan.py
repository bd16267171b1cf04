"""The candidate search: all magics of all formats at once, in compiled code.

Magics have a fixed width, so the place of a hit follows from its end.
"""

import contextlib
import re
from functools import lru_cache
from typing import Any

import hyperscan

from assay._kernel.multipattern import compiled
from assay.unpack.format import FormatModule
from assay.unpack.padding import segments
from assay.unpack.registry import formats
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
        self._back = [_width(magic.expression) + magic.at for _, magic in magics]
        self._margin = max(self._back, default=0)
        expressions = [magic.expression for _, magic in magics]
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


def _width(expression: bytes) -> int:
    parser: Any = re._parser  # type: ignore[attr-defined]  # noqa: SLF001 - only it knows widths
    least, most = parser.parse(expression, re.DOTALL).getwidth()
    if least != most:
        raise ValueError(f"the magic {expression!r} has no fixed width")
    return int(least)


@lru_cache(maxsize=1)
def scanner() -> Scanner:
    """Return the scanner of all formats, compiled once in a process."""
    return Scanner(formats(), name="magics")
