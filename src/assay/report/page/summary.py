"""The top of the report: the verdict first, then the three numbers behind it."""

from collections import Counter

from assay.model.result import SEVERITIES, Evaluation
from assay.report.markup import Markup, join, tag
from assay.report.page.words import badge, percent, plural, size_text

MEANING = {
    "pass": "Every mandatory requirement that this profile can decide was completed and held.",
    "fail": "At least one mandatory requirement has a confirmed counter-example in the image.",
    "inconclusive": "No mandatory requirement has a confirmed counter-example, but not all could "
    "be decided from this image. Nothing found is not the same as nothing there.",
    "not-applicable": "No requirement of this profile applies to this image.",
    "not-assessed": "Nothing in this profile could be assessed from an image.",
}
ORDER = ("fail", "inconclusive", "pass", "not-applicable", "not-assessed")


def summary(evaluation: Evaluation, name: str) -> Markup:
    """Return the header with verdict, subject and tiles."""
    subject, tool = evaluation.subject, evaluation.tool
    return tag(
        "header",
        tag("p", "Assay evaluation", class_="kicker"),
        tag("h1", name),
        tag("p", badge(evaluation.verdict), " ", evaluation.profile_title, class_="verdict"),
        tag("p", MEANING[evaluation.verdict], class_="meaning"),
        tag("div", _requirements(evaluation), _findings(evaluation), _coverage(evaluation),
            class_="tiles"),
        _facts([
            ("SHA-256", subject.sha256),
            ("Size", f"{subject.size} bytes ({subject.kind})"),
            ("Profile", evaluation.profile),
            ("Made by", f"{tool.name} {tool.version}, code and data {tool.digest}"),
        ]),
    )  # fmt: skip


def _facts(rows: list[tuple[str, str]]) -> Markup:
    cells = (tag("div", tag("dt", key), tag("dd", value)) for key, value in rows)
    return tag("dl", join(cells), class_="facts")


def _tile(title: str, big: str, lines: list[Markup]) -> Markup:
    items = tag("ul", join(tag("li", line) for line in lines))
    return tag("section", tag("h2", title), tag("p", big, class_="big"), items, class_="tile")


def _requirements(evaluation: Evaluation) -> Markup:
    counts = Counter[str](verdict.verdict for verdict in evaluation.verdicts)
    lines = [join([badge(word), Markup(f" {counts[word]}")]) for word in ORDER if counts[word]]
    return _tile("Requirements", str(len(evaluation.verdicts)), lines)


def _findings(evaluation: Evaluation) -> Markup:
    findings = evaluation.findings
    counts = Counter[str](finding.severity for finding in findings)
    lines = [join([badge(word), Markup(f" {counts[word]}")]) for word in SEVERITIES if counts[word]]
    return _tile("Findings", str(len(findings)), lines)


def _coverage(evaluation: Evaluation) -> Markup:
    covered = evaluation.coverage
    rows = (
        ("parsed", covered.parsed), ("padding", covered.padding),
        ("encrypted", covered.encrypted), ("unknown", covered.unknown),
    )  # fmt: skip
    lines = [join([badge(word), tag("span", f" {size_text(size)}")]) for word, size in rows if size]
    unread = f", {covered.files_unread} unreadable" if covered.files_unread else ""
    lines.append(tag("span", plural(covered.files, "file") + unread))
    return _tile("Accounted for", percent(covered.parsed + covered.padding, covered.size), lines)
