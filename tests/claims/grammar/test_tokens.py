"""Tokens by themselves: bare words, kinds, possessives, verbs and adverbs."""
# ruff: noqa: RUF001 - typographic apostrophes are what is read here

import pytest

from assay.claims.grammar.tokens import (
    ADVERBS_OF,
    CAPITALS,
    DESCRIBED,
    ENDING,
    JOINED,
    KINDS,
    MARK,
    OWNING,
    QUOTE,
    VERBAL,
    WORD,
)


def _marked(text: str, table: bytes) -> int:
    """Return what *table* makes of the traits of the token *text*."""
    return DESCRIBED[text][2].translate(table)[0]


@pytest.mark.parametrize(
    ("text", "word", "kind", "owns"),
    [
        ("Acme's", "acme", WORD, True),
        ("users’", "users", WORD, True),
        ("It’s", "it", WORD, True),
        ("don’t", "don't", WORD, False),
        ("s", "s", WORD, False),
        ("$1.2bn", "$1.2bn", WORD, False),
        (",", ",", MARK, False),
        ("\x01\x01\x01", "\x01", QUOTE, False),
    ],
)
def test_word_kind_and_possessive(text: str, word: str, kind: int, owns: bool) -> None:  # noqa: FBT001 - a column of the table
    assert DESCRIBED[text][:2] == (text, word)
    assert (_marked(text, KINDS), _marked(text, OWNING)) == (kind, owns)


@pytest.mark.parametrize(
    ("text", "verb", "joined"),
    [
        ("was", True, True),
        ("denied", True, True),
        ("isn't", True, True),
        ("United", False, False),
        ("shouldn't've", False, False),
        ("router", False, False),
    ],
)
def test_what_can_be_a_verb(text: str, verb: bool, joined: bool) -> None:  # noqa: FBT001 - columns of the table
    assert (_marked(text, VERBAL), _marked(text, JOINED)) == (verb, joined)


def test_adverbs_and_capitals() -> None:
    assert [_marked(text, ADVERBS_OF) for text in ("repeatedly", "Emily", "also", "router")] == [
        True,
        False,
        True,
        False,
    ]
    assert [_marked(text, CAPITALS) for text in ("Acme", "al-Rashed", "5G", "acme", ".")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_what_may_end_a_sentence() -> None:
    assert [_marked(text, ENDING) for text in (".", "U.S.", "\x01", "word", ",")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_white_space_behind_a_token_is_measured_and_left_out() -> None:
    assert DESCRIBED["Acme's  "][:2] == ("Acme's", "acme")
    assert DESCRIBED["Acme's  "][3] == 8
