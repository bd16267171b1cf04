"""Quotations without a verb of speech, dialogues and headlines, read through the extraction."""

from assay.claims.extract import extract


def _read(text: str) -> list[tuple[str, str, str]]:
    made = extract(text.encode())
    names = {actor.id: actor.name for actor in made.actors}
    return [(names[one.chain[-1].actor], one.mode, one.content.text) for one in made.statements]


def test_a_quotation_goes_on_with_the_one_before() -> None:
    found = _read('"It is so," lawyer Ann Lee said on Monday. "Nobody can say that it is not."\n')
    assert found == [("Ann Lee", "direct", '"It is so," "Nobody can say that it is not."')]


def test_a_quotation_behind_indirect_speech_is_a_statement_of_its_own() -> None:
    text = 'The gear was old, lawyer Ann Lee said. "Nobody has looked at it for ten years."\n'
    assert [mode for _, mode, _ in _read(text)] == ["indirect", "direct"]


def test_a_paragraph_that_is_a_quotation_belongs_to_the_last_speaker() -> None:
    text = (
        "The gear was old, lawyer Ann Lee said on Monday.\n\n“We have known it "
        "for years and years.”\n"
    )
    assert _read(text)[1][0] == "Ann Lee"


def test_short_scare_quotes_are_no_statement() -> None:
    assert _read('The so-called "clean list" was long and the rest of it was not.\n') == []


def test_an_interview_is_read_by_its_tags() -> None:
    text = (
        "The head of the lab, Dr Ann Lee, spoke to us about the gear in the north.\n\n"
        "Q: Is it safe?\n\nA: No, and it never was.\n\nQ: Who knew about it?\n\n"
        "A: All of us did, and we said so.\n"
    )
    answers = [text for name, _, text in _read(text) if name == "Ann Lee"]
    assert answers == ["No, and it never was.", "All of us did, and we said so."]


def test_headlines_of_three_forms() -> None:
    body = "\n\nThe regulator said on Monday that the gear of the firm was not safe for users.\n"
    for title, name in (
        ("Gear of Acme is a risk for all: Regulator", "Regulator"),
        ("Acme gear is a risk for all users, says Regulator", "Regulator"),
        ("Acme denies that its gear is a risk", "Acme"),
    ):
        first = extract((title + body).encode())
        names = {actor.id: actor.name for actor in first.actors}
        heads = [one for one in first.statements if one.mode == "headline"]
        assert [names[one.chain[0].actor] for one in heads] == [name], title


def test_free_indirect_speech_is_marked_and_weak() -> None:
    text = (
        "Ann Lee, a spokeswoman for Acme, pointed out that the firm serves many countries. "
        "No country has shown evidence that Acme gear has backdoors.\n"
    )
    made = extract(text.encode())
    assert [(one.mode, one.confidence < 500) for one in made.statements] == [
        ("indirect", False),
        ("free-indirect", True),
    ]
