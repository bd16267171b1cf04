"""Mentions taken apart: a name, the role words before and behind it, and what kind of actor it is.

Capitals, role words and place names decide; see `data/roles.toml` and `data/places.toml`.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from assay.claims import lexicon
from assay.claims.grammar.classes import TITLES
from assay.claims.records import ActorKind

ROLES = lexicon.table("roles")

_PERSON = lexicon.words("roles", "person") - {"operator"}

_SPOKESPEOPLE = frozenset(ROLES["person"]["spokesperson"])

_COLLECTIVE = lexicon.words("roles", "collective")

_BODY = lexicon.words("roles", "body")

_PAPERS = frozenset(ROLES["document"]["kinds"])

_FEMALE = frozenset(ROLES["titles"]["female"])

_MALE = frozenset(ROLES["titles"]["male"])

_WORD = re.compile(r"[\w$@&.’'-]*[\w$@&]\.?")

_LOOSE_APPOSITION = re.compile(r"(?<=[a-z])\s(?:a|an|the)\s[a-z].*$", re.DOTALL)

_TAIL = re.compile(r"\s*(?:,|—|–|\(|\bwho\b|\bwhich\b).*$", re.DOTALL)

PARTICLES = frozenset(
    [
        "de",
        "van",
        "von",
        "der",
        "al",
        "bin",
        "la",
        "le",
        "da",
        "dos",
        "of",
        "the",
        "and",
        "&",
        "for",
    ]
)

_DEMONYMS = frozenset(
    alias
    for alias in lexicon.states()
    if alias.endswith(("an", "ish", "ese", "ch", "ss", "i", "ni"))
    and alias
    not in {"iran", "japan", "taiwan", "pakistan", "delhi", "new delhi", "abu dhabi", "hanoi"}
)


def without_tail(text: str) -> str:
    """Return the mention *text* without what is said of it behind a comma or in a clause."""
    return _TAIL.sub("", text).strip() or text


class Parsed(Struct, frozen=True, gc=False):
    """A mention taken apart: its name, the role words before and behind it, its kind."""

    name: str
    roles: tuple[str, ...]
    of: str
    kind: ActorKind
    head: str
    gender: str
    plural: bool


@lru_cache(maxsize=4096)
def parse_mention(text: str) -> Parsed:
    """Take a mention apart by capitals and role words."""
    core = without_tail(text)
    if core[:1].isupper() and core.split()[0].lower() not in {"the", "a", "an"}:
        core = _LOOSE_APPOSITION.sub("", core)
    swapped = _name_in_apposition(text, core)
    if swapped:
        inner = parse_mention(swapped)
        return replace(
            inner,
            roles=(core, *inner.roles),
            kind="person",
            head=_head_word([word.lower() for word in _WORD.findall(core)]),
            gender=_gender(_WORD.findall(core.lower())) or inner.gender,
        )
    tokens = _WORD.findall(core)[:40]
    lower = [
        token.lower().rstrip(".") if token.lower() not in lexicon.states() else token.lower()
        for token in tokens
    ]
    gender = _gender(_WORD.findall(text.lower())[:40])
    run = _name_run(tokens)
    behind = tuple(
        word
        for word in (token.lower() for token in _WORD.findall(text[len(core) :])[:25])
        if word in _PERSON or word in TITLES
    )
    if not run:
        return _nameless(lower, gender)
    if tokens[run[1]].endswith(("'s", "’s")) and lower[-1] in _PERSON:
        return Parsed("", (core,), "", "official-unnamed", lower[-1], gender, plural=False)
    run = _with_owned(tokens, lower, _without_employer(lower, run))
    return _named(tokens, lower, run, core, behind, gender)


def _named(  # noqa: PLR0917 - the parts of one mention
    tokens: list[str],
    lower: list[str],
    run: tuple[int, int],
    core: str,
    behind: tuple[str, ...],
    gender: str,
) -> Parsed:
    """Return the mention whose name is the *run* of its words."""
    first, last = run
    titles = [tokens[at] for at in range(len(tokens)) if at < first or lower[at] in _PERSON]
    name = " ".join(tokens[first : last + 1])
    roles = tuple(
        part
        for part in (
            " ".join(title for title in titles if title.lower() not in {"the", "a", "an"}),
            " ".join(behind[:2]),
        )
        if part
    )
    head = _role_head(lower[:first] + lower[last + 1 :])
    kind = _kind_of_name(tokens, lower, run, head, behind)
    if kind == "document":
        return Parsed("", (), "", kind, _head_word(lower), gender, plural=False)
    if kind == "official-unnamed":
        return Parsed("", roles or (core,), "", kind, head, gender, plural=lower[-1] in _COLLECTIVE)
    if kind == "collective-unnamed":
        return Parsed("", (), "", kind, lower[-1], gender, plural=True)
    if kind == "person":
        name = " ".join(_without_titles(tokens[first : last + 1]))
    return Parsed(
        name,
        roles if kind == "person" else (),
        "",
        kind,
        head if kind == "person" else (head or _role_head(lower)),
        gender,
        plural=False,
    )


_APPOSED = re.compile(
    r"^\s*,\s*(?P<name>[A-Z][\w.’'-]+(?:\s(?:[A-Z][\w.’'-]*|de|van|von|al|bin)){1,3})\s*(?:,|$)"
)


def _name_in_apposition(text: str, core: str) -> str:
    """Return the name in `The founder of the firm, Ren Guowei`: a role first, the name behind."""
    match = _APPOSED.match(text[len(core) :])
    if not match:
        return ""
    words = [word.lower() for word in _WORD.findall(core)]
    among = words[:2] in (["one", "of"], ["another", "of"])
    return match["name"] if among or _head_word(words) in _TITLED else ""


def _gender(words: list[str]) -> str:
    if any(word in _FEMALE for word in words):
        return "f"
    return "m" if any(word in _MALE and word not in {"his", "him"} for word in words) else ""


def _name_run(tokens: list[str]) -> tuple[int, int] | None:
    """Return the last run of capitalised words, particles between them taken in."""
    last = len(tokens) - 1
    while last >= 0 and not _is_name(tokens[last]):
        last -= 1
    if last < 0:
        return None
    first = last
    while first > 0 and (
        _is_name(tokens[first - 1])
        or (tokens[first - 1].lower() in PARTICLES and first > 1 and _is_name(tokens[first - 2]))
    ):
        first -= 1
    return (first, last)


def _without_employer(lower: list[str], run: tuple[int, int]) -> tuple[int, int]:
    """Cut `Analyst Felix Brandt of Radiowatch` before the employer."""
    first, last = run
    for at in range(first + 2, last):
        names = at - first
        if (
            lower[at] == "of"
            and 2 <= names <= 3
            and not any(word in _BODY or word in _INSTITUTIONS for word in lower[first:at])
        ):
            return (first, at - 1)
        if (
            lower[at] in {"of", "for"}
            and (lower[first] in _TITLED or (first and lower[first - 1] in _TITLED))
            and at - first - (lower[first] in _TITLED) >= 2
        ):
            return (first, at - 1)
    return run


def _with_owned(tokens: list[str], lower: list[str], run: tuple[int, int]) -> tuple[int, int]:
    """Take in the body that a name owns: `Hillary Clinton's campaign` is not she."""
    first, last = run
    if not tokens[last].endswith(("'s", "’s")):
        return run
    end = next((at for at in range(last + 1, min(len(lower), last + 4)) if lower[at] in _BODY), -1)
    return (first, end) if end > 0 else run


_INSTITUTIONS = frozenset(
    [
        "bank",
        "institute",
        "academy",
        "chamber",
        "ministry",
        "department",
        "university",
        "college",
        "church",
        "museum",
        "bureau",
        "office",
        "house",
        "board",
        "court",
        "republic",
        "kingdom",
        "states",
        "union",
        "people's",
        "federation",
        "association",
        "league",
        "council",
        "secretary",
        "minister",
        "chief",
        "head",
        "director",
        "daughters",
        "sons",
        "bank's",
        "times",
    ]
)


def _is_name(token: str) -> bool:
    if token[2:3] == "-" and token[0].islower():
        return token[3:4].isupper()
    return (
        token[0].isupper()
        and token.lower()
        not in {
            "the",
            "a",
            "an",
            "some",
            "many",
            "several",
            "but",
            "one",
            "two",
            "other",
            "senior",
            "most",
        }
    ) or token[0] == "@"


def _nameless(lower: list[str], gender: str) -> Parsed:
    head = _head_word(lower)
    kind: ActorKind = "unknown"
    if head in _PAPERS:
        kind = "document"
    elif head in _COLLECTIVE or (
        head.endswith("s") and (head[:-1] in _PERSON or head[:-1] in _BODY)
    ):
        kind = "collective-unnamed"
    elif head in _PERSON or head in TITLES:
        kind = "official-unnamed"
    elif head in _BODY:
        kind = "organisation"
    return Parsed("", (), "", kind, head, gender, plural=kind == "collective-unnamed")


def _head_word(lower: list[str]) -> str:
    """Return the noun that the phrase is about: the last before a preposition."""
    stop = next(
        (
            at
            for at, word in enumerate(lower)
            if at
            and word
            in {
                "of",
                "for",
                "in",
                "at",
                "from",
                "with",
                "on",
                "familiar",
                "close",
                "to",
                "by",
                "seen",
                "obtained",
                "reviewed",
                "published",
                "released",
                "made",
                "sent",
                "signed",
                "who",
                "that",
                "which",
            }
        ),
        len(lower),
    )
    return lower[stop - 1] if stop else ""


def _role_head(lower: list[str]) -> str:
    return next(
        (
            word
            for word in reversed(lower)
            if word in _PERSON or word in _BODY or word in _SPOKESPEOPLE
        ),
        "",
    )


_TITLED = TITLES | _PERSON
_PLAIN_PERSON = _PERSON - frozenset(
    ["chief", "general", "house", "head", "lead", "representative", "speaker", "author", "service"]
)
_PLAIN_BODY = _BODY - frozenset(["chief", "state", "house", "general", "service"])
_FIRM_WORDS = frozenset(
    ["inc", "corp", "ltd", "co", "group", "technologies", "networks", "systems", "labs"]
) | {
    "telekom",
    "telecom",
    "telecoms",
    "mobile",
    "electronics",
    "holdings",
    "industries",
    "wireless",
}


def _kind_of_name(  # noqa: PLR0911 - one return for each case of the grammar
    tokens: list[str], lower: list[str], run: tuple[int, int], head: str, behind: tuple[str, ...]
) -> ActorKind:
    """Return the kind of the mention whose name is the *run* of words, by its head and titles."""
    nameless = _kind_by_head(tokens, lower, run)
    if nameless:
        return nameless
    first, last = run
    named = lower[first : last + 1]
    single = first == last and lower[-1] == lower[last]
    if " ".join(named) in lexicon.states() or (single and lower[last] in lexicon.states()):
        return "state"
    if first and lower[first - 1] in _PLAIN_BODY and not behind and first == last:
        # `state news agency WAM`
        return "organisation"
    if lower[last] not in _BODY and not _PLAIN_PERSON.isdisjoint(lower[:last]):
        return "person"
    if first <= last - 2 and "member" in lower[: last - 1]:
        return "person"
    inside = not behind and not _PLAIN_BODY.isdisjoint(named)
    if lower[last] in _BODY or lower[-1] in _BODY or inside:
        return "organisation"
    if single and lower[last] in _PERSON:
        return "official-unnamed"
    titled = not _TITLED.isdisjoint(lower[:first]) or not TITLES.isdisjoint(lower[first:last])
    if titled or behind or head in _PERSON:
        return "person"
    return _kind_by_shape(tokens, lower, run)


def _kind_by_head(tokens: list[str], lower: list[str], run: tuple[int, int]) -> ActorKind | None:
    """Return the kind where the head noun is no part of the name: `a report by the agency`."""
    head, first = _head_word(lower), run[0]
    if not head:
        return None
    place = lower.index(head)
    if head in _BODY and first > place:
        return "organisation"
    if head in _PAPERS and not tokens[place][0].isupper():
        return "document"
    if head in _COLLECTIVE or lower[-1] in _COLLECTIVE:
        return "collective-unnamed"
    if head not in _PERSON:
        return None
    before = first > place and not _adjacent(lower, head, first)
    behind = head not in lower[first : run[1] + 1] and place > first
    return "official-unnamed" if before or behind else None


_BRANCHES = frozenset(
    alias
    for alias, name in lexicon.states().items()
    if alias == name.lower() or alias in {"uk", "us", "usa", "uae", "u.k", "u.s"}
) - {"jordan", "israel", "chad", "georgia", "ireland", "france", "england", "mali", "cuba"}
"""States as the last word of a firm's name: `Hikvision India`; some are surnames, too."""


