"""SARIF 2.1.0: findings and verdicts for code-scanning systems and gates.

Findings are results of kind `fail`; verdicts are results of the profile's rules, with the kind
that fits: pass, fail, open, notApplicable.
"""

from typing import Any
from urllib.parse import quote

from assay._kernel import canonical
from assay._kernel.printable import raw
from assay.checks.check import Check
from assay.checks.runner import checks
from assay.model.result import Evaluation, Evidence, Finding, Verdict
from assay.report import Report

REPORT = Report(
    file="findings.sarif",
    about="for code scanning and gates: SARIF 2.1.0",
    references=("https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html",),
)

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {
    "critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note",
}  # fmt: skip
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "0.0"}
KINDS = {
    "pass": "pass", "fail": "fail", "inconclusive": "open",
    "not-applicable": "notApplicable", "not-assessed": "open",
}  # fmt: skip


def render(evaluation: Evaluation, name: str) -> bytes:
    """Return the log with one run as canonical JSON."""
    run = {
        "tool": {"driver": _driver(evaluation)},
        "artifacts": [_artifact(evaluation, name)],
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_finding(finding) for finding in evaluation.findings),
            *(_verdict(evaluation.profile, verdict) for verdict in evaluation.verdicts),
        ],
        "properties": {
            "verdict": evaluation.verdict,
            "profile": evaluation.profile,
            "coveragePermille": evaluation.coverage.permille,
        },
    }
    return canonical.encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(evaluation: Evaluation) -> dict[str, Any]:
    used = {result.check for result in evaluation.results}
    rules = [_check_rule(m.CHECK) for m in checks() if m.CHECK.id in used]
    rules += [_requirement_rule(evaluation.profile, verdict) for verdict in evaluation.verdicts]
    return {
        "name": "Assay",
        "version": evaluation.tool.version,
        "rules": rules,
        "properties": {"digest": evaluation.tool.digest},
    }


def _check_rule(check: Check) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": check.id,
        "name": check.title,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.about},
        "help": {"text": f"{check.advice or check.about} Not a finding: {check.not_a_finding}"},
        "defaultConfiguration": {"level": LEVELS[check.severity]},
        "properties": {
            "security-severity": SCORES[check.severity],
            "tags": ["security", *(f"external/cwe/cwe-{number:03}" for number in check.cwe)],
        },
    }
    return rule


def _requirement_rule(profile: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "id": f"{profile}/{verdict.requirement}",
        "shortDescription": {"text": verdict.title},
        "properties": {"mandatory": verdict.mandatory, "idVerified": verdict.id_verified},
    }


def _artifact(evaluation: Evaluation, name: str) -> dict[str, Any]:
    subject = evaluation.subject
    return {
        "location": {"uri": quote(name)},
        "length": subject.size,
        "hashes": {"sha-256": subject.sha256},
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.check,
        "kind": "fail",
        "level": LEVELS[finding.severity],
        "message": {"text": finding.says},
        "locations": [_location(evidence) for evidence in finding.evidence[:10]]
        or [{"physicalLocation": {"artifactLocation": {"uri": _uri(finding.subject)}}}],
        "partialFingerprints": {"assayFinding/v1": finding.id},
        "properties": {"confidence": finding.confidence, "severity": finding.severity},
    }


def _location(evidence: Evidence) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(evidence.path)}}
    if evidence.kind in {"bytes", "text", "disassembly"}:
        place["region"] = {
            "byteOffset": evidence.offset,
            "byteLength": evidence.length,
            "snippet": {"text": evidence.excerpt},
        }
    return {
        "physicalLocation": place,
        "properties": {"blob": evidence.blob, "evidence": evidence.kind},
    }


def _uri(path: str) -> str:
    """Return *path* inside the image as a relative reference."""
    return quote(raw(path), safe="/@~+,=:").lstrip("/") or "."


def _verdict(profile: str, verdict: Verdict) -> dict[str, Any]:
    kind = KINDS[verdict.verdict]
    return {
        "ruleId": f"{profile}/{verdict.requirement}",
        "kind": kind,
        "level": "error" if kind == "fail" else "none",
        "message": {"text": f"{verdict.verdict}: {verdict.reason}"},
        "properties": {"verdict": verdict.verdict},
    }
