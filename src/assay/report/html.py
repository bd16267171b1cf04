"""The report that people read: one self-contained HTML file that works without scripts."""

from importlib import resources

from assay.model.result import Evaluation
from assay.report import Report
from assay.report.markup import Markup, join, tag, trusted
from assay.report.page.contents import components_section, problems_section, tree_section
from assay.report.page.findings import findings_section
from assay.report.page.image_map import map_section
from assay.report.page.judgement import checks_section, requirements_section
from assay.report.page.known_flaws import known_flaws_section
from assay.report.page.summary import summary

REPORT = Report(
    file="report.html",
    about="for people: the verdict, the findings with their evidence, the map of the image",
)

SECTIONS = ("findings", "flaws", "map", "requirements", "components", "tests", "contents")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


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
    page = tag("html", _head(name), body, lang="en")
    return f"<!DOCTYPE html>\n{page}\n".encode("utf-8", "replace")


def _head(name: str) -> Markup:
    style = (resources.files("assay.report.page") / "style.css").read_text("utf-8")
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("title", f"Assay: {name}"),
        tag("style", trusted(style)),
    )


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
