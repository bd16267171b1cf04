from assay.supply.answers import Question
from assay.supply.records import Deadline, Exemption, Interval, Listing, Measure, Source
from assay.supply.states import (
    deadlines_known,
    exemption_for,
    is_listed,
    is_public,
    known_by,
    state_on,
)


def measure(*intervals: Interval, **more: object) -> Measure:
    return Measure(
        id="x.y",
        title="X",
        jurisdiction="US",
        act="act",
        kind="black-list",
        follows="purchase-barred",
        binds=("operator",),
        affects=("new",),
        intervals=intervals,
        source=Source(title="s", url=""),
        verified=True,
        **more,
    )


RULE = measure(
    Interval(state="active", since="2025-09-29", known="2025-09-29"),
    Interval(state="suspended", since="2025-11-10", until="2026-11-09", known="2025-11-10"),
    Interval(state="unknown", since="2026-11-10", known="2025-11-10"),
)


def test_the_state_follows_the_intervals():
    assert state_on(RULE, "2025-09-28")[0] == "not-yet"
    assert state_on(RULE, "2025-09-29")[0] == "active"
    assert state_on(RULE, "2025-11-10")[0] == "suspended"
    assert state_on(RULE, "2026-11-09")[0] == "suspended"
    assert state_on(RULE, "2026-11-10")[0] == "unknown"


def test_what_was_not_public_does_not_count():
    assert state_on(RULE, "2026-01-01", "2025-10-15")[0] == "active"
    assert state_on(RULE, "2026-01-01", "2025-09-01")[0] == "not-yet"
    assert not is_public(RULE, "2025-09-01")
    assert is_public(RULE, "2025-09-29")


def test_a_measure_ends():
    ended = measure(Interval(state="active", since="2020-01-01", until="2020-12-31"))
    assert state_on(ended, "2021-01-01")[0] == "ended"


def test_listings_have_days_and_knowledge():
    listing = Listing(measure="x.y", since="2019-05-16", until="2020-01-01", known="2019-05-16")
    assert not is_listed(listing, "2019-05-15")
    assert is_listed(listing, "2019-05-16")
    assert not is_listed(listing, "2020-01-02")
    assert not is_listed(listing, "2019-06-01", "2019-05-15")


def test_nothing_asked_means_everything_is_known():
    assert known_by("2999-01-01", "", "")
    assert known_by("", "", "2000-01-01")
    assert not known_by("", "2021", "2020-12-31")


def test_exemptions_by_use_party_day_and_installation():
    free = measure(
        Interval(state="active"),
        exemptions=(
            Exemption(id="a", title="A", uses=("maintenance",), until="2020-08-13"),
            Exemption(id="b", title="B", uses=("open-source",), parties=("huawei",)),
            Exemption(id="c", title="C", in_service_before="2021-06-15"),
        ),
    )

    def found(party: str = "", **question: object) -> str:
        asked = Question(**{"date": "2020-08-13", **question})
        exemption = exemption_for(free, asked, party)
        return exemption.id if exemption else ""

    assert found(uses=("maintenance",)) == "a"
    assert found(uses=("maintenance",), date="2020-08-14") == ""
    assert found(uses=("open-source",)) == ""
    assert found("huawei", uses=("open-source",)) == "b"
    assert found(in_service="2021-06-14") == "c"
    assert found(in_service="2021-06-15") == ""
    assert found() == ""


def test_deadlines_become_known_and_are_in_order():
    timed = measure(
        Interval(state="active"),
        deadlines=(
            Deadline(domain="core", action="remove", on="2027-12-31", known="2022-10-13"),
            Deadline(domain="core", action="remove", on="2023-12-31", known="2022-10-13"),
        ),
    )
    assert [part.on for part in deadlines_known(timed)] == ["2023-12-31", "2027-12-31"]
    assert deadlines_known(timed, "2022-10-12") == ()
