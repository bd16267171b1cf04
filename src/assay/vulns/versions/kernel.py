"""Releases of the Linux kernel; what vendors append (`2.6.36.4brcmarm+`) says nothing of it."""

import re

from assay._kernel import lazy_re

Part = tuple[int, int]
_SHAPE = lazy_re.compile(
    r"v?(\d{1,4}(?:\.\d{1,9}){0,3})(?:[-.~]?(?:rc|pre|test)(\d{1,4}))?(?![\d])", re.IGNORECASE
)
BEFORE, END, NUMBER = -1, 0, 1


def key(version: str) -> tuple[object, ...]:
    """Return the sortable key of a release: its numbers, and which candidate it is."""
    shape = _SHAPE.match(version.strip())
    if shape is None:
        return ((END, 0),)
    numbers = [int(text) for text in shape[1].split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    parts: list[Part] = [(NUMBER, number) for number in numbers]
    if shape[2]:
        parts.append((BEFORE, int(shape[2])))
    return (*parts, (END, 0))


def release(version: str) -> str:
    """Return *version* without what a vendor appended: `3.10.14` of `3.10.14-lsdk`."""
    shape = _SHAPE.match(version.strip())
    return shape[0].rstrip("-.~") if shape else version


def branch(version: str) -> str:
    """Return the stable branch: `4.14` of `4.14.95`, `2.6.30` of `2.6.30.9`; empty for none."""
    found = re.match(r"v?(2\.[0-6]\.\d{1,3}|[13-9]\d?\.\d{1,3})", version.strip())
    return found[1] if found else ""
