"""The pattern library: TOML files of expressions, compiled into one database.

`expression` is a regular expression over bytes that Python's `re` and Hyperscan read alike:
no look-around, no back-references. `id` is `<topic>.<name>`.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from itertools import islice
from typing import Any

import hyperscan


class Library:
    """All patterns: which of them occur in a content, and where."""

    def __init__(self, expressions: dict[str, bytes]) -> None:
        self.names = sorted(expressions)
        self._expressions = [re.compile(expressions[name], re.DOTALL) for name in self.names]
        self._number = {name: number for number, name in enumerate(self.names)}
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH
        self._database.compile(
            expressions=[expressions[name] for name in self.names],
            ids=list(range(len(self.names))),
            elements=len(self.names),
            flags=[flags] * len(self.names),
        )

    def present(self, content: bytes) -> list[str]:
        """Return the ids of the patterns that occur in *content*, sorted."""
        seen: set[int] = set()

        def note(number: int, *_: Any) -> None:  # noqa: ANN401 - Hyperscan's callback
            seen.add(number)

        self._database.scan(content, match_event_handler=note)
        return [self.names[number] for number in sorted(seen)]

    def matches(self, name: str, content: bytes, most: int) -> Iterator[tuple[int, int]]:
        """Yield the ranges where the pattern *name* matches, at most *most* of them."""
        found = self._expressions[self._number[name]].finditer(content)
        return (match.span() for match in islice(found, most))


def expressions() -> dict[str, bytes]:
    """Return all expressions by id, from the TOML files of this folder."""
    found: dict[str, bytes] = {}
    for entry in sorted(resources.files(__package__).iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            for pattern in tomllib.loads(entry.read_text("utf-8"))["pattern"]:
                found[pattern["id"]] = pattern["expression"].encode("latin-1")
    return found


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the library of all patterns, compiled once in a process."""
    return Library(expressions())
