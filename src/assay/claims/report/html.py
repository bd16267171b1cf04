"""The report as one HTML page: self-contained, readable without scripts, everything escaped."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from assay.claims.records import Bearing, Measure
from assay.claims.report.graph import draw
from assay.claims.report.view import Row, View, Voice
from assay.report.markup import POLICY, Markup, join, tag, trusted

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
svg { width: 48rem; max-width: none; height: auto }
code { font-size: .85em }
.scroll { overflow-x: auto }
td { overflow-wrap: break-word }
.claims th:nth-child(1) { width: 23% }
.claims th:nth-child(2) { width: 41% }
.claims th:nth-child(3) { width: 13% }
.claims th:nth-child(4) { width: 13% }
.claims tr.first > td { border-top: 2px solid #aeb6c0 }
@media (prefers-color-scheme: dark) {
  body { background: #15181c; color: #e3e6ea }
  th { background: #22272d }
  th, td, h2 { border-color: #3a414a }
  blockquote { color: #b9c0c9 }
  .small { color: #9aa3ae }
}
@media (max-width: 46rem) {
  body { margin: 1rem auto }
  table, tbody, tr, td { display: block; width: auto }
  thead { display: none }
  td { border: 0; padding: .15rem 0 }
  td:empty { display: none }
  td[data-label]::before { content: attr(data-label) ": "; color: #59626d; font-size: .82rem }
  tr { border-bottom: 1px solid #dfe3e8; padding: .5rem 0 }
  .claims tr.first > td { border-top: 0 }
  .claims tr.first > td:first-child { font-weight: 600; font-size: 1rem }
  .claims tr.first { border-top: 2px solid #aeb6c0; margin-top: .6rem }
  .tag { white-space: normal }
}
@media (max-width: 46rem) and (prefers-color-scheme: dark) {
  td[data-label]::before { color: #9aa3ae }
  tr { border-color: #3a414a }
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
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
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


CLAIM_HEADS = ("Claim", "Who said it, when, where", "Evidence cited", "What bears on it", "Scope")


_SETTLED = {
    "none": "nothing here can settle it",
    "product-test": "a test can settle it",
    "document": "a document can settle it",
    "list": "a list can settle it",
    "inventory": "an inventory can settle it",
}


def _claims(view: View) -> Markup:
    rows = [line for row in view.rows for line in _claim_rows(row)]
    return tag("section", tag("h2", "Claims"), _table(CLAIM_HEADS, rows, class_="claims"))


def _claim_rows(row: Row) -> list[Markup]:
    """Return a line for each voice, so that the evidence cited stands beside who cited it."""
    claim = row.claim
    about = tag(
        "div",
        tag("span", claim.kind, class_="tag"),
        tag("span", _SETTLED.get(claim.checkable_by, claim.checkable_by), class_="tag"),
        tag("code", claim.id),
        class_="small",
    )
    relations = join(tag("div", text, class_="small") for text in row.relations)
    bearings = join(_bearing(one) for one in row.bearings) or "nothing in the register"
    span = str(max(1, len(row.voices)))
    voices = [_voice_cells(voice) for voice in row.voices] or [_cell(CLAIM_HEADS[1], "nobody")]
    first = tag(
        "tr",
        tag("td", claim.text, about, relations, id=f"claim-{claim.id}", rowspan=span),
        voices[0],
        tag("td", bearings, rowspan=span, data_label=CLAIM_HEADS[3]),
        tag("td", _scope(row), rowspan=span, data_label=CLAIM_HEADS[4]),
        class_="first",
    )
    return [first, *(tag("tr", cells) for cells in voices[1:])]


def _voice_cells(voice: Voice) -> Markup:
    return join([tag("td", _voice(voice)), _cell(CLAIM_HEADS[2], _evidence(voice))])


def _cell(head: str, *content: Markup | str | None) -> Markup:
    """Return a cell that names its column where a narrow screen shows it alone."""
    return tag("td", *content, data_label=head) if head else tag("td", *content)


def _row(heads: tuple[str, ...], *cells: Markup | str) -> Markup:
    return tag("tr", join(_cell(head, cell) for head, cell in zip(heads, cells, strict=True)))


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
    heads = ("When", "What", "Who", "Text")
    rows = [
        _row(
            heads,
            event.date + (f" ({event.precision})" if event.date != "undated" else ""),
            event.what,
            event.who,
            event.text,
        )
        for event in view.events
    ]
    return tag("section", tag("h2", "Time line"), _table(heads, rows))


MEASURE_HEADS = (
    "Measure",
    "Authority",
    "Target",
    "Instrument",
    "When",
    "As recorded",
    "Differences",
)


def _measures(view: View) -> Markup:
    rows = [_measure_row(one) for one in view.measures]
    return tag("section", tag("h2", "Measures"), _table(MEASURE_HEADS, rows))


def _measure_row(one: Measure) -> Markup:
    differences = join(
        tag("div", f"{item.field}: told “{item.claimed}”, recorded “{item.recorded}”")
        for item in one.discrepancies
    )
    affiliates = f" ({one.affiliates} affiliates)" if one.affiliates is not None else ""
    rule = tag("div", f"{one.rule}; {one.id}", class_="small")
    when = one.effective.date or "not stated"
    recorded = one.recorded or "no recorded measure met"
    return _row(
        MEASURE_HEADS,
        join([tag("b", one.kind), tag("blockquote", one.excerpt.text), rule]),
        one.authority,
        one.target + affiliates,
        one.instrument,
        join([tag("span", when), tag("div", one.effective.basis, class_="small")]),
        join([tag("span", recorded), tag("div", one.recorded_source, class_="small")]),
        differences,
    )


def _answers(view: View) -> Markup:
    heads = ("Speaker", "Does what", "Whom")
    rows = [_row(heads, one.source, one.kind, one.target) for one in view.answers]
    graph = tag("div", draw(view.answers), class_="scroll")
    return tag("section", tag("h2", "Who answers whom"), graph, _table(heads, rows))


def _gaps(view: View) -> Markup:
    heads = ("What", "Where", "What to do")
    rows = [_row(heads, gap.kind.replace("-", " "), gap.says, gap.advice) for gap in view.gaps]
    return tag("section", tag("h2", "Open points"), _table(heads, rows))


def _documents(view: View) -> Markup:
    heads = ("Document", "Publisher", "Published", "Language", "Notes")
    rows = [
        _row(
            heads,
            join([tag("span", one.title), tag("div", one.id, class_="small")]),
            f"{one.publisher.value} ({one.publisher.basis})",
            f"{one.published.date} ({one.published.precision}; {one.published.basis})",
            one.language,
            "; ".join(one.notes),
        )
        for one in view.documents
    ]
    return tag("section", tag("h2", "Documents"), _table(heads, rows))


def _table(heads: tuple[str, ...], rows: list[Markup], *, class_: str = "plain") -> Markup:
    if not rows:
        return tag("p", "None.", class_="small")
    head = tag("tr", join(tag("th", text, scope="col") for text in heads))
    table = tag("table", tag("thead", head), tag("tbody", join(rows)), class_=class_)
    return tag("div", table, class_="scroll")
