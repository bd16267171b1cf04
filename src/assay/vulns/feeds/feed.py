"""What a reader of feeds declares, and what it gets to read.

A module below `feeds/` has `FEED`, `recognises(head)` and `read(document, tally)`; adding a
format is adding such a file.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec

from assay._kernel.value import Value
from assay.vulns.advisory import Item
from assay.vulns.feeds.stream import Document

MOST_EXAMPLES = 20


class Feed(Value):
    """The declaration of a format of feeds."""

    name: str
    title: str
    about: str
    references: tuple[str, ...] = ()


class Tally(msgspec.Struct):
    """What came of a file: records read and refused, examples of why, and its latest day."""

    read: int = 0
    refused: int = 0
    examples: list[str] = msgspec.field(default_factory=list)
    day: str = ""

    def refuse(self, what: str, why: str) -> None:
        """Count a record that does not fit its format."""
        self.refused += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(f"{what[:60]}: {why[:160]}")

    def saw_day(self, day: str) -> None:
        """Remember the latest day of the data; anything that is no ISO day is passed over."""
        if is_day(day[:10]) and day[:10] > self.day:
            self.day = day[:10]


class FeedModule(Protocol):
    """The shape of a module that reads a format."""

    FEED: Feed
    recognises: Callable[[bytes], bool]
    read: Callable[[Document, Tally], Iterator[Item]]


def is_day(text: str) -> bool:
    """Return whether *text* looks like an ISO day of this or the last century."""
    return (
        len(text) == 10
        and text[:2] in {"19", "20"}
        and text[4] == text[7] == "-"
        and (text[:4] + text[5:7] + text[8:]).isdigit()
        and text.isascii()
        and "01" <= text[5:7] <= "12"
        and "01" <= text[8:] <= "31"
    )
