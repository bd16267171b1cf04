"""Actors: mentions taken apart, and resolved with the method recorded."""

import pytest

from assay.claims.extract import extract
from assay.claims.mentions import parse_mention


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Chinese Foreign Ministry spokesperson Hua Chunying", "Hua Chunying", "person"),
        ("Kremlin Spokesman Oleg Vetrov", "Oleg Vetrov", "person"),
        ("The founder of the firm, Ren Guowei", "Ren Guowei", "person"),
        ("Analyst Felix Brandt of Radiowatch", "Felix Brandt", "person"),
        ("the Justice Department", "Justice Department", "organisation"),
        ("the FBI", "FBI", "organisation"),
        ("Washington", "Washington", "state"),
        ("U.S. officials", "", "collective-unnamed"),
        ("a spokesman for the ministry", "", "official-unnamed"),
        ("a report by the agency", "", "document"),
        ("Acme", "Acme", "unknown"),
    ],
)
def test_mentions_are_taken_apart(text: str, name: str, kind: str) -> None:
    parsed = parse_mention(text)
    assert (parsed.name, parsed.kind) == (name, kind)


def _links(text: str) -> list[tuple[str, str, str]]:
    made = extract(text.encode())
    names = {actor.id: actor.name for actor in made.actors}
    return [
        (link.mention, names[link.actor], link.resolved_by)
        for one in made.statements
        for link in one.chain
    ]


def test_surnames_pronouns_and_roles_are_resolved() -> None:
    text = (
        "Chinese Foreign Ministry spokeswoman Ann Lee said that the ban was wrong. Lee added that "
        "it was unfair.\n\nShe said that the firm had done nothing.\n\n"
        "The diplomat said that the talks would go on.\n"
    )
    assert _links(text) == [
        ("Chinese Foreign Ministry spokeswoman Ann Lee", "Ann Lee", "exact"),
        ("Lee", "Ann Lee", "surname"),
        ("She", "Ann Lee", "pronoun"),
        ("The diplomat", "Ann Lee", "role"),
    ]


def test_the_company_is_the_firm_named_before() -> None:
    text = "Orbicom said that it was safe. The company said that it would publish a fix.\n"
    assert [name for _, name, _ in _links(text)] == ["Orbicom", "Orbicom"]


def test_capitals_stand_for_states() -> None:
    text = "Beijing said that it was unfair. China said that it would answer.\n"
    assert [name for _, name, _ in _links(text)] == ["China", "China"]


def test_a_full_name_is_one_actor_in_all_documents_and_a_surname_is_not() -> None:
    first = extract(b"Lawyer Ann Lee said that it was so.\n")
    second = extract(b"Judge Ann Lee said that it was not so.\n")
    assert first.actors[0].id == second.actors[0].id
    one, other = extract(b"Lee said that it was so.\n"), extract(b"Lee said that it was not so.\n")
    assert one.actors[0].id != other.actors[0].id
