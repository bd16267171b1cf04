"""The report as one HTML page: self-contained, readable without scripts, everything escaped."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from assay.claims.records import Bearing, Measure
from assay.claims.report.graph import draw
from assay.claims.report.view import Row, View, Voice
from assay.report.markup import Markup, join, tag, trusted

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem;
  color: #1a1d21; background: #fff }
h1 { font-size: 1.5rem }
h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid #c9ced6 }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { text-align: left; vertical-align: top; padding: .4rem .5rem;
  border-bottom: 1px solid #dfe3e8 }
th { background: #f3f5f7 }
blockquote { margin: .2rem 0; padding-left: .6rem; border-left: 3px solid #c9ced6; color: #3c434b }
.small { font-size: .82rem; color: #59626d }
.tag { display: inline-block; border: 1px solid #aeb6c0; border-radius: 3px; padding: 0 .35rem;
  font-size: .8rem; margin-right: .25rem; white-space: nowrap }
.supports, .contradicts, .weakens { font-weight: 600 }
svg { max-width: 100%; height: auto }
code { font-size: .85em }
.scroll { overflow-x: auto }
@media (prefers-color-scheme: dark) {
  body { background: #15181c; color: #e3e6ea }
  th { background: #22272d }
  th, td, h2 { border-color: #3a414a }
  blockquote { color: #b9c0c9 }
  .small { color: #9aa3ae }
}
@media print { body { max-width: none } }
"""
NOTE = (
    "This register records who said what and what bears on it. "
    "It does not say whether a claim holds."
)


