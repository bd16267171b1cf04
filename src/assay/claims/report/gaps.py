"""What is open: claims without evidence, claims that a test, a list or a document could settle."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assay.claims.records import Bearing, Claim, Measure, Statement


class Gap(NamedTuple):
    """Something open, and what to do about it."""

    kind: str
    says: str
    record: str
    advice: str


def gaps_of(
    rows: Iterable[tuple[Claim, Sequence[Statement], Sequence[Bearing]]],
    measures: Iterable[Measure],
) -> tuple[Gap, ...]:
    """Return the gaps of the claims and measures, those of each claim together."""
    found: list[Gap] = []
    for claim, statements, bearings in rows:
        found += _of_claim(claim, statements, bearings)
    for measure in measures:
        if measure.discrepancies:
            fields = ", ".join(one.field for one in measure.discrepancies)
            found.append(
                Gap(
                    "measure-differs",
                    (
                        f"the {measure.kind} on {measure.target} is told and recorded with "
                        f"another {fields}"
                    ),
                    measure.id,
                    "Read the recorded source.",
                )
            )
    return tuple(found)


def _of_claim(
    claim: Claim, statements: Sequence[Statement], bearings: Sequence[Bearing]
) -> list[Gap]:
    if claim.form == "opinion":
        return []
    found = []
    classes = {one.evidence.kind for one in statements}
    if classes <= {"none", "bare-assertion"}:
        found.append(
            Gap(
                "no-evidence-offered",
                f"no evidence was offered for: {claim.text}",
                claim.id,
                "Ask the speaker for a document or a technical finding.",
            )
        )
    elif "document" in classes or "institution" in classes:
        found.append(
            Gap(
                "document-to-obtain",
                f"evidence was named but not seen for: {claim.text}",
                claim.id,
                "Obtain the document and record it with `assay claims link --document`.",
            )
        )
    if any(one.effect != "none" for one in bearings):
        return found
    if claim.checkable_by == "product-test":
        found.append(
            Gap(
                "a-test-could-settle",
                f"a test could bear on: {claim.text}",
                claim.id,
                _run_what(claim),
            )
        )
    elif claim.checkable_by == "list":
        found.append(
            Gap(
                "a-list-could-settle",
                f"a list could bear on: {claim.text}",
                claim.id,
                f'Run `assay screen "{claim.subject}" --date YYYY-MM-DD`.',
            )
        )
    elif claim.checkable_by == "inventory":
        found.append(
            Gap(
                "an-inventory-could-settle",
                f"an inventory could bear on: {claim.text}",
                claim.id,
                "Run `assay network INVENTORY --date YYYY-MM-DD`.",
            )
        )
    return found


def _run_what(claim: Claim) -> str:
    product = " ".join(
        part
        for part in (
            claim.scope.vendor or claim.subject,
            claim.scope.product,
            *claim.scope.versions,
        )
        if part
    )
    tests = ", ".join(test.rstrip(".") for test in claim.tests[:6] if test)
    more = f" (tests: {tests})" if tests else ""
    return (
        f"Run `assay evaluate IMAGE` on an image of {product or 'the product'}, "
        f"then `assay claims link` its bundle{more}."
    )
