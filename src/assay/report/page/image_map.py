"""The image drawn to scale: what every byte range is."""

from assay.model.accounting import MapRow, image_map
from assay.model.result import Evaluation
from assay.report.markup import Markup, join, tag
from assay.report.page.words import badge, size_text

WIDTH = 1000
HEIGHT = 64
MOST_ROWS = 2000


def map_section(evaluation: Evaluation) -> Markup:
    """Return the drawing and, folded, the table of all ranges."""
    rows = image_map(evaluation.containers, evaluation.nodes)
    size = evaluation.subject.size
    if not rows or not size:
        return tag("section", tag("h2", "Image map"), tag("p", "The input has no byte ranges."))
    return tag(
        "section",
        tag("h2", "Image map", id="map"),
        tag("p", f"Every byte of the {size_text(size)} is in exactly one range, drawn to scale."),
        _drawing(rows, size),
        _legend(),
        tag("details", tag("summary", f"All {len(rows)} ranges"), _table(rows)),
    )


def _drawing(rows: list[MapRow], size: int) -> Markup:
    shapes = join(_shape(row, size) for row in rows)
    return tag(
        "svg", shapes, viewBox=f"0 0 {WIDTH} {HEIGHT}", preserveAspectRatio="none",
        role="img", aria_label="Image map", class_="map",
    )  # fmt: skip


def _shape(row: MapRow, size: int) -> Markup:
    x = row.offset * WIDTH * 1000 // size
    width = max(row.length * WIDTH * 1000 // size, 600)
    title = tag("title", f"{row.offset:#x} to {row.offset + row.length:#x}: {_says(row)}")
    return tag(
        "g",
        title,
        tag(
            "rect", x=_thousandths(x), y="0", width=_thousandths(width), height=str(HEIGHT),
            class_=f"{row.account} {_family(row)}",
        ),
    )  # fmt: skip


def _thousandths(value: int) -> str:
    return f"{value // 1000}.{value % 1000:03}"


def _family(row: MapRow) -> str:
    """Return a class that tells neighbouring formats apart."""
    return f"f{sum(row.format.encode()) % 4}" if row.account == "parsed" else ""


def _says(row: MapRow) -> str:
    return " ".join(part for part in (row.account, row.format, row.note, row.path) if part)


def _legend() -> Markup:
    words = ("parsed", "padding", "encrypted", "unknown")
    return tag("p", join(badge(word) for word in words), class_="legend")


def _table(rows: list[MapRow]) -> Markup:
    head = join(tag("th", text) for text in ("Offset", "Length", "What", "Format", "Path"))
    body = (
        tag(
            "tr",
            tag("td", f"{row.offset:#010x}", class_="number"),
            tag("td", str(row.length), class_="number"),
            tag("td", badge(row.account)),
            tag("td", " ".join(part for part in (row.format, row.note) if part)),
            tag("td", row.path, class_="path"),
        )
        for row in rows[:MOST_ROWS]
    )
    more = len(rows) - MOST_ROWS
    note = tag("p", f"{more} more ranges are in evaluation.json.") if more > 0 else None
    return join([
        tag("div", tag("table", tag("thead", tag("tr", head)), tag("tbody", join(body))),
            class_="wide"),
        *([note] if note else []),
    ])  # fmt: skip
