"""The report that people read: one self-contained HTML file that works without scripts."""

from assay.model.result import Evaluation
from assay.report import Report
from assay.report.markup import Markup, join, tag
from assay.report.page.contents import components_section, problems_section, tree_section
from assay.report.page.findings import findings_section
from assay.report.page.frame import page
from assay.report.page.image_map import map_section
from assay.report.page.judgement import checks_section, requirements_section
from assay.report.page.known_flaws import known_flaws_section
from assay.report.page.summary import summary

REPORT = Report(
    file="report.html",
    about="for people: the verdict, the findings with their evidence, the map of the image",
)

SECTIONS = ("findings", "flaws", "map", "requirements", "components", "tests", "contents")


def render(evaluation: Evaluation, name: str) -> bytes:
    """Return the page as UTF-8; everything that comes from the image is escaped."""
    body = tag(
        "body",
        summary(evaluation, name),
        _navigation(),
        findings_section(evaluation),
        known_flaws_section(evaluation),
        map_section(evaluation),
        requirements_section(evaluation),
        components_section(evaluation),
        problems_section(evaluation),
        checks_section(evaluation),
        tree_section(evaluation),
        _footer(),
    )
    return page(name, body)


def _navigation() -> Markup:
    return tag("nav", join(tag("a", name.capitalize(), href=f"#{name}") for name in SECTIONS))


def _footer() -> Markup:
    return tag(
        "footer",
        tag(
            "p",
            "Each finding and verdict points at bytes by blob digest and offset. Check the seal "
            "with ",
            tag("code", "assay verify bundle.assay"),
            "; reproduce the same bytes with ",
            tag("code", "assay verify bundle.assay --rerun IMAGE"),
            ". What was not seen is not clean: the account above says what could be read.",
        ),
    )
