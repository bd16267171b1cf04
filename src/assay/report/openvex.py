"""OpenVEX 0.2: what is known of each flaw in each component, for tools that filter findings.

The timestamp is the last day of the advisories, so that the same evaluation gives the same bytes.
"""

from typing import Any

from assay._kernel import canonical
from assay.model.result import Evaluation
from assay.report import Report
from assay.report.flaws.entries import Entry, by_id, day_of, entries_of

REPORT = Report(
    file="known-flaws.openvex.json",
    about="for tools that filter findings: OpenVEX 0.2 statements on known flaws",
    references=("https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md",),
)
ACTION = "Update the component, or apply the fix of its project."


def render(evaluation: Evaluation, name: str) -> bytes:
    """Return the document as canonical JSON."""
    moment = day_of(evaluation)
    entries = by_id(entries_of(evaluation))
    return canonical.encode(
        {
            "@context": "https://openvex.dev/ns/v0.2.0",
            "@id": f"https://assay.invalid/openvex/{evaluation.subject.sha256}",
            "author": f"Assay {evaluation.tool.version}",
            "role": "test of a firmware image",
            "timestamp": moment,
            "version": 1,
            "tooling": f"assay {evaluation.tool.digest}",
            "statements": [
                _statement(entry, name, evaluation.subject.sha256, moment)
                for group in entries.values()
                for entry in group
            ],
        }
    )


def _statement(entry: Entry, name: str, image: str, moment: str) -> dict[str, Any]:
    flaw = entry.flaw
    component = {"@id": flaw.purl or entry.component.cpe or flaw.component}
    if flaw.purl:
        component["identifiers"] = {"purl": flaw.purl}  # type: ignore[assignment]
    told: dict[str, Any] = {
        "vulnerability": {"name": flaw.id},
        "timestamp": moment,
        "products": [{"@id": name, "hashes": {"sha-256": image}, "subcomponents": [component]}],
        "status": _status(entry),
    }
    if told["status"] == "not_affected":
        if entry.justification:  # the schema allows either this or an impact statement
            told |= {"justification": entry.justification, "status_notes": flaw.says}
        else:
            told["impact_statement"] = flaw.says
    elif told["status"] == "affected":
        told["action_statement"] = ACTION
        told["status_notes"] = flaw.says
    else:
        told["status_notes"] = flaw.says
    return told


def _status(entry: Entry) -> str:
    if entry.fixed:
        return "fixed"
    words = {"affected": "affected", "not-affected": "not_affected"}
    return words.get(entry.flaw.status, "under_investigation")
