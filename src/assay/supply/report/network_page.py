"""A network report as an HTML page: statement, domains, plan, timeline, map, items, basis."""

from html import escape

from assay.supply.network_answers import ItemVerdict, NetworkReport
from assay.supply.report.drawings import site_map, timeline
from assay.supply.report.page import basis, items, page, rulings_table, tag
from assay.supply.report.screening_page import question_text

MOST_ITEMS_SHOWN = 3_000
MOST_NAMED = 12


def network_html(report: NetworkReport) -> str:
    """Return the report as one self-contained page."""
    body = f'<p class="disclaimer">{escape(report.disclaimer)}</p>'
    body += f"<p>{tag(report.result)} <strong>{escape(report.statement)}</strong></p>"
    body += f"<p>{question_text(report.question)}</p>"
    body += _domains(report) + _plan(report)
    body += f"<h2>Timeline</h2>{timeline(report.plan, report.question.date)}"
    body += f"<h2>Map</h2>{site_map(report.items)}"
    body += "<h2>Measures that speak of these items</h2>" + rulings_table(report.rulings)
    body += _items(report)
    if report.problems:
        body += f"<h2>Not read ({report.problem_count})</h2>" + items(report.problems)
    body += basis(report.lists, report.catalogue, report.gaps, report.opposing)
    return page(f"Network on {report.question.date}", body)


def _domains(report: NetworkReport) -> str:
    rows = "".join(
        f"<tr><td>{escape(one.title)}</td><td>{tag(one.result)}</td><td>{one.units}</td>"
        f"<td>{one.affected_permille // 10}.{one.affected_permille % 10} %</td>"
        f"<td>{escape(', '.join(f'{c.units} {c.result}' for c in one.counts))}</td></tr>"
        for one in report.domains
    )
    head = "<tr><th>Domain</th><th>Result</th><th>Units</th><th>Affected</th><th>Of which</th></tr>"
    return f'<h2>Domains</h2><div class="wide"><table>{head}{rows}</table></div>'


def _plan(report: NetworkReport) -> str:
    if not report.plan:
        return "<h2>Plan</h2><p>No deadline concerns the items of this inventory.</p>"
    rows = []
    for step in report.plan:
        named = ", ".join(step.items[:MOST_NAMED])
        sites = ", ".join(step.sites[:MOST_NAMED])
        more = f" and {len(step.items) - MOST_NAMED} more" if len(step.items) > MOST_NAMED else ""
        what = step.due.action
        if step.due.cap_permille:
            what += f" at {step.due.cap_permille // 10} %"
        style = "" if step.verified else ' class="unverified"'
        late = tag("restricted") if step.overdue else tag("deadline")
        rows.append(
            f"<tr{style}><td>{escape(step.due.on)}</td><td>{late}</td>"
            f"<td>{escape(step.jurisdiction)}: {escape(step.title)}</td>"
            f"<td>{escape(what)} {escape(step.due.domain)}</td><td>{step.units}</td>"
            f"<td>{escape(named + more)}</td><td>{escape(sites)}</td></tr>"
        )
    head = "<tr><th>By</th><th></th><th>Measure</th><th>What</th><th>Units</th><th>Items</th>"
    head += "<th>Sites</th></tr>"
    return f'<h2>Plan</h2><div class="wide"><table>{head}{"".join(rows)}</table></div>'


def _items(report: NetworkReport) -> str:
    order = ("restricted", "deadline", "unknown", "possible", "permitted", "clear")
    ranked = sorted(report.items, key=lambda v: (order.index(v.result), v.item.row))
    shown = ranked[:MOST_ITEMS_SHOWN]
    head = "<tr><th>Item</th><th>Vendor</th><th>Model</th><th>Domain</th><th>Site</th>"
    head += "<th>Result</th><th>In words</th></tr>"
    text = (
        f'<h2>Items</h2><div class="wide"><table>{head}{"".join(map(_item, shown))}</table></div>'
    )
    if len(ranked) > len(shown):
        text += f"<p>{len(ranked) - len(shown)} more items are in the JSON and CSV results.</p>"
    return text


def _item(verdict: ItemVerdict) -> str:
    item = verdict.item
    source = "" if item.vendor_source == "claimed" else f" ({item.vendor_source})"
    says = "<br>".join(escape(text) for text in (verdict.says, *(c.says for c in verdict.checks)))
    return (
        f"<tr><td>{escape(item.id)}</td><td>{escape(item.vendor + source)}</td>"
        f"<td>{escape(item.model)}</td><td>{escape(item.domain or item.domain_text)}</td>"
        f"<td>{escape(item.site)}</td><td>{tag(verdict.result)}</td><td>{says}</td></tr>"
    )
