"""Bare denials: "denied those allegations" denies the claims of the statement it answers."""

from msgspec.structs import replace

from assay.claims.identity import identify
from assay.claims.records import Assertion, Claim, ClaimForm, Statement

_LONGEST = 60


def join_denials(statements: list[Statement], claims: dict[str, Claim]) -> list[Statement]:
    """Return *statements* with bare denials tied to the negation of what they deny.

    *claims* is changed in place: negations come in, empty restatements go.
    """
    by_id = {one.id: one for one in statements}
    return [_joined(one, by_id.get(one.responds_to), claims) for one in statements]


def _joined(one: Statement, target: Statement | None, claims: dict[str, Claim]) -> Statement:
    if target is None or one.act != "deny" or len(one.content.text) > _LONGEST:
        return one
    wanted = [claims[key] for key in target.claims if key in claims]
    own = [claims[key] for key in one.claims if key in claims]
    if not wanted or any(claim.kind != "other" for claim in own):
        return one
    for claim in own:
        _withdraw(claim, one.id, claims)
    ids = tuple(_denied(claim, one, claims) for claim in wanted)
    joined: Statement = replace(one, claims=ids)
    return joined


def _withdraw(claim: Claim, statement: str, claims: dict[str, Claim]) -> None:
    rest = tuple(item for item in claim.assertions if item.statement != statement)
    if rest:
        claims[claim.id] = replace(claim, assertions=rest)
    else:
        claims.pop(claim.id, None)


def _denied(claim: Claim, one: Statement, claims: dict[str, Claim]) -> str:
    assertion = Assertion(
        statement=one.id,
        start=one.content.start,
        end=one.content.end,
        act="deny",
        evidence=one.evidence.kind,
    )
    form: ClaimForm = "universal-negative" if claim.form == "existential" else claim.form
    key = identify("claim", claim.kind, claim.subject.lower(), "denial", claim.id)
    known = claims.get(key) or replace(
        claim,
        id=key,
        text=f"it is not so that {claim.text}",
        negative=not claim.negative,
        quantifier="none",
        form=form,
        rule="claim.denial",
        assertions=(),
    )
    claims[key] = replace(known, assertions=(*known.assertions, assertion))
    return key
