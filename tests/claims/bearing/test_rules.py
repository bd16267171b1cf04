"""The rules of bearing: form of the claim × result × overlap of scope."""

from collections.abc import Callable

import pytest

from assay.claims.bearing.facts import ImageFact
from assay.claims.bearing.rules import bear
from assay.claims.records import Claim, ClaimForm, Scope
from assay.model.result import CheckResult, Finding, Outcome, Verdict

Images = Callable[..., ImageFact]


def _claim(form: ClaimForm = "existential", **named: object) -> Claim:
    scope = named.pop("scope", Scope(vendor="Acme", product="R700", versions=("1.2.3",)))
    negative = form == "universal-negative"
    plain: dict[str, object] = {
        "id": "c" * 16,
        "text": "t",
        "kind": "backdoor",
        "form": form,
        "subject": "Acme",
        "object": "",
        "negative": negative,
        "quantifier": "none" if negative else "some",
        "scope": scope,
        "checkable_by": "product-test",
        "tests": ("backdoors.", "accounts."),
        "rule": "r",
        "assertions": (),
    }
    return Claim(**{**plain, **named})  # type: ignore[arg-type]


def _result(outcome: Outcome, check: str = "backdoors.x") -> CheckResult:
    finding = Finding(
        id="f" * 64,
        check=check,
        version=1,
        title="t",
        subject="/x",
        blob=None,
        says="a fixed password",
        severity="high",
        confidence="certain",
        cwe=(),
        evidence=(),
    )
    return CheckResult(
        check=check,
        version=1,
        outcome=outcome,
        scope="all",
        examined=1,
        findings=(finding,) if outcome == "found" else (),
    )


VENDOR = Scope(vendor="Acme")
OTHER = Scope(vendor="Acme", product="X900")


@pytest.mark.parametrize(
    ("form", "scope", "outcome", "effect", "match"),
    [
        ("existential", None, "found", "supports", "same-image"),
        ("existential", None, "clear", "weakens", "same-image"),
        (
            "existential",
            Scope(vendor="Acme", product="R700"),
            "found",
            "supports",
            "same-product-other-version",
        ),
        ("existential", VENDOR, "found", "none", "vendor-only"),
        ("existential", VENDOR, "clear", "none", "vendor-only"),
        ("existential", OTHER, "found", "none", "vendor-only"),
        ("existential", None, "inconclusive", "none", "same-image"),
        ("universal-negative", VENDOR, "found", "contradicts", "within-claim"),
        ("universal-negative", None, "found", "contradicts", "same-image"),
        ("universal-negative", VENDOR, "clear", "supports", "within-claim"),
        ("universal-negative", OTHER, "found", "none", "vendor-only"),
    ],
)
def test_effects(  # noqa: PLR0917 - the columns of the table
    image: Images, form: ClaimForm, scope: Scope | None, outcome: Outcome, effect: str, match: str
) -> None:
    claim = _claim(form, **({"scope": scope} if scope else {}))
    bearing = bear(claim, image(_result(outcome)))
    assert bearing is not None
    assert (bearing.effect, bearing.scope_match) == (effect, match)


def test_a_clean_test_never_contradicts_an_allegation(image: Images) -> None:
    bearing = bear(_claim(), image(_result("clear"), _result("clear", "accounts.x")))
    assert bearing is not None
    assert bearing.effect == "weakens"
    assert "99.0 % of the image" in bearing.reason
    assert "cannot show that there is none" in bearing.reason


def test_another_vendor_has_no_bearing(image: Images) -> None:
    assert bear(_claim(), image(_result("found"), vendor="Zenith")) is None


@pytest.mark.parametrize("form", ["opinion", "record", "inventory", "fulfilment"])
def test_forms_that_no_test_can_touch(image: Images, form: ClaimForm) -> None:
    assert bear(_claim(form), image(_result("found"))) is None


def test_tests_that_do_not_bear_are_left_out(image: Images) -> None:
    bearing = bear(_claim(), image(_result("found", "web.x")))
    assert bearing is not None
    assert (bearing.effect, bearing.rule) == ("none", "bearing.no-test")


def test_a_means_is_not_its_use(image: Images) -> None:
    bearing = bear(_claim(kind="spying"), image(_result("found")))
    assert bearing is not None
    assert (bearing.effect, bearing.rule) == ("none", "bearing.indirect")


def _verdict(judgement: str) -> Verdict:
    return Verdict(requirement="5.1-1", title="t", mandatory=True, verdict=judgement, reason="r")  # type: ignore[arg-type]


def test_a_failed_requirement_contradicts_conformity(image: Images) -> None:
    claim = _claim("standard", kind="standard", tests=(), text="products meet ETSI EN 303 645")
    named = {"title": "ETSI EN 303 645: baseline", "profile": "etsi-en-303-645"}
    failed = bear(claim, image(verdicts=(_verdict("fail"),), verdict="fail", **named))
    passed = bear(claim, image(verdicts=(_verdict("pass"),), verdict="pass", **named))
    other = bear(
        claim,
        image(verdicts=(_verdict("fail"),), verdict="fail", title="UK PSTI", profile="uk-psti"),
    )
    assert failed is not None
    assert passed is not None
    assert other is not None
    assert [failed.effect, passed.effect, other.effect] == ["contradicts", "supports", "none"]
