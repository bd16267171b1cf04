"""The rules of bearing: what a result can do to a claim, given the form of both.

A clean test weakens an existential allegation at most; one counter-example contradicts a
universal negative; a match on the vendor alone has no effect; opinions are left alone.
"""

from typing import NamedTuple

from assay.claims import lexicon
from assay.claims.bearing.facts import ImageFact
from assay.claims.bearing.scope import scope_match
from assay.claims.identity import identify
from assay.claims.records import Bearing, Claim, Effect, ScopeMatch
from assay.model.result import CheckResult, Finding

_CLOSE = frozenset(["same-image", "same-product-other-version", "within-claim"])
_WEAK = frozenset(["info", "low"])


class Outcome(NamedTuple):
    """What the relevant tests of an evaluation say together."""

    verdict: str
    findings: tuple[Finding, ...]
    tests: tuple[str, ...]
    open: tuple[str, ...]


def bear(claim: Claim, image: ImageFact) -> Bearing | None:
    """Return what the evaluation of *image* does to *claim*; nothing where they cannot meet."""
    if (
        claim.form in {"opinion", "record", "inventory", "fulfilment"}
        and claim.kind != "update-promise"
    ):
        return None
    match = scope_match(claim, image)
    if match == "not-comparable":
        return None
    if claim.form == "standard" and not claim.tests:
        return _against_standard(claim, image, match)
    outcome = _outcome(claim, image)
    if not outcome.tests:
        return _made(
            claim,
            image,
            match,
            "none",
            "not tested",
            "no test in this evaluation decides this claim",
            "bearing.no-test",
        )
    effect, reason, rule = _effect(claim, image, match, outcome)
    return _made(
        claim, image, match, effect, outcome.verdict, reason, rule, ",".join(outcome.tests)
    )


