"""Rules and word lists: the TOML files beside this module, read once and compiled.

Nothing that decides what is extracted stands in code alone; `rules_digest` names the state of
the data, and every document records it.
"""

import hashlib
import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from msgspec import Struct

from assay.claims.scan import PatternIndex

FILES = (
    "cues",
    "words",
    "roles",
    "places",
    "acts",
    "evidence",
    "measures",
    "furniture",
    "kinds",
    "neutral",
)


class Cue(Struct, frozen=True, gc=False):
    """A word that introduces speech: its lemma, group, act, the frames it can stand in."""

    lemma: str
    group: str
    act: str
    frames: frozenset[str]
    form: str
    ambiguous: bool


@cache
def table(name: str) -> dict[str, Any]:
    """Return the data file *name* as plain values."""
    return tomllib.loads(_text(name))


@cache
def rules_digest() -> str:
    """Return the SHA-256 over all data files: the rule set that an extraction used."""
    state = hashlib.sha256()
    for name in FILES:
        state.update(f"{name}\0{_text(name)}\0".encode())
    return state.hexdigest()


@cache
def words(*path: str) -> frozenset[str]:
    """Return the word list at *path*, for instance ``words("words", "pronouns_person")``."""
    value: Any = table(path[0])
    for key in path[1:]:
        value = value[key]
    if isinstance(value, dict):
        return frozenset(word for part in value.values() for word in part)
    return frozenset(value)


@cache
def patterns(*path: str) -> re.Pattern[str]:
    """Return the patterns at *path* as one expression."""
    value: Any = table(path[0])
    for key in path[1:]:
        value = value[key]
    rows = [value] if isinstance(value, str) else list(value)
    return re.compile("|".join(f"(?:{row})" for row in rows))


@cache
def cues() -> dict[str, Cue]:
    """Return every form of every verb of speech, lower case."""
    data = table("cues")
    ambiguous = frozenset(data["words"]["ambiguous"])
    found: dict[str, Cue] = {}
    for group in data["group"]:
        frames = frozenset(group["frames"])
        for verb in group["verbs"]:
            lemma = verb.split("/")[0]
            for form, kind in inflect(verb):
                cue = Cue(lemma, group["id"], group["act"], frames, kind, form in ambiguous)
                found.setdefault(form, cue)
    return found


@cache
def particle_cues() -> dict[str, dict[str, Cue]]:
    """Return cues of two words: first word -> second word -> cue."""
    found: dict[str, dict[str, Cue]] = {}
    for group in table("cues")["particle"]:
        frames = frozenset(group["frames"])
        for verb in group["verbs"]:
            first, second = verb.split(" ")
            forms = inflect(first) if first in _REGULAR_FIRST else ((first, "past"),)
            for form, kind in forms:
                cue = Cue(verb, "particle", group["act"], frames, kind, ambiguous=False)
                found.setdefault(form, {}).setdefault(second, cue)
    return found


_REGULAR_FIRST = frozenset(
    [
        "appeal",
        "point",
        "call",
        "press",
        "push",
        "rule",
        "brush",
        "lash",
        "rail",
        "scoff",
        "object",
        "complain",
        "refer",
        "weigh",
        "spell",
        "chime",
    ]
)


@cache
def pattern_index() -> PatternIndex:
    """Return the patterns of acts, evidence classes and kinds of claims as one index."""
    return PatternIndex(
        {
            "acts": [row["patterns"] for row in table("acts")["act"]],
            "evidence": [row["patterns"] for row in table("evidence")["kind"]],
            "kinds": [row["patterns"] for row in table("kinds")["kind"]],
        }
    )


@cache
def cue_words() -> frozenset[str]:
    """Return the words that a verb of speech, of one word or two, begins with."""
    return frozenset(cues()) | frozenset(particle_cues())


@cache
def noun_cue_words() -> frozenset[str]:
    """Return the words at which speech without a verb of speech may be found."""
    return frozenset(noun_cues()) | {"according", "per"}


@cache
def noun_cues() -> dict[str, str]:
    """Return nouns that carry a clause and the act each stands for."""
    groups = table("cues")["nouns"]
    return {word: act.partition("_")[0] for act, group in groups.items() for word in group}


@cache
def states() -> dict[str, str]:
    """Return every name, capital and adjective of a state -> the state's name."""
    rows = table("places")["state"]
    return {alias: name for name, aliases in rows.items() for alias in aliases}


def inflect(verb: str) -> tuple[tuple[str, str], ...]:
    """Return the forms of *verb* with their kinds: base, third, past, participle, gerund.

    *verb* is a lemma with regular forms, or all its forms joined with slashes.
    """
    if "/" in verb:
        return tuple((form, _kind(place, form)) for place, form in enumerate(verb.split("/")))
    if verb.endswith("ed"):
        return ((verb, "past"),)
    if verb.endswith("e"):
        return (
            (verb, "base"),
            (verb + "s", "third"),
            (verb + "d", "past"),
            (verb[:-1] + "ing", "gerund"),
        )
    if verb.endswith("y") and verb[-2] not in "aeiou":
        stem = verb[:-1]
        return (
            (verb, "base"),
            (stem + "ies", "third"),
            (stem + "ied", "past"),
            (verb + "ing", "gerund"),
        )
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s")
    double = verb[-1] if verb.endswith(_DOUBLING) else ""
    return (
        (verb, "base"),
        (third, "third"),
        (verb + double + "ed", "past"),
        (verb + double + "ing", "gerund"),
    )


_DOUBLING = ("refer", "tag", "quip", "concur")


def _kind(place: int, form: str) -> str:
    if form.endswith("ing"):
        return "gerund"
    return ("base", "third", "past", "past", "past")[min(place, 4)]


def _text(name: str) -> str:
    return resources.files("assay.claims").joinpath(f"data/{name}.toml").read_text("utf-8")
