from html.parser import HTMLParser

import msgspec
from hypothesis import given, strategies as st

from assay.report.html import render
from assay.report.markup import Markup, tag
from assay.report.page.words import size_text


class Page(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.ids, self.links, self.text = [], set(), [], []
        self.feed(page.decode())

    def handle_starttag(self, name, attributes):
        self.tags.append(name)
        for key, value in attributes:
            assert not key.startswith("on")
            if key == "id":
                self.ids.add(value)
            if key in {"href", "src"}:
                self.links.append(value)

    def handle_data(self, data):
        self.text.append(data)


def test_nothing_from_the_image_becomes_markup(evaluation):
    page = Page(render(evaluation, "<img src=x onerror=y>"))
    assert not {"script", "img", "iframe", "object", "link"} & set(page.tags)
    assert page.tags.count("style") == 1
    assert any("<script>alert(1)</script>" in text for text in page.text)


def test_is_self_contained_and_its_links_lead_somewhere(evaluation):
    page = Page(render(evaluation, "image.bin"))
    assert page.links
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= page.ids


def test_says_the_verdict_the_evidence_and_the_problems(evaluation):
    text = render(evaluation, "image.bin").decode()
    for wanted in ("fail", "offset 0x10", "00000010  00 11 22 33", "Problems", "not-assessed",
                   "90.0 %", "-4755", "busybox", "Could not look at"):  # fmt: skip
        assert wanted in text


def test_draws_the_map_to_scale(evaluation):
    text = render(evaluation, "image.bin").decode()
    assert 'x="0.000" y="0" width="900.000"' in text
    assert 'x="900.000" y="0" width="100.000"' in text


def test_without_findings_says_what_was_not_shown(evaluation):
    quiet = msgspec.structs.replace(evaluation, results=())
    text = render(quiet, "image.bin").decode()
    assert "found nothing" in text
    assert "safe" not in text.partition("<body>")[2]


def test_same_arguments_give_the_same_bytes(evaluation):
    assert render(evaluation, "a") == render(evaluation, "a")


@given(st.text())
def test_text_is_always_escaped(text):
    out = tag("p", text, title=text)
    assert isinstance(out, Markup)
    assert out.count("<") == 2


def test_sizes_read_well():
    assert [size_text(size) for size in (0, 999, 1000, 3_549_999, 2 * 10**9)] == [
        "0 B", "999 B", "1.0 kB", "3.5 MB", "2.0 GB",
    ]  # fmt: skip


def test_known_flaws_stand_with_their_proofs(evaluation):
    page = render(evaluation, "image.bin").decode()
    section = page.partition('id="flaws"')[2].partition("<h2")[0]
    assert "1 flaw that affect" in section
    assert "exploited, listed since 2023-04-05" in section
    assert section.index("CVE-2021-1001") < section.index("CVE-2021-1002")
    assert "not affecting this image: 2" in section
    assert "<script>" not in section
