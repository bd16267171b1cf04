"""What saying it does: the verb decides, or what is said where the verb leaves it open."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from functools import cache
from operator import attrgetter

from assay.claims import lexicon
from assay.claims.records import Act
from assay.claims.scan import TextScan

Ranges = tuple[tuple[int, int], ...]

_TAG_QUESTION = re.compile(r"(?:n't|not) (?:it|he|she|they|we|you)\?[\"'”’]*$|\bright\?[\"'”’]*$")
_row = attrgetter("row")
_QUESTION = re.compile(r"\?[\"'”’\s]*$")
_STRONG = frozenset(
    [
        "allege",
        "accuse",
        "blame",
        "deny",
        "reject",
        "admit",
        "promise",
        "undertake",
        "demand",
        "urge",
    ]
)
_CONFIRMS = frozenset(["confirm", "recognise", "recognize", "accept"])


@cache
def _names() -> tuple[Act, ...]:
    return tuple(row["name"] for row in lexicon.table("acts")["act"])


def act_of(group: str, cue_act: Act, lemma: str, scan: TextScan, ranges: Ranges) -> tuple[Act, str]:  # noqa: PLR0911 - one return for each case of the grammar
    """Return the act of the statement whose words are the *ranges* of the text, and the rule.

    *group*, *cue_act* and *lemma* are those of the verb of speech.
    """
    rule = f"act.cue.{lemma}"
    if group in _STRONG and lemma not in _CONFIRMS and lemma != "offer":
        return cue_act, rule
    if group in {"describe", "call"}:
        return "characterise", rule
    found, content_rule, named = _read(scan, ranges)
    if lemma in _CONFIRMS:
        return (
            "announce"
            if lemma == "confirm" and "announce" in named and "allege" not in named
            else "admit"
        ), rule
    if group == "ask" and "demand" not in named:
        return "ask", rule
    if group == "warn":
        return ("allege", rule) if found in {"assert", "characterise"} else (found, content_rule)
    if group in {"particle", "disclose"} and cue_act != "assert":
        return cue_act, rule
    return found, content_rule


def by_content(scan: TextScan, ranges: Ranges) -> tuple[Act, str]:
    """Return the act that the words themselves show, and the rule that decided."""
    found, rule, _ = _read(scan, ranges)
    return found, rule


def _read(scan: TextScan, ranges: Ranges) -> tuple[Act, str, set[Act]]:
    names = _names()
    rows: list[int] = []
    for start, end in ranges:
        rows += map(_row, scan.hits("acts", start, end))
    named = set(map(names.__getitem__, rows))
    start, end = ranges[-1]
    if scan.text.find("?", max(start, end - 40), end) >= 0:
        last = scan.text[max(start, end - 40) : end]
        if _QUESTION.search(last) and not _TAG_QUESTION.search(last):
            return "ask", "act.question", named
    if rows:
        found = names[min(rows)]
        return found, f"act.content.{found}", named
    return "assert", "act.default", named
