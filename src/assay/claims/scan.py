"""Many word patterns over one text, fast: each pattern is tried only where its first letters stand.

The first letters come from the parsed pattern itself, so the outcome is that of searching with
every pattern in turn. The text is walked once; each question is then about a range of it.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import importlib
import re
from bisect import bisect_left
from functools import cache
from itertools import accumulate, compress
from operator import itemgetter
from typing import Any, NamedTuple

from assay.claims.known import Known

_PREFIX = 6
_MOST = 3000
_MOST_KNOWN = 50_000
_MARKS = "\"'“”‘’ "
_WORD_START = re.compile(r"\b\w")
_WORDS = re.compile(r"\w+\W*")
_FIRST_WORD = re.compile(r"\w|$")
_beginning = itemgetter(slice(_PREFIX))

Entry = tuple[int, re.Pattern[str], int]
"""The row in a set, the pattern, the number of the pattern."""

Named = tuple[tuple[str, tuple[Entry, ...]], ...]
"""Patterns by the name of their set."""


class Hit(NamedTuple):
    """A match: the row it belongs to and where it stands."""

    row: int
    start: int
    end: int


class PatternIndex:
    """Named sets of rows of patterns; a row matches where any of its patterns does."""

    def __init__(self, sets: dict[str, list[list[str]]]) -> None:
        self.names = tuple(sets)
        self.known: dict[str, Named] = {}
        self.open: dict[str, list[Entry]] = {}
        self._buckets: dict[str, list[tuple[str, str, Entry]]] = {}
        self._first: dict[str, list[tuple[set[str], Entry]]] = {}
        self._known_first: dict[tuple[str, str], list[Entry]] = {}
        self._number = 0
        self.may_begin = Known(self._may_begin)
        for name, rows in sets.items():
            for row, patterns in enumerate(rows):
                for pattern in patterns:
                    self._add(name, row, pattern)
        self.tied = frozenset(self._first)

    def at(self, beginning: str) -> Named:
        """Return the patterns that can match where the text begins with *beginning*."""
        found = self.known.get(beginning)
        if found is None:
            bucket = self._buckets.get(beginning[:1], ())
            fitting: dict[str, dict[int, Entry]] = {}
            for start, name, entry in bucket:
                if beginning.startswith(start):
                    fitting.setdefault(name, {})[entry[2]] = entry
            found = tuple((name, tuple(entries.values())) for name, entries in fitting.items())
            if len(self.known) > _MOST_KNOWN:
                self.known.clear()
            self.known[beginning] = found
        return found

    def _may_begin(self, word: str) -> bool:
        """Tell whether a pattern can match where a word and what is behind it begin so."""
        bucket = self._buckets.get(word[:1], ())
        return any(word.startswith(start) or start.startswith(word) for start, _, _ in bucket)

    def first(self, name: str, beginning: str) -> list[Entry]:
        """Return the patterns of the set *name* tied to the beginning that can match there."""
        key = (name, beginning)
        found = self._known_first.get(key)
        if found is None:
            found = [
                entry
                for starts, entry in self._first.get(name, ())
                if any(beginning.startswith(one) for one in starts)
            ]
            if len(self._known_first) > _MOST_KNOWN:
                self._known_first.clear()
            self._known_first[key] = found
        return found

    def may_match(self, name: str, row: int, text: str) -> bool:
        """Tell whether a pattern of the *row* of set *name* can match anywhere in *text*."""
        if any(entry[0] == row for entry in self.open.get(name, ())):
            return True
        for word in _WORD_START.finditer(text):
            for found, entries in self.at(text[word.start() : word.start() + _PREFIX]):
                if found == name and any(entry[0] == row for entry in entries):
                    return True
        return False

    def _add(self, name: str, row: int, pattern: str) -> None:
        self._number += 1
        if pattern.startswith("^"):
            # A caret means the beginning of what is searched, not of the whole text.
            bare = pattern.removeprefix("^")
            entry = (row, re.compile(bare), self._number)
            starts = prefixes("\\b" + bare) or {""}
            self._first.setdefault(name, []).append((starts, entry))
            return
        entry, begins = (row, re.compile(pattern), self._number), prefixes(pattern)
        if begins is None:
            self.open.setdefault(name, []).append(entry)
            return
        for start in sorted(begins):
            self._buckets.setdefault(start[0], []).append((start, name, entry))


class TextScan:
    """One text walked once with an index; `text` is lower case."""

    def __init__(self, text: str, index: PatternIndex) -> None:
        self.text = text
        self._index = index
        self._known: dict[tuple[str, int, int], list[Hit]] = {}
        self._places: dict[str, list[int]] = {name: [] for name in index.names}
        self._entries: dict[str, list[tuple[Entry, ...]]] = {name: [] for name in index.names}
        known, find = index.known, index.at
        for at in _starts(text, index):
            beginning = text[at : at + _PREFIX]
            found = known.get(beginning)
            if found is None:
                found = find(beginning)
            for name, entries in found:
                self._places[name].append(at)
                self._entries[name].append(entries)

    def hits(self, name: str, start: int, end: int) -> list[Hit]:
        """Return, for each pattern of the set *name*, its first match from *start* to *end*.

        Sorted by row and place. A pattern that begins with `^` is tried at the
        first word from *start* on, quotation marks passed over.
        """
        key = (name, start, end)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._all(name, start, end)
        return found

    def _all(self, name: str, start: int, end: int) -> list[Hit]:
        text, places = self.text, self._places[name]
        low = bisect_left(places, start)
        high = bisect_left(places, end, low)
        found = self._at_words(name, low, high, end) if low < high else []
        if name in self._index.tied:
            found += self._at_beginning(name, start, end)
        for row, pattern, _ in self._index.open.get(name, ()):
            match = pattern.search(text, start, end)
            if match:
                found.append(Hit(row, match.start(), match.end()))
        if len(found) > 1:
            found.sort()
        return found

    def _at_words(self, name: str, low: int, high: int, end: int) -> list[Hit]:
        """Try the patterns at the places numbered *low* to *high*."""
        found: list[Hit] = []
        seen: set[int] = set()
        text, places, entries = self.text, self._places[name], self._entries[name]
        for at in range(low, high):
            for row, pattern, number in entries[at]:
                if number not in seen:
                    match = pattern.match(text, places[at], end)
                    if match:
                        seen.add(number)
                        found.append(Hit(row, places[at], match.end()))
        return found

    def _at_beginning(self, name: str, start: int, end: int) -> list[Hit]:
        text, found = self.text, []
        while start < end and text[start] in _MARKS:
            start += 1
        for row, pattern, _ in self._index.first(name, text[start : start + _PREFIX]):
            match = pattern.match(text, start, end)
            if match:
                found.append(Hit(row, start, match.end()))
        return found


def _starts(text: str, index: PatternIndex) -> list[int]:
    """Return where the words of *text* stand at which a pattern may match."""
    lead = _FIRST_WORD.search(text)
    pieces = _WORDS.findall(text)
    starts = accumulate(map(len, pieces), initial=lead.start() if lead else 0)
    may = index.may_begin
    return list(compress(starts, map(may.__getitem__, map(_beginning, pieces))))


def prefixes(pattern: str) -> set[str] | None:
    r"""Return how matches of *pattern* can begin, up to six letters; nothing where that is open.

    Only patterns that begin at a word (`\b` first) have prefixes.
    """
    if not pattern.startswith("\\b"):
        return None
    tree = _parsed(pattern)
    if tree is None:
        return None
    done, running = _grow({""}, tree)
    every = done | running
    if (
        not every
        or "" in every
        or len(every) > _MOST
        or not all(start[0].isalnum() for start in every)
    ):
        return None
    return every


@cache
def _parser() -> Any:  # noqa: ANN401 - a value of no one type
    return importlib.import_module("re._parser")


def _parsed(pattern: str) -> list[tuple[Any, Any]] | None:
    try:
        return list(_parser().parse(pattern))
    except (ImportError, AttributeError):
        return None


def _grow(running: set[str], items: list[tuple[Any, Any]]) -> tuple[set[str], set[str]]:
    """Return prefixes that are finished, and those that later items may still lengthen."""
    done: set[str] = set()
    for operator, argument in items:
        if not running:
            break
        stopped, running = _step(running, str(operator), argument)
        done |= stopped
        full = {prefix for prefix in running if len(prefix) >= _PREFIX}
        done |= full
        running = running - full
        if len(done) + len(running) > _MOST:
            return {""}, set()
    return done, running


def _step(running: set[str], operator: str, argument: Any) -> tuple[set[str], set[str]]:  # noqa: ANN401, PLR0911 - one return for each case of the grammar
    if operator in {"AT", "ASSERT", "ASSERT_NOT"}:
        return set(), running
    if operator == "LITERAL":
        return set(), {prefix + chr(argument) for prefix in running}
    if operator == "IN":
        letters = _letters(argument)
        return (
            (set(), {prefix + letter for prefix in running for letter in letters})
            if letters
            else (running, set())
        )
    if operator == "SUBPATTERN":
        return _grow(running, list(argument[3]))
    if operator == "BRANCH":
        parts = [_grow(set(running), list(branch)) for branch in argument[1]]
        return {one for done, _ in parts for one in done}, {
            one for _, more in parts for one in more
        }
    if operator in {"MAX_REPEAT", "MIN_REPEAT"}:
        low, _, inner = argument
        done, more = _grow(set(running), list(inner))
        # One round is followed; what a second round adds is left open by ending the prefix there.
        return (done | more, set(running)) if low == 0 else (done | more, set())
    return running, set()


def _letters(argument: Any) -> list[str]:  # noqa: ANN401 - a value of no one type
    found: list[str] = []
    for operator, value in argument:
        if str(operator) == "LITERAL":
            found.append(chr(value))
        elif str(operator) == "RANGE" and value[1] - value[0] < 30:
            found += [chr(code) for code in range(value[0], value[1] + 1)]
        else:
            return []
    return found