def as_html(view: View) -> str:
    """Return the report as a page."""
    title = f"Claims about {view.subject}" if view.subject else "Claims"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", trusted(STYLE)),
    )
    body = tag(
        "body",
        tag("h1", title),
        tag("p", NOTE),
        _summary(view),
        _claims(view),
        _time_line(view),
        _measures(view),
        _answers(view),
        _gaps(view),
        _documents(view),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _summary(view: View) -> Markup:
    statements = {voice.statement.id for row in view.rows for voice in row.voices}
    words = (
        f"{len(view.documents)} documents, {len(statements)} statements, "
        f"{len(view.rows)} claims, {len(view.measures)} measures, "
        f"{len(view.gaps)} open points."
    )
    return tag("p", words, class_="small")


def _claims(view: View) -> Markup:
    heads = ("Claim", "Who said it, when, where", "Evidence cited", "What bears on it", "Scope")
    rows = [_claim_row(row) for row in view.rows]
    return tag("section", tag("h2", "Claims"), _table(heads, rows))


def _claim_row(row: Row) -> Markup:
    claim = row.claim
    about = tag(
        "div",
        tag("span", claim.kind, class_="tag"),
        tag("span", f"settled by: {claim.checkable_by}", class_="tag"),
        tag("code", claim.id),
        class_="small",
    )
    relations = join(tag("div", text, class_="small") for text in row.relations)
    return tag(
        "tr",
        tag("td", claim.text, about, relations, id=f"claim-{claim.id}"),
        tag("td", join(_voice(voice) for voice in row.voices)),
        tag("td", join(_evidence(voice) for voice in row.voices)),
        tag("td", join(_bearing(one) for one in row.bearings) or "nothing in the register"),
        tag("td", _scope(row)),
    )


def _voice(voice: Voice) -> Markup:
    one = voice.statement
    when = f"{voice.said} ({one.said.precision})" if one.said.date else "undated"
    place = (
        f"bytes {one.content.start}–{one.content.end} of {one.document[:12]}; "
        f"{one.mode}; rule {one.rule}; {one.confidence // 10} %; {one.status}"
    )
    resolved = tag("div", f"resolved: {voice.resolved}", class_="small") if voice.resolved else None
    return tag(
        "div",
        tag("b", voice.chain),
        f" · {one.act} · {when} · {voice.where}",
        tag("blockquote", one.content.text),
        tag("div", place, class_="small"),
        resolved,
        id=f"statement-{one.id}",
    )


def _evidence(voice: Voice) -> Markup:
    cited = voice.statement.evidence
    shown = (
        tag("div", f"“{cited.text}”", class_="small")
        if cited.text and cited.kind != "none"
        else None
    )
    searched = (
        f"searched bytes {', '.join(f'{span.start}–{span.end}' for span in cited.searched[:3])}"
    )
    return tag(
        "div", tag("span", cited.kind, class_="tag"), shown, tag("div", searched, class_="small")
    )


def _bearing(one: Bearing) -> Markup:
    decided = (
        f"{one.scope_match}; {one.against[:20]}…; rule {one.rule}; decided by {one.decided_by}"
    )
    return tag(
        "div",
        tag("span", one.effect, class_=f"tag {one.effect}"),
        one.reason,
        tag("div", decided, class_="small"),
    )


def _scope(row: Row) -> str:
    scope = row.claim.scope
    parts = [
        ("vendor", scope.vendor),
        ("product", scope.product),
        ("versions", ", ".join(scope.versions)),
        ("place", scope.place),
        ("period", scope.period),
        ("quantifier", row.claim.quantifier),
    ]
    return "; ".join(f"{name}: {value}" for name, value in parts if value)


def _time_line(view: View) -> Markup:
    rows = [
        tag(
            "tr",
            tag(
                "td", f"{event.date}" + (f" ({event.precision})" if event.date != "undated" else "")
            ),
            tag("td", event.what),
            tag("td", event.who),
            tag("td", event.text),
        )
        for event in view.events
    ]
    return tag("section", tag("h2", "Time line"), _table(("When", "What", "Who", "Text"), rows))


def _measures(view: View) -> Markup:
    heads = ("Measure", "Authority", "Target", "Instrument", "When", "As recorded", "Differences")
    return tag(
        "section",
        tag("h2", "Measures"),
        _table(heads, [_measure_row(one) for one in view.measures]),
    )


def _measure_row(one: Measure) -> Markup:
    differences = join(
        tag("div", f"{item.field}: told “{item.claimed}”, recorded “{item.recorded}”")
        for item in one.discrepancies
    )
    affiliates = f" ({one.affiliates} affiliates)" if one.affiliates is not None else ""
    recorded = tag(
        "td",
        one.recorded or "no recorded measure met",
        tag("div", one.recorded_source, class_="small"),
    )
    return tag(
        "tr",
        tag(
            "td",
            one.kind,
            tag("blockquote", one.excerpt.text),
            tag("div", f"{one.rule}; {one.id}", class_="small"),
        ),
        tag("td", one.authority),
        tag("td", one.target + affiliates),
        tag("td", one.instrument),
        tag(
            "td",
            one.effective.date or "not stated",
            tag("div", one.effective.basis, class_="small"),
        ),
        recorded,
        tag("td", differences),
    )


def _answers(view: View) -> Markup:
    rows = [
        tag("tr", tag("td", one.source), tag("td", one.kind), tag("td", one.target))
        for one in view.answers
    ]
    return tag(
        "section",
        tag("h2", "Who answers whom"),
        draw(view.answers),
        _table(("Speaker", "", "Whom"), rows),
    )


def _gaps(view: View) -> Markup:
    rows = [
        tag("tr", tag("td", gap.kind.replace("-", " ")), tag("td", gap.says), tag("td", gap.advice))
        for gap in view.gaps
    ]
    return tag("section", tag("h2", "Open points"), _table(("What", "Where", "What to do"), rows))


def _documents(view: View) -> Markup:
    rows = [
        tag(
            "tr",
            tag("td", one.title, tag("div", one.id, class_="small")),
            tag("td", f"{one.publisher.value} ({one.publisher.basis})"),
            tag("td", f"{one.published.date} ({one.published.precision}; {one.published.basis})"),
            tag("td", one.language),
            tag("td", "; ".join(one.notes)),
        )
        for one in view.documents
    ]
    return tag(
        "section",
        tag("h2", "Documents"),
        _table(("Document", "Publisher", "Published", "Language", "Notes"), rows),
    )


def _table(heads: tuple[str, ...], rows: list[Markup]) -> Markup:
    if not rows:
        return tag("p", "None.", class_="small")
    head = tag("tr", join(tag("th", text, scope="col") for text in heads))
    return tag("div", tag("table", tag("thead", head), tag("tbody", join(rows))), class_="scroll")
