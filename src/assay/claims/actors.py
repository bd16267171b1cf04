"""Who speaks: mentions become actors of a document, each link with the method that made it.

A full name is one actor in every document; a surname, a role or a pronoun is resolved inside its
document to somebody introduced there, or stays an actor of that document alone.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from assay.claims import lexicon
from assay.claims.grammar.phrases import TITLES
from assay.claims.identity import identify
from assay.claims.records import Actor, ActorKind, ActorRole, ResolvedBy

_ROLES = lexicon.table("roles")
_PERSON = lexicon.words("roles", "person") - {"operator"}
_SPOKESPEOPLE = frozenset(_ROLES["person"]["spokesperson"])
_COLLECTIVE = lexicon.words("roles", "collective")
_BODY = lexicon.words("roles", "body")
_COMPANY = frozenset(_ROLES["body"]["company"])
_AGENCY = frozenset(_ROLES["body"]["agency"])
_PAPERS = frozenset(_ROLES["document"]["kinds"])
_FEMALE = frozenset(_ROLES["titles"]["female"])
_MALE = frozenset(_ROLES["titles"]["male"])
_WORD = re.compile(r"[\w$@&.’'-]*[\w$@&]\.?")
_LOOSE_APPOSITION = re.compile(r"(?<=[a-z])\s(?:a|an|the)\s[a-z].*$", re.DOTALL)
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$")
_TAIL = re.compile(r"\s*(?:,|—|–|\(|\bwho\b|\bwhich\b).*$", re.DOTALL)
_PARTICLES = frozenset(
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


_PRONOUNS = frozenset(
    [
        "he",
        "she",
        "his",
        "her",
        "him",
        "they",
        "their",
        "it",
        "its",
        "we",
        "i",
        "our",
        "my",
        "who",
        "this",
        "you",
        "that",
        "there",
        "one",
    ]
)


class Parsed(NamedTuple):
    """A mention taken apart: its name, the role words before and behind it, its kind."""

    name: str
    roles: tuple[str, ...]
    of: str
    kind: ActorKind
    head: str
    gender: str
    plural: bool


class Resolved(NamedTuple):
    """The actor of a mention and how it was found."""

    actor: str
    by: ResolvedBy


class _Known:
    """An actor of this document, as far as it has been read."""

    def __init__(self, key: str, parsed: Parsed, name: str, kind: ActorKind) -> None:
        self.id = key
        self.name = name
        self.kind: ActorKind = kind
        self.names: list[str] = []
        self.roles: list[tuple[str, str]] = []
        self.gender = parsed.gender
        self.heads: set[str] = set()
        self.plural = parsed.plural

    def learn(self, parsed: Parsed, mention: str) -> None:
        """Add what a further mention says."""
        if mention and mention not in self.names and len(self.names) < 20:
            self.names.append(mention)
        for role in parsed.roles:
            if (role, parsed.of) not in self.roles and len(self.roles) < 10:
                self.roles.append((role, parsed.of))
        self.gender = self.gender or parsed.gender
        self.heads.update(word for role in parsed.roles for word in role.lower().split())
        if parsed.head:
            self.heads.add(parsed.head)


class Cast:
    """The actors of one document, in the order in which they appear."""

    def __init__(self, document: str, publisher: str = "", author: str = "") -> None:
        self._document = document
        self._publisher = publisher
        self._author = author
        self._known: dict[str, _Known] = {}
        self._by_name: dict[str, str] = {}
        self._recent: list[str] = []

    def resolve(self, mention: str, *, subjects: tuple[str, ...] = ()) -> Resolved:
        """Return the actor that *mention* means; *subjects* are recent subjects, nearest last."""
        text = _POSSESSIVE.sub("", " ".join(mention.split()))
        word = text.lower()
        if word in _PRONOUNS:
            return self._pronoun(word, subjects)
        parsed = parse_mention(text)
        found = self._by_known(parsed, text)
        if found:
            self._known[found.actor].learn(parsed, text)
        else:
            found = self._new(parsed, text)
        self._note(found.actor)
        return found

    def introduce(self, mention: str) -> str:
        """Make *mention* known without its having spoken; return its id or an empty text."""
        text = _POSSESSIVE.sub("", " ".join(mention.split()))
        if text.lower() in _PRONOUNS:
            return ""
        parsed = parse_mention(text)
        if not parsed.name:
            known = self._by_known(parsed, text)
            if known is None and parsed.kind in {"document", "organisation", "official-unnamed"}:
                known = self._new(parsed, text)
            return known.actor if known else ""
        if parsed.kind not in {"person", "organisation", "state", "unknown"}:
            return ""
        found = self._by_known(parsed, text) or self._new(parsed, text)
        self._known[found.actor].learn(parsed, text)
        return found.actor

    def unnamed(self) -> Resolved:
        """Return the actor that stands for whoever is not said."""
        parsed = Parsed("", (), "", "unknown", "", "", plural=False)
        key = identify("actor", "unknown", self._document)
        if key not in self._known:
            self._known[key] = _Known(key, parsed, "not named", "unknown")
        return Resolved(key, "unresolved")

    def records(self, used: set[str]) -> tuple[Actor, ...]:
        """Return the actors whose ids are in *used*, sorted by id."""
        return tuple(
            Actor(
                id=one.id, name=one.name, kind=one.kind, names=tuple(sorted(one.names)),
                roles=tuple(ActorRole(title=title, of=of) for title, of in sorted(one.roles)),
            )
            for key, one in sorted(self._known.items()) if key in used
        )  # fmt: skip

    def name_of(self, actor: str) -> str:
        """Return the name of the actor with id *actor*."""
        return self._known[actor].name if actor in self._known else ""

    def kind_of(self, actor: str) -> ActorKind:
        """Return the kind of the actor with id *actor*."""
        return self._known[actor].kind if actor in self._known else "unknown"

    def spoke(self, actor: str) -> None:
        """Note that *actor* was the last to speak."""
        self._note(actor)

    def _note(self, actor: str) -> None:
        if actor in self._recent:
            self._recent.remove(actor)
        self._recent.append(actor)

    def _pronoun(self, word: str, subjects: tuple[str, ...]) -> Resolved:
        if word in {"we", "our", "i", "my"}:
            return self._narrator(word)
        wanted = {"he": "m", "his": "m", "him": "m", "she": "f", "her": "f"}.get(word, "")
        order = [
            *reversed(subjects),
            *(key for key in reversed(self._recent) if key not in subjects),
        ]
        for doubtful in (False, True):
            for key in order:
                one = self._known.get(key)
                if one and self._fits(one, word, wanted, doubtful=doubtful):
                    one.gender = one.gender or wanted
                    self._note(key)
                    return Resolved(key, "pronoun")
        parsed = Parsed("", (), "", "unknown", "", wanted, plural=word == "they")
        key = identify("actor", "pronoun", self._document, word)
        if key not in self._known:
            self._known[key] = _Known(key, parsed, word, "unknown")
        self._note(key)
        return Resolved(key, "unresolved")

    def _fits(self, one: _Known, word: str, wanted: str, *, doubtful: bool) -> bool:
        if wanted:
            person = one.kind == "person" or (one.kind == "official-unnamed" and not one.plural)
            person = person or (
                doubtful
                and one.kind == "unknown"
                and one.name.lower() not in _PRONOUNS
                and one.id in self._recent
            )
            return person and one.gender in {"", wanted}
        if word in {"they", "their"}:
            return one.plural or one.kind in {"collective-unnamed", "organisation"}
        return one.kind in {"organisation", "state", "document"} or (
            doubtful and one.kind == "unknown" and one.name.lower() not in _PRONOUNS
        )

    def _narrator(self, word: str) -> Resolved:
        name = self._publisher if word in {"we", "our"} or not self._author else self._author
        if not name:
            return self._last_or_unnamed()
        found = self._by_known(parse_mention(name), name) or self._new(parse_mention(name), name)
        return Resolved(found.actor, "publisher")

    def _last_or_unnamed(self) -> Resolved:
        return Resolved(self._recent[-1], "inferred") if self._recent else self.unnamed()

    def _by_known(self, parsed: Parsed, text: str) -> Resolved | None:
        if parsed.name:
            return self._by_names(parsed)
        if text.lower() in self._by_name:
            return Resolved(self._by_name[text.lower()], "exact")
        if parsed.head and text.lower().split()[0] in {
            "the",
            "this",
            "that",
            "his",
            "her",
            "its",
            "their",
        }:
            return self._by_role(parsed)
        return None

    def _by_names(self, parsed: Parsed) -> Resolved | None:
        key = parsed.name.lower()
        if key in self._by_name:
            return Resolved(self._by_name[key], "exact")
        state = lexicon.states().get(key)
        if state and state.lower() in self._by_name:
            return Resolved(self._by_name[state.lower()], "alias")
        last = key.split()[-1]
        for known in reversed(list(self._known.values())):
            words = known.name.lower().split()
            if (
                known.kind == "person"
                and len(words) > 1
                and " " not in key
                and last in {words[-1], words[0]}
            ):
                return Resolved(known.id, "surname")
            if known.kind == "person" and " " not in key and key == words[-1]:
                return Resolved(known.id, "surname")
            if parsed.kind != "person" and known.kind != "person" and _short_for(key, known.name):
                return Resolved(known.id, "alias")
        return None

    def _by_role(self, parsed: Parsed) -> Resolved | None:
        wanted = {parsed.head, *_ROLES["same"].get(parsed.head, [])}
        for key in reversed(self._recent):
            one = self._known[key]
            if (
                one.heads & wanted
                and not parsed.plural
                and one.gender
                in {"", parsed.gender} | ({one.gender} if not parsed.gender else set())
            ):
                return Resolved(key, "role")
        if parsed.head in _COMPANY:
            order = [
                *reversed(self._recent),
                *(key for key in reversed(self._known) if key not in self._recent),
            ]
            firm = next((key for key in order if self._may_be_firm(self._known[key])), None)
            return Resolved(firm, "role") if firm else None
        return None

    def _may_be_firm(self, one: _Known) -> bool:
        words = set(one.name.lower().split())
        named = any(char.isupper() for char in one.name)
        return (
            named
            and one.kind in {"organisation", "unknown"}
            and not words & _AGENCY
            and not one.heads & _AGENCY
            and one.gender == ""
        )

    def _new(self, parsed: Parsed, text: str) -> Resolved:
        name = parsed.name or text
        name = lexicon.states().get(name.lower(), name) if parsed.kind == "state" else name
        name = _ROLES["titles"]["headline"].get(name.lower(), name)
        name = name[:120]
        everywhere = parsed.kind == "state" or (
            bool(parsed.name) and (" " in name or parsed.kind != "person")
        )
        scope = "" if everywhere else self._document
        key = identify("actor", name.lower(), scope)
        if key not in self._known:
            self._known[key] = _Known(key, parsed, name, parsed.kind)
        self._known[key].learn(parsed, text)
        self._by_name.setdefault(name.lower(), key)
        self._by_name.setdefault(text.lower(), key)
        return Resolved(key, "exact")


@lru_cache(maxsize=4096)
def parse_mention(text: str) -> Parsed:
    """Take a mention apart by capitals and role words."""
    core = _TAIL.sub("", text).strip() or text
    if core[:1].isupper() and core.split()[0].lower() not in {"the", "a", "an"}:
        core = _LOOSE_APPOSITION.sub("", core)
    swapped = _name_in_apposition(text, core)
    if swapped:
        inner = parse_mention(swapped)
        return inner._replace(
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
        return _nameless(tokens, lower, gender)
    run = _without_employer(tokens, lower, run)
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
    return match["name"] if _head_word(words) in _PERSON | TITLES else ""


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
        or (tokens[first - 1].lower() in _PARTICLES and first > 1 and _is_name(tokens[first - 2]))
    ):
        first -= 1
    return (first, last)


def _without_employer(tokens: list[str], lower: list[str], run: tuple[int, int]) -> tuple[int, int]:
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
        if lower[at] in {"of", "for"} and (
            lower[first] in TITLES | _PERSON or (first and lower[first - 1] in TITLES | _PERSON)
        ):
            if at - first - (lower[first] in TITLES | _PERSON) >= 2:
                return (first, at - 1)
    return run


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


def _nameless(tokens: list[str], lower: list[str], gender: str) -> Parsed:
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


def _kind_of_name(
    tokens: list[str], lower: list[str], run: tuple[int, int], head: str, behind: tuple[str, ...]
) -> ActorKind:
    first, last = run
    name = " ".join(lower[first : last + 1])
    final = lower[-1]
    phrase_head = _head_word(lower)
    if phrase_head in _BODY and first > lower.index(phrase_head):
        return "organisation"
    if phrase_head in _PAPERS and not tokens[lower.index(phrase_head)][0].isupper():
        return "document"
    if phrase_head in _COLLECTIVE or (final in _COLLECTIVE):
        return "collective-unnamed"
    if (
        phrase_head in _PERSON
        and phrase_head not in lower[first : last + 1]
        and lower.index(phrase_head) >= first - 1
        and not (first > lower.index(phrase_head) and _adjacent(lower, phrase_head, first))
    ):
        return "official-unnamed"
    if (
        phrase_head in _PERSON
        and first > lower.index(phrase_head)
        and not _adjacent(lower, phrase_head, first)
    ):
        return "official-unnamed"
    if name in lexicon.states() or (
        lower[last] in lexicon.states() and first == last and final == lower[last]
    ):
        return "state"
    if lower[last] not in _BODY and any(
        word
        in _PERSON
        - {
            "chief",
            "general",
            "house",
            "head",
            "lead",
            "representative",
            "speaker",
            "author",
            "service",
        }
        for word in lower[:last]
    ):
        return "person"
    if (
        lower[last] in _BODY
        or final in _BODY
        or (
            any(
                word in _BODY and word not in {"chief", "state", "house", "general", "service"}
                for word in lower[first : last + 1]
            )
            and not behind
        )
    ):
        return "organisation"
    if lower[last] in _PERSON and first == last and final == lower[last]:
        return "official-unnamed"
    titled = any(word in TITLES or word in _PERSON for word in lower[:first]) or any(
        word in TITLES for word in lower[first:last]
    )
    if titled or behind or head in _PERSON:
        return "person"
    if tokens[0].lower() == "the" or (tokens[last].isupper() and len(tokens[last]) <= 6):
        return "organisation"
    return (
        "person"
        if last > first
        and last - first <= 3
        and "and" not in lower[first : last + 1]
        and not any(
            word
            in {"inc", "corp", "ltd", "co", "group", "technologies", "networks", "systems", "labs"}
            for word in lower
        )
        else "organisation"
        if first != last or not _maybe_surname(tokens[last])
        else "unknown"
    )


def _adjacent(lower: list[str], head: str, first: int) -> bool:
    """`spokesperson Hua`: the role stands right before the name."""
    return lower.index(head) == first - 1


def _maybe_surname(token: str) -> bool:
    """A single capitalised word may be a surname or a firm; other mentions decide."""
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


def _short_for(key: str, name: str) -> bool:
    """Tell whether *key* shortens *name*: its first word or its initials."""
    words = name.lower().split()
    if len(words) < 2:
        return name.lower() in key.split() and len(name) > 3
    initials = "".join(word[0] for word in words if word not in _PARTICLES)
    return key == initials or (
        key == words[0] and len(key) > 3 and words[0] not in lexicon.states()
    )
