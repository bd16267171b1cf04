"""Many word patterns over one text, fast: each pattern is tried only where its first letters stand.

The first letters come from the parsed pattern itself, so the outcome is that of searching with
every pattern in turn. A line of the text is walked once for all sets of patterns.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import importlib
import re
from bisect import bisect_left
from functools import cache, partial
from itertools import accumulate, compress, count
from typing import Any, NamedTuple

from assay.claims.known import Known

PREFIX = 8
_MOST, _AHEAD = 3000, 2
_MARKS = "\"'“”‘’ "
_WORD_START = re.compile(r"\b\w")
_WORDS = re.compile(r"\w+\W*")

Entry = tuple[int, re.Pattern[str], int]
"""The row in a set, the pattern, the number of the pattern."""

Named = tuple[tuple[str, tuple[Entry, ...]], ...]
"""Patterns by the name of their set."""


Place = tuple[int, Named, int, int, frozenset[str]]
"""Where in a chunk of text patterns can match, and which; where from and to the text must be
one of some others for more patterns to match."""


class Hit(NamedTuple):
    """A match: the row it belongs to and where it stands."""

    row: int
    start: int
    end: int


class PatternIndex:
    """Named sets of rows of patterns; a row matches where any of its patterns does."""

    def __init__(self, sets: dict[str, list[list[str]]]) -> None:
        self.names = tuple(sets)
        self.open: dict[str, list[Entry]] = {}
        self._by_start: dict[str, list[tuple[str, Entry]]] = {}
        self._stems: set[str] = set()
        self._first: dict[str, list[tuple[set[str], Entry]]] = {}
        self._number = 0
        self.at = Known(self._at)
        """How a text goes on -> the patterns that can match there."""
        self.places_in = Known(self._places_in)
        for name, rows in sets.items():
            for row, patterns in enumerate(rows):
                for pattern in patterns:
                    self._add(name, row, pattern)
        self.tied = frozenset(self._first)
        self._known_first = {name: Known(partial(self._tied, name)) for name in self._first}

    def _at(self, beginning: str) -> Named:
        fitting: dict[str, dict[int, Entry]] = {}
        for size in range(1, len(beginning) + 1):
            for name, entry in self._by_start.get(beginning[:size], ()):
                fitting.setdefault(name, {})[entry[2]] = entry
        return tuple((name, tuple(entries.values())) for name, entries in fitting.items())

    def _places_in(self, chunk: str) -> tuple[Place, ...]:
        """Return where in what stands between two spaces a pattern can match."""
        words = _WORDS.finditer(chunk + " ")
        places = (self._place(word.start(), word[0][:PREFIX]) for word in words)
        return tuple(one for one in places if one[1] or one[4])

    def _place(self, at: int, word: str) -> Place:
        """Return what can match where *word*, with what is behind it, stands at *at*."""
        behind, rest = at + len(word), []
        if len(word) < PREFIX and word in self._stems:
            rest = [start[len(word) :] for start in self._by_start if start.startswith(word)]
        longer = [one for one in rest if one]
        size = min(_AHEAD, *map(len, longer)) if longer else 0
        return at, self.at[word], behind, behind + size, frozenset(one[:size] for one in longer)

    def first(self, name: str, beginning: str) -> list[Entry]:
        """Return the patterns of the set *name* tied to the beginning that can match there."""
        return self._known_first[name][beginning]

    def _tied(self, name: str, beginning: str) -> list[Entry]:
        return [entry for starts, entry in self._first[name] if beginning.startswith(tuple(starts))]

    def may_match(self, name: str, row: int, text: str) -> bool:
        """Tell whether a pattern of the *row* of set *name* can match anywhere in *text*."""
        if any(entry[0] == row for entry in self.open.get(name, ())):
            return True
        for word in _WORD_START.finditer(text):
            for found, entries in self.at[text[word.start() : word.start() + PREFIX]]:
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
            self._by_start.setdefault(start, []).append((name, entry))
            self._stems.update(accumulate(start))


class TextScan:
    """One text asked about in ranges with an index; `text` is lower case.

    Lines are walked when first asked about, and again only if another was in between.
    """

    def __init__(self, text: str, index: PatternIndex) -> None:
        self.text = text
        self._index = index
        self._begin, self._stop = 0, -1
        self._places: dict[str, list[int]] = {}
        self._entries: dict[str, list[tuple[Entry, ...]]] = {}

    def hits(self, name: str, start: int, end: int) -> list[Hit]:
        """Return, for each pattern of the set *name*, its first match from *start* to *end*.

        Sorted by row and place. A pattern that begins with `^` is tried at the
        first word from *start* on, quotation marks passed over.
        """
        if not self._begin <= start <= end <= self._stop:
            self._turn_to(start, end)
        places = self._places[name]
        low = bisect_left(places, start)
        high = bisect_left(places, end, low)
        found = self._at_words(name, low, high, end) if low < high else []
        if name in self._index.tied:
            found += self._at_beginning(name, start, end)
        if name in self._index.open:
            found += self._anywhere(name, start, end)
        if len(found) > 1:
            found.sort()
        return found

    def _turn_to(self, start: int, end: int) -> None:
        """Look for where patterns can match in the lines that hold *start* to *end*."""
        text, at = self.text, self._index.at
        self._begin = text.rfind("\n", 0, start) + 1
        stop = text.find("\n", max(start, end))
        self._stop = stop if stop >= 0 else len(text)
        places: dict[str, list[int]] = {name: [] for name in self._index.names}
        fitting: dict[str, list[tuple[Entry, ...]]] = {name: [] for name in self._index.names}
        self._places, self._entries = places, fitting
        chunks = text[self._begin : self._stop].split(" ")
        behind = [*accumulate(map(len, chunks), initial=self._begin)]
        inside = [*map(self._index.places_in.__getitem__, chunks)]
        for number in compress(count(), inside):
            # Each space before the chunk counts for one more character.
            base = behind[number] + number
            for place, named, next_, stop, going_on in inside[number]:
                first = base + place
                if text[base + next_ : base + stop] in going_on:
                    named = at[text[first : first + PREFIX]]  # noqa: PLW2901 - more can match here
                for name, entries in named:
                    places[name].append(first)
                    fitting[name].append(entries)

    def _at_words(self, name: str, low: int, high: int, end: int) -> list[Hit]:
        """Try the patterns at the places numbered *low* to *high*."""
        found: list[Hit] = []
        seen: set[int] = set()
        text, places, entries = self.text, self._places[name], self._entries[name]
        for at in range(low, high):
            for row, pattern, number in entries[at]:
                if number not in seen and (match := pattern.match(text, places[at], end)):
                    seen.add(number)
                    found.append(Hit(row, places[at], match.end()))
        return found

    def _anywhere(self, name: str, start: int, end: int) -> list[Hit]:
        """Search with the patterns whose matches can begin with anything."""
        found = []
        for row, pattern, _ in self._index.open[name]:
            match = pattern.search(self.text, start, end)
            if match:
                found.append(Hit(row, match.start(), match.end()))
        return found

    def _at_beginning(self, name: str, start: int, end: int) -> list[Hit]:
        text, found = self.text, []
        while start < end and text[start] in _MARKS:
            start += 1
        for row, pattern, _ in self._index.first(name, text[start : start + PREFIX]):
            match = pattern.match(text, start, end)
            if match:
                found.append(Hit(row, start, match.end()))
        return found


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
        full = {prefix for prefix in running if len(prefix) >= PREFIX}
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
