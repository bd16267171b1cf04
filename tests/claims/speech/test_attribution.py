"""Attributions in a sentence: who, which verb, which words; and what is none."""
# ruff: noqa: RUF001 - typographic quotation marks are what is read here

import pytest

from assay.claims.extract import extract
from assay.claims.grammar.sentences import split_sentences
from assay.claims.speech.attribution import read_sentence
from assay.claims.speech.nouns import read_nouns

CASES = [
    ('"It is so," Ann Lee said.', "Ann Lee", ['"It is so,"']),
    ('"It is so," said Ann Lee, a lawyer.', "Ann Lee, a lawyer", ['"It is so,"']),
    ('"I see," he said, "and I know."', "he", ['"I see,"', '"and I know."']),
    ("The law, he argued, would hurt workers.", "he", ["The law", "would hurt workers"]),
    ("Lee said Sunday that the gear was old.", "Lee", ["the gear was old"]),
    ("Lee told the BBC the gear was old.", "Lee", ["the gear was old"]),
    ("Lee said in an interview with NBC that it was old.", "Lee", ["it was old"]),
    ("The gear was old, according to two officials.", "two officials", ["The gear was old"]),
    ("According to the firm, the gear was old.", "the firm", ["the gear was old"]),
    ("Several states accused Acme of spying.", "Several states", ["Acme of spying"]),
    ("Acme has denied spying on users.", "Acme", ["spying on users"]),
    ("Lee called the plan a sham.", "Lee", ["the plan a sham"]),
    ("Acme called on the court to stop it.", "Acme", ["the court to stop it"]),
    ("Acme vowed to fix the flaw.", "Acme", ["to fix the flaw"]),
    ('Asked about it, Lee said: "No."', "Lee", ['"No."']),
    ("Lee said, however, that it was old.", "Lee", ["it was old"]),
    ("Lee said on CNN’s “State of It” that it was old.", "Lee", ["it was old"]),
    ('"Is it old?" Lee asked the crowd.', "Lee", ['"Is it old?"']),
    ("It drew scorn from Democrats, who said it was old.", "Democrats", ["it was old"]),
    ("The plan was described by one official as a sham.", "one official", ["as a sham"]),
    ("Critics claim the bill is weak.", "Critics", ["the bill is weak"]),
    ("Lee's claim that the gear was old spread.", "Lee's", ["the gear was old spread"]),
]


def _read(text: str) -> list[tuple[str, list[str]]]:
    found = []
    for sentence in split_sentences(text, 0, len(text)):
        verbs = read_sentence(sentence)
        for one in verbs + read_nouns(sentence, verbs):
            source = one.source_range()
            words = text[source[0] : source[1]] if source else ""
            found.append((words, [text[start:end] for start, end in one.content]))
    return found


@pytest.mark.parametrize(("text", "speaker", "content"), CASES, ids=[case[0] for case in CASES])
def test_who_said_what(text: str, speaker: str, content: list[str]) -> None:
    assert (speaker, content) in _read(text)


@pytest.mark.parametrize(
    "text",
    [
        "The firm declined to comment on the report.",
        "He could say that it was over.",
        "The United States won.",
        "She did not say who had paid.",
        "The statement was long and the claims were many.",
        "He is expected to announce a plan.",
        "The report said by many to be wrong was long.",
    ],
)
def test_what_is_no_speech(text: str) -> None:
    assert _read(text) == []


def test_two_speakers_keep_their_own_words() -> None:
    text = "Critics say the law is harsh, while supporters argue that it protects voters."
    assert _read(text) == [
        ("Critics", ["the law is harsh"]),
        ("supporters", ["it protects voters"]),
    ]


def test_the_words_of_another_are_nested() -> None:
    text = "Lee said that Minister Ray admitted that the gear was old."
    sentence = split_sentences(text, 0, len(text))[0]
    outer, inner = read_sentence(sentence)
    assert (outer.parent, inner.parent) == (-1, 0)


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        (
            'Rebecca Lee is a lawyer. "It is not so," one of them, Rebecca Stahl, told the paper.',
            "Rebecca Stahl",
            '"It is not so,"',
        ),
        (
            "A spokeswoman for the firm, Carla Fenn, said by e-mail that the account was wrong.",
            "Carla Fenn",
            "the account was wrong",
        ),
        (
            "Minister Ivo Kral told the newspaper Denik that the code had left the country.",
            "Ivo Kral",
            "the code had left the country",
        ),
        (
            '"We need to know," said its director general, S. Mathew. The firm did not answer.',
            "S. Mathew",
            '"We need to know,"',
        ),
        (
            '"They like the news," grumbles a manager at one vendor. The others were silent.',
            "a manager at one vendor",
            '"They like the news,"',
        ),
        (
            "The firm makes routers. Vendors fix about half of the flaws, he estimates.",
            "he",
            "Vendors fix about half of the flaws",
        ),
        (
            'As the engineer Ruth Adler put it, "a sticker has never stopped a packet".',
            "Ruth Adler",
            '"a sticker has never stopped a packet"',
        ),
        (
            "But Sen. Susan Collins, R-Maine, who has not decided, said she was not sure of it.",
            "Susan Collins",
            "she was not sure of it",
        ),
        (
            "In a statement posted to its website, Linkora thanked her and said it was ready.",
            "Linkora",
            "it was ready",
        ),
        (
            "Interior Minister Faisal al-Rashed said the report was all wrong about the phones.",
            "Faisal al-Rashed",
            "the report was all wrong about the phones",
        ),
        (
            'The critics said that the rules were "a joke", while the others cut their forecasts.',
            "The critics",
            'the rules were "a joke"',
        ),
        (
            "It is Senator Marco Rubio, who in a letter to the agency wrote that it was so.",
            "Marco Rubio",
            "it was so",
        ),
        (
            "The Bank of England's governor warned on Thursday that prices could rise again.",
            "The Bank of England's governor",
            "prices could rise again",
        ),
        (
            "Two professors, who asked to remain anonymous, called the decision cowardly.",
            "Two professors",
            "the decision cowardly",
        ),
    ],
)
def test_ways_of_attributing(text: str, speaker: str, content: str) -> None:
    made = extract(f"Something about the gear\n\n{text}\n".encode())
    names = {actor.id: actor.name for actor in made.actors}
    found = [
        (names[one.chain[-1].actor], one.content.text)
        for one in made.statements
        if one.mode != "headline"
    ]
    assert found == [(speaker, content)]


@pytest.mark.parametrize(
    "text",
    [
        "A label on the box tells you what the maker of the device has done.",
        "Neither the commissioner nor her staff would say whether the code had been reviewed.",
        "The plan has not been finalised by the people, who asked not to be named in public.",
        "Their main findings, according to a summary seen by this newspaper of the north:",
    ],
)
def test_what_only_looks_like_speech(text: str) -> None:
    made = extract(f"Something about the gear\n\n{text}\n".encode())
    assert made.statements == ()
