"""Results as CSV and JSON lines, safe to open in a spreadsheet.

A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
injection); so does one that begins with a tab or a line break.
"""

import csv
import io
from collections.abc import Iterable, Iterator

from assay.supply.answers import Ruling, ScreeningReport
from assay.supply.network_answers import NetworkReport

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

SCREENING_COLUMNS = (
    "row", "name", "result", "party", "matched_name", "list", "score", "decision", "jurisdiction",
    "measure", "title", "outcome", "state", "for_whom", "follows", "why", "listed_since",
    "next_due", "through", "opposed_by", "exemption", "verified", "provisional", "source",
    "score_parts",
)  # fmt: skip
NETWORK_COLUMNS = (
    "row", "id", "result", "vendor", "vendor_source", "model", "mac", "domain", "site", "country",
    "quantity", "party", "score", "says", "due", "measures", "checks",
)  # fmt: skip


def safe(value: object) -> str:
    """Return *value* as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value).replace("\0", "")
    return f"'{text}" if text.startswith(_FORMULA) else text


def table(columns: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    """Return CSV text (RFC 4180) of *rows* under *columns*."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def screening_csv(report: ScreeningReport) -> str:
    """Return one line for each ruling, and one for a subject that has none."""
    return table(SCREENING_COLUMNS, _screening_rows(report))


def network_csv(report: NetworkReport) -> str:
    """Return one line for each item."""
    return table(NETWORK_COLUMNS, _network_rows(report))


def through_text(ruling: Ruling) -> str:
    """Return the ownership path of a ruling in words."""
    steps = []
    for step in ruling.through:
        share = _percent(step.permille) if step.permille >= 0 else "share not stated"
        steps.append(f"{step.party} <- {step.owner} ({step.kind}, {share})")
    return "; ".join(steps)


def _percent(permille: int) -> str:
    whole, tenth = divmod(permille, 10)
    return f"{whole}.{tenth} %" if tenth else f"{whole} %"


def next_due(ruling: Ruling) -> str:
    """Return the earliest day ahead in a ruling's schedule, with what is due."""
    ahead = [due for due in ruling.dues if due.days_left >= 0 and due.action != "no-new"]
    return f"{ahead[0].on} {ahead[0].action} {ahead[0].domain}" if ahead else ""


def _screening_rows(report: ScreeningReport) -> Iterator[tuple[object, ...]]:
    for screening in report.screenings:
        head = (screening.subject.row, screening.subject.name, screening.result)
        for ruling in screening.category:
            yield (*head, "", "", "", "", "category", *_ruling_cells(ruling), "")
        if not screening.category and not any(match.rulings for match in screening.matches):
            yield (*head, *[""] * (len(SCREENING_COLUMNS) - 3))
        for match in screening.matches:
            parts = "; ".join(f"{part.part} {part.effect:+d}: {part.says}" for part in match.parts)
            found = (match.party, match.matched_name, match.list, match.score, match.decision)
            for ruling in match.rulings:
                yield (*head, *found, *_ruling_cells(ruling), parts)


def _ruling_cells(ruling: Ruling) -> tuple[object, ...]:
    return (
        ruling.jurisdiction,
        ruling.measure,
        ruling.title,
        ruling.outcome,
        ruling.state,
        " ".join(ruling.binds),
        ruling.follows,
        "; ".join(ruling.why),
        ruling.listed_since,
        next_due(ruling),
        through_text(ruling),
        " ".join(ruling.opposed_by),
        ruling.exemption,
        "yes" if ruling.verified else "no",
        "yes" if ruling.provisional else "no",
        f"{ruling.source.title} {ruling.source.url}".strip(),
    )


def _network_rows(report: NetworkReport) -> Iterator[tuple[object, ...]]:
    for verdict in report.items:
        item = verdict.item
        yield (
            item.row,
            item.id,
            verdict.result,
            item.vendor,
            item.vendor_source,
            item.model,
            item.mac,
            item.domain or item.domain_text,
            item.site,
            item.country,
            item.quantity,
            verdict.party,
            verdict.score,
            verdict.says,
            verdict.due,
            " ".join(report.rulings[number].measure for number in verdict.rulings),
            "; ".join(check.says for check in verdict.checks),
        )
