"""The pattern library: TOML files of expressions, compiled into one database.

`expression` is a regular expression over bytes that Python's `re` and Hyperscan read alike:
no look-around, no back-references, no match above 4 KiB. `id` is `<topic>.<name>`; `most` is
how many matches of it are kept in one content (40 unless stated). `bare` is an expression for
whole zero-terminated strings that are looked up where `expression` matched. `holds` is a text that
every match has, at most `before` bytes from its begin: it is found sooner than the expression is.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

import hyperscan
import msgspec

from assay._kernel import lazy_re
from assay._kernel.beside import keep, kept
from assay._kernel.multipattern import compiled
from assay._kernel.occurrences import occurrences
from assay._kernel.packaged import files
from assay.inventory.patterns.prefixes import prefixes

MOST_HITS = 40
MOST_WHOLE = 8
MOST_ENDS = 4096
LONGEST = 4096

_REPEAT = lazy_re.compile(rb"\{([0-9]+),[0-9]+\}")


class Library:
    """All patterns: which of them occur in a content, and where."""

    def __init__(
        self,
        expressions: dict[str, bytes],
        most: dict[str, int] | None = None,
        bare: dict[str, bytes] | None = None,
        name: str = "",
        holds: dict[str, tuple[bytes, int]] | None = None,
    ) -> None:
        self.names = sorted(expressions)
        self._most = most or {}
        self._bare = bare or {}
        self._holds = holds or {}
        self._sources = expressions
        self._exact = {
            one: lazy_re.compile(source, re.DOTALL) for one, source in expressions.items()
        }
        self._whole = {
            one: lazy_re.compile(rb"\0(%s)(?=\n?\0)" % source) for one, source in self._bare.items()
        }
        # What finds the ends of all strings that `bare` expressions are about.
        strings = [rb"\x00(?:%s)\n?\x00" % self._bare[one] for one in sorted(self._bare)]
        self._strings: Any = strings and compiled(
            strings, once=False, name=name and f"{name}-strings"
        )
        self._searched: tuple[bytes, dict[str, list[int]] | None] | None = None
        self._begins: dict[str, tuple[bytes, ...]] = {}
        loose = [_loose(expressions[one]) for one in self.names]
        self._database = compiled(loose, once=True, name=name)

    def present(self, content: bytes) -> dict[str, int]:
        """Return the patterns that may occur in *content*: ids, sorted, and where a first one ends.

        The search leaves upper bounds of repeats out; `matches` decides.
        """
        seen: dict[int, int] = {}

        def note(number: int, _start: int, end: int, *_: Any) -> None:  # noqa: ANN401 - Hyperscan's
            seen.setdefault(number, end)

        self._database.scan(content, match_event_handler=note)
        return {self.names[number]: seen[number] for number in sorted(seen)}

    def matches(self, name: str, content: bytes, first: int) -> Iterator[tuple[int, int]]:
        """Yield the ranges where *name* matches; *first* is where `present` says one ends."""
        start = max(0, first - LONGEST)
        most = self._most.get(name, MOST_HITS)
        if name in self._holds:
            return islice(self._around(name, content, start), most)
        if name not in self._begins:
            self._begins[name] = prefixes(self._sources[name])
        if begins := self._begins[name]:
            return islice(self._beginning(self._exact[name], begins, content, start), most)
        return (match.span() for match in islice(self._exact[name].finditer(content, start), most))

    def _beginning(
        self, exact: re.Pattern[bytes], begins: tuple[bytes, ...], content: bytes, start: int
    ) -> Iterator[tuple[int, int]]:
        """Yield what `finditer` would: every match begins with one of *begins*."""
        for place in occurrences(content, begins, start):
            match = exact.match(content, place) if place >= start else None
            if match is not None:
                yield match.span()
                start = match.end()

    def _around(self, name: str, content: bytes, start: int) -> Iterator[tuple[int, int]]:
        """Yield what `finditer` would: every match holds a text, so nothing begins far before."""
        text, before = self._holds[name]
        while (place := content.find(text, start)) >= 0:
            match = self._exact[name].search(content, max(start, place - before))
            if match is None:
                return
            yield match.span()
            start = match.end()

    def whole_strings(self, name: str, content: bytes) -> Iterator[tuple[int, int]]:
        """Yield the ranges of the zero-terminated strings that are what `bare` of *name* says."""
        if name not in self._bare:
            return
        whole, ends = self._whole[name], self._ends_in(content)
        if ends is None:
            found: Iterator[re.Match[bytes] | None] = whole.finditer(content)
        else:
            begins = (content.rfind(b"\0", 0, end - 1) for end in ends.get(name, ()))
            found = (whole.match(content, begin) for begin in begins)
        yield from (match.span(1) for match in islice(filter(None, found), MOST_WHOLE))

    def _ends_in(self, content: bytes) -> dict[str, list[int]] | None:
        """Return where strings end that are what some `bare` says; None where they are too many."""
        if self._searched is None or self._searched[0] is not content:
            self._searched = content, self._search_ends(content)
        return self._searched[1]

    def _search_ends(self, content: bytes) -> dict[str, list[int]] | None:
        names, ends = sorted(self._bare), defaultdict[str, list[int]](list)
        left = [MOST_ENDS]

        def note(number: int, _start: int, end: int, *_: Any) -> bool:  # noqa: ANN401 - Hyperscan's
            ends[names[number]].append(end)
            left[0] -= 1
            return left[0] == 0

        try:
            self._strings.scan(content, match_event_handler=note)
        except hyperscan.ScanTerminated:
            return None
        return ends


def _loose(expression: bytes) -> bytes:
    """Return *expression* without upper bounds of repeats: it matches more and compiles faster."""
    return _REPEAT.sub(lambda bounds: b"{%s,}" % bounds[1], expression)


@lru_cache(maxsize=1)
def patterns() -> tuple[dict[str, Any], ...]:
    """Return all patterns as the TOML files of this folder state them."""
    own = sorted(files(__package__).glob("*.toml"), key=lambda file: file.name)
    texts = [file.read_bytes() for file in own]
    key = hashlib.sha256(b"\0".join(texts)).hexdigest()
    known = kept("patterns-parsed", key)
    if known is not None:
        return msgspec.msgpack.decode(known, type=tuple[dict[str, Any], ...])
    import tomllib  # noqa: PLC0415 - what was parsed is kept

    parsed = tuple(one for text in texts for one in tomllib.loads(text.decode())["pattern"])
    keep("patterns-parsed", key, msgspec.msgpack.encode(parsed))
    return parsed


def expressions() -> dict[str, bytes]:
    """Return all expressions by id."""
    return {one["id"]: one["expression"].encode("latin-1") for one in patterns()}


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the library of all patterns, compiled once in a process."""
    bare = {one["id"]: one["bare"].encode("latin-1") for one in patterns() if "bare" in one}
    most = {one["id"]: one["most"] for one in patterns() if "most" in one}
    holds = {
        one["id"]: (one["holds"].encode("latin-1"), int(one["before"]))
        for one in patterns()
        if "holds" in one
    }
    return Library(expressions(), most, bare, name="patterns", holds=holds)
