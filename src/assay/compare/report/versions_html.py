"""The version view as one self-contained page: what a buyer reads before an update."""

from assay.compare.report.versions_text import LIMIT
from assay.compare.versions.records import Answer, Change, Edition, Entry, Section, VersionView
from assay.report.markup import Markup, join, tag
from assay.report.page.frame import page
from assay.report.page.words import badge, size_text

FILE = "versions.html"
OPEN = 12
"""Longer lists show this many entries and fold the rest away."""
_COLOURS = {"worse": "fail", "better": "pass", "unknown": "inconclusive", "neutral": "info"}
_WORDS: dict[Change, str] = {
    "new": "new",
    "gone": "gone",
    "up": "newer",
    "down": "older",
    "changed": "changed",
    "unclear": "unclear",
}
_STYLE = """
.answer { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; }
.answer + .facts { margin-top: 1rem; }
.answer section { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
.answer h2 { margin: 0 0 .4rem; font-size: .95rem; }
.answer ul { margin: 0; padding-left: 1.1rem; font-size: .9rem; overflow-wrap: anywhere; }
.answer li + li { margin-top: .35rem; }
.changes { list-style: none; margin: .5rem 0; padding: 0; }
.changes li { border-left: 3px solid currentColor; padding: .15rem 0 .15rem .75rem; margin: .4rem 0;
  color: var(--line); overflow-wrap: anywhere; }
.changes li.fail { color: var(--red); } .changes li.pass { color: var(--green); }
.changes li.inconclusive { color: var(--yellow); }
.changes li > * { color: var(--ink); } .changes p { margin: 0; }
.changes .badge.fail { color: var(--red); } .changes .badge.pass { color: var(--green); }
.changes .badge.inconclusive { color: var(--yellow); } .changes .badge.info { color: var(--soft); }
"""


def render(view: VersionView, old: str, new: str) -> bytes:
    """Return the page as UTF-8; *old* and *new* name the images. Everything is escaped."""
    body = tag(
        "body",
        tag(
            "header",
            tag("p", "Assay: what changes with the update", class_="kicker"),
            tag("h1", f"{old} → {new}"),
            tag("p", view.answer.line, class_="verdict"),
        ),
        _answer(view.answer),
        _editions(view, old, new),
        tag(
            "nav",
            join(tag("a", f"{one.title} ({len(one.entries)})", href=f"#{one.name}")
                 for one in view.sections),
        ),
        join(_section(one) for one in view.sections),
        tag("footer", tag("p", LIMIT), tag("p", f"{view.tool.name} {view.tool.version}, code and "
                                           f"data {view.tool.digest}", class_="path")),
    )  # fmt: skip
    return page(f"{old} → {new}", body, _STYLE)


def _answer(answer: Answer) -> Markup:
    parts = (
        ("Worse", "fail", answer.worse, "Nothing that was tested got worse."),
        ("Better", "pass", answer.better, "Nothing that was tested got better."),
        ("Could not be told", "inconclusive", answer.unclear, "Nothing stood in the way."),
    )
    return tag("div", join(_part(*one) for one in parts), class_="answer")


def _part(title: str, colour: str, lines: tuple[str, ...], none: str) -> Markup:
    items = tag("ul", join(tag("li", line) for line in lines)) if lines else tag("p", none)
    return tag("section", tag("h2", title, class_=colour), items)


def _editions(view: VersionView, old: str, new: str) -> Markup:
    rows = (("Old", old, view.old), ("New", new, view.new))
    return tag("dl", join(_edition(*row) for row in rows), class_="facts")


def _edition(which: str, name: str, one: Edition) -> Markup:
    share = f"{one.coverage // 10}.{one.coverage % 10} %"
    says = f"{name}, {size_text(one.size)}, {one.files} files, {share} accounted for, SHA-256 "
    return tag("div", tag("dt", which), tag("dd", badge(one.verdict), f"{says}{one.sha256}"))


def _section(section: Section) -> Markup:
    shown, folded = section.entries[:OPEN], section.entries[OPEN:]
    return tag(
        "section",
        tag("h2", section.title),
        tag("p", _about(section), class_="meaning"),
        _list(shown) if shown else None,
        tag("details", tag("summary", f"{len(folded)} more"), _list(folded)) if folded else None,
        id=section.name,
    )  # fmt: skip


def _about(section: Section) -> str:
    text = f"{section.summary}. {section.note}".strip()
    return f"{text[0].upper()}{text[1:]}"


def _list(entries: tuple[Entry, ...]) -> Markup:
    return tag("ul", join(_entry(one) for one in entries), class_="changes")


def _entry(entry: Entry) -> Markup:
    colour = _COLOURS[entry.weight]
    word = tag("span", _WORDS[entry.change], class_=f"badge {colour}")
    severity = badge(entry.severity) if entry.severity else None
    states = f": {entry.old} → {entry.new}" if entry.old and entry.new else ""
    alone = f" {entry.old or entry.new}" if bool(entry.old) != bool(entry.new) else ""
    about = "; ".join(one for one in (entry.where, entry.note) if one)
    return tag(
        "li",
        tag("p", word, severity, f"{entry.what}{states}{alone}"),
        tag("p", about, class_="path") if about else None,
        class_=colour,
    )
