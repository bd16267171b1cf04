"""Services that a super-server starts on demand: inetd.conf and the files of xinetd.

Facts of the inventory stage, joined by `inventory/services.py`. Layouts: inetd.conf(5),
xinetd.conf(5).
"""

import re

from assay._kernel import lazy_re
from assay.inventory.kind import Kind, Span, looks_like_text
from assay.inventory.kinds.text import span
from assay.inventory.lines import lines_of
from assay.model.record import Record

MOST_ENTRIES = 200
_SOCKETS = frozenset({"stream", "dgram", "raw", "rdm", "seqpacket"})
_BLOCK = lazy_re.compile(r"^[ \t]*service[ \t]+(\S+)\s*\{([^{}]*)\}", re.MULTILINE)
_SETTING = lazy_re.compile(r"^[ \t]*(\w+)[ \t]*\+?=[ \t]*([^\n]*)$", re.MULTILINE)


class InetdEntry(Record, array_like=True):
    """A service: name or port, protocol, user, program with its arguments, switched off or not."""

    span: Span
    service: str
    protocol: str
    user: str
    words: tuple[str, ...]
    disabled: bool = False


class InetdFacts(Record):
    """The entries of a super-server's file in their order."""

    entries: tuple[InetdEntry, ...]


KIND = Kind(
    name="inetd",
    version=1,
    facts=InetdFacts,
    about="services started on demand by inetd or xinetd",
    paths=("*/inetd.conf", "*/inetd.d/*", "*/xinetd.conf", "*/xinetd.d/*"),
    most=1 << 20,
)


def examine(content: bytes) -> InetdFacts | None:
    """Return the entries of a super-server's file, or None for what is none."""
    if not looks_like_text(content):
        return None
    entries = [*_lines(content), *_blocks(content.decode("latin-1"))][:MOST_ENTRIES]
    return InetdFacts(entries=tuple(entries)) if entries else None


def _lines(content: bytes) -> list[InetdEntry]:
    found = []
    for line, text in lines_of(content):
        fields = text.split()
        if len(fields) >= 6 and fields[1] in _SOCKETS and not fields[0].startswith("#"):
            words = (fields[5], *fields[7:]) if fields[5] != "internal" else ("internal",)
            user = fields[4].partition(".")[0].partition(":")[0]
            found.append(
                InetdEntry(
                    span=line, service=fields[0], protocol=fields[2], user=user, words=words[:40]
                )
            )
    return found


def _blocks(text: str) -> list[InetdEntry]:
    found = []
    for match in _BLOCK.finditer(text):
        settings = {name: value.strip() for name, value in _SETTING.findall(match[2])}
        words = (settings.get("server", "internal"), *settings.get("server_args", "").split())
        found.append(
            InetdEntry(
                span=span(text, match.start(), min(match.end(), match.start() + 400)),
                service=match[1],
                protocol=settings.get("protocol", ""),
                user=settings.get("user", "root"),
                words=words[:40],
                disabled=settings.get("disable", "no").lower() == "yes",
            )
        )
    return found
