"""Components from version banners: the product's own words within one string.

The expressions are the `banners` patterns of the inventory; a banner in a program that loads
the component as a library only tells what it was built with, and does not count; neither does one
in a file that has nothing else of the library.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.identify.catalogue import catalogue
from assay.identify.fingerprints.names import is_hollow
from assay.identify.sighting import Form, Sighting
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.fingerprints import FingerprintFacts
from assay.inventory.kinds.patterns import WHOLE, Hit, PatternFacts
from assay.inventory.patterns import patterns
from assay.model.tree import Node

METHOD = "version banner"
_VERSION = lazy_re.compile(
    r"(\d+(?:\.\d+)+[A-Za-z0-9]*(?:-(?:rc|pre|alpha|beta|[pP])\.?[0-9]{1,2})?)"
)
_BEFORE = lazy_re.compile(
    r"\b(?:since|in|before|after|than|until|ex:|e\.g\.|like|with|from|pre-?|least|requires|ld) \(?$"
)
_AFTER = lazy_re.compile(
    r" (?:and|or) (?:later|earlier|newer|older|above|up|below)| - \d+\.\d| to \d"
)


class _Banner(Value):
    component: str
    expression: str
    mention_elsewhere: bool
    own: bool
    bare: bool
    bare_prefix: str
    instead_of: str
    text: bool

    def version(self, text: str) -> str | None:
        """Return the version in *text*, or None."""
        found = _compiled(self.expression).search(text)
        return found[1] if found else None


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
            weak = banner.mention_elsewhere and _may_be_a_mention(banner.component, elf, hit)
            if weak and _is_about_a_library(banner, hit, image.facts(node, FingerprintFacts)):
                continue
            seen = _version(banner, hit, whole.get(hit.id + WHOLE, []))
            if seen is not None:
                yield _sighting(banner, seen, node, elf, weak=weak)


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
    found = banner.version(hit.span.text)
    if found is not None or not banner.bare:
        return _Seen(hit, found or "", hit.span)
    versions: dict[str, Span] = {}
    for one in whole:
        version = banner.version(one.span.text)
        if version is None:
            known = _VERSION.search(one.span.text)
            text = one.span.text.removeprefix(banner.bare_prefix).lstrip("v")
            version = known[1] if known else banner.bare_prefix + text
        versions.setdefault(version, one.span)
    if not versions:
        return None
    if len(versions) > 1:
        return _Seen(hit, "", hit.span)
    ((version, span),) = versions.items()
    return _Seen(hit, version, span)


def _sighting(
    banner: _Banner, seen: _Seen, node: Node, elf: ElfFacts | None, *, weak: bool
) -> Sighting:
    return Sighting(
        key=banner.component,
        version=seen.version,
        form="fragment" if weak else _form(banner.component, node, elf),
        method=METHOD,
        confidence=400 if weak else 900 if seen.version else 600,
        node=node,
        span=seen.span,
    )


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return lazy_re.compile(expression)


@lru_cache(maxsize=1)
def _banners() -> dict[str, _Banner]:
    return {
        one["id"]: _Banner(
            one["component"],
            one.get("version", _VERSION.pattern),
            one.get("mention_elsewhere", False),
            one.get("own", False),
            "bare" in one,
            one.get("bare_prefix", ""),
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


def _is_about_a_library(banner: _Banner, hit: Hit, facts: FingerprintFacts | None) -> bool:
    """Return whether the banner of a library only tells what another file was built with.

    It does within words of the other (`neon 0.25.1: Library build, OpenSSL 0.9.8a`), and where the
    file has none of the library's own strings, names and tables.
    """
    if not catalogue()[banner.component].sonames:
        return False
    within_words = hit.before.endswith((" ", ",", "("))
    return within_words or is_hollow(banner.component, facts)


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
