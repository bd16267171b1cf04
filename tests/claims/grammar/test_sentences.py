"""Sentences: abbreviations, quotations as one token, glued full stops, bounds."""

import pytest
from hypothesis import given, strategies as st

from assay.claims.grammar.sentences import MOST_TOKENS, split_sentences
from assay.claims.grammar.tokens import QUOTE


def _split(text: str) -> list[str]:
    return [text[one.start : one.end] for one in split_sentences(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Mr. Smith met Dr. Jones. They talked.", 2),
        ("The U.S. Commerce Department said so. It did.", 2),
        ("Sen. Tom Ray (R-Fla.) said so.", 1),
        ('"Why? Who knows?" Smith asked.', 1),
        ('"It is over." Nobody moved.', 2),
        ("It cost $1.2bn. That was all.", 2),
        ("The end came in a hurry.The rest is known.", 2),
        ("He lives in Washington, D.C. He works there.", 2),
    ],
)
def test_number_of_sentences(text: str, count: int) -> None:
    assert len(_split(text)) == count


def test_a_quotation_is_one_token() -> None:
    sentence = split_sentences('"One. Two. Three," he said.', 0, 27)[0]
    assert sentence.kinds[0] == QUOTE
    assert sentence.words[1:3] == ("he", "said")


def test_possessives_are_marked_and_stripped() -> None:
    sentence = split_sentences("Acme's claim and the firms' reply.", 0, 34)[0]
    assert sentence.words[0] == "acme"
    assert sentence.possessive[0]
    assert sentence.possessive[sentence.words.index("firms")]


def test_a_sentence_without_end_is_cut() -> None:
    text = "word " * 2000
    assert max(one.size for one in split_sentences(text, 0, len(text))) <= MOST_TOKENS + 1


@given(st.text(max_size=120))
def test_sentences_cover_the_text_in_order(text: str) -> None:
    at = 0
    for one in split_sentences(text, 0, len(text)):
        assert at <= one.start < one.end <= len(text)
        at = one.end


@given(
    st.lists(
        st.sampled_from(["J.", "Smith", "Mr.", '"One. Two."', "said.", "U.S.", "don't", "I."]),
        max_size=12,
    ),
    st.sampled_from([" ", "  ", "\n", " \n", "\t"]),
)
def test_tokens_stand_where_they_say(words: list[str], between: str) -> None:
    text = between.join(words)
    for sentence in split_sentences(text, 0, len(text)):
        for token, start, end in zip(sentence.texts, sentence.starts, sentence.ends, strict=True):
            assert token[0] == "\x01" or text[start:end] == token


def test_an_initial_is_one_token_and_a_last_letter_is_not() -> None:
    assert split_sentences("J. Smith said so.", 0, 17)[0].texts[0] == "J."
    assert split_sentences("It was plan B. they said.", 0, 25)[0].texts[3:5] == ("B", ".")


def test_quotations_side_by_side_are_one_token_and_nothing_moves() -> None:
    text = "He said “no”“never” and “not at all” then."
    sentence = split_sentences(text, 0, len(text))[0]
    marks = [place for place, kind in enumerate(sentence.kinds) if kind == QUOTE]
    shown = [text[sentence.starts[place] : sentence.ends[place]] for place in marks]
    assert shown == ["“no”“never”", "“not at all”"]
    assert text[sentence.starts[-2] : sentence.ends[-2]] == "then"
