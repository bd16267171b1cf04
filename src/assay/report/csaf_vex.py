"""CSAF 2.0, profile VEX: what is known of each flaw in each component.

Dates are the last day of the advisories, so that the same evaluation gives the same bytes.
Reference: OASIS CSAF 2.0, sections 3.2 and 4.5.
"""

from typing import Any

from assay._kernel import canonical
from assay.model.result import Component, Evaluation
from assay.report import Report
from assay.report.flaws.entries import Entry, by_id, day_of, entries_of

REPORT = Report(
    file="known-flaws.csaf.json",
    about="for advisory systems: CSAF 2.0 VEX document on known flaws",
    references=("https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html",),
)
ACTION = "Update the component, or apply the fix of its project."


def render(evaluation: Evaluation, name: str) -> bytes:
    """Return the document as canonical JSON."""
    entries = entries_of(evaluation)
    components = {entry.number: entry.component for entry in entries}
    return canonical.encode(
        {
            "document": _head(evaluation, name),
            "product_tree": {
                "full_product_names": [
                    _product(number, one) for number, one in sorted(components.items())
                ]
            },
            "vulnerabilities": [
                _flaw(identity, group) for identity, group in by_id(entries).items()
            ],
        }
    )


def _head(evaluation: Evaluation, name: str) -> dict[str, Any]:
    moment = day_of(evaluation)
    return {
        "category": "csaf_vex",
        "csaf_version": "2.0",
        "publisher": {
            "category": "other",
            "name": f"Assay {evaluation.tool.version}",
            "namespace": "https://assay.invalid",
        },
        "title": f"Known flaws in {name}",
        "tracking": {
            "id": f"assay-{evaluation.subject.sha256[:16]}-{moment[:10]}",
            "initial_release_date": moment,
            "current_release_date": moment,
            "revision_history": [{"date": moment, "number": "1", "summary": "Evaluation"}],
            "status": "final",
            "version": "1",
        },
    }


def _product(number: int, component: Component) -> dict[str, Any]:
    helper = {"purl": component.purl, "cpe": component.cpe}
    told: dict[str, Any] = {
        "product_id": f"component-{number}",
        "name": f"{component.name} {component.version}".strip(),
    }
    known = {key: value for key, value in helper.items() if value}
    return told | ({"product_identification_helper": known} if known else {})


def _flaw(identity: str, entries: list[Entry]) -> dict[str, Any]:
    status: dict[str, list[str]] = {}
    flags: dict[str, list[str]] = {}
    for entry in entries:
        status.setdefault(_status(entry), []).append(f"component-{entry.number}")
        if _status(entry) == "known_not_affected" and entry.justification:
            flags.setdefault(entry.justification, []).append(f"component-{entry.number}")
    said = [
        {
            "category": "impact",
            "details": entry.flaw.says,
            "product_ids": [f"component-{entry.number}"],
        }
        for entry in entries
    ]
    told: dict[str, Any] = {
        "notes": [{"category": "description", "text": entries[0].flaw.summary or identity}],
        "product_status": {key: sorted(set(ids)) for key, ids in sorted(status.items())},
        "threats": said,
    }
    if identity.startswith("CVE-"):
        told["cve"] = identity
    else:
        told["ids"] = [{"system_name": "advisory", "text": identity}]
    if flags:
        told["flags"] = [
            {"label": label, "product_ids": sorted(set(ids))}
            for label, ids in sorted(flags.items())
        ]
    affected = told["product_status"].get("known_affected")
    if affected:
        told["remediations"] = [
            {"category": "vendor_fix", "details": ACTION, "product_ids": affected}
        ]
    return told


def _status(entry: Entry) -> str:
    if entry.fixed:
        return "fixed"
    words = {"affected": "known_affected", "not-affected": "known_not_affected"}
    return words.get(entry.flaw.status, "under_investigation")
