"""Who speaks: mentions become actors of a document, each link with the method that made it.

A full name is one actor in every document; a surname, a role or a pronoun is resolved inside its
document to somebody introduced there, or stays an actor of that document alone.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from msgspec import Struct
from msgspec.structs import replace

from assay.claims import lexicon
from assay.claims.identity import identify, squeezed
from assay.claims.mentions import PARTICLES, ROLES, Parsed, parse_mention, without_tail
from assay.claims.records import Actor, ActorKind, ActorRole, ResolvedBy

_COMPANY = frozenset(ROLES["body"]["company"])

_AGENCY = frozenset(ROLES["body"]["agency"])

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
    ]
)


def _without_possessive(text: str) -> str:
    if text.endswith(("'s", "’s")):
        return text[:-2]
    return text[:-1] if text.endswith(("s'", "s’")) else text


class Resolved(Struct, frozen=True, gc=False):
    """The actor of a mention and how it was found."""

    actor: str
    by: ResolvedBy


class _Known:
    """An actor of this document, as far as it has been read."""

    __slots__ = ("gender", "heads", "id", "kind", "name", "names", "plural", "roles", "words")

    def __init__(self, key: str, parsed: Parsed, name: str, kind: ActorKind) -> None:
        self.id = key
        self.name = name
        self.words = name.lower().split()
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
        for role in parsed.roles:
            self.heads.update(role.lower().split())
        if parsed.head:
            self.heads.add(parsed.head)


class Cast:
    """The actors of one document, in the order in which they appear."""

    def __init__(self, document: str, publisher: str = "", author: str = "") -> None:
        self._document = document
        self._publisher = publisher
        self._author = author
        self.firms: frozenset[str] = frozenset()
        self._known: dict[str, _Known] = {}
        self._by_name: dict[str, str] = {}
        self._people: dict[str, tuple[int, str]] = {}
        self._short: dict[str, tuple[int, str]] = {}
        self._single: dict[str, tuple[int, str]] = {}
        self._recent: list[str] = []

    def resolve(self, mention: str, *, subjects: tuple[str, ...] = ()) -> Resolved:
        """Return the actor that *mention* means; *subjects* are recent subjects, nearest last."""
        text = _without_possessive(squeezed(mention))
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
        text = _without_possessive(squeezed(mention))
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
            self._keep(key, _Known(key, parsed, "not named", "unknown"))
        return Resolved(key, "unresolved")

    def records(self, used: set[str]) -> tuple[Actor, ...]:
        """Return the actors whose ids are in *used*, sorted by id."""
        return tuple(
            Actor(
                id=one.id,
                name=one.name,
                kind=one.kind,
                names=tuple(sorted(one.names)),
                roles=tuple(ActorRole(title=title, of=of) for title, of in sorted(one.roles)),
            )
            for key, one in sorted(self._known.items())
            if key in used
        )

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
        if self._recent and self._recent[-1] == actor:
            return
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
        nearest = subjects[-1] if subjects else ""
        for doubtful in (False, True):
            for key in order:
                one = self._known.get(key)
                near = doubtful or (bool(wanted) and key == nearest)
                if one and self._fits(one, word, wanted, doubtful=near):
                    one.gender = one.gender or wanted
                    self._note(key)
                    return Resolved(key, "pronoun")
        parsed = Parsed("", (), "", "unknown", "", wanted, plural=word == "they")
        key = identify("actor", "pronoun", self._document, word)
        if key not in self._known:
            self._keep(key, _Known(key, parsed, word, "unknown"))
        self._note(key)
        return Resolved(key, "unresolved")

    def _fits(self, one: _Known, word: str, wanted: str, *, doubtful: bool) -> bool:
        if wanted:
            person = one.kind == "person" or (one.kind == "official-unnamed" and not one.plural)
            person = person or (
                doubtful
                and one.kind == "unknown"
                and one.name.lower() not in _PRONOUNS
                and (one.id in self._recent or len(one.words) == 1)
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
        if parsed.kind == "organisation" and ("'s " in text or "’s " in text):
            return None
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
        found = self._people.get(key, (-1, ""))
        by: ResolvedBy = "surname"
        if parsed.kind != "person":
            shorter = max(self._short.get(key, found), *map(self._alone, key.split()))
            if shorter > found:
                found, by = shorter, "alias"
        return Resolved(found[1], by) if found[1] else None

    def _alone(self, word: str) -> tuple[int, str]:
        """Return the last actor, no person, whose whole name is *word*."""
        return self._single.get(word, (-1, ""))

    def _keep(self, key: str, one: _Known) -> None:
        """Keep the actor under each word that may stand for it; the last to come is found first."""
        self._known[key] = one
        place = (len(self._known), key)
        if one.kind == "person":
            for word in {*one.words[:1], *one.words[-1:]}:
                self._people[word] = place
        elif len(one.words) < 2:
            if len(one.name) > 3:
                self._single[one.name.lower()] = place
        else:
            initials = "".join([word[0] for word in one.words if word not in PARTICLES])
            self._short[initials] = place
            if len(one.words[0]) > 3 and one.words[0] not in lexicon.states():
                self._short[one.words[0]] = place

    def _by_role(self, parsed: Parsed) -> Resolved | None:
        wanted = {parsed.head, *ROLES["same"].get(parsed.head, [])}
        for key in reversed(self._recent):
            one = self._known[key]
            if (
                not one.heads.isdisjoint(wanted)
                and not parsed.plural
                and (not parsed.gender or one.gender in {"", parsed.gender})
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
        return (
            one.kind in {"organisation", "unknown"}
            and one.gender == ""
            and any(map(str.isupper, one.name))
            and _AGENCY.isdisjoint(one.words)
            and _AGENCY.isdisjoint(one.heads)
        )

    def _new(self, parsed: Parsed, text: str) -> Resolved:
        name = parsed.name or without_tail(text)
        name = lexicon.states().get(name.lower(), name) if parsed.kind == "state" else name
        name = ROLES["titles"]["headline"].get(name.lower(), name)
        name = name[:120]
        if parsed.kind == "unknown" and name in self.firms:
            parsed = replace(parsed, kind="organisation")
        everywhere = bool(parsed.name) and (" " in name or parsed.kind in {"state", "organisation"})
        scope = "" if everywhere else self._document
        key = identify("actor", name.lower(), scope)
        if key not in self._known:
            self._keep(key, _Known(key, parsed, name, parsed.kind))
        self._known[key].learn(parsed, text)
        self._by_name.setdefault(name.lower(), key)
        self._by_name.setdefault(text.lower(), key)
        return Resolved(key, "exact")
