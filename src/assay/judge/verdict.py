"""The verdict algebra: from check results to one verdict per requirement, and one overall.

Never pass by silence: a pass needs every bound check completed, at least one of them a
procedure that may show conformity, enough of the image seen, and nothing gone wrong on the
way. See docs/verdicts.md.
"""

from collections.abc import Collection, Iterable, Mapping

from assay._kernel.value import Value
from assay.judge.profile import Mode, Profile, Requirement
from assay.model.result import (
    SEVERITIES,
    CheckResult,
    Coverage,
    Finding,
    Judgement,
    Verdict,
)
from assay.model.tree import Problem

BEYOND: Mapping[Mode, str] = {
    "static": "an image alone cannot show conformity",
    "emulation": "shown by running the product, which was not done",
    "document": "shown by documents, which were not supplied",
    "process": "shown by the maker's processes, which an image does not hold",
    "hardware": "shown by the hardware, which was not supplied",
}


class _Case(Value):
    """What the results say about one requirement; ids of findings and of checks, in order."""

    confirmed: tuple[Finding, ...]
    doubts: tuple[Finding, ...]
    clear: tuple[str, ...]
    unfinished: tuple[str, ...]

    @property
    def against(self) -> tuple[str, ...]:
        return tuple(finding.id for finding in self.confirmed + self.doubts)


def judge(
    profile: Profile,
    results: Iterable[CheckResult],
    coverage: Coverage,
    problems: Iterable[Problem],
    absent: Collection[str] = (),
) -> tuple[Verdict, ...]:
    """Return the verdict of each requirement of *profile*, in the profile's order.

    *absent* names features of the profile that the user declares the product does not have; the
    requirements that need them do not apply unless the image shows a counter-example.
    """
    by_check = {result.check: result for result in results}
    spoiled = _spoiled(coverage, tuple(problems))
    verdicts = []
    for requirement in profile.requirements:
        case = _case(requirement, by_check)
        lacking = tuple(name for name in requirement.needs if name in absent)
        judgement, reason = _decide(requirement, case, spoiled, coverage.permille)
        if lacking and judgement != "fail":
            judgement = "not-applicable"
            reason = f"declared absent: {profile.features[lacking[0]]}"
        verdicts.append(_verdict(requirement, judgement, reason, case))
    return tuple(verdicts)


def overall(verdicts: Iterable[Verdict]) -> Judgement:
    """Return the judgement of the whole: that of the mandatory requirements taken together.

    Recommendations count only where nothing is mandatory. A failure fails; otherwise a
    requirement without an answer leaves the whole inconclusive. Without verdicts it is
    not-assessed.
    """
    everything = tuple(verdicts)
    mandatory = tuple(item for item in everything if item.mandatory)
    found = {item.verdict for item in mandatory or everything}
    if not found:
        return "not-assessed"
    if "fail" in found:
        return "fail"
    if found == {"not-assessed"}:
        return "not-assessed"
    if found & {"inconclusive", "not-assessed"}:
        return "inconclusive"
    return "pass" if "pass" in found else "not-applicable"


def _case(requirement: Requirement, by_check: Mapping[str, CheckResult]) -> _Case:
    confirmed: list[Finding] = []
    doubts: list[Finding] = []
    clear: list[str] = []
    unfinished: list[str] = []
    for binding in requirement.checks:
        result = by_check.get(binding.id)
        if result is None or result.outcome == "inconclusive" or result.gaps:
            unfinished.append(binding.id)
        if result is None:
            continue
        weighty = [finding for finding in result.findings if finding.severity != "info"]
        for finding in weighty:
            proven = binding.can_fail and _confirmed(finding, requirement)
            (confirmed if proven else doubts).append(finding)
        if binding.can_pass and not weighty and _completed(result):
            clear.append(binding.id)
    return _Case(tuple(confirmed), tuple(doubts), tuple(clear), tuple(unfinished))


def _confirmed(finding: Finding, requirement: Requirement) -> bool:
    """Whether *finding* is sure and severe enough to be a counter-example."""
    severe = SEVERITIES.index(finding.severity) <= SEVERITIES.index(requirement.least)
    return severe and finding.confidence != "tentative"


def _completed(result: CheckResult) -> bool:
    """Whether the check looked at all of its scope (an inventory has findings and is complete)."""
    return result.outcome in {"clear", "found"} and not result.gaps


def _decide(
    requirement: Requirement, case: _Case, spoiled: str, permille: int
) -> tuple[Judgement, str]:
    if case.confirmed:
        return "fail", _counted(case.confirmed, "counter-example")
    if requirement.mode != "static":
        reason = BEYOND[requirement.mode]
        if case.doubts:
            reason += f"; {_counted(case.doubts, 'indication')}"
        return "not-assessed", reason
    if case.doubts:
        return "inconclusive", _counted(case.doubts, "indication") + ", not proven"
    if not any(binding.can_pass for binding in requirement.checks):
        return "inconclusive", _silent(requirement, case)
    lacking = _lacking(requirement, case, permille) or spoiled
    if lacking:
        return "inconclusive", lacking
    return "pass", f"completed without a finding: {', '.join(case.clear)}"


def _lacking(requirement: Requirement, case: _Case, permille: int) -> str:
    """Return what keeps a requirement without a finding from passing, or an empty string."""
    if case.unfinished:
        return f"not completed: {', '.join(case.unfinished)}"
    if not case.clear:
        return "nothing was found that the procedures could examine"
    if permille < requirement.coverage:
        return f"{permille}‰ of the image is accounted for; {requirement.coverage}‰ are needed"
    return ""


def _silent(requirement: Requirement, case: _Case) -> str:
    beyond = requirement.beyond or BEYOND["static"]
    if not requirement.checks:
        return f"no test bears on it; {beyond}"
    if case.unfinished:
        return f"no counter-example, not completed: {', '.join(case.unfinished)}; {beyond}"
    return f"no counter-example; {beyond}"


def _spoiled(coverage: Coverage, problems: tuple[Problem, ...]) -> str:
    """Return why nothing may pass, or an empty string."""
    if problems:
        first = min(problems, key=lambda item: (item.path, item.offset, item.part, item.says))
        where = f" at {first.path}" if first.path else ""
        return f"{_plural(len(problems), 'problem')}, first: {first.kind}{where}: {first.says}"
    if coverage.files_unread:
        return f"{_plural(coverage.files_unread, 'file')} could not be read"
    return ""


def _counted(findings: tuple[Finding, ...], noun: str) -> str:
    first = "" if len(findings) == 1 else ", first"
    return f"{_plural(len(findings), noun)}{first}: {findings[0].says}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _verdict(requirement: Requirement, judgement: Judgement, reason: str, case: _Case) -> Verdict:
    return Verdict(
        requirement=requirement.id,
        title=requirement.says,
        mandatory=requirement.mandatory,
        verdict=judgement,
        reason=reason,
        against=tuple(dict.fromkeys(case.against)),
        supporting=case.clear,
        id_verified=requirement.verified,
    )
