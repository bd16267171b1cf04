"""Measures: kinds, authority, target, instrument, numbers; and what is none."""

import pytest

from assay.claims.extract import extract

CASES = [
    ("Sweden banned Acme from its 5G networks on Tuesday.", "ban", "Sweden", "Acme"),
    ("The UK move to ban Acme equipment was praised by many.", "ban", "UK", "Acme equipment"),
    (
        "The US Commerce Department added Acme and five affiliates to the Entity List.",
        "list-entry",
        "US Commerce Department",
        "Acme and five affiliates",
    ),
    (
        "Last year Japan barred the maker Acme from government contracts.",
        "procurement-exclusion",
        "Japan",
        "maker Acme",
    ),
    (
        "US firms must obtain a licence to sell chips to Acme.",
        "licence-duty",
        "United States",
        "Acme",
    ),
    ("Acme filed a lawsuit in Texas against the government.", "lawsuit", "Acme", "government"),
    ("Norvik has suspended deliveries to Acme because of the war.", "suspension", "Norvik", "Acme"),
    (
        "The minister designated Acme as a high-risk vendor on Monday.",
        "designation",
        "minister",
        "acme",
    ),
]


@pytest.mark.parametrize(("text", "kind", "authority", "target"), CASES, ids=[c[1] for c in CASES])
def test_measures_are_told(text: str, kind: str, authority: str, target: str) -> None:
    found = [one for one in extract(text.encode()).measures if one.kind == kind]
    assert len(found) == 1
    assert authority in found[0].authority
    assert target.lower() in found[0].target.lower()


@pytest.mark.parametrize(
    "text",
    [
        "Sweden may ban Acme from its 5G networks next year.",
        "The minister refused to ban Acme from the networks.",
        "The firm would need a licence if it were to sell the gear.",
        "He stopped the car and suspended the lamp over the table.",
        "The committee listed five reasons for the delay of the network.",
    ],
)
def test_what_is_no_measure_yet(text: str) -> None:
    assert extract(text.encode()).measures == ()


def test_instrument_and_number_of_affiliates_are_kept() -> None:
    text = "The US added Acme and its 70 affiliates to the Entity List under the NDAA."
    measure = extract(text.encode()).measures[0]
    assert measure.affiliates == 70
    assert "Entity List" in measure.instrument
    assert "NDAA" in measure.instrument
