"""Whether an evaluation agrees with itself: what follows from its parts must be what it says.

An unsigned bundle can be made by anyone; this keeps one from showing a verdict that its own
findings and requirements contradict.
"""

from collections.abc import Iterator

from assay.judge.verdict import overall
from assay.model.result import Evaluation


def contradictions(evaluation: Evaluation) -> Iterator[str]:
    """Yield where *evaluation* contradicts itself, one sentence each, in a fixed order."""
    if overall(evaluation.verdicts) != evaluation.verdict:
        yield f"the verdict {evaluation.verdict} does not follow from the requirements"
    coverage = evaluation.coverage
    parts = (coverage.parsed, coverage.padding, coverage.encrypted, coverage.unknown)
    if sum(parts) != coverage.size or min(parts) < 0:
        yield "the accounts of the image's bytes do not add up to its size"
    yield from _unaccounted(evaluation)
    yield from _loose_ends(evaluation)


def _unaccounted(evaluation: Evaluation) -> Iterator[str]:
    for container in evaluation.containers:
        if sum(region.length for region in container.regions) != container.size:
            yield f"the regions of {container.path or 'the image'} do not add up to its size"


def _loose_ends(evaluation: Evaluation) -> Iterator[str]:
    checks = {result.check for result in evaluation.results}
    findings = {finding.id for finding in evaluation.findings}
    for verdict in evaluation.verdicts:
        if not findings.issuperset(verdict.against):
            yield f"requirement {verdict.requirement} rests on a finding that is not there"
        if not checks.issuperset(verdict.supporting):
            yield f"requirement {verdict.requirement} rests on a test that is not there"
    for result in evaluation.results:
        if bool(result.findings) != (result.outcome == "found"):
            yield f"the outcome of {result.check} does not match its findings"
        if any(finding.check != result.check for finding in result.findings):
            yield f"{result.check} states findings of another test"
