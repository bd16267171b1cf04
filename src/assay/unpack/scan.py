"""The candidate search: all magics of all formats at once, in compiled code.

Magics have a fixed width, so the place of a hit follows from its end.
"""

import contextlib
import hashlib
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import hyperscan
import msgspec

from assay._kernel.beside import keep, kept
from assay._kernel.multipattern import compiled
from assay.unpack.classes import classes_of
from assay.unpack.format import FormatModule
from assay.unpack.padding import segments
from assay.unpack.registry import registered
from assay.unpack.view import View

STEP, FEWEST_ZEROS = 997, 16
"""Which bytes of a content tell what it is like: one in so many; and one zero among how many."""

Hits = set[tuple[int, int]]
"""Places and numbers of formats."""
Search = Callable[[int, int], tuple[list[tuple[int, int]], bool]]
"""Takes where to begin and to end; returns the hits there in order, and whether all were kept."""


class Scanner:
    """A compiled database of the magics of *modules*.

    `margin` is how far behind the place of a hit its magic ends, at most.
    """

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
        self._widths = widths
        self._back = [width + magic.at for width, (_, magic) in zip(widths, magics, strict=True)]
        self.margin = max(self._back, default=0)
        self._expressions, self._name = expressions, name
        self._common = [place for place, (_, magic) in enumerate(magics) if magic.common]
        self._rest = [place for place, (_, magic) in enumerate(magics) if not magic.common]
        common = tuple(expressions[place] for place in self._common)
        self._classes = classes_of(common, name and f"{name}-classes")
        self._whole = self._compiled(list(range(len(expressions))))
        self._rare = self._compiled(self._rest) if self._classes else self._whole

    def _compiled(self, magics: list[int]) -> Any:  # noqa: ANN401 - hyperscan's
        chosen = [self._expressions[place] for place in magics]
        suffix = "" if len(chosen) == len(self._expressions) else "-rare"
        return compiled(chosen, once=False, name=self._name and self._name + suffix)

    def candidates(self, view: View) -> tuple[list[tuple[int, int]], bool]:
        """Return (place, format number) of every hit in order, and whether all were kept."""
        return self.search(view)(0, view.size)

    def search(self, view: View) -> Search:
        """Return what finds the hits of *view* whose magics lie between two places."""
        ranges = list(segments(view.data, self.margin))
        plain, most = _is_plain(view.data), view.limits.candidates

        def between(start: int, end: int) -> tuple[list[tuple[int, int]], bool]:
            cut = [(max(base, start), min(after, end)) for base, after in ranges]
            windows = [(base, view.data[base:after]) for base, after in cut if base < after]
            found: Hits = set()
            apart = plain and self._apart(windows, found, most)
            # Which ones come first of too many only a search for all at once tells.
            if not apart or len(found) >= most:
                found.clear()
                for base, window in windows:
                    self._scan(self._whole, range(len(self._back)), (base, window), found, most)
            return sorted(found), len(found) < most

        return between

    def _apart(self, windows: list[tuple[int, memoryview]], found: Hits, most: int) -> bool:
        """Put into *found* what lies in *windows*, common magics by themselves, if that can be."""
        for base, window in windows:
            common = self._classes.find(window) if self._classes else None
            if common is None:
                return False
            for start, number in common:
                identity = self._common[number]
                place = base + start + self._widths[identity] - self._back[identity]
                if place >= 0:
                    found.add((place, self._format[identity]))
            self._scan(self._rare, self._rest, (base, window), found, most)
        return self._classes is not None

    def _scan(
        self,
        database: Any,  # noqa: ANN401 - hyperscan's
        magics: Sequence[int],
        at: tuple[int, memoryview],
        found: Hits,
        most: int,
    ) -> None:
        """Put into *found* what *database*, of *magics*, finds in a window that begins at a place.

        Ends when there are *most* of them.
        """
        base, window = at

        def note(number: int, _: int, end: int, *__: Any) -> bool:  # noqa: ANN401
            identity = magics[number]
            place = base + end - self._back[identity]
            if place >= 0:
                found.add((place, self._format[identity]))
            return len(found) >= most

        if len(found) < most:
            seen: Any = window  # its stub knows str and bytes only
            with contextlib.suppress(hyperscan.ScanTerminated):
                database.scan(seen, match_event_handler=note)


def _is_plain(data: memoryview) -> bool:
    """Say whether zeros are frequent, as in programs: there common magics are best told apart."""
    sample = bytes(data[::STEP])
    return sample.count(0) * FEWEST_ZEROS > len(sample)


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
