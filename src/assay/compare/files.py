"""Compares two contents: asks the kinds in order, and answers for the simple cases itself."""

from functools import cache
from typing import Protocol, cast

from assay._kernel.registry import modules_with
from assay.compare.ledger import whole
from assay.compare.outcome import Outcome


class KindModule(Protocol):
    """What a module of `kinds` has."""

    KIND: str
    PRIORITY: int

    def claims(self, path: str, a: bytes, b: bytes) -> bool:
        """Say whether both contents are of this kind."""

    def compare(self, path: str, a: bytes, b: bytes) -> Outcome:
        """Return what differs."""


@cache
def kinds() -> tuple[KindModule, ...]:
    """Return the modules of `kinds` in the order in which they are asked."""
    found = [cast("KindModule", one) for one in modules_with("assay.compare.kinds", "KIND")]
    return tuple(sorted(found, key=lambda one: one.PRIORITY))


def compare_contents(path: str, a: bytes, b: bytes) -> Outcome:
    """Return what differs between the contents *a* and *b* of the file at *path*."""
    if a == b:
        return Outcome("", "E0", "the same bytes", whole("equal", len(a), len(b)))
    module = next(one for one in kinds() if one.claims(path, a, b))
    return module.compare(path, a, b)
