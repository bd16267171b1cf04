"""The version view for the terminal: the answer, then each section with its differences."""

from collections.abc import Iterator

from assay.compare.versions.records import Answer, Edition, Entry, Section, VersionView
from assay.report.page.words import size_text

MOST = 12
SIGNS = {"new": "+", "gone": "-", "up": "^", "down": "v", "changed": "~", "unclear": "?"}
LEGEND = "+ new  - gone  ^ newer  v older  ~ changed  ? unclear"
LIMIT = (
    "What both versions have alike is not repeated here, and what no test looks for is in neither "
    "list: `assay evaluate` tells what each version holds."
)


def render(view: VersionView, old: str, new: str, *, full: bool = False) -> str:
    """Return the text; *old* and *new* name the images, *full* leaves nothing out."""
    lines = [view.answer.line, "", *_answer(view.answer)]
    lines += [_edition("old", old, view.old), _edition("new", new, view.new), LEGEND, ""]
    for section in view.sections:
        lines += _section(section, full=full)
    return "\n".join([*lines, LIMIT]) + "\n"


def _answer(answer: Answer) -> Iterator[str]:
    parts = (
        ("Worse", answer.worse),
        ("Better", answer.better),
        ("Could not be told", answer.unclear),
    )
    for title, those in parts:
        if those:
            yield f"{title}:"
            yield from (f"  {line}" for line in those)
            yield ""


def _edition(which: str, name: str, one: Edition) -> str:
    share = f"{one.coverage // 10}.{one.coverage % 10} %"
    return (
        f"{which}  {name}  {size_text(one.size)}  sha256 {one.sha256[:16]}…  {one.verdict}; "
        f"{one.files} files, {share} accounted for"
    )


def _section(section: Section, *, full: bool) -> Iterator[str]:
    yield f"{section.title}: {section.summary}"
    if section.note:
        yield f"  {section.note}"
    shown = section.entries if full else section.entries[:MOST]
    for entry in shown:
        yield from _entry(entry)
    if len(section.entries) > len(shown):
        yield f"  … and {len(section.entries) - len(shown)} more (--full shows all)"
    yield ""


def _entry(entry: Entry) -> Iterator[str]:
    severity = f"{entry.severity:8} " if entry.severity else ""
    states = f": {entry.old} → {entry.new}" if entry.old and entry.new else ""
    alone = f" {entry.old or entry.new}" if bool(entry.old) != bool(entry.new) else ""
    yield f"  {SIGNS[entry.change]} {severity}{entry.what}{states}{alone}"
    about = "; ".join(one for one in (entry.where, entry.note) if one)
    if about:
        yield f"      {about}"
