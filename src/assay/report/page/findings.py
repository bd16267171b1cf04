"""The findings, most severe first, each with the bytes behind it."""

from assay.checks.backdoors.noise import above_the_line
from assay.model.result import SEVERITIES, Evaluation, Evidence, Finding
from assay.report.markup import Markup, join, tag
from assay.report.page.words import badge, plural

OPEN = {"critical", "high"}
MOST_EVIDENCE = 12


def findings_section(evaluation: Evaluation) -> Markup:
    """Return all findings in groups by severity."""
    findings = evaluation.findings
    if not findings:
        intro = "The checks that were run found nothing. What they looked at is listed below."
        return tag("section", tag("h2", "Findings", id="findings"), tag("p", intro))
    above, below = above_the_line(findings)
    groups = (
        _group(severity, [f for f in above if f.severity == severity]) for severity in SEVERITIES
    )
    return tag("section", tag("h2", "Findings", id="findings"), join(groups), _kept_back(below))


def _kept_back(findings: list[Finding]) -> Markup | None:
    """Return the findings below the noise line, folded away; None when there are none."""
    if not findings:
        return None
    title = f"{plural(len(findings), 'finding')} about undocumented access below the noise line"
    return tag("details", tag("summary", title), join(_finding(one) for one in findings))


def _group(severity: str, findings: list[Finding]) -> Markup:
    if not findings:
        return join([])
    title = tag("h3", badge(severity), f" {plural(len(findings), 'finding')}")
    return join([title, *(_finding(finding) for finding in findings)])


def _finding(finding: Finding) -> Markup:
    opened = {"open": "open"} if finding.severity in OPEN else {}
    sure = "" if finding.confidence == "certain" else f" · {finding.confidence}"
    cwe = " · ".join(f"CWE-{number}" for number in finding.cwe)
    facts = " · ".join(part for part in (finding.check, f"{cwe}{sure}".strip(" ·")) if part)
    return tag(
        "details",
        tag("summary", tag("b", finding.title), " ", tag("span", finding.subject, class_="path")),
        tag("p", finding.says),
        tag("p", facts, class_="small"),
        join(_evidence(evidence) for evidence in finding.evidence[:MOST_EVIDENCE]),
        _more(len(finding.evidence) - MOST_EVIDENCE),
        tag("p", tag("b", "Advice: "), finding.advice) if finding.advice else None,
        id=f"finding-{finding.id}",
        class_=f"finding {finding.severity}",
        **opened,
    )


def _more(count: int) -> Markup | None:
    return tag("p", f"{count} more places are in evaluation.json.") if count > 0 else None


def _evidence(evidence: Evidence) -> Markup:
    where = f"{evidence.path}  {_place(evidence)}"
    return tag(
        "figure",
        tag("figcaption", where, class_="path"),
        tag("pre", _excerpt(evidence)),
        tag("p", f"{evidence.kind} · blob {evidence.blob}", class_="small digest"),
    )


def _place(evidence: Evidence) -> str:
    if evidence.kind == "absence":
        return "looked for and not found"
    if evidence.kind == "attribute":
        return "as recorded"
    return f"offset {evidence.offset:#x}, {plural(evidence.length, 'byte')}"


def _excerpt(evidence: Evidence) -> str:
    if evidence.kind != "bytes":
        return evidence.excerpt
    pairs = [evidence.excerpt[at : at + 2] for at in range(0, len(evidence.excerpt), 2)]
    return "\n".join(
        f"{evidence.offset + at:08x}  {' '.join(pairs[at : at + 16])}"
        for at in range(0, len(pairs), 16)
    )