def _kind_by_shape(tokens: list[str], lower: list[str], run: tuple[int, int]) -> ActorKind:
    """Return the kind that capitals alone suggest: two or three words are a person."""
    first, last = run
    if tokens[0].lower() == "the" or (tokens[last].isupper() and len(tokens[last]) <= 6):
        return "organisation"
    if first < last and lower[last] in _BRANCHES:
        return "organisation"
    firm = "and" in lower[first : last + 1] or not _FIRM_WORDS.isdisjoint(lower)
    if 1 <= last - first <= 3 and not firm:
        return "person"
    return "unknown" if first == last and _maybe_surname(tokens[last]) else "organisation"


def _adjacent(lower: list[str], head: str, first: int) -> bool:
    """`spokesperson Hua`: the role stands right before the name."""
    return lower.index(head) == first - 1


def _maybe_surname(token: str) -> bool:
    """Tell whether a single word may be a surname or a firm; other mentions decide."""
    return not token.isupper() and token[1:].islower() and token.lower() not in lexicon.states()


def _without_titles(tokens: list[str]) -> list[str]:
    first = 0
    for at, token in enumerate(tokens[:-1]):
        low = token.lower().rstrip(".")
        if (
            low in TITLES
            or low in _PERSON
            or token.lower() in lexicon.states()
            or low in _BODY
            or token.lower() in TITLES
        ):
            first = at + 1
    return tokens[first:]
