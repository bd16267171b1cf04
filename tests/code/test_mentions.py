"""Words that stand inside longer texts are mentioned; texts by themselves are not."""

import pytest
from hypothesis import example, given, strategies

from assay.code import mentions as module
from assay.code.mentions import Mentions


class Texts:
    """A program that has only the given runs of bytes."""

    def __init__(self, *runs):
        self.runs = runs

    def data_between_code(self):
        return iter(self.runs)


def plainly(runs, word):
    mentions = Mentions(Texts(*runs))
    mentions.__dict__["_linked"] = None
    return mentions.of(word)


LETTERS = strategies.lists(strategies.sampled_from(b"aab \n\0\0\x07"), max_size=30).map(bytes)


@given(strategies.lists(LETTERS, max_size=3), strategies.lists(LETTERS, min_size=1, max_size=9))
@example([b"aaaa", b"aaaaa"], [b"aaaa", b"aaaaa", b"a"])
@example([b"aab", b"b\0bba\0baab"], [b"aab", b"aabb", b"bba"])
def test_kernel_and_search_agree(runs, words):
    mentions = Mentions(Texts(*runs))
    for word in words:
        for part in (word, word[:5], word[:3]):
            assert mentions.of(part) == plainly(runs, part)


@pytest.mark.parametrize(
    ("word", "mentioned"),
    [
        (b"status", True), (b"show", True), (b"alone", False), (b"one", True), (b"abc", False),
        (b"the status", True), (b"lastword", True), (b"word", True), (b"", False),
        (b"e\0s", False), (b"no such", False), (b"xyzw", False), (b"yzwv", True),
    ],
)  # fmt: skip
def test_words_inside_longer_texts(word, mentioned):
    runs = b"status\0show the status\0alone\0abc\x01xyzw", b"yzwv!\0lastword\n"
    assert Mentions(Texts(*runs)).of(word) is mentioned
    assert plainly(runs, word) is mentioned


def test_texts_too_large_to_link_are_searched(monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 4)
    assert Mentions(Texts(b"show the status")).of(b"status")
