"""Names of US list entries, which hold aliases, affiliates and addresses in one text.

Example: `Huawei Technologies Co., Ltd. (Huawei). Affiliated Entity: Hangzhou Huawei ...`, or
`X Co., Ltd., a.k.a., the following two aliases: —Y; and —Z. Street 1, Beijing, China`.
"""

import re

from assay._kernel import lazy_re
from assay.model.record import Record
from assay.supply.names.words import word_tables

_AFFILIATE = lazy_re.compile(
    r"[.;]?\s*(?:affiliated|subordinate)\s+(?:entit(?:y|ies)|institution[s]?)\s*:\s*", re.IGNORECASE
)
_ALSO = lazy_re.compile(
    r",?\s*\(?\b(a\.?k\.?a\.?|f\.?k\.?a\.?|d\.?b\.?a\.?|also known as|formerly known as)\b[.,:]*\s*"
    r"(?:the following\s+[\w-]+\s+(?:alias(?:es)?|names?)\s*:?)?\s*",
    re.IGNORECASE,
)
_ITEM = lazy_re.compile(r"\s*(?:[;\n]|\band\s+[\u2014\u2013-])\s*(?:and\s+)?(?:or\s+)?")
_SHORT = lazy_re.compile(r"\s*\(([A-Z][\w&.\- ]{1,20})\)")
_TAIL = lazy_re.compile(
    r"\s*,?\s*and any successor, sub-?unit,? or subsidiary thereof\.?", re.IGNORECASE
)
MOST_ALIASES = 60
BULLETS = "\u2014\u2013-"


class EntryName(Record):
    """What one text names: the party, its aliases and former names, and affiliated entities."""

    main: str
    aliases: tuple[tuple[str, str], ...] = ()
    affiliates: tuple[str, ...] = ()


def split_entry(text: str, *, with_address: bool = False) -> EntryName:
    """Return what *text* names; *with_address* when an address follows the names."""
    plain = _TAIL.sub("", text.strip())
    main_part, *affiliated = _AFFILIATE.split(plain)
    affiliates = tuple(
        name for part in affiliated for item in _items(part) if (name := _bare(item, cut=True))
    )
    head, aliases = _aliases(main_part, with_address=with_address)
    main = _bare(head, cut=with_address and not aliases)
    short = [(found, "alias") for found in _SHORT.findall(head) if found.lower() != main.lower()]
    return EntryName(
        main=main or head.strip()[:200],
        aliases=tuple([*aliases, *short][:MOST_ALIASES]),
        affiliates=affiliates[:MOST_ALIASES],
    )


def _aliases(text: str, *, with_address: bool) -> tuple[str, list[tuple[str, str]]]:
    pieces = _ALSO.split(text)
    head = pieces[0]
    found: list[tuple[str, str]] = []
    for marker, body in zip(pieces[1::2], pieces[2::2], strict=False):
        kind = "former" if marker.lower().startswith("f") else "alias"
        items = _bulleted(body) if with_address else _items(body)
        names = (_bare(item, cut=with_address) for item in items)
        found.extend((name, kind) for name in names if name)
    return head, found


def _items(text: str) -> list[str]:
    return [item for item in _ITEM.split(text) if item.strip(" .,\u2014\u2013-)")]


def _bulleted(text: str) -> list[str]:
    """Return the items with a bullet; without bullets the first alone, for an address follows."""
    items = [item.strip() for item in re.split(r"[;\n]", text)]
    starts = [item.removeprefix("and ").removeprefix("or ").strip() for item in items]
    bulleted = [item for item in starts if item[:1] in BULLETS and item.strip(BULLETS)]
    return bulleted or [item for item in starts if item][:1]


def _bare(text: str, *, cut: bool) -> str:
    """Return a name without bullets, short form in brackets, and what follows it."""
    name = _SHORT.sub("", text).strip(" \t.,;:\u2014\u2013-)\n")
    if not cut:
        return name
    sentence = re.split(r"(?<=[a-z)]{2})\.\s+(?=[A-Z0-9])", name, maxsplit=1)[0]
    parts = sentence.split(",")
    kept = parts[:1]
    for part in parts[1:]:
        words = tuple(re.findall(r"[a-z]+", part.lower()))
        if not words or (words[:1] not in _forms() and words[:2] not in _forms()):
            break
        kept.append(part)
    return ",".join(kept).strip(" .,")


def _forms() -> dict[tuple[str, ...], str]:
    return word_tables().legal_forms
