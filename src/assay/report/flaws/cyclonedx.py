"""The vulnerabilities of a CycloneDX document: ratings, affected components, analysis.

Affectedness is in `affects[].versions[].status`; an analysis is given only where something is
known: code that is not there, a fix, or somebody's statement. Reference: CycloneDX 1.6.
"""

from typing import Any

from assay.model.flaws import KnownFlaw, Statement
from assay.model.result import Evaluation
from assay.report.flaws.entries import Entry, by_id, entries_of

VERSION_STATUS = {
    "affected": "affected",
    "possibly-affected": "unknown",
    "not-affected": "unaffected",
}
JUSTIFICATIONS = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
    "code_not_present": "code_not_present",
    "code_not_reachable": "code_not_reachable",
}
METHODS = {"CVSS:4": "CVSSv4", "CVSS:3.1": "CVSSv31", "CVSS:3.0": "CVSSv3"}
STATES = {
    "not_affected": "not_affected", "affected": "exploitable", "fixed": "resolved",
    "under_investigation": "in_triage",
}  # fmt: skip


def vulnerabilities(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the vulnerabilities, one for each flaw and status, by id."""
    found = []
    for entries in by_id(entries_of(evaluation)).values():
        groups: dict[tuple[str, str], list[Entry]] = {}
        for entry in entries:
            groups.setdefault((entry.flaw.status, entry.flaw.justification), []).append(entry)
        found += [_vulnerability(group) for _, group in sorted(groups.items())]
    return found


def _vulnerability(entries: list[Entry]) -> dict[str, Any]:
    flaw = entries[0].flaw
    told: dict[str, Any] = {
        "bom-ref": f"{flaw.id}-{entries[0].number}",
        "id": flaw.id,
        "detail": " ".join(entry.flaw.says for entry in entries)[:4000],
        "affects": [_affects(entry) for entry in entries],
        "properties": _properties(flaw),
    }
    if flaw.summary:
        told["description"] = flaw.summary
    if flaw.cwe:
        told["cwes"] = list(flaw.cwe)
    if flaw.score >= 0:
        told["ratings"] = [_rating(flaw)]
    analysis = _analysis(flaw)
    if analysis:
        told["analysis"] = analysis
    return told


def _affects(entry: Entry) -> dict[str, Any]:
    status = VERSION_STATUS[entry.flaw.status]
    version = entry.component.version or "unknown"
    return {
        "ref": "image" if entry.device else f"component-{entry.number}",
        "versions": [{"version": version, "status": status}],
    }


def _rating(flaw: KnownFlaw) -> dict[str, Any]:
    method = next(
        (name for mark, name in METHODS.items() if flaw.vector.startswith(mark)), "CVSSv2"
    )
    return {
        "score": flaw.score / 10,
        "severity": flaw.severity,
        "method": method,
        "vector": flaw.vector,
    }


def _analysis(flaw: KnownFlaw) -> dict[str, Any]:
    last = flaw.statements[-1] if flaw.statements else None
    if flaw.status == "not-affected":
        fixed = flaw.justification == "already_fixed"
        told: dict[str, Any] = {"state": "resolved" if fixed else "not_affected"}
        if flaw.justification in JUSTIFICATIONS:
            told["justification"] = JUSTIFICATIONS[flaw.justification]
        return told | {"detail": _stated(last) or flaw.says}
    return {"state": STATES[last.status], "detail": _stated(last)} if last else {}


def _stated(statement: Statement | None) -> str:
    if statement is None:
        return ""
    where = f" in {statement.document}" if statement.document else ""
    why = f": {statement.says or statement.justification}" if statement.says else ""
    return f"stated by {statement.author}{where}{why}"


def _properties(flaw: KnownFlaw) -> list[dict[str, str]]:
    known = {
        "assay:status": flaw.status,
        "assay:priority": str(flaw.priority),
        "assay:exploited-since": flaw.exploited,
        "assay:epss-millionths": str(flaw.likelihood) if flaw.likelihood >= 0 else "",
        "assay:doubts": "; ".join(flaw.doubts),
        "assay:exposure": "; ".join(flaw.exposure),
    }
    return [{"name": name, "value": value} for name, value in known.items() if value]
