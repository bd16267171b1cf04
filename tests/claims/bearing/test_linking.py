"""Linking a register: to an evaluated image, to parties, to a document."""

from collections.abc import Callable

import pytest

from assay.claims.bearing.facts import ImageFact
from assay.claims.bearing.linking import link_document, link_image, link_parties
from assay.claims.bearing.parties import parties_of
from assay.claims.extract import extract
from assay.claims.register import review
from assay.claims.register.collection import Register
from assay.errors import UsageError
from assay.model.result import CheckResult

Images = Callable[..., ImageFact]
Results = Callable[..., CheckResult]


def test_claims_meet_the_image(register: Register, image: Images, result: Results) -> None:
    made = link_image(register, image(result("backdoors.x", "found")))
    effects = {register.get("claims", one.claim).negative: one.effect for one in made}
    assert effects == {False: "supports", True: "contradicts"}
    assert register.all("bearings") == sorted(made, key=lambda one: one.id)


def test_what_a_reviewer_decided_is_left_alone(
    register: Register, image: Images, result: Results
) -> None:
    fact = image(result("backdoors.x", "found"))
    one = link_image(register, fact)[0]
    review.reject(register, one.id, who="me", when="2024-01-01", why="wrong product")
    link_image(register, fact)
    assert register.get("bearings", one.id).status == "rejected"


def test_a_declaration_fulfils_a_promise() -> None:
    register = Register()
    register.add(
        extract(b"Acme makes gear. Acme is willing to sign treaties, Ann Lee of Acme said.\n")
    )
    promise = next(one for one in register.all("claims") if one.form == "fulfilment")
    made = link_document(
        register, promise.id, document="d" * 64, effect="supports", who="me", why="signed"
    )
    assert (made.effect, made.rule, made.decided_by) == ("supports", "bearing.fulfilment", "me")


def test_nothing_bears_on_an_opinion() -> None:
    register = Register()
    register.add(extract(b"Ann Lee, a lawyer, said that it was a ridiculous idea to do so.\n"))
    opinion = register.all("claims")[0]
    with pytest.raises(UsageError):
        link_document(register, opinion.id, document="d" * 64, effect="supports", who="me", why="x")


def test_firms_are_joined_with_listed_parties() -> None:
    register = Register()
    register.add(
        extract(b"Huawei denied that it was so. Huawei makes gear. The Acme Group denied it.\n")
    )
    parties = parties_of(register.all("actors"), "2024-01-01")
    assert link_parties(register, lambda name: parties.get(name, "")) == 1
    assert {actor.name: actor.party for actor in register.all("actors")}["Huawei"] == "huawei"