def relevant(claim: Claim, results: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """Return the results of the tests that bear on *claim*."""
    return tuple(
        one
        for one in results
        if one.outcome != "not-applicable"
        and any(one.check.startswith(test) for test in claim.tests if test)
    )


def _outcome(claim: Claim, image: ImageFact) -> Outcome:
    results = relevant(claim, image.evaluation.results)
    findings = tuple(
        finding
        for one in results
        for finding in one.findings
        if finding.severity not in _WEAK and finding.confidence != "tentative"
    )
    unsure = tuple(one.check for one in results if one.outcome == "inconclusive")
    verdict = "found" if findings else "inconclusive" if unsure else "clear"
    return Outcome(verdict, findings, tuple(one.check for one in results), unsure)


def _effect(
    claim: Claim, image: ImageFact, match: ScopeMatch, outcome: Outcome
) -> tuple[Effect, str, str]:
    if match not in _CLOSE:
        words = "the vendor alone" if match == "vendor-only" else "the product family alone"
        return (
            "none",
            f"{_found(outcome, image)}; the claim and the image share {words}, which has no effect",
            f"bearing.{match}",
        )
    if claim.kind in _indirect():
        return (
            "none",
            (
                f"{_found(outcome, image)}; a test of the image shows a means, not what "
                f"it was used for"
            ),
            "bearing.indirect",
        )
    if outcome.verdict == "inconclusive":
        return (
            "none",
            f"the tests {', '.join(outcome.open)} could not be completed on {image.label}",
            "bearing.inconclusive",
        )
    if outcome.verdict == "found":
        return _on_finding(claim, image, match, outcome)
    return _on_clean(claim, image, match, outcome)


def _on_finding(
    claim: Claim, image: ImageFact, match: ScopeMatch, outcome: Outcome
) -> tuple[Effect, str, str]:
    said = _found(outcome, image)
    if claim.form == "universal-negative" or (claim.negative and claim.form != "existential"):
        return (
            "contradicts",
            f"{said}; one counter-example suffices against a claim that there is none",
            "bearing.counter-example",
        )
    if match == "within-claim":
        return (
            "supports",
            f"{said}; this is one of the products that the claim speaks of",
            "bearing.instance",
        )
    return (
        "supports",
        f"{said}; the evaluated image is the product that the claim names",
        "bearing.finding",
    )


def _on_clean(
    claim: Claim, image: ImageFact, match: ScopeMatch, outcome: Outcome
) -> tuple[Effect, str, str]:
    covered = image.evaluation.coverage.permille
    share = f"{covered // 10}.{covered % 10} %"
    said = (
        f"not found in {image.label} by {len(outcome.tests)} tests "
        f"({', '.join(outcome.tests)}) with {share} of the image accounted for"
    )
    if claim.form == "universal-negative":
        return (
            "supports",
            f"{said}; this holds for the tested image only",
            "bearing.clean-universal",
        )
    if match == "within-claim":
        return (
            "none",
            f"{said}; other products of the vendor were not tested",
            "bearing.clean-elsewhere",
        )
    other = "; another version was claimed or none was named" if match != "same-image" else ""
    return "weakens", f"{said}{other}; a test cannot show that there is none", "bearing.clean"


def _found(outcome: Outcome, image: ImageFact) -> str:
    if not outcome.findings:
        return f"{len(outcome.tests)} tests on {image.label}: {outcome.verdict}"
    first = outcome.findings[0]
    more = f" and {len(outcome.findings) - 1} more" if len(outcome.findings) > 1 else ""
    return (
        f"found in {image.label}: {first.says} ({first.check}, {first.subject}, "
        f"finding {first.id[:12]}){more}"
    )


def _against_standard(claim: Claim, image: ImageFact, match: ScopeMatch) -> Bearing:
    """Hold a claim of conformity against the judged requirements of the same standard."""
    evaluation = image.evaluation
    words = _standard_words(claim)
    if not words & set(evaluation.profile.lower().replace("-", " ").split()) | words & set(
        evaluation.profile_title.lower().split()
    ):
        reason = (
            f"judged against {evaluation.profile_title}, which is not the standard "
            f"that the claim speaks of; the verifier's own report is the document "
            f"to obtain"
        )
        return _made(
            claim, image, match, "none", evaluation.verdict, reason, "bearing.other-standard"
        )
    failed = [one.requirement for one in evaluation.verdicts if one.verdict == "fail"]
    if match not in _CLOSE:
        return _made(
            claim,
            image,
            match,
            "none",
            evaluation.verdict,
            f"{image.label} shares too little with what the claim names",
            f"bearing.{match}",
        )
    if failed:
        effect: Effect = "supports" if claim.negative else "contradicts"
        return _made(
            claim,
            image,
            match,
            effect,
            "fail",
            f"{image.label} fails {', '.join(failed[:8])} of {evaluation.profile_title}",
            "bearing.requirement-failed",
        )
    if evaluation.verdict == "pass" and match == "same-image":
        return _made(
            claim,
            image,
            match,
            "weakens" if claim.negative else "supports",
            "pass",
            f"{image.label} passes {evaluation.profile_title}; this holds for the tested version",
            "bearing.requirements-met",
        )
    return _made(
        claim,
        image,
        match,
        "none",
        evaluation.verdict,
        "not all requirements could be decided, or another version was tested",
        "bearing.undecided",
    )


def _standard_words(claim: Claim) -> set[str]:
    text = f"{claim.text} {claim.object}".lower().replace("-", " ")
    return {
        word
        for word in text.split()
        if any(char.isdigit() for char in word) or word in {"psti", "nesas", "cra", "etsi"}
    }


def _indirect() -> frozenset[str]:
    return frozenset(row["id"] for row in lexicon.table("kinds")["kind"] if row.get("indirect"))


def _made(  # noqa: PLR0917 - the parts of one record
    claim: Claim,
    image: ImageFact,
    match: ScopeMatch,
    effect: Effect,
    verdict: str,
    reason: str,
    rule: str,
    result: str = "",
) -> Bearing:
    return Bearing(
        id=identify("bearing", claim.id, image.bundle),
        claim=claim.id,
        against=f"bundle:{image.bundle}",
        result=result,
        verdict=verdict,
        effect=effect,
        scope_match=match,
        reason=reason,
        rule=rule,
    )
