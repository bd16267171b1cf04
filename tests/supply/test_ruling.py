import pytest

from assay.supply.answers import Question
from assay.supply.catalogue import shipped
from assay.supply.ownership import Affiliation
from assay.supply.records import Deadline, Interval, Listing, Measure, Source
from assay.supply.ruling import rule

SOURCE = Source(title="s", url="")


def measure(**changes: object) -> Measure:
    fields: dict[str, object] = {
        "id": "x.y",
        "title": "X",
        "jurisdiction": "GB",
        "act": "act",
        "kind": "black-list",
        "follows": "installation-barred",
        "binds": ("operator",),
        "affects": ("new", "installed"),
        "intervals": (Interval(state="active", since="2022-10-13"),),
        "source": SOURCE,
        "verified": True,
        "domains": ("mobile.5g", "fixed.access.fibre"),
        "deadlines": (
            Deadline(domain="mobile.5g", action="no-new", on="2022-10-13"),
            Deadline(domain="mobile.5g", action="remove", on="2027-12-31"),
            Deadline(domain="fixed.access.fibre", action="cap", on="2023-10-31", cap_permille=350),
        ),
    }
    return Measure(**{**fields, **changes})


LISTING = Listing(measure="x.y")


def outcome(rows: Measure, date: str, **question: object) -> str:
    return rule(rows, Question(date=date, **question), LISTING).outcome


def test_before_and_after_a_deadline_for_equipment_in_service():
    asked = {"uses": ("installed",), "domain": "mobile.5g.ran"}
    assert outcome(measure(), "2022-10-12", **asked) == "not-in-force"
    assert outcome(measure(), "2022-10-13", **asked) == "deadline"
    assert outcome(measure(), "2027-12-31", **asked) == "deadline"
    assert outcome(measure(), "2028-01-01", **asked) == "restricted"


def test_new_equipment_is_barred_from_its_own_day():
    later = measure(
        deadlines=(Deadline(domain="mobile.5g", action="no-new", on="2022-12-01"),),
    )
    assert outcome(later, "2022-11-30", domain="mobile.5g") == "permitted"
    assert outcome(later, "2022-12-01", domain="mobile.5g") == "restricted"


def test_the_role_the_domain_and_the_use_must_be_touched():
    assert outcome(measure(), "2023-01-01", roles=("exporter",)) == "not-bound"
    assert outcome(measure(), "2023-01-01", roles=("operator",)) == "restricted"
    assert outcome(measure(binds=("any",)), "2023-01-01", roles=("exporter",)) == "restricted"
    assert outcome(measure(), "2023-01-01", domain="enterprise") == "not-bound"
    only_new = measure(affects=("new",))
    assert outcome(only_new, "2023-01-01", uses=("installed",), domain="mobile.5g") == "not-bound"


def test_a_domain_that_is_too_wide_or_missing_leaves_it_open():
    assert outcome(measure(), "2023-01-01", domain="mobile") == "unknown"
    assert outcome(measure(), "2023-01-01", uses=("installed",)) == "unknown"


def test_a_cap_is_marked_as_one():
    ruling = rule(
        measure(),
        Question(date="2024-01-01", uses=("installed",), domain="fixed.access.fibre"),
        LISTING,
    )
    assert (ruling.outcome, ruling.cap_permille) == ("restricted", 350)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("suspended", "not-in-force"),
        ("proposed", "not-in-force"),
        ("repealed", "not-in-force"),
        ("unknown", "unknown"),
    ],
)
def test_states(state: str, expected: str):
    rows = measure(intervals=(Interval(state=state, since="2020-01-01"),), deadlines=())
    assert outcome(rows, "2023-01-01") == expected


def test_white_lists_policies_and_origins_are_not_guessed():
    plain = {"deadlines": (), "domains": ()}
    assert outcome(measure(kind="white-list", **plain), "2023-01-01") == "unknown"
    assert outcome(measure(follows="policy-only", **plain), "2023-01-01") == "unknown"
    (routers,) = [m for m in shipped().measures if m.id == "us.fcc.foreign-routers"]
    asked = Question(date="2026-04-01", roles=("importer",), domain="cpe")
    assert rule(routers, asked).outcome == "unknown"
    assert rule(routers, Question(**{**_fields(asked), "produced_in": "US"})).outcome == "not-bound"
    made_abroad = Question(**{**_fields(asked), "produced_in": "VN"})
    assert rule(routers, made_abroad).outcome == "restricted"


def _fields(question: Question) -> dict[str, object]:
    return {name: getattr(question, name) for name in question.__struct_fields__}


def test_a_share_that_is_not_stated_turns_a_hit_into_a_question():
    found = rule(
        measure(deadlines=(), domains=()),
        Question(date="2023-01-01"),
        LISTING,
        Affiliation(reach="possible"),
    )
    assert found.outcome == "unknown"
    assert "not stated" in found.why[-1]


def test_a_listing_without_a_day_is_certain_only_from_the_day_it_was_seen():
    undated = measure(intervals=(Interval(state="active"),), deadlines=(), domains=())

    def at(date: str, listing: Listing) -> str:
        return rule(undated, Question(date=date), listing, seen="2026-08-31").outcome

    assert at("2019-01-01", LISTING) == "unknown"
    assert at("2026-08-31", LISTING) == "restricted"
    known = Listing(measure="x.y", known="2022-02-14")
    assert at("2022-02-13", known) == "unknown"
    assert at("2022-02-14", known) == "restricted"
    assert at("2019-01-01", Listing(measure="x.y", since="2018")) == "restricted"


def test_an_unverified_listing_makes_the_ruling_unverified():
    doubtful = Listing(measure="x.y", verified=False)
    assert not rule(measure(), Question(date="2023-01-01"), doubtful).verified
    assert rule(measure(), Question(date="2023-01-01"), LISTING).verified
