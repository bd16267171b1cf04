"""Runs every check over an inventory and says what each looked at."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from assay._kernel.registry import modules_with
from assay._kernel.value import Value
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


class Ran(Value):
    """What one run of a check gave: its result, and the problem where the check itself failed."""

    result: CheckResult
    problem: Problem | None = None


def run_checks(
    image: Inventory,
    modules: Iterable[CheckModule] | None = None,
    done: Mapping[str, Ran] | None = None,
) -> tuple[list[CheckResult], list[Problem]]:
    """Return the result of each check in order, and the problems of those that failed.

    What *done* has by the id of a check is taken from there.
    """
    done = done or {}
    chosen = modules if modules is not None else checks()
    ran = [done.get(module.CHECK.id) or run_check(image, module) for module in chosen]
    return [one.result for one in ran], [one.problem for one in ran if one.problem is not None]


def run_check(image: Inventory, module: CheckModule) -> Ran:
    """Return what one check gives; it may fail, which is recorded."""
    scope = _scope(image)
    problem = None
    try:
        findings = {finding.id: finding for finding in module.run(image, scope)}
    except Exception as error:  # noqa: BLE001 - one check must not take the others down
        says = f"{type(error).__name__}: {error}"
        problem = Problem(kind="crash", part=f"checks/{module.CHECK.id}", says=says)
        scope.gap("the check itself failed")
        findings = {}
    ordered = sorted(findings.values(), key=lambda finding: (finding.subject, finding.id))
    return Ran(_result(module, scope, tuple(ordered)), problem)


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
