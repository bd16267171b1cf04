"""All words are looked for at once as they would be one by one."""

import numpy as np
from hypothesis import given, strategies

from assay.code import holding
from assay.code.holding import holds, names_holding

SHORT = strategies.binary(max_size=6).map(lambda one: one.translate(bytes(range(8)) * 32))


@given(
    strategies.lists(SHORT.map(lambda one: one.replace(b"\0", b"aZ")), max_size=8),
    strategies.lists(SHORT.filter(bool), min_size=1, max_size=6),
    strategies.booleans(),
)
def test_kernel_and_search_find_the_same_texts(texts, words, lower):
    same_texts(texts, tuple(words), lower=lower)


def same_texts(texts, words, *, lower):
    joined = b"".join(one + b"\0" for one in texts)
    ends = np.cumsum([len(one) + 1 for one in texts], dtype=np.int64) - 1
    asked = joined.lower() if lower else joined
    found = holding.holding(joined, ends, words, lower=lower)
    assert found == holding._holding(asked, ends, words)
    return found


def test_words_in_lower_case_at_the_ends_of_texts():
    texts = [b"", b"LOGIN", b"a log", b"in", b"xLogi", b"n"]
    assert same_texts(texts, (b"login", b"g\0"), lower=True) == [1, 2]
    assert same_texts(texts, (b"login",), lower=False) == []
    assert same_texts(texts, (b"n",), lower=False) == [3, 5]


def test_more_words_than_the_kernel_takes():
    words = tuple(b"w%d;" % number for number in range(holding.MOST_WORDS + 1))
    assert same_texts([b"w256;", b"w999;"], words, lower=False) == [0]


@given(strategies.lists(strategies.text("aAbBé_", max_size=5), max_size=6))
def test_names_in_any_case(names):
    expected = [at for at, name in enumerate(names) if "ab" in name.lower() or "_" in name]
    assert names_holding(names, (b"ab", b"_")) == expected


@given(SHORT, strategies.lists(SHORT.filter(bool), min_size=1, max_size=4))
def test_content_that_holds_a_word(content, words):
    assert holds(content, tuple(words)) == any(word in content for word in words)


def test_without_a_kernel_the_search_finds_the_same(monkeypatch):
    monkeypatch.setattr(holding, "_search", lambda: None)
    assert holds(b"QUERY_STRING", (b"none", b"STRING"))
    assert not holds(b"QUERY_STRING", (b"none",))
    assert names_holding(["open", "Check", "recheck"], (b"check",)) == [1, 2]
