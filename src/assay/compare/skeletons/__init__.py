"""What of a container is no content: one file per format, found by folder.

A module has `FORMATS` and `skeleton(data)`, which accounts for every byte of the container: kept
bytes have to be the same on both sides, volatile ones have a cause, contents are compared as
files. What a module cannot take apart raises `NotAccounted`.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache

import msgspec

from assay._kernel.registry import modules_with

CONTENT = ""
"""The cause of bytes that hold contents as they are: the files account for them."""
BEGINNING = 64
"""Bytes of a value that are compared before all of it is."""
Body = bytes | memoryview
Range = tuple[int, int]


class NotAccounted(Exception):
    """The container holds bytes whose meaning is not known."""


class Skeleton(msgspec.Struct):
    """The account of one container.

    `kept` are the parts that must occur on both sides, in any order when `ordered` is false;
    `spans` are (start, end, cause), where kept bytes have none and are left out.
    """

    kept: list[bytes] = msgspec.field(default_factory=list)
    spans: list[tuple[int, int, str]] = msgspec.field(default_factory=list)
    ordered: bool = True

    def mark(self, start: int, end: int, cause: str) -> None:
        """Note a volatile range."""
        if end > start:
            self.spans.append((start, end, cause))

    def unchanged(self, other: "Skeleton", body: Body, other_body: Body) -> set[str]:
        """Return the causes whose volatile bytes are the same on both sides after all."""
        first, second = _ranges(self), _ranges(other)
        return {
            cause
            for cause, ranges in first.items()
            if _same(body, ranges, other_body, second.get(cause, []))
        }

    def agrees(self, other: "Skeleton") -> bool:
        """Say whether both keep the same."""
        if self.ordered:
            return self.kept == other.kept
        return Counter(self.kept) == Counter(other.kept)


def _ranges(skeleton: Skeleton) -> dict[str, list[Range]]:
    found: dict[str, list[Range]] = {}
    for start, end, cause in skeleton.spans:
        if cause != CONTENT:
            found.setdefault(cause, []).append((start, end))
    return found


def _same(body: Body, ranges: list[Range], other: Body, others: list[Range]) -> bool:
    """Say whether both hold the same values, in any order; how they begin mostly tells."""
    for most in (BEGINNING, None):
        if _values(body, ranges, most) != _values(other, others, most):
            return False
    return True


def _values(body: Body, ranges: list[Range], most: int | None) -> Counter[tuple[int, bytes]]:
    """Return the length and the first *most* bytes of each range, all of them without *most*."""
    return Counter(
        (
            min(end, len(body)) - start,
            bytes(body[start : end if most is None else min(end, start + most)]),
        )
        for start, end in ranges
    )


Reader = Callable[[Body], Skeleton]


@cache
def readers() -> dict[str, Reader]:
    """Return the function that takes each format apart."""
    return {
        name: module.skeleton
        for module in modules_with("assay.compare.skeletons", "FORMATS")
        for name in module.FORMATS
    }


def zeros(data: Body, start: int, end: int) -> None:
    """Raise `NotAccounted` unless *data* is zero from *start* up to *end*."""
    if any(data[start:end]):
        raise NotAccounted("bytes that are no zeros where padding belongs")
