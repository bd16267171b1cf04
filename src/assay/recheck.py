"""An old evaluation matched with other advisories: the image is not needed.

Components and setting are in the evaluation; only the known flaws, the checks on them and the
verdicts are made anew, by the same code as in `pipeline`.
"""

from collections.abc import Sequence

from assay import __version__
from assay._kernel import canonical
from assay._kernel.tool import tool_digest
from assay.checks.runner import checks, run_checks
from assay.errors import UsageError
from assay.inventory.image import Inventory
from assay.judge.profile import load
from assay.judge.verdict import judge, overall
from assay.model.flaws import Statement
from assay.model.record import replace
from assay.model.result import CheckResult, Evaluation, Option, Tool
from assay.vulns.choice import OPTION, chosen_snapshot, options_of, sealed_statements
from assay.vulns.stage import match

CHECKS = {"components.exploited-flaws", "components.known-flaws"}
_OURS = {OPTION, "vex.digest"}


def recheck(
    old: Evaluation,
    *,
    snapshot: str = "",
    statements: Sequence[Statement] | None = None,
    profile: str = "",
) -> Evaluation:
    """Return *old* as it would be with the advisories *snapshot*: the newest by default.

    *statements* replace those of *old*; *profile* is the file of a profile that is not Assay's
    own. Raises UsageError when the evaluation does not say what matching needs, or its profile
    has changed.
    """
    if old.flaw_search is None:
        raise UsageError(
            "this evaluation was made before known flaws were looked for",
            advice="Evaluate the image again.",
        )
    place = chosen_snapshot(snapshot)
    said = tuple(sealed_statements(old) if statements is None else statements)
    search, flaws = match(old.components, old.flaw_search.setting, place, said)
    image = Inventory(old.nodes, {}, (), old.coverage, old.problems)
    image.components, image.flaw_search, image.flaws = old.components, search, flaws
    results, failures = run_checks(image, [one for one in checks() if _concerned(one.CHECK.id)])
    kept = [one for one in old.results if not _concerned(one.check)]
    merged = tuple(sorted([*kept, *results], key=lambda one: one.check))
    others = [one for one in old.options if one.name not in _OURS]
    fresh: Evaluation = replace(
        old,
        tool=Tool(name="assay", version=__version__, digest=tool_digest()),
        options=(*others, *options_of(place, said)),
        results=merged,
        flaw_search=search,
        flaws=flaws,
        problems=(*old.problems, *failures),
    )
    return _judged(fresh, merged, others, profile)


def _concerned(check: str) -> bool:
    return check in CHECKS


def _judged(
    fresh: Evaluation, results: tuple[CheckResult, ...], options: Sequence[Option], profile: str
) -> Evaluation:
    known = load(profile or fresh.profile)
    stated = next((one.value for one in options if one.name == "profile.digest"), "")
    if canonical.digest(known) != stated:
        raise UsageError(
            f"the profile {fresh.profile} is not the one the evaluation was judged by",
            advice="Give its file with --profile, or evaluate the image again.",
        )
    absent = [one.value for one in options if one.name == "absent"]
    verdicts = judge(known, results, fresh.coverage, fresh.problems, absent)
    judged: Evaluation = replace(fresh, verdicts=verdicts, verdict=overall(verdicts))
    return judged
