"""Versions as projects write them: numbers, letters, patch levels and marks of pre-releases.

One reader for all; what differs from project to project stands in `RULES`. A part is a triple
of rank, number and text: marks of pre-releases rank below the end of a version, letters and
patch levels above it, numbers above those.
"""

import re
from collections.abc import Callable, Mapping

from msgspec import field

from assay._kernel import lazy_re
from assay._kernel.value import Value

Part = tuple[int, int, str]

END: Part = (0, 0, "")
LETTER, AFTER, NUMBER = 1, 2, 3
MOST_DIGITS = 40
_PIECE = lazy_re.compile(r"[0-9]+|[a-z]+|~")
_START = lazy_re.compile(r"^(?:[a-z_ -]*?[ _-])?v?(?:\d+:)?(?=\d)")
_DATE = lazy_re.compile(r"(19|20)(\d\d)[-._]?([01]\d)[-._]?([0-3]\d)(?!\d)")

_BEFORE = {
    "~": -9, "dev": -8, "devel": -8, "snapshot": -8, "alpha": -7, "beta": -6, "milestone": -5,
    "test": -4, "preview": -3, "pre": -3, "rc": -2, "cr": -2,
}  # fmt: skip
_AFTER = {
    "p": 1, "pl": 1, "patch": 1, "patchlevel": 1, "post": 1, "rev": 1, "r": 1, "esv": 1, "s": 1,
    "sp": 1, "w": 1, "hotfix": 1, "cert": 1, "git": 1, "svn": 1, "cvs": 1, "bis": 1,
}  # fmt: skip


class Rules(Value):
    """How a project's versions differ from the usual.

    `before` and `after` rank words below and above the release that they are put to. `nothing`
    matches text that means nothing. With `old_minor`, a minor number with a leading zero (1.01)
    belongs to an older series than any without (1.1.0). With `date`, a version is a day.
    """

    before: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)
    nothing: str = ""
    old_minor: bool = False
    date: bool = False


RULES: dict[str, Rules] = {
    "generic": Rules(),
    # 0.9.8, 0.9.8a … 0.9.8z, 0.9.8za; 1.0.2k-fips is the same source as 1.0.2k.
    "openssl": Rules(nothing=r"-?fips.*"),
    # 9.2p1 is the portable edition of 9.2; p2 and later are newer.
    "openssh": Rules(nothing=r"(?<=\d)[-_ ]?p1(?!\d)"),
    # 1.00 and 1.01 came before 1.1.0; 1.23.0.git is what became 1.23.0.
    "busybox": Rules(before={"git": -8}, old_minor=True),
    # 0.53.1 was followed by 2011.54: the numbers themselves keep the order.
    "dropbear": Rules(),
    # 9.11.5-P4, 9.18.28-S1 (a private edition of the same), 4.1-ESV-R15-P1.
    "isc": Rules(after={"esv": 1, "r": 2, "p": 3, "s": 3, "w": 3}),
    # 4.2.8p15, 4.2.8p1-beta2.
    "ntp": Rules(),
    # 20230506, 2023-05-06, 2023.05.06.
    "date": Rules(date=True),
}
"""Scheme -> what is special about it."""


def reader(rules: Rules) -> Callable[[str], tuple[Part, ...]]:
    """Return the function that makes sortable keys under *rules*."""
    nothing = re.compile(rules.nothing) if rules.nothing else None
    before, after = {**_BEFORE, **rules.before}, {**_AFTER, **rules.after}
    for word in rules.before:
        after.pop(word, None)

    def key(version: str) -> tuple[Part, ...]:
        text = version.lower().partition("+")[0]
        text = _START.sub("", text, count=1)
        if nothing is not None:
            text = nothing.sub("", text)
        if rules.date and (found := _DATE.match(text)):
            text = "".join(found.groups()) + text[found.end() :]
        return _parts(_PIECE.findall(text), before, after, old_minor=rules.old_minor)

    return key


def _parts(
    pieces: list[str], before: Mapping[str, int], after: Mapping[str, int], *, old_minor: bool
) -> tuple[Part, ...]:
    found: list[Part] = []
    for place, piece in enumerate(pieces):
        if piece[0].isdigit():
            if old_minor and place == 1 and len(piece) > 1 and piece[0] == "0":
                found.append((NUMBER, 0, ""))
            found.append((NUMBER, int(piece[:MOST_DIGITS]), ""))
            continue
        part = _word(piece, pieces[place + 1 : place + 2], before, after)
        if part is None:
            break  # a vendor's own mark: what follows says nothing of the release
        if part[0] < NUMBER:
            _drop_zeros(found)
        found.append(part)
    _drop_zeros(found)
    return (*found, END)


def _word(
    piece: str, following: list[str], before: Mapping[str, int], after: Mapping[str, int]
) -> Part | None:
    numbered = bool(following) and following[0][0].isdigit()
    if piece in {"a", "b"} and numbered:  # 3.0b2; a letter alone is a later release
        return (before["alpha"] if piece == "a" else before["beta"], 0, "")
    if piece in before:
        return (before[piece], 0, "")
    if piece in after and (numbered or len(piece) > 1):
        return (AFTER, after[piece], "")
    if len(piece) == 1 or (len(piece) == 2 and piece[0] == "z"):
        return (LETTER, 0, piece)
    return None


def _drop_zeros(parts: list[Part]) -> None:
    """Drop the zeros at the end of a run of numbers: 1.0 is 1.0.0."""
    while len(parts) > 1 and parts[-1] == (NUMBER, 0, "") and parts[-2][0] == NUMBER:
        parts.pop()
