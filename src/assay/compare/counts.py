"""Counts in sentences: what went, what came, what differs."""

from collections.abc import Sequence

SHOWN = 3


def went_and_came(gone: int, come: int, one: str, many: str) -> str:
    """Return how many of a thing went and came; *one* and *many* name it. Not for none of both."""
    if not come:
        return f"{_counted(gone, one, many)} went"
    if not gone:
        return f"{_counted(come, one, many)} came"
    return f"{_counted(gone, one, many)} went and {come} came"


def who_differs(names: Sequence[str]) -> str:
    """Return that the things called *names* differ, the first few by name. Not for none."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more} {'differs' if len(names) == 1 else 'differ'}"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
