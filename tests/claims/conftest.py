"""Texts, claims and evaluations that the tests of the register share."""

from collections.abc import Callable

import pytest

from assay.claims.bearing.facts import ImageFact
from assay.claims.extract import extract
from assay.claims.register.collection import Register
from assay.model.result import (
    CheckResult,
    Coverage,
    Evaluation,
    Finding,
    Outcome,
    Subject,
    Tool,
    Verdict,
)

TEXT = (
    "Acme makes routers. Researcher Ann Lee said on Monday that the Acme R700, firmware 1.2.3, "
    "contains a backdoor. Acme denied the allegation.\n\n"
    "“There are no backdoors in any Acme product,” Bob Ray, a spokesman for Acme, told reporters.\n"
)


@pytest.fixture
def register() -> Register:
    """Return a register with one short article."""
    made = Register()
    made.add(extract(TEXT.encode()))
    made.relate()
    return made


def make_result(check: str, outcome: Outcome, severity: str = "high") -> CheckResult:
    """Return the result of *check*, with one finding when it found something."""
    finding = Finding(
        id="f" * 64,
        check=check,
        version=1,
        title="t",
        subject="/etc/x",
        blob=None,
        says="a fixed password",
        severity=severity,
        confidence="certain",
        cwe=(),
        evidence=(),
    )  # type: ignore[arg-type]
    found = (finding,) if outcome == "found" else ()
    return CheckResult(
        check=check, version=1, outcome=outcome, scope="all", examined=1, findings=found
    )


@pytest.fixture
def result() -> Callable[..., CheckResult]:
    """Return a function that makes the result of one check."""
    return make_result


@pytest.fixture
def image() -> Callable[..., ImageFact]:
    """Return a function that makes an evaluated image of the Acme R700."""

    def make(*results: CheckResult, verdicts: tuple[Verdict, ...] = (), **named: str) -> ImageFact:
        evaluation = Evaluation(
            schema="s",
            subject=Subject(sha256="a" * 64, size=1000, kind="image"),
            tool=Tool(name="assay", version="1", digest="d" * 64),
            profile=named.get("profile", "p"),
            profile_title=named.get("title", "P"),
            options=(),
            verdict=named.get("verdict", "pass"),  # type: ignore[arg-type]
            coverage=Coverage(size=1000, parsed=990, padding=0, encrypted=0, unknown=10),
            containers=(),
            nodes=(),
            components=(),
            results=results,
            verdicts=verdicts,
            problems=(),
        )
        return ImageFact(
            bundle="b" * 64,
            sha256="a" * 64,
            vendor=named.get("vendor", "Acme"),
            product=named.get("product", "R700"),
            version=named.get("version", "1.2.3"),
            evaluation=evaluation,
        )

    return make
