"""Measures as claimed against measures as recorded."""

from assay.claims.bearing.facts import MeasureFact, facts_of
from assay.claims.bearing.linking import link_measures
from assay.claims.bearing.measures import compare
from assay.claims.extract import extract
from assay.claims.reading.metadata import Hints
from assay.claims.records import Measure
from assay.claims.register.collection import Register
from assay.supply.catalogue import shipped

FACT = MeasureFact(
    id="us.list",
    authority="US",
    act="BIS Entity List; 15 CFR part 744",
    kind="export-licence",
    date="2019-05-16",
    target="Huawei Technologies",
    names=("Huawei Technologies Co., Ltd.",),
    affiliates=(("2019-05-16", 68), ("2019-08-19", 114)),
    source="84 FR 22961",
    verified=True,
)
TOLD = (
    "Huawei makes gear. The US added Huawei and its {count} affiliates to {list} in May, and the "
    "firm was not pleased with it at all.\n"
)


def _measure(count: int, instrument: str) -> Measure:
    text = TOLD.format(count=count, list=instrument)
    made = extract(text.encode(), Hints(published="2019-05"))
    return next(one for one in made.measures if one.kind == "list-entry")


def _fields(measure: Measure) -> dict[str, tuple[str, str]]:
    return {one.field: (one.claimed, one.recorded) for one in measure.discrepancies}


def test_the_wrong_act_and_number_are_found() -> None:
    found = compare(_measure(70, "a trade blacklist under the NDAA"), (FACT,))
    assert found.recorded.startswith("us.list")
    assert _fields(found)["affiliates"] == ("70", "68")
    assert "instrument" in _fields(found)


def test_what_agrees_shows_no_difference() -> None:
    assert compare(_measure(68, "the Entity List"), (FACT,)).discrepancies == ()


def test_another_target_or_authority_meets_nothing() -> None:
    measure = _measure(70, "the Entity List")
    other = MeasureFact(
        **{**{f: getattr(FACT, f) for f in FACT.__struct_fields__}, "names": ("ZTE",)}
    )
    elsewhere = MeasureFact(
        **{**{f: getattr(FACT, f) for f in FACT.__struct_fields__}, "authority": "SE"}
    )
    assert compare(measure, (other, elsewhere)) == measure


def test_the_shipped_lists_know_the_number() -> None:
    register = Register()
    register.put("measures", _measure(70, "a trade blacklist under the NDAA"))
    assert link_measures(register, facts_of(shipped())) == 1
    assert _fields(register.all("measures")[0])["affiliates"] == ("70", "68")
