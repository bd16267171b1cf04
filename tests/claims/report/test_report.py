"""The report: every format, everything escaped, neutral, and the gaps named."""

import csv
import io
import json
from collections.abc import Callable

import pytest

from assay.claims.bearing.facts import ImageFact
from assay.claims.bearing.linking import link_image
from assay.claims.extract import extract
from assay.claims.register.collection import Register
from assay.claims.report import exchange, tables
from assay.claims.report.graph import draw
from assay.claims.report.html import as_html
from assay.claims.report.view import Answer, view_of
from assay.claims.wording import loaded_words
from assay.model.result import CheckResult

Images = Callable[..., ImageFact]
Results = Callable[..., CheckResult]


def test_the_page_shows_who_said_what_and_what_bears(
    register: Register, image: Images, result: Results
) -> None:
    link_image(register, image(result("backdoors.x", "found")))
    page = as_html(view_of(register, "Acme"))
    for text in (
        "Ann Lee",
        "Bob Ray",
        "contradicts",
        "supports",
        "Time line",
        "Who answers whom",
        "Open points",
        "default-src &#x27;none&#x27;",
        "one counter-example suffices",
        "It does not say whether a claim holds",
    ):
        assert text in page
    assert "<script" not in page
    assert "http" not in page.split("<body>")[1]


def test_hostile_names_are_escaped() -> None:
    register = Register()
    text = (
        "Acme makes gear. <script>alert(1)</script> & Sons said that Acme gear "
        'has "<img src=x>" inside.\n'
    )
    register.add(extract(text.encode()))
    page = as_html(view_of(register))
    assert "<script>alert" not in page
    assert "<img" not in page


def test_gaps_say_what_is_open(register: Register) -> None:
    gaps = {gap.kind for gap in view_of(register).gaps}
    assert {"no-evidence-offered", "a-test-could-settle"} <= gaps
    advice = " ".join(gap.advice for gap in view_of(register).gaps)
    assert "assay evaluate" in advice


def test_a_bearing_closes_the_gap(register: Register, image: Images, result: Results) -> None:
    link_image(register, image(result("backdoors.x", "found")))
    open_points = [gap for gap in view_of(register).gaps if gap.kind == "a-test-could-settle"]
    assert open_points == []


def test_json_and_csv_hold_each_statement(register: Register) -> None:
    view = view_of(register)
    plain = json.loads(tables.as_json(view))
    rows = list(csv.DictReader(io.StringIO(tables.as_csv(view))))
    assert {row["statement"] for row in rows} == {
        voice["statement"]["id"] for row in plain["claims"] for voice in row["statements"]
    }
    assert plain["subject"] == ""


def test_csv_cells_start_no_formula() -> None:
    register = Register()
    register.add(
        extract(b'Acme makes gear. "=1+1 is what it is, and so on," Ann Lee said of it.\n')
    )
    assert not any(
        cell.startswith(("=", "+", "-", "@"))
        for row in csv.reader(io.StringIO(tables.as_csv(view_of(register))))
        for cell in row
    )


def test_cyclonedx_declares_claims_and_counter_evidence(
    register: Register, image: Images, result: Results
) -> None:
    link_image(register, image(result("backdoors.x", "found")))
    document = json.loads(exchange.as_cyclonedx(view_of(register)))
    declarations = document["declarations"]
    references = {one["bom-ref"] for one in declarations["evidence"]}
    used = {ref for one in declarations["claims"] for ref in one.get("counterEvidence", [])}
    assert document["specVersion"] == "1.6"
    assert used
    assert used <= references


@pytest.mark.parametrize("outcome", ["found", "clear", ""])
def test_declarations_fit_the_official_schema(
    register: Register, image: Images, result: Results, outcome: str
) -> None:
    schema = pytest.importorskip("cyclonedx.schema")
    validation = pytest.importorskip("cyclonedx.validation.json")
    if outcome:
        link_image(register, image(result("backdoors.x", outcome)))
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    text = exchange.as_cyclonedx(view_of(register))
    assert json.loads(text)["declarations"]["claims"]
    assert validator.validate_str(text) is None
    broken = text.replace('"predicate"', '"predicated"')
    assert validator.validate_str(broken) is not None


def test_an_empty_register_declares_nothing_and_fits_the_schema() -> None:
    schema = pytest.importorskip("cyclonedx.schema")
    validation = pytest.importorskip("cyclonedx.validation.json")
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    assert validator.validate_str(exchange.as_cyclonedx(view_of(Register()))) is None


def test_claim_reviews_carry_no_rating(register: Register) -> None:
    reviews = json.loads(exchange.as_claim_review(view_of(register)))
    assert reviews
    assert all("reviewRating" not in one for one in reviews)


def test_only_the_subject_asked_for_is_shown(register: Register) -> None:
    assert view_of(register, "Zenith").rows == ()
    assert view_of(register, "acme").rows


def test_our_words_take_no_side(register: Register, image: Images, result: Results) -> None:
    link_image(register, image(result("backdoors.x", "found")))
    view = view_of(register)
    words = [row.claim.text for row in view.rows] + [gap.says + gap.advice for gap in view.gaps]
    words += [one.reason for row in view.rows for one in row.bearings]
    assert [text for text in words if loaded_words(text)] == []


def test_the_report_is_the_same_each_time(register: Register) -> None:
    assert as_html(view_of(register)) == as_html(view_of(register))


@pytest.mark.parametrize("count", [0, 40])
def test_the_graph_is_bounded(count: int) -> None:
    answers = tuple(Answer(f"a{n}", f"b{n}", "denies", "s") for n in range(count))
    drawn = draw(answers)
    assert (drawn is None) == (count == 0)
    assert drawn is None or drawn.count("<line") <= 24
