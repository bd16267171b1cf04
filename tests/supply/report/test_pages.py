from html.parser import HTMLParser

from hypothesis import given, settings, strategies as st

from assay.supply.inventories.items import Inventory, InventoryItem
from assay.supply.network_answers import NetworkReport
from assay.supply.networks import network
from assay.supply.report.drawings import site_map, sites_of, timeline
from assay.supply.report.network_page import network_html
from assay.supply.report.page import link
from assay.supply.report.screening_page import screening_html
from assay.supply.screening import screen

ATTACK = '</title><script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="x'


class Page(HTMLParser):
    """Collects tags and attribute names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


def harmless(text: str) -> Page:
    found = Page(text)
    assert not {"script", "img", "iframe", "link", "object"} & set(found.tags)
    assert not any(name.startswith("on") for name in found.attributes)
    assert all(url.startswith(("http://", "https://")) for url in found.links)
    return found


def hostile_network() -> NetworkReport:
    items = (
        InventoryItem(
            id=ATTACK, vendor="Huawei", model=ATTACK, site=ATTACK, domain="mobile.5g.ran",
            country="GB", latitude=51_500_000, longitude=-100_000,
        ),
        InventoryItem(id="b", vendor=ATTACK, site=ATTACK + "2", domain_text=ATTACK),
    )  # fmt: skip
    problems = (ATTACK,)
    return network(Inventory(items=items, problems=problems, problem_count=1), date="2026-08-01")


def test_a_screening_page_is_whole_and_harmless():
    report = screen([ATTACK, "Huawei", "EZVIZ"], date="2026-08-01")
    text = screening_html(report)
    found = harmless(text)
    assert "table" in found.tags
    assert "Not legal advice" in text
    assert "gb.dvd-huawei" in text or "Designated Vendor Direction" in text
    assert "default-src 'none'" in text


def test_unverified_rows_are_in_italics():
    text = screening_html(screen("Huawei", date="2026-08-01", jurisdictions=("NZ",)))
    assert 'class="unverified"' in text
    assert "(not verified)" in text


def test_a_network_page_has_map_timeline_plan_and_gaps():
    text = network_html(hostile_network())
    found = harmless(text)
    assert found.tags.count("svg") >= 2
    for words in ("Timeline", "Map", "Plan", "What was not seen", "2027-12-31"):
        assert words in text
    assert text == network_html(hostile_network())


def test_the_map_plots_places_and_lists_the_rest():
    report = hostile_network()
    drawn = site_map(report.items)
    assert "<circle" in drawn
    assert "<rect" in drawn
    assert "51.5" in drawn or "51.0" in drawn
    assert sites_of(report.items)[0].result == "deadline"
    assert site_map(()) == ""


def test_a_timeline_without_deadlines_says_so():
    assert "No deadline" in timeline((), "2026-08-01")


def test_only_web_addresses_become_links():
    assert "<a" not in link("x", "javascript:alert(1)")
    assert link("a<b", "https://e.org/?a=1&b") == (
        '<a href="https://e.org/?a=1&amp;b" rel="noreferrer">a&lt;b</a>'
    )


@settings(deadline=None, max_examples=20)
@given(st.text(max_size=60))
def test_any_name_is_shown_harmlessly(name: str):
    harmless(screening_html(screen(name, date="2026-08-01")))
