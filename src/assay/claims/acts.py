"""What saying it does: the verb decides, or what is said where the verb leaves it open."""

import re
from functools import cache

from assay.claims import lexicon
from assay.claims.records import Act

_TAG_QUESTION = re.compile(r"(?:n't|not) (?:it|he|she|they|we|you)\?[\"'”’]*$|\bright\?[\"'”’]*$")
_QUESTION = re.compile(r"\?[\"'”’\s]*$")
_STRONG = frozenset(["allege", "accuse", "blame", "deny", "reject", "admit", "promise", "undertake", "demand", "urge"])
_OPEN_VERBS = frozenset(["describe", "call", "particle", "disclose", "ask", "warn"])
_CONFIRMS = frozenset(["confirm", "recognise", "recognize", "accept"])


@cache
def _rows() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["name"], re.compile("|".join(f"(?:{one})" for one in row["patterns"]))) for row in lexicon.table("acts")["act"])


def act_of(group: str, cue_act: str, lemma: str, said: str) -> tuple[Act, str]:
    """Return the act of a statement with the words *said*, and the rule that decided.

    *group* and *cue_act* are those of the verb of speech; *said* is lower case.
    """
    if group in _STRONG and lemma not in _CONFIRMS and lemma != "offer":
        return cue_act, f"act.cue.{lemma}"  # type: ignore[return-value]
    if lemma in _CONFIRMS:
        return ("admit" if _matches("allege", said) else "announce" if lemma == "confirm" and _matches("announce", said) else "admit"), f"act.cue.{lemma}"
    if group in {"describe", "call"}:
        return "characterise", f"act.cue.{lemma}"
    if group == "ask" and not _matches("demand", said):
        return "ask", f"act.cue.{lemma}"
    if group == "warn":
        found, rule = by_content(said)
        return ("allege", "act.cue.warn") if found in {"assert", "characterise"} else (found, rule)
    if group in {"particle", "disclose"} and cue_act != "assert":
        return cue_act, f"act.cue.{lemma}"  # type: ignore[return-value]
    return by_content(said)


def by_content(said: str) -> tuple[Act, str]:
    """Return the act that the words *said* (lower case) show by themselves."""
    said = said.strip(" \"'“”‘’")
    if _QUESTION.search(said) and not _TAG_QUESTION.search(said):
        return "ask", "act.question"
    for name, pattern in _rows():
        match = pattern.search(said)
        if match:
            return name, f"act.content.{name}"  # type: ignore[return-value]
    return "assert", "act.default"


def _matches(name: str, said: str) -> bool:
    return any(pattern.search(said) for row, pattern in _rows() if row == name)
