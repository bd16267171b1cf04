"""Whose hardware address is it: the IEEE MA-L assignments, as shipped or as the user imported.

`data/oui.tsv.xz` is the public listing of the IEEE registration authority of May 2024, as the
BSD-licensed netaddr 1.3.0 carries it. The assignee made or ordered the interface, not the box.
"""

import lzma
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from assay._kernel import lazy_re
from assay.model.record import Record

LISTING_DATE = "2024-05"

_SEPARATORS = lazy_re.compile(r"[^0-9a-fA-F]+")


class Assignee(Record):
    """Who a hardware address was assigned to; `organisation` is empty when unknown."""

    prefix: str
    organisation: str
    says: str


@lru_cache(maxsize=1)
def listing() -> dict[str, str]:
    """Return prefix (six upper-case hex digits) -> organisation, as shipped."""
    return {prefix: name for name, prefixes in _rows() for prefix in prefixes}


def organisations() -> Iterator[str]:
    """Yield every organisation of the shipped listing."""
    return (name for name, _ in _rows())


def assignee(address: str, known: dict[str, str] | None = None) -> Assignee:
    """Return who *address* was assigned to; *known* replaces the shipped listing."""
    digits = _hex_digits(address)
    if len(digits) < 6:
        return Assignee(prefix="", organisation="", says="not a hardware address")
    prefix = digits[:6].upper()
    first = int(prefix[:2], 16)
    if first & 1:
        return Assignee(prefix=prefix, organisation="", says="a group address, not a device's")
    if first & 2:
        return Assignee(prefix=prefix, organisation="", says="locally administered: says nothing")
    table = listing() if known is None else known
    name = table.get(prefix, "")
    if name.lower() == "ieee registration authority":
        return Assignee(prefix=prefix, organisation="", says="a block shared by small assignees")
    return Assignee(prefix=prefix, organisation=name, says="" if name else "prefix not listed")


def _hex_digits(address: str) -> str:
    """Return the digits of *address*; groups such as 0:1b:2 get their leading zero back."""
    groups = [group for group in _SEPARATORS.split(address.strip()[:64]) if group]
    if len(groups) == 6 and all(len(group) <= 2 for group in groups):
        return "".join(group.zfill(2) for group in groups)
    joined = "".join(groups)
    return joined if len(joined) in {6, 12, 16} else ""


def _rows() -> Iterator[tuple[str, list[str]]]:
    packed = resources.files("assay.supply").joinpath("data", "oui.tsv.xz").read_bytes()
    for line in lzma.decompress(packed).decode("utf-8").splitlines():
        name, _, prefixes = line.partition("\t")
        yield name, prefixes.split()
