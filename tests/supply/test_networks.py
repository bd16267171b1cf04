from pathlib import Path

import pytest

from assay._kernel import canonical
from assay.errors import UsageError
from assay.supply.firmware_marks import FirmwareMarks, MarkSeen
from assay.supply.inventories.items import Inventory, InventoryItem
from assay.supply.network_answers import NetworkReport
from assay.supply.networks import network

DAY = "2026-08-01"


def item(name: str, vendor: str, domain: str, **more: object) -> InventoryItem:
    return InventoryItem(id=name, vendor=vendor, domain=domain, **more)


def judge(*items: InventoryItem, date: str = DAY, **question: object) -> NetworkReport:
    return network(Inventory(items=items), date=date, **question)


def results(report: NetworkReport) -> dict[str, str]:
    return {one.item.id: one.result for one in report.items}


def test_one_vendor_in_several_countries_and_domains():
    report = judge(
        item("gb-ran", "Huawei", "mobile.5g.ran", country="GB"),
        item("gb-core", "Huawei", "mobile.5g.core", country="GB"),
        item("de-ran", "Huawei", "mobile.5g.ran", country="DE"),
        item("de-core", "Huawei", "mobile.5g.core", country="DE"),
        item("ca-5g", "Huawei", "mobile.5g.ran", country="CA"),
        item("ca-4g", "Huawei", "mobile.4g.ran", country="CA"),
        item("fr", "Huawei", "mobile.5g.ran", country="FR"),
    )
    assert results(report) == {
        "gb-ran": "deadline",
        "gb-core": "restricted",
        "de-ran": "permitted",
        "de-core": "deadline",
        "ca-5g": "restricted",
        "ca-4g": "deadline",
        "fr": "clear",
    }
    assert report.result == "restricted"


def test_the_plan_names_what_must_go_by_when():
    report = judge(
        item("a", "Huawei", "mobile.5g.ran", country="GB", site="London", quantity=3),
        item("b", "ZTE", "mobile.5g.core", country="DE", site="Berlin"),
        item("c", "Nokia", "mobile.5g.core", country="DE"),
    )
    steps = [(step.due.on, step.jurisdiction, step.units, step.sites) for step in report.plan]
    assert steps == [
        ("2026-12-31", "DE", 1, ("Berlin",)),
        ("2027-12-31", "GB", 3, ("London",)),
    ]
    assert not any(step.overdue for step in report.plan)
    shares = {one.domain: one.affected_permille for one in report.domains}
    assert shares == {"mobile.5g.core": 500, "mobile.5g.ran": 1000}


def test_a_share_within_the_cap_may_stay():
    def fibre(huawei: int, nokia: int) -> NetworkReport:
        return judge(
            item("h", "Huawei", "fixed.access.fibre", country="GB", quantity=huawei),
            item("n", "Nokia", "fixed.access.fibre", country="GB", quantity=nokia),
        )

    assert results(fibre(35, 65))["h"] == "permitted"
    assert results(fibre(36, 64))["h"] == "restricted"


def test_clean_is_never_said_and_the_gaps_are():
    report = judge(item("a", "Nokia", "mobile.5g.ran"), country="GB")
    assert report.result == "clear"
    assert report.statement.startswith("no restricted vendor found in this inventory of 1 units")
    assert "GB" in report.statement
    assert DAY in report.statement
    assert "clean" not in report.statement
    assert any("not loaded" in gap for gap in report.gaps)
    assert "Not legal advice" in report.disclaimer


def test_the_statement_names_the_laws_that_were_looked_at():
    report = judge(
        item("a", "Nokia", "core", country="SE"), item("b", "Nokia", "core"), country="GB"
    )
    assert "measures of GB, SE on" in report.statement
    everywhere = judge(item("a", "Nokia", "core", country="SE"), item("b", "Nokia", "core"))
    assert "all jurisdictions loaded" in everywhere.statement


def test_an_empty_inventory_says_nothing_of_the_network():
    report = judge(country="GB")
    assert report.result == "unknown"
    assert "empty" in report.statement


def test_missing_vendor_missing_domain_and_stale_lists_leave_it_open():
    assert results(judge(item("a", "", "mobile.5g"), country="GB"))["a"] == "unknown"
    assert results(judge(item("a", "Huawei", ""), country="GB"))["a"] == "unknown"
    late = judge(item("a", "Nokia", "mobile.5g"), country="GB", date="2030-01-01")
    assert results(late)["a"] == "unknown"


def test_white_list_with_and_without_a_day_of_installation():
    report = judge(
        item("old", "Nokia", "mobile.5g.ran", in_service="2020-01-01"),
        item("new", "Nokia", "mobile.5g.ran", in_service="2022-01-01"),
        item("undated", "Nokia", "mobile.5g.ran"),
        country="IN",
    )
    assert results(report) == {"old": "permitted", "new": "unknown", "undated": "unknown"}


def test_the_address_prefix_contradicts_the_claim():
    report = judge(
        item("a", "Nokia", "mobile.5g.ran", mac="00:25:9e:11:22:33"),
        item("b", "Huawei", "mobile.4g.ran", mac="00:25:9e:11:22:33"),
        country="GB",
    )
    first, second = report.items
    (check,) = first.checks
    assert (check.kind, check.agrees) == ("address-prefix", False)
    assert "HUAWEI" in check.seen
    assert second.checks == ()


def test_a_contradiction_with_a_restricted_maker_leaves_it_open():
    report = judge(
        item("a", "Nokia", "mobile.5g.ran", mac="00:25:9e:11:22:33"),
        country="US",
        roles=("contractor",),
    )
    assert report.items[0].result == "unknown"
    assert "HUAWEI" in report.items[0].says


def test_firmware_marks_show_a_white_label():
    digest = "b" * 64
    mark = MarkSeen(
        maker="HiSilicon Technologies Co., Ltd.",
        kind="chip kit",
        word="hi35*",
        places=("squashfs//lib/hi3518.ko",),
        count=1,
        verified=False,
    )
    report = judge(
        item("cam", "Acme Cameras", "surveillance", firmware=digest),
        country="US",
        roles=("exporter",),
        uses=("export",),
        firmware={digest: FirmwareMarks(image=digest, marks=(mark,))},
    )
    (found,) = report.items
    assert found.result == "unknown"
    assert found.checks[0].marks == (mark,)
    assert "HiSilicon" in found.says


def test_vendors_come_from_descriptions_and_prefixes_when_none_is_claimed():
    report = judge(
        InventoryItem(id="a", described="Huawei Versatile Routing Platform", domain="core"),
        InventoryItem(id="b", described="Linux router", mac="00:25:9e:00:00:01", domain="core"),
        country="GB",
    )
    sources = [(one.item.vendor_source, one.result) for one in report.items]
    assert sources == [("description", "restricted"), ("address prefix", "restricted")]


def test_a_similar_name_is_a_question_not_a_verdict():
    report = judge(item("a", "Huawei Marine Networks", "mobile.5g.ran"), country="GB")
    assert report.items[0].result in {"unknown", "deadline"}


def test_the_report_is_the_same_every_time_and_holds_each_ruling_once():
    items = [item(f"i{n}", "Huawei", "mobile.5g.ran", country="GB") for n in range(50)]
    one, two = judge(*items), judge(*items)
    assert canonical.encode(one) == canonical.encode(two)
    assert len(one.rulings) == len(set(one.rulings)) < 10


def test_a_country_that_does_not_exist_is_refused(tmp_path: Path):
    with pytest.raises(UsageError):
        judge(item("a", "Nokia", "core"), country="Atlantis", lists=tmp_path)
