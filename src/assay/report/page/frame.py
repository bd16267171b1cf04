"""The frame of a page: its head with the style, and a policy that lets nothing else load."""

from assay._kernel.packaged import files
from assay.report.markup import POLICY, Markup, tag, trusted


def page(title: str, body: Markup, style: str = "") -> bytes:
    """Return the whole page as UTF-8; *style* is CSS that follows that of all pages."""
    common = (files(__package__) / "style.css").read_text("utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("title", f"Assay: {title}"),
        tag("style", trusted(common + style)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n".encode("utf-8", "replace")
