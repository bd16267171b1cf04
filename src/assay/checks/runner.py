"""Runs every check over an inventory and says what each looked at."""

from collections.abc import Iterable
from functools import lru_cache

from assay._kernel.registry import modules_with
from assay.checks.check import CheckModule, Scope
from assay.inventory.image import Inventory
from assay.model.result import CheckResult, Finding, Outcome
from assay.model.tree import Problem

NO_FILES = "no file system was found in the image"


@lru_cache(maxsize=1)
def checks() -> tuple[CheckModule, ...]:
    """Return all checks, by id."""
    found = modules_with("assay.checks", "CHECK")
    return tuple(sorted(found, key=lambda module: module.CHECK.id))


def run_checks(
    image: Inventory, modules: Iterable[CheckModule] | None = None
) -> tuple[list[CheckResult], list[Problem]]:
    """Return the result of each check in order, and the problems of those that failed."""
    results: list[CheckResult] = []
    problems: list[Problem] = []
    for module in modules if modules is not None else checks():
        scope = _scope(image)
        try:
            findings = {finding.id: finding for finding in module.run(image, scope)}
        except Exception as error:  # noqa: BLE001 - one check must not take the others down
            says = f"{type(error).__name__}: {error}"
            problems.append(Problem(kind="crash", part=f"checks/{module.CHECK.id}", says=says))
            scope.gap("the check itself failed")
            findings = {}
        ordered = sorted(findings.values(), key=lambda finding: (finding.subject, finding.id))
        results.append(_result(module, scope, tuple(ordered)))
    return results, problems


def _scope(image: Inventory) -> Scope:
    scope = Scope()
    if not any(True for _ in image.files()):
        scope.gap(NO_FILES)
    elif image.coverage.files_unread:
        scope.gap(f"{image.coverage.files_unread} files could not be read")
    return scope


def _result(module: CheckModule, scope: Scope, findings: tuple[Finding, ...]) -> CheckResult:
    check = module.CHECK
    return CheckResult(
        check=check.id,
        version=check.version,
        outcome=_outcome(scope, found=bool(findings), applies=check.applies),
        scope=check.looks_at,
        examined=scope.examined,
        gaps=tuple(scope.gaps),
        findings=findings,
    )


def _outcome(scope: Scope, *, found: bool, applies: bool) -> Outcome:
    if found:
        return "found"
    if scope.gaps:
        return "inconclusive"
    if not scope.examined:
        return "not-applicable" if applies else "inconclusive"
    return "clear"
