"""Review: a person accepts, edits, rejects or merges what the rules proposed, with who and why.

Each decision is a record of its own, so that the register shows how it came to be as it is.
"""

from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from assay.claims.identity import identify
from assay.claims.records import Actor, Claim, Decision, Statement
from assay.claims.register.collection import Register, in_order
from assay.errors import UnknownName, UsageError

REVIEWED = ("statements", "claims", "measures", "relations", "bearings")
EDITABLE: dict[str, tuple[str, ...]] = {
    "statements": ("act", "mode", "responds_to"),
    "claims": (
        "text",
        "kind",
        "form",
        "subject",
        "object",
        "negative",
        "quantifier",
        "checkable_by",
    ),
    "measures": ("kind", "authority", "target", "instrument"),
    "relations": ("kind", "reason"),
    "bearings": ("effect", "reason"),
    "actors": ("name", "kind", "party"),
}


def waiting(register: Register) -> list[tuple[str, Any]]:
    """Return the records that nobody has decided on, statements first, weakest last."""
    rows = [
        (kind, row) for kind in REVIEWED for row in register.all(kind) if row.status == "proposed"
    ]
    return sorted(
        rows,
        key=lambda pair: (REVIEWED.index(pair[0]), -getattr(pair[1], "confidence", 0), pair[1].id),
    )


def accept(register: Register, identity: str, *, who: str, when: str, why: str = "") -> Decision:
    """Accept the record *identity* as it stands; returns the decision."""
    kind, row = _reviewable(register, identity)
    register.put(kind, replace(row, status="accepted"))
    return _decide(register, row.id, "accept", who, when, why)


def reject(register: Register, identity: str, *, who: str, when: str, why: str) -> Decision:
    """Reject the record *identity*; a rejected statement speaks for no claim any more."""
    _needs(why, "a reason")
    kind, row = _reviewable(register, identity)
    register.put(kind, replace(row, status="rejected"))
    if kind == "statements":
        _silence(register, row)
    return _decide(register, row.id, "reject", who, when, why)


def edit(
    register: Register, identity: str, changes: dict[str, str], *, who: str, when: str, why: str
) -> Decision:
    """Change fields of the record *identity*; raises UsageError for what cannot be."""
    _needs(why, "a reason")
    kind, row = register.find(identity)
    wrong = sorted(set(changes) - set(EDITABLE.get(kind, ())))
    if wrong or not changes:
        raise UsageError(
            f"{', '.join(wrong) or 'nothing'} cannot be changed in {kind}",
            advice=f"Fields: {', '.join(EDITABLE.get(kind, ())) or 'none'}.",
        )
    plain = msgspec.to_builtins(row)
    for field, value in changes.items():
        plain[field] = value == "true" if isinstance(plain[field], bool) else value
    if "status" in plain:
        plain["status"] = "edited"
    try:
        register.put(kind, msgspec.convert(plain, type(row)))
    except msgspec.ValidationError as error:
        raise UsageError(
            f"that value does not fit: {error}",
            advice="Look at the record with `assay claims report --format json`.",
        ) from error
    before = tuple(
        (field, f"{getattr(row, field)} → {value}") for field, value in sorted(changes.items())
    )
    return _decide(register, row.id, "edit", who, when, why, changes=before)


def merge(
    register: Register, identity: str, into: str, *, who: str, when: str, why: str
) -> Decision:
    """Merge one claim or actor into another of the same kind; returns the decision."""
    _needs(why, "a reason")
    kind, row = register.find(identity)
    other_kind, target = register.find(into)
    if kind != other_kind or kind not in {"claims", "actors"} or row.id == target.id:
        raise UsageError(
            "only two different claims, or two different actors, can be merged",
            advice="Name two ids of the same kind.",
        )
    if isinstance(row, Claim):
        _merge_claims(register, row, target)
    else:
        _merge_actors(register, row, target)
    return _decide(register, row.id, "merge", who, when, why, into=target.id)


def _merge_claims(register: Register, row: Claim, target: Claim) -> None:
    register.put(
        "claims", replace(target, assertions=in_order({*target.assertions, *row.assertions}))
    )
    register.drop("claims", row.id)
    for one in register.all("statements"):
        if row.id in one.claims:
            ids = tuple(dict.fromkeys(target.id if key == row.id else key for key in one.claims))
            register.put("statements", replace(one, claims=ids))
    for relation in register.all("relations"):
        if row.id in {relation.source, relation.target}:
            register.drop("relations", relation.id)
    for bearing in register.all("bearings"):
        if bearing.claim == row.id:
            moved = replace(
                bearing, id=identify("bearing", target.id, bearing.against), claim=target.id
            )
            register.drop("bearings", bearing.id)
            register.put("bearings", moved)


def _merge_actors(register: Register, row: Actor, target: Actor) -> None:
    names = tuple(sorted({*target.names, *row.names, row.name} - {target.name}))
    roles = tuple(sorted({*target.roles, *row.roles}, key=lambda role: (role.title, role.of)))
    register.put(
        "actors", replace(target, names=names, roles=roles, party=target.party or row.party)
    )
    register.drop("actors", row.id)
    for one in register.all("statements"):
        if any(link.actor == row.id for link in one.chain):
            chain = tuple(
                replace(link, actor=target.id) if link.actor == row.id else link
                for link in one.chain
            )
            register.put("statements", replace(one, chain=chain))


def _silence(register: Register, row: Statement) -> None:
    for key in row.claims:
        claim = register.get("claims", key)
        if claim is None:
            continue
        rest = tuple(item for item in claim.assertions if item.statement != row.id)
        if rest or claim.status != "proposed":
            register.put("claims", replace(claim, assertions=rest))
        else:
            register.drop("claims", key)


def _reviewable(register: Register, identity: str) -> tuple[str, Any]:
    kind, row = register.find(identity)
    if kind not in REVIEWED:
        raise UnknownName(
            f"{identity} is one of the {kind}, which are not reviewed",
            advice="Statements, claims, measures, relations and bearings are.",
        )
    return kind, row


def _needs(text: str, what: str) -> None:
    if not text.strip():
        raise UsageError(f"this decision needs {what}", advice="Say why with --why.")


def _decide(  # noqa: PLR0917 - the parts of one record
    register: Register,
    record: str,
    action: Literal["accept", "edit", "reject", "merge"],
    who: str,
    when: str,
    why: str,
    *,
    changes: tuple[tuple[str, str], ...] = (),
    into: str = "",
) -> Decision:
    _needs(who, "a name")
    number = 0
    identity = identify("decision", record, action, who, when, number)
    while register.get("decisions", identity) is not None:
        number += 1
        identity = identify("decision", record, action, who, when, number)
    decision = Decision(
        id=identity,
        record=record,
        action=action,
        who=who,
        when=when,
        why=why,
        changes=changes,
        into=into,
    )
    register.put("decisions", decision)
    return decision
