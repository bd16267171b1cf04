"""The frame of an HTML report: one file, no scripts, nothing fetched, everything escaped."""

from html import escape

from assay.report.markup import POLICY
from assay.supply.answers import Opposition, Ruling, Side
from assay.supply.catalogue import ListState
from assay.supply.report.cells import next_due, through_text

STYLE = """
:root{color-scheme:light dark;--line:#8884;--dim:#777}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid var(--line)}
.wide{overflow-x:auto}
.tag{display:inline-block;border:1px solid currentColor;border-radius:.6rem;padding:0 .5rem;
font-size:.8rem;white-space:nowrap}
.restricted{color:#b3261e}.deadline{color:#9a5b00}.unknown,.possible{color:#7a3ea8}
.permitted,.clear{color:#1f6f43}.not-bound,.not-in-force{color:var(--dim)}
.unverified{font-style:italic}
.note{color:var(--dim);font-size:.85rem}
.disclaimer{border:2px solid var(--line);padding:.5rem .8rem;border-radius:.4rem}
details{margin:.3rem 0}svg{max-width:100%;height:auto}
@media (prefers-color-scheme:dark){.restricted{color:#ff8a80}.deadline{color:#ffc46b}
.unknown,.possible{color:#cf9bf0}.permitted,.clear{color:#7fd6a4}}
@media print{body{max-width:none}}
"""

OUTCOME_WORDS = {
    "restricted": "restricted",
    "deadline": "deadline ahead",
    "unknown": "cannot be told",
    "possible": "possible match",
    "permitted": "permitted",
    "clear": "not restricted by the loaded lists",
    "not-bound": "does not bind",
    "not-in-force": "not in force",
}


def page(title: str, body: str) -> str:
    """Return a whole HTML document; *body* is markup, *title* plain text."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )


def tag(word: str) -> str:
    """Return a result or an outcome as a coloured word."""
    return f'<span class="tag {escape(word)}">{escape(OUTCOME_WORDS.get(word, word))}</span>'


def link(title: str, url: str) -> str:
    """Return a link, or the title alone when the address is not a web address."""
    if url.startswith(("https://", "http://")):
        return f'<a href="{escape(url)}" rel="noreferrer">{escape(title)}</a>'
    return escape(title)


def items(texts: tuple[str, ...] | list[str]) -> str:
    """Return a list of plain texts."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>" if texts else ""


def rulings_table(rulings: tuple[Ruling, ...]) -> str:
    """Return the rulings as a table; a row that is not verified is in italics."""
    head = "<tr><th>Law of</th><th>Measure</th><th>On that day</th><th>For whom</th>"
    head += "<th>Why, and what follows</th><th>Source</th></tr>"
    return f'<div class="wide"><table>{head}{"".join(map(_ruling_row, rulings))}</table></div>'


def _ruling_row(ruling: Ruling) -> str:
    why = [escape(text) for text in ruling.why]
    if due := next_due(ruling):
        why.append(f"next: {escape(due)}")
    if path := through_text(ruling):
        why.append(f"through {escape(path)}")
    if ruling.opposed_by:
        why.append(f"against it: {escape(', '.join(ruling.opposed_by))}")
    if ruling.note:
        why.append(f'<span class="note">{escape(ruling.note)}</span>')
    doubt = "" if ruling.verified else ' <span class="note">(not verified)</span>'
    style = "" if ruling.verified else ' class="unverified"'
    return (
        f"<tr{style}><td>{escape(ruling.jurisdiction)}</td>"
        f'<td>{escape(ruling.title)}<br><span class="note">{escape(ruling.act)}</span></td>'
        f"<td>{tag(ruling.outcome)}</td><td>{escape(', '.join(ruling.binds))}</td>"
        f"<td>{'<br>'.join(why)}</td>"
        f"<td>{link(ruling.source.title, ruling.source.url)}{doubt}</td></tr>"
    )


def basis(
    lists: tuple[ListState, ...],
    digest: str,
    gaps: tuple[str, ...],
    opposing: tuple[Opposition, ...],
) -> str:
    """Return what an answer rests on: lists with their days, gaps, opposing measures."""
    loaded = "".join(
        f"<tr><td>{escape(state.list)}</td><td>{escape(state.title)}</td>"
        f"<td>{escape(state.as_of)}</td><td>{state.parties}</td>"
        f"<td><code>{escape(state.sha256[:16])}</code></td></tr>"
        for state in lists
    )
    text = "<h2>What was not seen</h2>" + items(gaps)
    if opposing:
        text += "<h2>Opposing measures, side by side</h2>"
        rows = "".join(f"<tr>{_side(pair.one)}{_side(pair.other)}</tr>" for pair in opposing)
        head = "<tr><th>One law</th><th>Against it</th></tr>"
        text += f'<div class="wide"><table>{head}{rows}</table></div>'
    text += "<h2>Lists</h2><table><tr><th>List</th><th>Title</th><th>Day</th><th>Parties</th>"
    text += f"<th>Digest</th></tr>{loaded}</table>"
    return text + f'<p class="note">Catalogue {escape(digest)}</p>'


def _side(side: Side) -> str:
    style = "" if side.verified else ' class="unverified"'
    return (
        f"<td{style}><strong>{escape(side.jurisdiction)}</strong> {escape(side.title)}<br>"
        f'<span class="note">{escape(side.act)}</span><br>{escape(side.says)}<br>'
        f"{link(side.source.title, side.source.url)}</td>"
    )
