"""Linking a register: claims to evaluations, measures to lists, promises to documents.

Proposals that a reviewer has decided on are left alone.
"""

from collections.abc import Callable

from msgspec.structs import replace

from assay.claims.bearing.facts import ImageFact, MeasureFact
from assay.claims.bearing.measures import compare
from assay.claims.bearing.rules import bear
from assay.claims.identity import identify
from assay.claims.records import Bearing, Effect
from assay.claims.register.collection import Register
from assay.errors import UsageError


def link_image(register: Register, image: ImageFact) -> list[Bearing]:
    """Propose what the evaluation of *image* does to each claim; returns the proposals."""
    made = []
    for claim in register.all("claims"):
        if claim.status == "rejected":
            continue
        bearing = bear(claim, image)
        if bearing is None:
            continue
        known = register.get("bearings", bearing.id)
        if known is None or known.status == "proposed":
            register.put("bearings", bearing)
        made.append(register.get("bearings", bearing.id))
    return made


def link_measures(register: Register, facts: tuple[MeasureFact, ...]) -> int:
    """Compare every measure with the recorded ones; returns how many met one."""
    met = 0
    for measure in register.all("measures"):
        compared = compare(measure, facts)
        register.put("measures", compared)
        met += bool(compared.recorded)
    return met


def link_parties(register: Register, party_of: Callable[[str], str]) -> int:
    """Join organisations with listed parties; *party_of* gives a party's id or nothing."""
    joined = 0
    for actor in register.all("actors"):
        if actor.kind not in {"organisation", "unknown"}:
            continue
        party = party_of(actor.name)
        if party:
            register.put("actors", replace(actor, party=party))
            joined += 1
    return joined


def link_document(
    register: Register, identity: str, *, document: str, effect: Effect, who: str, why: str
) -> Bearing:
    """Record what a document does to a claim, as a person judges it.

    *document* is the SHA-256 of the document. Raises UsageError where the form of the claim
    does not allow the effect.
    """
    kind, claim = register.find(identity)
    if kind != "claims":
        raise UsageError(f"{identity} is no claim", advice="Name the id of a claim.")
    if not who or not why:
        raise UsageError(
            "a document's bearing needs a name and a reason",
            advice="Use --who and --why.",
        )
    if claim.form == "opinion" and effect != "none":
        raise UsageError(
            "nothing bears on an opinion or a question",
            advice="Edit the claim's form first, if it is none.",
        )
    rule = "bearing.fulfilment" if claim.form == "fulfilment" else "bearing.document"
    bearing = Bearing(
        id=identify("bearing", claim.id, document),
        claim=claim.id,
        against=f"document:{document}",
        result="",
        verdict="read",
        effect=effect,
        scope_match="not-comparable",
        reason=why,
        rule=rule,
        decided_by=who,
        status="accepted",
    )
    register.put("bearings", bearing)
    return bearing
