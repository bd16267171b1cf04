"""The versions that a shared library gives its symbols: `OPENSSL_1_1_0`, `GLIBC_2.36`.

Facts of the inventory stage, read by `identify`. Layout: Linux Standard Base, Core, "Symbol
Versioning": definitions of 20 bytes, each with names of 8 bytes, the same for both classes.
"""

import struct
from collections.abc import Iterator
from itertools import islice

from assay.inventory.elf.dynamic import Dynamic, read_dynamic
from assay.inventory.elf.layout import Headers, read_headers
from assay.inventory.kind import Kind, Span
from assay.model.record import Record

DT_VERDEF, DT_VERDEFNUM = 0x6FFFFFFC, 0x6FFFFFFD
BASE = 1
MOST_VERSIONS = 400


class SymbolVersions(Record):
    """The versions that a library defines, in their order; its own name is not one of them."""

    defined: tuple[Span, ...]


KIND = Kind(
    name="symbol_versions",
    version=1,
    facts=SymbolVersions,
    about="versions that shared libraries give their symbols",
    magic=(b"\x7fELF",),
)


def examine(content: bytes) -> SymbolVersions | None:
    """Return the versions that a library defines, or None where it defines none."""
    headers = read_headers(content)
    dynamic = None if headers is None else read_dynamic(headers)
    if headers is None or dynamic is None:
        return None
    found = tuple(islice(_defined(headers, dynamic), MOST_VERSIONS))
    return SymbolVersions(defined=found) if found else None


def _defined(headers: Headers, dynamic: Dynamic) -> Iterator[Span]:
    address, count = dynamic.value(DT_VERDEF), dynamic.value(DT_VERDEFNUM) or 0
    at = None if address is None else headers.at_address(address)
    layout = struct.Struct(f"{headers.mark}HHHHIII")
    for _ in range(min(count, MOST_VERSIONS + 1)):
        if at is None or at + layout.size + 8 > len(headers.content):
            return
        _, flags, _, _, _, name_at, following = layout.unpack_from(headers.content, at)
        if not flags & BASE and at + name_at + 8 <= len(headers.content):
            place = struct.unpack_from(f"{headers.mark}I", headers.content, at + name_at)[0]
            name = dynamic.string(headers, place)
            if name is not None and name.text:
                yield name
        if not following:
            return
        at += following
