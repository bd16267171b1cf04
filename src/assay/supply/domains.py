"""Network domains: what an inventory calls a device's place, and which measures speak of it."""

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Literal

from assay._kernel import lazy_re
from assay.model.record import Record

Relation = Literal["inside", "outside", "wider", "unknown"]

_BREAK = lazy_re.compile(r"[^a-z0-9]+")
MOST_WORDS = 16


class Domains(Record):
    """The taxonomy: titles by id, parts of other domains, and the words that lead to an id."""

    titles: dict[str, str]
    within: dict[str, tuple[str, ...]]
    aliases: dict[tuple[str, ...], str]


@lru_cache(maxsize=1)
def domains() -> Domains:
    """Return the taxonomy that ships with Assay."""
    text = resources.files("assay.supply").joinpath("data", "domains.toml").read_text("utf-8")
    data = tomllib.loads(text)
    aliases = {tuple(alias.split()): key for key, many in data["aliases"].items() for alias in many}
    aliases.update({tuple(_words(key)): key for key in data["titles"]})
    return Domains(
        titles=data["titles"],
        within={key: tuple(parts) for key, parts in data["within"].items()},
        aliases=aliases,
    )


@lru_cache(maxsize=8192)
def domain_of(text: str) -> str:
    """Return the domain that *text* (a role, a column of an inventory) names, empty if none.

    The longest run of words that is known wins; of equally long ones the first.
    """
    if text in domains().titles:
        return text
    words = _words(text)
    aliases = domains().aliases
    for length in range(min(4, len(words)), 0, -1):
        for at in range(len(words) - length + 1):
            if found := aliases.get(tuple(words[at : at + length])):
                return found
    return ""


def title_of(domain: str) -> str:
    """Return the title of *domain*, or *domain* itself."""
    return domains().titles.get(domain, domain or "not stated")


def relation(domain: str, spoken_of: str) -> Relation:
    """Return how *domain* lies to the domain that a measure speaks of.

    `wider`: only a part of *domain* is meant, so the answer cannot be told.
    """
    if not domain:
        return "unknown"
    meant = (spoken_of, *domains().within.get(spoken_of, ()))
    if any(domain == part or domain.startswith(f"{part}.") for part in meant):
        return "inside"
    if any(part.startswith(f"{domain}.") for part in meant):
        return "wider"
    return "outside"


def relation_to_any(domain: str, spoken_of: tuple[str, ...]) -> Relation:
    """Return how *domain* lies to a measure's domains; none named means every domain."""
    if not spoken_of:
        return "inside"
    found = {relation(domain, one) for one in spoken_of}
    for answer in ("inside", "wider", "unknown"):
        if answer in found:
            return answer
    return "outside"


def _words(text: str) -> list[str]:
    return [word for word in _BREAK.split(text.lower()[:200]) if word][:MOST_WORDS]
