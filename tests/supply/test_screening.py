"""Public cases, each with the source row that it was checked against."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assay._kernel import canonical
from assay.errors import UsageError
from assay.supply.answers import Ruling, ScreeningReport, Subject
from assay.supply.catalogue import shipped, with_lists
from assay.supply.records import Identifier, Listing, Ownership, Party, PartyName
from assay.supply.screening import make_question, screen, screen_with

HUAWEI = "Huawei Technologies Co., Ltd."


def rulings(report: ScreeningReport, row: int = 0) -> dict[str, Ruling]:
    matches = report.screenings[row].matches
    return {ruling.measure: ruling for match in matches for ruling in match.rulings}


def outcomes(name: str, date: str, **question: object) -> dict[str, str]:
    found = rulings(screen(name, date=date, **question))
    return {measure: ruling.outcome for measure, ruling in found.items()}


def test_2019_05_15_the_day_before_the_entity_listing():
    found = outcomes(HUAWEI, "2019-05-15")
    assert found["us.bis.entity-list"] == "not-in-force"
    assert found["us.ndaa-2019.889a1a"] == "not-in-force"
    assert found["gb.dvd-huawei"] == "not-in-force"
    assert found["au.5g-guidance"] == "restricted"
    (us,) = screen(HUAWEI, date="2019-05-15", jurisdictions=("US",)).screenings
    assert us.result == "permitted"


def test_2019_05_21_listed_with_a_licence_duty_for_exporters_only():
    report = screen(HUAWEI, date="2019-05-21", jurisdictions=("US",))
    ruling = rulings(report)["us.bis.entity-list"]
    assert (ruling.outcome, ruling.listed_since) == ("restricted", "2019-05-16")
    assert ruling.follows == "licence-needed"
    assert ruling.binds == ("exporter",)
    assert ruling.verified
    assert "akingump" in ruling.source.url
    buyer = outcomes(HUAWEI, "2019-05-21", jurisdictions=("US",), roles=("operator",))
    assert buyer["us.bis.entity-list"] == "not-bound"


def test_the_listing_was_not_known_the_day_before_it_was_shown():
    found = outcomes(HUAWEI, "2019-05-21", known="2019-05-15")
    assert found["us.bis.entity-list"] == "not-in-force"
    assert "gb.dvd-huawei" not in found


def test_temporary_general_licence_and_open_source():
    def entity_list(date: str, use: str) -> str:
        return outcomes(HUAWEI, date, uses=(use,))["us.bis.entity-list"]

    assert entity_list("2019-05-19", "maintenance") == "restricted"
    assert entity_list("2019-05-20", "maintenance") == "permitted"
    assert entity_list("2020-08-14", "maintenance") == "restricted"
    assert entity_list("2019-08-18", "standards") == "permitted"
    assert entity_list("2019-08-19", "standards") == "restricted"
    assert entity_list("2024-01-01", "open-source") == "permitted"


def test_2022_10_13_the_british_direction():
    found = rulings(
        screen(
            HUAWEI,
            date="2022-10-13",
            jurisdictions=("GB",),
            roles=("operator",),
            uses=("installed",),
            domain="5g core",
        )
    )["gb.dvd-huawei"]
    assert found.outcome == "deadline"
    assert [due.on for due in found.dues if due.action == "remove"] == ["2023-12-31", "2027-12-31"]
    assert outcomes(HUAWEI, "2022-10-12")["gb.dvd-huawei"] == "not-in-force"


def test_2024_06_28_canada_is_due_that_day():
    asked = {"jurisdictions": ("CA",), "uses": ("installed",), "domain": "5g"}
    assert outcomes("ZTE", "2024-06-28", **asked)["ca.policy-2022"] == "deadline"
    assert outcomes("ZTE", "2024-06-29", **asked)["ca.policy-2022"] == "restricted"
    older = {**asked, "domain": "4g"}
    assert outcomes("ZTE", "2024-06-29", **older)["ca.policy-2022"] == "deadline"


def test_2027_12_31_lies_beyond_the_data_and_is_said_to():
    report = screen(HUAWEI, date="2027-12-31", uses=("installed",), domain="mobile.5g.ran")
    found = rulings(report)["gb.dvd-huawei"]
    assert (found.outcome, found.provisional) == ("deadline", True)
    assert any("too old for 2027-12-31" in gap for gap in report.gaps)
    (unlisted,) = screen("Nokia", date="2027-12-31").screenings
    assert unlisted.result == "unknown"


def test_section_5949_starts_five_years_after_enactment():
    asked = {"domain": "chips"}
    assert outcomes("SMIC", "2027-12-22", **asked)["us.ndaa-2023.5949"] == "not-in-force"
    assert outcomes("SMIC", "2027-12-23", **asked)["us.ndaa-2023.5949"] == "restricted"


def _owned_by_huawei(permille: int, country: str = "DE") -> Callable[[str], dict[str, Ruling]]:
    state = shipped().lists[0]
    child = Party(
        id="own/child",
        names=(PartyName(text="Zebra Maritime Cabling GmbH"),),
        country=country,
        owners=(Ownership(owner="huawei", permille=permille),),
        list="own",
    )
    catalogue = with_lists(shipped(), [(state, (child,))])
    return lambda date: rulings(
        screen_with(catalogue, make_question(date=date), "Zebra Maritime Cabling")
    )


def test_affiliates_rule_active_suspended_unknown():
    child = _owned_by_huawei(500)
    rule = "us.bis.affiliates-rule"
    assert child("2025-09-28")[rule].outcome == "not-in-force"
    assert child("2025-09-29")[rule].outcome == "restricted"
    assert child("2025-09-29")[rule].through[0].owner == "huawei"
    assert child("2025-11-10")[rule].outcome == "not-in-force"
    assert child("2026-11-10")[rule].outcome == "unknown"
    assert rule not in _owned_by_huawei(499)("2025-10-01")
    assert rule not in _owned_by_huawei(500, "US")("2025-10-01")


def test_a_parent_is_not_restricted_through_its_child():
    assert screen("Huawei Investment & Holding Co., Ltd.", date="2025-10-01").screenings[
        0
    ].result in {"clear", "possible"}


def test_measures_on_what_it_is_and_where_it_was_made():
    def routers(**question: str) -> str:
        report = screen(
            "Nokia", date="2026-04-01", roles=("importer",), domain="home router", **question
        )
        (screening,) = report.screenings
        found = {ruling.measure: ruling.outcome for ruling in screening.category}
        assert screening.result in {found["us.fcc.foreign-routers"], "permitted"}
        return found["us.fcc.foreign-routers"]

    assert routers() == "unknown"
    assert routers(produced_in="VN") == "restricted"
    assert routers(produced_in="US") == "not-bound"


def test_identifiers_find_a_party_whatever_its_name():
    lei = Identifier(scheme="lei", value="529900T8BM49AURSDO55")
    party = Party(
        id="own/x",
        names=(PartyName(text="Alpha"),),
        ids=(lei,),
        listings=(Listing(measure="us.csl.other"),),
        list="own",
    )
    catalogue = with_lists(shipped(), [(shipped().lists[0], (party,))])
    question = make_question(date="2026-08-01")
    report = screen_with(catalogue, question, [Subject(name="Omega Zulu", ids=(lei,))])
    (match,) = report.screenings[0].matches
    assert (match.party, match.score, match.decision) == ("own/x", 1000, "same")


def test_weak_names_and_names_borne_at_another_time_count_less():
    rows = (
        PartyName(text="Quorvex Maritime", kind="weak"),
        PartyName(text="Oldname Zeppelin", kind="former", until="2001-01-01"),
    )
    party = Party(id="own/x", names=rows, listings=(Listing(measure="us.csl.other"),), list="own")
    catalogue = with_lists(shipped(), [(shipped().lists[0], (party,))])
    question = make_question(date="2026-08-01")
    report = screen_with(catalogue, question, ["Quorvex Maritime", "Oldname Zeppelin"])
    weak, former = (screening.matches[0] for screening in report.screenings)
    assert weak.decision == "possible"
    assert report.screenings[0].result == "possible"
    assert "name-date" in {part.part for part in former.parts}
    assert former.score < weak.score


def test_opposing_measures_stand_side_by_side_only_while_in_force():
    found = screen(HUAWEI, date="2021-06-10").opposing
    (pair,) = [
        pair
        for pair in found
        if (pair.one.measure, pair.other.measure) == ("us.bis.entity-list", "cn.afsl")
    ]
    assert pair.one.says
    assert pair.other.says
    assert pair.other.source.url
    assert screen(HUAWEI, date="2021-01-08").opposing == ()
    only_us = screen(HUAWEI, date="2024-01-01", jurisdictions=("US",))
    assert any(pair.other.jurisdiction == "CN" for pair in only_us.opposing)


def test_the_answer_is_the_same_whatever_the_order_and_the_workers():
    names = ["Nokia", HUAWEI, "ZTE", "Nokia"]
    one = screen(names, date="2024-01-01", workers=1)
    two = screen(names, date="2024-01-01", workers=2)
    assert canonical.encode(one) == canonical.encode(two)
    back = screen(names[::-1], date="2024-01-01")
    assert back.screenings[1].matches == one.screenings[2].matches
    assert [screening.subject.row for screening in one.screenings] == [1, 2, 3, 4]


@pytest.mark.parametrize("seed", ["0", "1", "77"])
def test_the_bytes_do_not_depend_on_the_hash_seed(seed: str):
    words = [
        "screen",
        "Huwaei Tech",
        "SMIC",
        "EZVIZ",
        "--date",
        "2026-08-01",
        "--json",
        "--no-lists",
    ]
    out = subprocess.run(
        [sys.executable, "-m", "assay", *words, "--no-lists"],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC+{seed[0]}"},
        capture_output=True,
        check=False,
    ).stdout
    report = screen(["Huwaei Tech", "SMIC", "EZVIZ"], date="2026-08-01")
    assert out == canonical.encode(report) + b"\n"


def test_wrong_questions_are_refused():
    for wrong in ({"date": "tomorrow"}, {"date": "2024-01-01", "jurisdictions": ("Atlantis",)}):
        with pytest.raises(UsageError):
            screen("Nokia", **wrong)


def test_an_empty_folder_of_lists_changes_nothing(tmp_path: Path):
    with_folder = screen(HUAWEI, date="2024-01-01", lists=tmp_path)
    assert canonical.encode(with_folder) == canonical.encode(screen(HUAWEI, date="2024-01-01"))


@pytest.mark.parametrize("name", ["", " ", "\0", "=1+1", "<script>", "ﷺ" * 50, "a" * 10_000])
def test_hostile_names_are_answered(name: str):
    assert screen(name, date="2026-08-01").screenings[0].result in {"clear", "possible"}
