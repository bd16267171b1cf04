"""The verdict algebra, case by case, and tables of test outcomes for the shipped profiles."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from assay.judge.profile import Profile, Requirement, load
from assay.judge.verdict import judge, overall
from assay.model.result import (
    CheckResult,
    Confidence,
    Coverage,
    Finding,
    Judgement,
    Outcome,
    Severity,
    Verdict,
)
from assay.model.tree import Problem

FULL = Coverage(size=1000, parsed=900, padding=100, encrypted=0, unknown=0)
DAMAGE = Problem(kind="damage", part="unpack", says="a block is cut short", path="squashfs@0x0")


def finding(
    check: str,
    confidence: Confidence = "certain",
    severity: Severity = "high",
    says: str = "is so",
) -> Finding:
    return Finding(
        id=f"{check}:{confidence}:{severity}:{says}",
        check=check,
        version=1,
        title="A finding",
        subject="squashfs@0x0//etc/passwd",
        blob=None,
        says=says,
        severity=severity,
        confidence=confidence,
        cwe=(),
        evidence=(),
    )


def result(
    check: str, outcome: Outcome, *findings: Finding, gaps: tuple[str, ...] = ()
) -> CheckResult:
    return CheckResult(
        check=check,
        version=1,
        outcome=outcome,
        scope="files",
        examined=1,
        gaps=gaps,
        findings=findings,
    )


def profile(**fields: Any) -> Profile:
    settled: dict[str, Any] = {
        "id": "1",
        "says": "Do the thing.",
        "mandatory": True,
        "mode": "static",
        "verified": True,
        "source": "here",
    }
    return Profile(
        id="small",
        title="Small",
        edition="1",
        status="",
        url="",
        notes="",
        sources={"here": "this test"},
        features={"f": "a feature"},
        requirements=(Requirement(**(settled | fields)),),
    )


def verdict_of(
    fields: dict[str, Any],
    *results: CheckResult,
    coverage: Coverage = FULL,
    problems: tuple[Problem, ...] = (),
    absent: tuple[str, ...] = (),
) -> Verdict:
    (verdict,) = judge(profile(**fields), results, coverage, problems, absent)
    return verdict


BOTH = {"both": ("a.one", "a.two")}
CLEAR = (result("a.one", "clear"), result("a.two", "clear"))


def test_a_completed_procedure_over_enough_bytes_passes() -> None:
    verdict = verdict_of(BOTH, *CLEAR)
    assert verdict.verdict == "pass"
    assert verdict.supporting == ("a.one", "a.two")
    assert verdict.against == ()


@pytest.mark.parametrize("confidence", ["certain", "firm"])
@pytest.mark.parametrize("severity", ["critical", "high", "medium", "low"])
def test_one_confirmed_counter_example_fails(confidence: Confidence, severity: Severity) -> None:
    bad = finding("a.one", confidence, severity)
    verdict = verdict_of(BOTH, result("a.one", "found", bad), CLEAR[1])
    assert verdict.verdict == "fail"
    assert verdict.against == (bad.id,)
    assert verdict.reason == "1 counter-example: is so"


def test_a_finding_below_the_least_severity_is_an_indication_only() -> None:
    fields = BOTH | {"least": "high"}
    for severity, expected in {
        "critical": "fail",
        "high": "fail",
        "medium": "inconclusive",
    }.items():
        bad = finding("a.one", "certain", severity)  # type: ignore[arg-type]
        verdict = verdict_of(fields, result("a.one", "found", bad), CLEAR[1])
        assert (verdict.verdict, verdict.against) == (expected, (bad.id,))


def test_several_counter_examples_are_counted_and_cited() -> None:
    bad = [finding("a.one", says=says) for says in ("is so", "is so too")]
    verdict = verdict_of(BOTH, result("a.one", "found", *bad))
    assert verdict.reason == "2 counter-examples, first: is so"
    assert verdict.against == tuple(item.id for item in bad)


def test_a_tentative_finding_is_inconclusive_and_cited() -> None:
    bad = finding("a.one", "tentative")
    verdict = verdict_of(BOTH, result("a.one", "found", bad), CLEAR[1])
    assert (verdict.verdict, verdict.against) == ("inconclusive", (bad.id,))
    assert "not proven" in verdict.reason


def test_an_information_does_not_count_against() -> None:
    note = finding("a.one", "certain", "info")
    verdict = verdict_of(BOTH, result("a.one", "found", note), CLEAR[1])
    assert (verdict.verdict, verdict.against) == ("pass", ())


def test_a_counter_example_fails_whatever_else_is_unknown() -> None:
    bad = result("a.one", "found", finding("a.one"))
    dark = Coverage(size=1000, parsed=1, padding=0, encrypted=0, unknown=999)
    verdict = verdict_of(BOTH, bad, coverage=dark, problems=(DAMAGE,))
    assert verdict.verdict == "fail"


def test_a_hint_withholds_a_pass_but_does_not_fail() -> None:
    fields = {"both": ("a.one",), "hints": ("a.two",)}
    verdict = verdict_of(fields, CLEAR[0], result("a.two", "found", finding("a.two")))
    assert verdict.verdict == "inconclusive"
    assert len(verdict.against) == 1


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (None, "not completed: a.two"),
        (result("a.two", "inconclusive", gaps=("dark",)), "not completed: a.two"),
        (result("a.two", "clear", gaps=("dark",)), "not completed: a.two"),
    ],
)
def test_an_unfinished_procedure_withholds_the_pass(second: CheckResult | None, says: str) -> None:
    results = (CLEAR[0],) if second is None else (CLEAR[0], second)
    verdict = verdict_of(BOTH, *results)
    assert (verdict.verdict, verdict.reason) == ("inconclusive", says)
    assert verdict.supporting == ("a.one",)


def test_an_unfinished_test_that_can_only_fail_withholds_the_pass_too() -> None:
    fields = {"both": ("a.one",), "can_fail": ("a.two",)}
    assert verdict_of(fields, CLEAR[0]).verdict == "inconclusive"
    assert verdict_of(fields, *CLEAR).verdict == "pass"


def test_silence_never_passes() -> None:
    nothing = tuple(result(name, "not-applicable") for name in ("a.one", "a.two"))
    assert verdict_of(BOTH, *nothing).verdict == "inconclusive"
    assert verdict_of({"can_fail": ("a.one",)}, CLEAR[0]).verdict == "inconclusive"
    assert verdict_of({}).verdict == "inconclusive"
    assert verdict_of(BOTH, CLEAR[0], nothing[1]).verdict == "pass"


def test_a_fail_only_requirement_says_what_an_image_cannot_show() -> None:
    fields = {"can_fail": ("a.one",), "beyond": "devices differ"}
    assert verdict_of(fields, CLEAR[0]).reason == "no counter-example; devices differ"
    assert "a.one" in verdict_of(fields).reason
    assert verdict_of({"beyond": "devices differ"}).reason.startswith("no test bears on it")


@pytest.mark.parametrize(("parsed", "expected"), [(949, "inconclusive"), (950, "pass")])
def test_the_declared_coverage_is_needed(parsed: int, expected: Judgement) -> None:
    seen = Coverage(size=1000, parsed=parsed, padding=0, encrypted=0, unknown=1000 - parsed)
    assert verdict_of(BOTH, *CLEAR, coverage=seen).verdict == expected


def test_an_empty_image_passes_nothing() -> None:
    empty = Coverage(size=0, parsed=0, padding=0, encrypted=0, unknown=0)
    assert verdict_of(BOTH, *CLEAR, coverage=empty).verdict == "inconclusive"


@pytest.mark.parametrize("kind", ["damage", "limit", "unsupported", "crash"])
def test_a_problem_withholds_the_pass_and_is_named(kind: Any) -> None:
    problem = Problem(kind=kind, part="unpack", says="went wrong", path="here")
    verdict = verdict_of(BOTH, *CLEAR, problems=(problem,))
    assert verdict.verdict == "inconclusive"
    assert verdict.reason == f"1 problem, first: {kind} at here: went wrong"


def test_an_unread_file_withholds_the_pass() -> None:
    unread = Coverage(size=10, parsed=10, padding=0, encrypted=0, unknown=0, files_unread=2)
    verdict = verdict_of(BOTH, *CLEAR, coverage=unread)
    assert (verdict.verdict, verdict.reason) == ("inconclusive", "2 files could not be read")


@pytest.mark.parametrize("mode", ["emulation", "document", "process", "hardware"])
def test_what_an_image_does_not_show_is_not_assessed(mode: str) -> None:
    verdict = verdict_of({"mode": mode, "can_fail": ("a.one",)}, CLEAR[0])
    assert verdict.verdict == "not-assessed"
    assert verdict.reason


def test_a_counter_example_in_the_image_fails_a_requirement_of_any_mode() -> None:
    fields = {"mode": "process", "can_fail": ("a.one",)}
    assert verdict_of(fields, result("a.one", "found", finding("a.one"))).verdict == "fail"
    doubt = result("a.one", "found", finding("a.one", "tentative"))
    verdict = verdict_of(fields, doubt)
    assert verdict.verdict == "not-assessed"
    assert "1 indication" in verdict.reason


def test_a_feature_declared_absent_makes_it_not_applicable_unless_the_image_disagrees() -> None:
    fields = BOTH | {"needs": ("f",)}
    verdict = verdict_of(fields, *CLEAR, absent=("f",))
    assert (verdict.verdict, verdict.reason) == ("not-applicable", "declared absent: a feature")
    bad = result("a.one", "found", finding("a.one"))
    assert verdict_of(fields, bad, absent=("f",)).verdict == "fail"
    assert verdict_of(BOTH, *CLEAR, absent=("f",)).verdict == "pass"


@pytest.mark.parametrize(
    ("mandatory", "recommended", "expected"),
    [
        ([], [], "not-assessed"),
        (["pass"], ["fail"], "pass"),
        (["pass", "not-applicable"], [], "pass"),
        (["not-applicable"], [], "not-applicable"),
        (["pass", "inconclusive"], [], "inconclusive"),
        (["pass", "not-assessed"], [], "inconclusive"),
        (["not-assessed"], ["pass"], "not-assessed"),
        (["fail", "inconclusive", "not-assessed", "pass"], [], "fail"),
        ([], ["pass", "inconclusive"], "inconclusive"),
        ([], ["pass", "fail"], "fail"),
    ],
)
def test_the_overall_judgement(
    mandatory: list[Judgement], recommended: list[Judgement], expected: Judgement
) -> None:
    verdicts = [_verdict(item, mandatory=True) for item in mandatory]
    verdicts += [_verdict(item, mandatory=False) for item in recommended]
    assert overall(verdicts) == expected


def _verdict(judgement: Judgement, *, mandatory: bool) -> Verdict:
    return Verdict(
        requirement="1", title="", mandatory=mandatory, verdict=judgement, reason="because"
    )


OUTCOMES = st.sampled_from(["found", "clear", "inconclusive", "not-applicable"])


@given(
    first=OUTCOMES,
    second=OUTCOMES,
    parsed=st.integers(0, 1000),
    confidence=st.sampled_from(["certain", "firm", "tentative"]),
    problems=st.sampled_from([(), (DAMAGE,)]),
)
def test_a_pass_always_has_its_grounds(
    first: Outcome, second: Outcome, parsed: int, confidence: Confidence, problems: Any
) -> None:
    outcomes = {"a.one": first, "a.two": second}
    results = [
        result(name, outcome, *([finding(name, confidence)] if outcome == "found" else []))
        for name, outcome in outcomes.items()
    ]
    seen = Coverage(size=1000, parsed=parsed, padding=0, encrypted=0, unknown=1000 - parsed)
    verdict = verdict_of(BOTH, *results, coverage=seen, problems=problems)
    grounds = (
        "clear" in outcomes.values()
        and not {"found", "inconclusive"} & set(outcomes.values())
        and parsed >= 950
        and not problems
    )
    assert (verdict.verdict == "pass") == grounds
    confirmed = "found" in outcomes.values() and confidence != "tentative"
    assert (verdict.verdict == "fail") == confirmed


EN_303_645 = [
    ("accounts.default-password", "fail", ["5.1-1", "5.4-3"]),
    ("accounts.empty-password", "fail", ["5.5-4"]),
    ("accounts.empty-password", "inconclusive", ["5.1-1", "5.5-5"]),
    ("accounts.weak-hash", "fail", ["5.1-3"]),
    ("secrets.private-key", "fail", ["5.4-3"]),
    ("secrets.private-key", "inconclusive", ["5.4-1", "5.4-4"]),
    ("secrets.known-key", "fail", ["5.4-3", "5.4-4", "5.5-8"]),
    ("services.telnet-at-boot", "fail", ["5.5-1", "5.5-6"]),
    ("services.telnet-at-boot", "inconclusive", ["5.1-3", "5.5-5", "5.5-7", "5.6-1"]),
    ("services.debug-shell", "fail", ["5.6-4A"]),
    ("update.unsigned", "fail", ["5.3-2", "5.3-7", "5.3-9", "5.3-10"]),
    ("update.plain-http", "inconclusive", ["5.3-2", "5.3-7", "5.3-10", "5.5-1"]),
    ("backdoors.command-after-constant", "fail", ["5.4-3", "5.5-4", "5.5-5"]),
    ("backdoors.command-after-constant", "inconclusive", ["5.6-1", "5.13-1B"]),
    ("code.unsafe-calls", "inconclusive", ["5.13-1A", "5.13-1B"]),
    ("code.unsafe-calls", "not-assessed", ["5.6-9"]),
    ("web.server-as-root", "fail", ["5.6-7"]),
    ("leftovers.core-dumps", "fail", ["5.6-6"]),
    ("leftovers.debug-tools", "fail", ["5.6-6"]),
    ("leftovers.version-control", "fail", ["5.6-6"]),
    ("permissions.key-readable", "fail", ["5.4-1"]),
    ("permissions.setuid-unusual", "fail", ["5.6-7"]),
    ("permissions.world-writable-executed", "fail", ["5.6-7"]),
    ("secrets.password-in-binary", "fail", ["5.4-3"]),
    ("secrets.password-in-binary", "inconclusive", ["5.1-1"]),
    ("secrets.password-in-configuration", "fail", ["5.4-1", "5.4-3"]),
    ("secrets.url-credentials", "fail", ["5.4-3"]),
    ("certificates.weak", "fail", ["5.5-1"]),
    ("services.ftp", "fail", ["5.5-1", "5.5-6"]),
    ("services.rsh", "fail", ["5.1-3", "5.5-1", "5.5-6"]),
    ("services.snmp-v1v2c", "fail", ["5.5-1"]),
    ("services.ssh-weaknesses", "fail", ["5.5-1"]),
    ("services.remote-root-login", "fail", ["5.5-4", "5.5-5"]),
    ("update.certificate-checks-off", "fail", ["5.3-7", "5.5-1"]),
    ("network.firewall-open-wan", "inconclusive", ["5.6-1"]),
    ("kernel.end-of-life", "not-assessed", ["5.2-3", "5.3-8"]),
]


def test_the_table_has_every_test_that_can_fail_a_provision() -> None:
    standard = load("etsi-en-303-645")
    bound = {one.id for item in standard.requirements for one in item.checks if one.can_fail}
    assert {check for check, expected, _ in EN_303_645 if expected == "fail"} == bound


@pytest.mark.parametrize(("check", "expected", "requirements"), EN_303_645)
def test_en_303_645_judges_a_finding(
    check: str, expected: Judgement, requirements: list[str]
) -> None:
    standard = load("etsi-en-303-645")
    everything = {name.id for item in standard.requirements for name in item.checks}
    assert check in everything
    results = [result(name, "clear") for name in sorted(everything - {check})]
    results.append(result(check, "found", finding(check)))
    verdicts = {item.requirement: item for item in judge(standard, results, FULL, ())}
    for requirement in requirements:
        assert verdicts[requirement].verdict == expected, requirement
    failed = [item for item in verdicts.values() if item.verdict == "fail"]
    if expected == "fail":
        assert {item.requirement for item in failed} == set(requirements)
    decisive = any(item.mandatory for item in failed)
    assert overall(verdicts.values()) == ("fail" if decisive else "inconclusive")


def test_en_303_645_passes_only_what_inspection_can_show() -> None:
    standard = load("etsi-en-303-645")
    everything = sorted({name.id for item in standard.requirements for name in item.checks})
    verdicts = judge(standard, [result(name, "clear") for name in everything], FULL, ())
    assert [item.requirement for item in verdicts if item.verdict == "pass"] == ["5.4-3"]
    assert not [item for item in verdicts if item.verdict == "fail"]
    assert overall(verdicts) == "inconclusive"


def test_en_303_645_without_results_answers_nothing() -> None:
    verdicts = judge(load("etsi-en-303-645"), [], FULL, ())
    assert {item.verdict for item in verdicts} == {"inconclusive", "not-assessed"}


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("accounts.default-password", ["fail", "not-assessed", "not-assessed"]),
        ("accounts.empty-password", ["inconclusive", "not-assessed", "not-assessed"]),
        ("secrets.password-in-binary", ["inconclusive", "not-assessed", "not-assessed"]),
        ("services.telnet-at-boot", ["inconclusive", "not-assessed", "not-assessed"]),
    ],
)
def test_uk_psti_judges_a_finding(check: str, expected: list[Judgement]) -> None:
    results = [result(check, "found", finding(check))]
    assert [item.verdict for item in judge(load("uk-psti"), results, FULL, ())] == expected
