"""The report in others' formats: CycloneDX declarations, ClaimReview without a rating.

CycloneDX: cyclonedx.org/docs/1.6/json/#declarations. ClaimReview: schema.org/ClaimReview; the
rating is left out on purpose, a neutral text says what bears on the claim.
"""

import uuid

from assay._kernel import canonical
from assay.claims.report.view import Row, View


def as_cyclonedx(view: View) -> str:
    """Return the claims as CycloneDX declarations with evidence and counter-evidence."""
    vendors = sorted({row.claim.subject or "unknown" for row in view.rows})
    evidence = {f"evidence-{bearing.id}": bearing for row in view.rows for bearing in row.bearings}
    plain = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(hex=_digest(view), version=5)}",
        "version": 1,
        "declarations": {
            "targets": {
                "organizations": [
                    {"bom-ref": f"target-{place}", "name": name}
                    for place, name in enumerate(vendors)
                ]
            },
            "claims": [_claim(row, vendors) for row in view.rows],
            "evidence": [
                {
                    "bom-ref": reference,
                    "propertyName": "assay:bearing",
                    "description": bearing.reason,
                    "data": [
                        {
                            "name": bearing.rule,
                            "contents": {
                                "attachment": {
                                    "contentType": "text/plain",
                                    "content": bearing.reason,
                                }
                            },
                        }
                    ],
                }
                for reference, bearing in sorted(evidence.items())
            ],
        },
    }
    return canonical.encode(plain).decode() + "\n"


def _digest(view: View) -> str:
    return canonical.digest([row.claim for row in view.rows])[:32]


def _claim(row: Row, vendors: list[str]) -> dict[str, object]:
    claim = row.claim
    found: dict[str, object] = {
        "bom-ref": f"claim-{claim.id}",
        "target": f"target-{vendors.index(claim.subject or 'unknown')}",
        "predicate": claim.text,
        "reasoning": "; ".join(
            (
                f"{voice.chain} ({voice.said}, {voice.where}): evidence cited: "
                f"{voice.statement.evidence.kind}"
            )
            for voice in row.voices
        )[:4000],
    }
    for key, effects in (
        ("evidence", {"supports"}),
        ("counterEvidence", {"weakens", "contradicts"}),
    ):
        references = sorted(
            f"evidence-{bearing.id}" for bearing in row.bearings if bearing.effect in effects
        )
        if references:
            found[key] = references
    return found


def as_claim_review(view: View) -> str:
    """Return one ClaimReview per claim that somebody made, as a JSON-LD list."""
    return (
        canonical.encode(
            [_review(row) for row in view.rows if row.claim.kind != "question"]
        ).decode()
        + "\n"
    )


def _review(row: Row) -> dict[str, object]:
    first = row.voices[0]
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "claimReviewed": row.claim.text,
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Thing", "name": first.chain},
            "datePublished": first.statement.said.date,
            "appearance": [
                {
                    "@type": "CreativeWork",
                    "publisher": voice.where,
                    "identifier": f"sha256:{voice.statement.document}",
                }
                for voice in row.voices
            ],
        },
        "reviewBody": _neutral(row),
    }


def _neutral(row: Row) -> str:
    cited = ", ".join(row.evidence)
    bears = (
        "; ".join(f"{bearing.effect}: {bearing.reason}" for bearing in row.bearings)
        or "nothing in the register bears on it"
    )
    return f"Evidence cited: {cited}. {bears}."
