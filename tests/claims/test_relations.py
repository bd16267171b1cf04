"""Relations: denial of which allegation, repetition, narrowing, across documents too."""

from hypothesis import given, strategies as st

from assay.claims.extract import extract
from assay.claims.records import Claim, Scope
from assay.claims.register.collection import Register
from assay.claims.relations import relate


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


@given(
    st.lists(
        st.lists(
            st.sampled_from(["router", "sample", "vendor", "network", "device", "modem"]),
            max_size=6,
        ),
        max_size=8,
        unique_by=frozenset,
    )
)
def test_claims_of_mostly_the_same_words_are_joined(texts: list[list[str]]) -> None:
    claims = tuple(
        Claim(
            id=f"{place:02}",
            text=" ".join(words),
            kind="other",
            form="opinion",
            subject="",
            object="",
            negative=False,
            quantifier="one",
            scope=Scope(),
            checkable_by="none",
            tests=(),
            rule="claim.other",
            assertions=(),
        )
        for place, words in enumerate(texts)
    )
    expected = {
        (claims[later].id, claims[place].id)
        for later in range(len(texts))
        for place in range(later)
        if _alike(set(texts[place]), set(texts[later]))
    }
    assert {(one.source, one.target) for one in relate(claims, ())} == expected


def _alike(one: set[str], other: set[str]) -> bool:
    both = len(one & other)
    return both > 0 and both * 1000 >= 600 * len(one | other)
