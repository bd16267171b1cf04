"""Sides of a version view, made of findings."""

from assay.compare.versions.sides import Side
from assay.inventory.image import Inventory
from assay.model.result import CheckResult, Coverage, Evaluation, Subject, Tool

COVERED = Coverage(size=1, parsed=1, padding=0, encrypted=0, unknown=0)


def side(*findings, gaps=()):
    """Return a side with *findings*; *gaps* are what its tests could not look at."""
    checks = sorted({one.check for one in findings} | {"secrets.private-key"})
    results = tuple(
        CheckResult(
            check=check, version=1, outcome="found", scope="s", examined=1, gaps=gaps,
            findings=tuple(one for one in findings if one.check == check),
        )
        for check in checks
    )  # fmt: skip
    evaluation = Evaluation(
        schema="s", subject=Subject(sha256="0" * 64, size=1, kind="image"),
        tool=Tool(name="assay", version="0", digest="0" * 64), profile="p", profile_title="p",
        options=(), verdict="fail", coverage=COVERED, containers=(), nodes=(), components=(),
        results=results, verdicts=(), problems=(),
    )  # fmt: skip
    return Side(evaluation, Inventory((), {}, (), COVERED))
