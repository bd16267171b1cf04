"""A comparison as one page: the verdict, the differences, the explained causes, the sums."""

from collections.abc import Iterator
from html import escape

from assay.compare.causes import CAUSES
from assay.compare.levels import LEVELS, LIMIT, MEANINGS, TITLES, rank
from assay.compare.records import Change, Comparison, Pair
from assay.compare.report.grouping import Group, grouped
from assay.compare.report.text import WHOLE
from assay.report.markup import POLICY

STYLE = """\
body{font:15px/1.45 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;
color:#1b1f24}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}.level{font-weight:700;padding:.1rem .5rem;
border-radius:.3rem;background:#e8eaed}.D{background:#f9d6d5}.I{background:#fbe8c6}.E0,.E1,.E2{
background:#d5efdc}.E3{background:#dfe7fb}details{border-top:1px solid #d8dde3;padding:.4rem 0}
summary{cursor:pointer;overflow-wrap:anywhere}pre{background:#f6f7f9;padding:.5rem;overflow-x:auto;
font-size:13px}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}.reach{color:#5a636e}
.in{color:#5a636e;font-size:.85em}
@media(prefers-color-scheme:dark){body{background:#15181c;color:#e4e7ea}pre{background:#20252b}
.level{color:#15181c}}
"""


def render(comparison: Comparison) -> bytes:
    """Return the page; it loads nothing and runs nothing."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        "<meta name=viewport content='width=device-width,initial-scale=1'>",
        f"<title>Comparison: {TITLES[comparison.level]}</title><style>{STYLE}</style>",
        f"<h1><span class='level {comparison.level}'>{comparison.level}</span> ",
        f"{escape(TITLES[comparison.level])}</h1><p>{escape(comparison.reason)}</p>",
        *_sides(comparison),
        *_pairs(comparison),
        *_causes(comparison),
        *_sums(comparison),
        f"<p>{escape(LIMIT)}</p>" if comparison.level.startswith("E") else "",
        *(f"<p>{escape(note)}</p>" for note in comparison.notes),
    ]
    return "".join(parts).encode() + b"\n"


def _sides(comparison: Comparison) -> Iterator[str]:
    yield "<table>"
    for name, one in (("first", comparison.a), ("second", comparison.b)):
        yield f"<tr><th>{name}<td>{one.kind}<td class=n>{one.size} bytes"
        yield f"<td><code>{one.sha256}</code>"
    yield "</table>"


def _pairs(comparison: Comparison) -> Iterator[str]:
    for level in sorted(LEVELS, key=rank, reverse=True):
        those = [pair for pair in comparison.pairs if pair.level == level]
        if those:
            many = "1 file" if len(those) == 1 else f"{len(those)} files"
            yield f"<h2>{level}: {escape(TITLES[level])} · {many}</h2>"
            yield f"<p>{escape(MEANINGS[level])}</p>"
        for group in grouped(those):
            yield from _group(group)


def _group(group: Group) -> Iterator[str]:
    if not group.says:
        yield from _pair(group.pairs[0])
        return
    yield f"<details><summary><b>{escape(group.says)}</b></summary><ul>"
    for pair in group.pairs:
        yield f"<li>{_named(pair.path)}"
    yield "</ul>"
    for change in group.pairs[0].changes:
        if change.lines:
            yield "<pre>" + "\n".join(escape(line) for line in change.lines) + "</pre>"
    yield "</details>"


def _pair(pair: Pair) -> Iterator[str]:
    yield f"<details><summary>{_named(pair.path)} — {escape(pair.reason)}</summary>"
    reason = pair.reason.rstrip(".")
    for change in pair.changes:
        yield from _change(change, says=not reason.endswith(change.says.rstrip(".")))
    for hint in pair.hints:
        yield f"<p>hint: {escape(hint)}</p>"
    yield "</details>"


def _named(path: str) -> str:
    """Return the path of a file inside of what it lies in, which follows in small print."""
    outer, _, inner = path.rpartition("//")
    if not outer:
        return f"<b>{escape(path or WHOLE)}</b>"
    return f"<b>{escape(inner)}</b> <span class=in>in {escape(outer)}</span>"


def _change(change: Change, *, says: bool = True) -> Iterator[str]:
    said = [escape(change.says)] if says else []
    if change.reach:
        said.append(f"<span class=reach>({escape('; '.join(change.reach))})</span>")
    if said:
        yield f"<p>{' '.join(said)}</p>"
    if change.lines:
        yield "<pre>" + "\n".join(escape(line) for line in change.lines) + "</pre>"


def _causes(comparison: Comparison) -> Iterator[str]:
    causes = [one for one in comparison.sums if one.account == "explained"]
    if not causes:
        return
    yield "<h2>Explained</h2><table><tr><th>cause<th>bytes<th>proof<th>how to remove it"
    for one in causes:
        cause = CAUSES[one.cause]
        yield f"<tr><td>{cause.id} {escape(cause.title)}<td class=n>{one.bytes_a} / {one.bytes_b}"
        yield f"<td>{escape(one.proof)}<td>{escape(cause.remove)}"
    yield "</table>"


def _sums(comparison: Comparison) -> Iterator[str]:
    yield f"<h2>Bytes</h2><p>{comparison.identical} files are identical.</p><table>"
    yield "<tr><th><th>first<th>second"
    for name in ("equal", "explained", "differing", "unexplained"):
        those = [one for one in comparison.sums if one.account == name]
        a, b = sum(one.bytes_a for one in those), sum(one.bytes_b for one in those)
        yield f"<tr><td>{name}<td class=n>{a}<td class=n>{b}"
    yield "</table>"
