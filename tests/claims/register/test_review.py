"""Review: accept, edit, reject, merge; each with who and why; re-reading keeps decisions."""

import pytest

from assay.claims.extract import extract
from assay.claims.register import review
from assay.claims.register.collection import Register
from assay.errors import UnknownName, UsageError

WHEN = {"who": "Ann", "when": "2024-05-01"}
TEXT = b"Ann Lee said that Acme gear contains a backdoor. Acme makes gear. Acme sells it.\n"


@pytest.fixture
def small() -> Register:
    register = Register()
    register.add(extract(TEXT))
    return register


def test_accepting_is_recorded(small: Register) -> None:
    one = small.all("statements")[0]
    decision = review.accept(small, one.id[:8], **WHEN)
    assert small.get("statements", one.id).status == "accepted"
    assert (decision.record, decision.who, decision.action) == (one.id, "Ann", "accept")
    assert small.all("decisions") == [decision]


def test_a_rejected_statement_speaks_for_no_claim(small: Register) -> None:
    one = small.all("statements")[0]
    review.reject(small, one.id, why="a quotation of a film", **WHEN)
    assert small.all("claims") == []
    with pytest.raises(UsageError):
        review.reject(small, one.id, why=" ", **WHEN)


def test_editing_keeps_what_was_there(small: Register) -> None:
    one = small.all("statements")[0]
    decision = review.edit(small, one.id, {"act": "deny"}, why="read again", **WHEN)
    assert small.get("statements", one.id).act == "deny"
    assert small.get("statements", one.id).status == "edited"
    assert decision.changes == (("act", "allege → deny"),)


@pytest.mark.parametrize("changes", [{"act": "shout"}, {"content": "x"}, {}])
def test_what_cannot_be_edited_is_refused(small: Register, changes: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        review.edit(small, small.all("statements")[0].id, changes, why="x", **WHEN)


def test_merging_claims_joins_their_voices(small: Register) -> None:
    small.add(extract(b"Bob Ray said that the Acme R700 contains a backdoor. Acme makes gear.\n"))
    first, second = small.all("claims")
    total = len(first.assertions) + len(second.assertions)
    review.merge(small, first.id, second.id, why="the same", **WHEN)
    assert len(small.get("claims", second.id).assertions) == total
    assert small.get("claims", first.id) is None
    assert all(first.id not in one.claims for one in small.all("statements"))


def test_merging_actors_moves_their_statements(small: Register) -> None:
    small.add(extract(b"Researcher Annabel Lee said that it was not so at all.\n"))
    old, new = (one for one in small.all("actors") if one.kind == "person")
    review.merge(small, old.id, new.id, why="one person", **WHEN)
    assert {link.actor for one in small.all("statements") for link in one.chain} == {new.id}
    assert old.name in small.get("actors", new.id).names


def test_reading_again_keeps_decisions_and_adds_nothing(small: Register) -> None:
    one = small.all("statements")[0]
    review.edit(small, one.id, {"act": "assert"}, why="x", **WHEN)
    before = {kind: small.all(kind) for kind in ("statements", "claims", "actors")}
    small.add(extract(TEXT))
    assert {kind: small.all(kind) for kind in before} == before


def test_unknown_ids_are_refused(small: Register) -> None:
    with pytest.raises(UnknownName):
        review.accept(small, "ffff0000", **WHEN)


def test_what_waits_is_listed(small: Register) -> None:
    kinds = [kind for kind, _ in review.waiting(small)]
    assert kinds == ["statements", "claims"]
    review.accept(small, small.all("statements")[0].id, **WHEN)
    assert [kind for kind, _ in review.waiting(small)] == ["claims"]
