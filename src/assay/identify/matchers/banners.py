"""Components from version banners: the product's own words within one string.

The expressions are the `banners` patterns of the inventory; a banner in a program that loads
the component as a library only tells what it was built with, and does not count.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from assay._kernel.value import Value
from assay.identify.catalogue import catalogue
from assay.identify.sighting import Form, Sighting
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import WHOLE, Hit, PatternFacts
from assay.inventory.patterns import patterns
from assay.model.tree import Node

METHOD = "version banner"
_VERSION = re.compile(r"(\d+(?:\.\d+)+[A-Za-z0-9]*(?:-(?:rc|pre|alpha|beta|[pP])\.?[0-9]{1,2})?)")
_BEFORE = re.compile(
    r"\b(?:since|in|before|after|than|until|ex:|e\.g\.|like|with|from|pre-?|least|requires|ld) \(?$"
)
_AFTER = re.compile(r" (?:and|or) (?:later|earlier|newer|older|above|up|below)| - \d+\.\d| to \d")


class _Banner(Value):
    component: str
    version: re.Pattern[str]
    mention_elsewhere: bool
    own: bool
    bare: bool
    instead_of: str
    text: bool


class _Seen(Value):
    """A banner in a file: the match, the version, and where the version stands."""

    hit: Hit
    version: str
    span: Span


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every banner that stands in a file or part."""
    for node, facts in image.of(PatternFacts):
        elf = image.facts(node, ElfFacts)
        whole = _whole_strings(facts)
        forked = replaced(facts)
        for hit in facts.hits:
            banner = _banners().get(hit.id)
            if banner is None or banner.component in {"linux", *forked} or _is_mention(hit):
                continue
            if facts.text and not banner.text:
                continue
            if not banner.own and _only_loads(banner.component, elf):
                continue
            seen = _version(banner, hit, whole.get(hit.id + WHOLE, []))
            if seen is not None:
                yield _sighting(banner, seen, node, elf)


def replaced(facts: PatternFacts) -> frozenset[str]:
    """Return the components whose words in this file are those of a fork that kept them."""
    seen = (_banners().get(hit.id) for hit in facts.hits)
    return frozenset(one.instead_of for one in seen if one is not None and one.instead_of)


def _whole_strings(facts: PatternFacts) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = {}
    for hit in facts.hits:
        if hit.id.endswith(WHOLE):
            found.setdefault(hit.id, []).append(hit)
    return found


def _version(banner: _Banner, hit: Hit, whole: list[Hit]) -> _Seen | None:
    """Return the version of *hit*: in its own words, or the only whole string that is one.

    Two different strings that could be the version leave it open; none makes the words say
    nothing, since they may stand in a program that reports on another one.
    """
    found = banner.version.search(hit.span.text)
    if found or not banner.bare:
        return _Seen(hit, found[1] if found else "", hit.span)
    versions: dict[str, Span] = {}
    for one in whole:
        known = banner.version.search(one.span.text) or _VERSION.search(one.span.text)
        versions.setdefault(known[1] if known else one.span.text.lstrip("v"), one.span)
    if not versions:
        return None
    if len(versions) > 1:
        return _Seen(hit, "", hit.span)
    ((version, span),) = versions.items()
    return _Seen(hit, version, span)


def _sighting(banner: _Banner, seen: _Seen, node: Node, elf: ElfFacts | None) -> Sighting:
    weak = banner.mention_elsewhere and _may_be_a_mention(banner.component, elf, seen.hit)
    return Sighting(
        key=banner.component,
        version=seen.version,
        form="fragment" if weak else _form(banner.component, node, elf),
        method=METHOD,
        confidence=400 if weak else 900 if seen.version else 600,
        node=node,
        span=seen.span,
    )


@lru_cache(maxsize=1)
def _banners() -> dict[str, _Banner]:
    return {
        one["id"]: _Banner(
            one["component"],
            re.compile(one.get("version", _VERSION.pattern)),
            one.get("mention_elsewhere", False),
            one.get("own", False),
            "bare" in one,
            one.get("instead_of", ""),
            one.get("text", False),
        )
        for one in patterns()
        if "component" in one
    }


def _is_mention(hit: Hit) -> bool:
    """Return whether the words are about a component.

    They are one of a list of versions (`OpenSSH_2.3*,OpenSSH_2.5*`), or follow words of a sentence
    (`not supported since Privoxy 3.0.7`), or precede them (`BIND 9.17.2 and later`).
    """
    if _BEFORE.search(hit.before) or _AFTER.match(hit.after):
        return True
    return hit.after.startswith("*") or hit.after[1:].startswith(hit.span.text[:6])


def _may_be_a_mention(component: str, elf: ElfFacts | None, hit: Hit) -> bool:
    """Return whether the banner may only tell what a program was built with."""
    soname = "" if elf is None or elf.soname is None else elf.soname.text
    own = bool(soname) and soname.startswith(catalogue()[component].sonames)
    return not own and not hit.before.endswith("part of ")


def _only_loads(component: str, elf: ElfFacts | None) -> bool:
    sonames = catalogue()[component].sonames
    if elf is None or not sonames:
        return False
    own = elf.soname is not None and elf.soname.text.startswith(sonames)
    return not own and any(one.text.startswith(sonames) for one in elf.needed)


def _form(component: str, node: Node, elf: ElfFacts | None) -> Form:
    if elf is not None and elf.role == "program" and not catalogue()[component].sonames:
        return "program"
    return "program" if elf is None and node.kind == "part" else "full-copy"
