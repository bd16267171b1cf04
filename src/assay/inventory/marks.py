"""Marks: what must stand in a content for a kind to look closer, all found in one search.

Serves the kinds. An expression that takes a kind a second over an image takes part here for next to
nothing; what the search does not see is not there.
"""

from functools import lru_cache
from typing import Any

from assay._kernel.latest import latest
from assay._kernel.multipattern import compiled

MARKS = {
    "account line": rb":0:0:",
    "applets": rb"BusyBox vv?\d",
    "console": rb"[Ff]irmware|[Ss]ignature|[Uu]pgrade|/dev/(?:mtd|tty[A-Z])",
    "form": rb"(?i)<(?:form|input|select|textarea)",
    "gateway": rb"QUERY_STRING|CONTENT_LENGTH|REQUEST_METHOD|HTTP_COOKIE",
    "go build": rb"\xff Go buildinf:",
    "hash": rb"\$(?:[156]|2[abxy])\$",
    "kernel banner": rb"Linux version ",
    "kernel configuration": rb"IKCFG_ST\x1f\x8b",
    "login": rb"[Pp]assw|[Ss]ecret|\.users|[Aa]uthent|[Ll]ogin|[Cc]redential",
    "page": rb"\.(?:cgi|asp|php|htm|lp|gch)",
    "pem": rb"-----BEGIN ",
    "rust build": rb"\.dep-v0",
    "secret": rb"(?i)pass|pwd|psk|secret|token|key",
    "server rule": rb"(?:^|\n)[AaDd]:[*0-9]",
    "ssh key": rb"ssh-rsa|ssh-dss|ssh-ed25519|ecdsa-sha2-nistp",
    "stack guard": rb"stack smashing detected",
}
"""By name, for `re` and Hyperscan alike. `login` are texts of programs that ask who is there,
`console` of those that are handed an image or a line of a console; `gateway` is what a web server
tells the programs that it starts."""


def has(content: bytes, mark: str) -> bool:
    """Return whether *mark*, a name of `MARKS`, stands in *content*."""
    return mark in _marks_in(content)


@latest
def _marks_in(content: bytes) -> frozenset[str]:
    seen: list[int] = []
    search().scan(content, match_event_handler=lambda number, *_: seen.append(number))
    return _named(tuple(sorted(seen)))


@lru_cache(maxsize=4096)
def _named(numbers: tuple[int, ...]) -> frozenset[str]:
    names = tuple(MARKS)
    return frozenset(names[number] for number in numbers)


@lru_cache(maxsize=1)
def search() -> Any:  # noqa: ANN401 - hyperscan's
    """Return the compiled search, made once in a process."""
    return compiled(list(MARKS.values()), once=True, name="marks")
