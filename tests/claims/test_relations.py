"""Relations: denial of which allegation, repetition, narrowing, across documents too."""

from assay.claims.extract import extract
from assay.claims.register.collection import Register


def _kinds(register: Register) -> set[str]:
    return {relation.kind for relation in register.all("relations")}


def _register(*texts: str) -> Register:
    register = Register()
    for text in texts:
        register.add(extract(text.encode()))
    register.relate()
    return register


def test_a_bare_denial_denies_what_was_alleged() -> None:
    made = extract(
        b"Acme makes gear. Minister Bob Ray said that Acme gear contains a backdoor. "
        b"Acme denied the allegation.\n"
    )
    allegation, denial = made.statements
    assert denial.responds_to == allegation.id
    claims = {claim.id: claim for claim in made.claims}
    assert claims[denial.claims[0]].text == f"it is not so that {claims[allegation.claims[0]].text}"


def test_denials_meet_across_documents() -> None:
    register = _register(
        "Minister Bob Ray said that Acme gear contains a backdoor. Acme makes gear.\n",
        "Acme makes gear. Ann Lee of Acme said that no Acme gear contains any backdoor.\n",
    )
    assert "denies" in _kinds(register)


def test_a_smaller_scope_narrows() -> None:
    register = _register(
        "Bob Ray said that Acme gear contains a backdoor. Acme makes gear.\n",
        "Ann Lee said that the Acme R7000 contains a backdoor. Acme makes gear.\n",
    )
    assert "narrows" in _kinds(register)


def test_a_headline_repeats_the_text() -> None:
    text = (
        "Acme denies that its routers are a risk for users\n\n"
        "Acme said on Monday that its routers are no risk for users of the network.\n"
    )
    made = extract(text.encode())
    assert [one.mode for one in made.statements] == ["headline", "indirect"]
    assert made.statements[0].repeats == made.statements[1].id
