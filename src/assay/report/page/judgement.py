"""The requirements of the profile with their verdicts, and what each check looked at."""

from assay.model.result import CheckResult, Evaluation, Verdict
from assay.report.markup import Markup, join, tag
from assay.report.page.words import badge, plural

ORDER = {"fail": 0, "inconclusive": 1, "pass": 2, "not-applicable": 3, "not-assessed": 4}


def requirements_section(evaluation: Evaluation) -> Markup:
    """Return one row for each requirement, failures first."""
    known = {finding.id for finding in evaluation.findings}
    rows = sorted(
        enumerate(evaluation.verdicts), key=lambda pair: (ORDER[pair[1].verdict], pair[0])
    )
    head = join(tag("th", text) for text in ("Requirement", "Verdict", "Says", "Why"))
    body = join(_requirement(verdict, known) for _, verdict in rows)
    return tag(
        "section",
        tag("h2", "Requirements", id="requirements"),
        tag(
            "p",
            f"{evaluation.profile_title}. M is mandatory, R recommended; the wording is our own. "
            "Ids in italics were not confirmed against the standard.",
        ),
        tag("div", tag("table", tag("thead", tag("tr", head)), tag("tbody", body)), class_="wide"),
    )


def _requirement(verdict: Verdict, known: set[str]) -> Markup:
    level = "M" if verdict.mandatory else "R"
    name = tag("span" if verdict.id_verified else "i", verdict.requirement)
    links = join(
        tag("a", f"[{number}]", href=f"#finding-{finding}")
        for number, finding in enumerate(verdict.against, 1)
        if finding in known
    )
    return tag(
        "tr",
        tag("td", name, f" {level}"),
        tag("td", badge(verdict.verdict)),
        tag("td", verdict.title),
        tag("td", verdict.reason, " ", links),
    )


def checks_section(evaluation: Evaluation) -> Markup:
    """Return one row for each check: what it looked at, and what it could not."""
    head = join(tag("th", text) for text in ("Test", "Outcome", "Looked at", "Could not look at"))
    body = join(_check(result) for result in evaluation.results)
    return tag(
        "section",
        tag("h2", "Tests", id="tests"),
        tag("div", tag("table", tag("thead", tag("tr", head)), tag("tbody", body)), class_="wide"),
    )


def _check(result: CheckResult) -> Markup:
    return tag(
        "tr",
        tag("td", result.check),
        tag("td", badge(result.outcome)),
        tag("td", f"{result.scope} ({plural(result.examined, 'subject')})"),
        tag("td", "; ".join(result.gaps)),
    )
