"""What a kind of library never needs: commands in a decoder, sockets in a parser.

The kinds and what they do without are data (`profiles.toml`). A library belongs to a kind when
its name says so, or most of the names that it offers. After HumIDIFy (DIMVA 2017), which compares
what a program is with what it does.
"""

import re
from collections.abc import Iterator
from functools import cache

from assay._kernel.tables import table
from assay._kernel.value import Value
from assay.code.access.payloads import text_of
from assay.code.access.record import Access, access
from assay.code.holding import names_holding
from assay.code.sources import Network

SHAPE = "out-of-kind"
SHARE = 400
"""How many in a thousand of the offered names have to speak of a kind."""

MAX_FUNCTIONS = 10


class Profile(Value):
    """A kind of library: how it is recognised, and which imports it does without.

    A name that `words` match holds one of `parts`, in lower case.
    """

    kind: str
    name: re.Pattern[str]
    words: re.Pattern[str]
    parts: tuple[bytes, ...]
    never: frozenset[str]


@cache
def profiles() -> tuple[Profile, ...]:
    """Return the kinds, in the order of the data file: the first that fits counts."""
    data = table("assay.code.access", "profiles.toml")
    groups = {name: frozenset(names) for name, names in data["group"].items()}
    return tuple(
        Profile(
            one["kind"],
            re.compile(one["name"], re.IGNORECASE),
            re.compile(one["words"], re.IGNORECASE),
            tuple(one["parts"].encode().split()),
            frozenset().union(*(groups[group] for group in one["never"])),
        )
        for one in data["profile"]
    )


def kind_of(soname: str, exports: frozenset[str]) -> Profile | None:
    """Return the kind of a library, or None when it is of none that is described."""
    names = [name for name in exports if not name.startswith("_")]
    for one in profiles():
        if soname and one.name.search(soname):
            return one
        if names and _speaks(names, one):
            return one
    return None


def _speaks(names: list[str], profile: Profile) -> bool:
    """Say whether SHARE of *names* hold one of its words; no more are asked than it takes."""
    likely = names_holding(names, profile.parts)
    missing = -(-SHARE * len(names) // 1000)
    for left, number in zip(range(len(likely), 0, -1), likely, strict=True):
        if missing <= 0 or missing > left:
            break
        missing -= profile.words.search(names[number]) is not None
    return missing <= 0


def out_of_kind(network: Network) -> Iterator[Access]:
    """Yield the calls of a library that its kind does without."""
    index = network.index
    program = index.program
    exports = program.exports
    if program.interpreter or not exports:
        return
    profile = kind_of(program.dynamic.soname, exports)
    if profile is None:
        return
    for function in network.functions_calling(profile.never)[:MAX_FUNCTIONS]:
        for call in network.study(function).calls:
            if call.name in profile.never:
                command = text_of(network, call, 0)
                given = f" with `{command.decode('latin-1')}`" if command else ""
                yield access(
                    index,
                    SHAPE,
                    function=function,
                    rows=(call.row, call.row),
                    source="whoever uses the library",
                    trigger=f"reaches a function of this {profile.kind}",
                    payload=f"it calls {call.name}{given}, which a {profile.kind} does without",
                    rank=700,
                    confidence="firm",
                )
                break
