"""Noun phrases before and behind a verb."""

import pytest

from assay.claims.grammar.following import phrase_after
from assay.claims.grammar.phrases import clause_subject, phrase_before
from assay.claims.grammar.sentences import Sentence, split_sentences


def _read(text: str) -> Sentence:
    return split_sentences(text, 0, len(text))[0]


def _words(text: str, sentence: Sentence, phrase: tuple[int, int] | None) -> str:
    return text[sentence.starts[phrase[0]] : sentence.ends[phrase[1]]] if phrase else ""


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("On Wednesday Minister Ann Lee said it.", "Minister Ann Lee"),
        ("Ann Lee, a spokeswoman for the firm, said it.", "Ann Lee, a spokeswoman for the firm"),
        ("The head of the agency, Bob Ray, said it.", "The head of the agency, Bob Ray"),
        ("But officials in Berlin said it.", "officials in Berlin"),
        ("Australia, Japan and New Zealand said it.", "Australia, Japan and New Zealand"),
        ("The firm, however, said it.", "The firm"),
        ("Sen. Tom Ray (R-Fla.) said it.", "Sen. Tom Ray (R-Fla.)"),
    ],
)
def test_phrase_before_the_verb(text: str, subject: str) -> None:
    sentence = _read(text)
    verb = sentence.words.index("said")
    assert _words(text, sentence, phrase_before(sentence, verb - 1)) == subject


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("said Ann Lee, a lawyer in Oslo, on Monday.", "Ann Lee, a lawyer in Oslo"),
        ("said security chief Liis Tamm in a post.", "security chief Liis Tamm"),
        ("said the minister during the talks.", "the minister"),
        ("said Bob Ray, adding that it was so.", "Bob Ray"),
    ],
)
def test_phrase_behind_the_verb(text: str, subject: str) -> None:
    sentence = _read(text)
    assert _words(text, sentence, phrase_after(sentence, 1)) == subject


def test_the_subject_skips_a_leading_phrase() -> None:
    text = "In March, Pompeo applauded the move."
    sentence = _read(text)
    assert _words(text, sentence, clause_subject(sentence, sentence.size)) == "Pompeo"
