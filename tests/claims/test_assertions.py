"""Claims: kind, polarity, quantifier, scope; the same assertion is one claim."""

import pytest

from assay.claims.extract import extract
from assay.claims.records import Claim

CASES = [
    ("Acme routers contain a backdoor", "backdoor", "existential", False),
    ("no Acme router contains a backdoor", "backdoor", "universal-negative", True),
    ("no country has shown evidence against Acme gear", "evidence-absent", "record", False),
    ("Acme gear was used for spying on users", "spying", "existential", False),
    ("Acme gear meets the standards of the regulator", "standard", "standard", False),
    ("Acme gear poses a threat to the nation", "security-risk", "record", False),
    ("Acme is owned by the state of its founder", "state-control", "record", False),
    ("Acme is treated unfairly by the press", "unfair-treatment", "opinion", False),
]


def _claims(words: str) -> list[Claim]:
    text = f"Ann Lee, a lawyer, said that {words}. Acme makes gear. Acme sells it.\n"
    return list(extract(text.encode()).claims)


@pytest.mark.parametrize(("words", "kind", "form", "negative"), CASES, ids=[c[0] for c in CASES])
def test_kinds(words: str, kind: str, form: str, negative: bool) -> None:  # noqa: FBT001 - a case
    claim = _claims(words)[0]
    assert (claim.kind, claim.form, claim.negative) == (kind, form, negative)
    assert claim.subject == "Acme"


def test_scope_names_product_version_and_period() -> None:
    claim = _claims("the Acme R7000, firmware 1.0.9.88, has had a backdoor since 2019")[0]
    assert "R7000" in claim.scope.product
    assert claim.scope.versions == ("1.0.9.88",)
    assert claim.scope.period == "since 2019"
    assert claim.checkable_by == "product-test"


def test_an_accusation_of_two_things_makes_two_claims() -> None:
    text = "Acme makes gear. Several states accused Acme of being state-sponsored and of spying.\n"
    assert {claim.kind for claim in extract(text.encode()).claims} == {"state-control", "spying"}


def test_the_same_assertion_of_two_speakers_is_one_claim() -> None:
    text = (
        "Ann Lee said that Acme routers contain a backdoor. Bob Ray said that "
        "Acme routers contain a backdoor.\n"
    )
    claims = [claim for claim in extract(text.encode()).claims if claim.kind == "backdoor"]
    assert [len(claim.assertions) for claim in claims] == [2]


def test_what_others_are_said_to_believe_is_not_the_speakers_claim() -> None:
    claims = _claims("the state tries to make people believe that Acme gear has a backdoor")
    assert "backdoor" not in {claim.kind for claim in claims}


def test_a_standard_is_named_in_the_claim() -> None:
    made = extract(
        b"Acme makes gear. Ann Lee of Acme said the R700 meets the baseline requirements of "
        b"ETSI EN 303 645. Acme sells the R700. Acme grows.\n"
    )
    (claim,) = made.claims
    assert (claim.object, claim.subject) == ("ETSI EN 303 645", "Acme")
    assert claim.scope.product == "R700"
    assert claim.text == (
        "products of Acme meet the named standard or requirements: ETSI EN 303 645 (product R700)"
    )


def test_a_model_is_no_firm() -> None:
    made = extract(
        b'Acme makes gear. Acme sells it. Ann Lee of Acme said: "The R700 has no backdoor." '
        b"The R700 is a router. The R700 is old.\n"
    )
    (claim,) = made.claims
    assert (claim.scope.vendor, claim.scope.product) == ("Acme", "R700")
