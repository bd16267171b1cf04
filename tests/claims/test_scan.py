"""The fast scan gives what plain searching gives, on the shipped patterns and on odd text."""

import re

from hypothesis import given, strategies as st

from assay.claims import lexicon
from assay.claims.scan import _MARKS, PatternIndex, TextScan, prefixes

SETS = {
    "acts": [row["patterns"] for row in lexicon.table("acts")["act"]],
    "evidence": [row["patterns"] for row in lexicon.table("evidence")["kind"]],
    "kinds": [row["patterns"] for row in lexicon.table("kinds")["kind"]],
}
WORDS = [
    "no", "evidence", "never", "spied", "backdoor", "the", "must", "stop", "will", "publish",
    "according", "to", "documents", "showed", "verified", "by", "experts", "it", "is", "a",
    "known", "fact", "not", "true", "ridiculous", "clean", "countries", "standards", "meets",
    "threat", "we", "have", "banned", "cve-2020-1234", "familiar", "with", "officials", ",", ".",
]  # fmt: skip


def _plain(text: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for name, rows in SETS.items():
        for row, patterns in enumerate(rows):
            if any(re.search(pattern, text) for pattern in patterns):
                found.setdefault(name, []).append(row)
    return found


@given(
    st.lists(st.sampled_from(WORDS), max_size=30),
    st.sampled_from([" ", "  ", "\n", ", “", "-", "\n "]),
)
def test_the_same_rows_as_plain_searching(words: list[str], between: str) -> None:
    text = between.join(words)
    scan = TextScan(text, lexicon.pattern_index())
    fast = {name: sorted({hit.row for hit in scan.hits(name, 0, len(text))}) for name in SETS}
    assert {name: rows for name, rows in fast.items() if rows} == _plain(text)


def test_prefixes_come_from_the_pattern() -> None:
    assert prefixes(r"\b(?:spy|spies)\b") == {"spy", "spies"}
    assert prefixes(r"\bback-?\s?doors?\b") is not None
    assert prefixes(r"open") is None
    assert prefixes(r"\b\w+ing\b") is None


def test_a_caret_means_the_beginning_of_the_range() -> None:
    scan = TextScan("he said stop it", PatternIndex({"x": [["^stop"]]}))
    assert scan.hits("x", 0, 15) == []
    assert [hit.start for hit in scan.hits("x", 8, 15)] == [8]


@given(
    st.lists(st.sampled_from([*WORDS, "\n"]), min_size=4, max_size=40),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), max_size=8),
)
def test_the_order_of_questions_changes_no_answer(
    words: list[str], ranges: list[tuple[int, int]]
) -> None:
    text = " ".join(words)
    one = TextScan(text, lexicon.pattern_index())
    for begin, size in ranges:
        start = min(begin, len(text))
        asked = (start, min(start + size, len(text)))
        fresh = TextScan(text, lexicon.pattern_index())
        assert [one.hits(name, *asked) for name in SETS] == [
            fresh.hits(name, *asked) for name in SETS
        ]
        cut = {name: [hit.row for hit in one.hits(name, *asked)] for name in SETS}
        plain = _plain_in(text, *asked)
        assert {name: sorted(set(rows)) for name, rows in cut.items() if rows} == plain


def _plain_in(text: str, start: int, end: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for name, rows in SETS.items():
        for row, patterns in enumerate(rows):
            if any(_found(pattern, text, start, end) for pattern in patterns):
                found.setdefault(name, []).append(row)
    return found


def _found(pattern: str, text: str, start: int, end: int) -> bool:
    if pattern.startswith("^"):
        while start < end and text[start] in _MARKS:
            start += 1
        return re.compile(pattern[1:]).match(text, start, end) is not None
    return re.compile(pattern).search(text, start, end) is not None
