"""A feed file of any known form as a stream of records: which reader it is for, and its tally."""

import itertools
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from assay._kernel.registry import modules_with
from assay.vulns.advisory import Item
from assay.vulns.feeds.feed import FeedModule, Tally
from assay.vulns.feeds.stream import BrokenFeed, documents

MOST_UNKNOWN = 1000


@lru_cache(maxsize=1)
def feeds() -> tuple[FeedModule, ...]:
    """Return the readers, by name."""
    found = modules_with("assay.vulns.feeds", "FEED")
    return tuple(sorted(found, key=lambda module: module.FEED.name))


def read_file(path: Path, tally: Tally) -> tuple[str, Iterator[Item]]:
    """Return the name of the format of the file *path* and its records as they are read.

    Counts go to *tally*. Raises BrokenFeed, also while records are read, for what is damaged,
    truncated or of no known form.
    """
    stream = _items(path, tally)
    first = next(stream, None)
    if first is None:
        raise BrokenFeed(f"{path.name} holds no record")
    return first[0], (item for _, item in itertools.chain((first,), stream))


def is_feed(path: Path) -> bool:
    """Return whether the first document in the file *path* is of a known form."""
    try:
        first = next(iter(documents(path)), None)
    except BrokenFeed:
        return False
    return first is not None and _reader(first.head, None) is not None


def _items(path: Path, tally: Tally) -> Iterator[tuple[str, Item]]:
    unknown = 0
    last: FeedModule | None = None
    for document in documents(path):
        reader = _reader(document.head, last)
        if reader is None:
            unknown += 1
            tally.refuse(document.name, "it is of no known form")
            if unknown > MOST_UNKNOWN and not tally.read:
                break
            continue
        last = reader
        for item in reader.read(document, tally):
            yield reader.FEED.name, item
    if not tally.read:
        why = tally.examples[0] if tally.examples else "it is empty"
        raise BrokenFeed(
            f"{path.name}: no record could be read ({why})",
            advice="Known forms are listed by `assay feeds formats`.",
        )
    if tally.refused > tally.read:
        raise BrokenFeed(
            f"{path.name}: {tally.refused} records do not fit their format, {tally.read} do; "
            f"first: {tally.examples[0]}"
        )


def _reader(head: bytes, last: FeedModule | None) -> FeedModule | None:
    """Return the reader for *head*; that of the document before is asked first."""
    if last is not None and last.recognises(head):
        return last
    return next((module for module in feeds() if module.recognises(head)), None)
