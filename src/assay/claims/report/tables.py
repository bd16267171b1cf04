"""The report as JSON and as CSV: one row per claim and statement."""

import csv
import io

import msgspec

from assay._kernel import canonical
from assay.claims.report.view import Row, View, Voice

COLUMNS = (
    "claim",
    "claim_text",
    "kind",
    "form",
    "negative",
    "quantifier",
    "vendor",
    "product",
    "versions",
    "place",
    "period",
    "checkable_by",
    "statement",
    "speaker",
    "said",
    "precision",
    "where",
    "document",
    "start",
    "end",
    "mode",
    "act",
    "evidence",
    "evidence_text",
    "responds_to",
    "content",
    "bearing",
    "bearing_reason",
    "status",
)
SCHEMA = "https://assay.invalid/claims/1"


def as_json(view: View) -> str:
    """Return the report as canonical JSON."""
    plain = {
        "schema": SCHEMA,
        "subject": view.subject,
        "documents": msgspec.to_builtins(view.documents),
        "claims": [
            {
                "claim": msgspec.to_builtins(row.claim),
                "statements": [
                    {
                        "statement": msgspec.to_builtins(voice.statement),
                        "speakers": voice.chain,
                        "where": voice.where,
                    }
                    for voice in row.voices
                ],
                "bearings": msgspec.to_builtins(row.bearings),
                "relations": list(row.relations),
            }
            for row in view.rows
        ],
        "time_line": [event._asdict() for event in view.events],
        "answers": [answer._asdict() for answer in view.answers],
        "measures": msgspec.to_builtins(view.measures),
        "gaps": [gap._asdict() for gap in view.gaps],
    }
    return canonical.encode(plain).decode() + "\n"


def as_csv(view: View) -> str:
    """Return the claims and statements as CSV; a leading formula sign is quoted away."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in view.rows:
        for voice in row.voices:
            writer.writerow([_safe(cell) for cell in _cells(row, voice)])
    return out.getvalue()


def _cells(row: Row, voice: Voice) -> list[str]:
    claim, one = row.claim, voice.statement
    scope = claim.scope
    return [
        claim.id,
        claim.text,
        claim.kind,
        claim.form,
        str(claim.negative).lower(),
        claim.quantifier,
        scope.vendor,
        scope.product,
        " ".join(scope.versions),
        scope.place,
        scope.period,
        claim.checkable_by,
        one.id,
        voice.chain,
        one.said.date,
        one.said.precision,
        voice.where,
        one.document,
        str(one.content.start),
        str(one.content.end),
        one.mode,
        one.act,
        one.evidence.kind,
        one.evidence.text,
        one.responds_to,
        one.content.text,
        " ".join(bearing.effect for bearing in row.bearings),
        " / ".join(bearing.reason for bearing in row.bearings),
        one.status,
    ]


def _safe(cell: str) -> str:
    return "'" + cell if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
