"""Addresses in an image that something may talk to: documentation and samples left out.

Shared by the endpoint and update checks; reads the pattern facts. The list of documentation
hosts is `data/documentation-hosts.txt`.
"""

from collections.abc import Iterator
from functools import lru_cache

from assay._kernel import lazy_re
from assay._kernel.packaged import files
from assay._kernel.value import Value
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import Hit, PatternFacts
from assay.inventory.kinds.text import TextFacts
from assay.model.tree import Node

_URL = lazy_re.compile(
    r"([a-z]+)://(?:[^@/]{0,80}@)?(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._%-]+)(?::(\d{1,5}))?(.*)"
)
_NUMBERS = lazy_re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_NAME = lazy_re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_RESERVED = ("example.com", "example.net", "example.org")
_CERTIFICATE_PATHS = (".crl", ".crt", ".cer", "/ocsp", "/crl", "/cps", "/dtd", ".dtd", ".xsd")


class Endpoint(Value):
    """An address in a file: scheme, host in lower case, port (empty: usual), and the match."""

    node: Node
    hit: Hit
    scheme: str
    host: str
    port: str
    path: str

    @property
    def formatted(self) -> bool:
        """Whether the host is put in at run time (`%s`)."""
        return "%" in self.host


def endpoints_of(image: Inventory) -> Iterator[Endpoint]:
    """Yield the addresses in all files and parts that are neither documentation nor local."""
    for node, facts in image.of(PatternFacts):
        readable = image.facts(node, TextFacts) or image.facts(node, ElfFacts)
        if readable is None or _is_documentation(node):
            continue  # pictures and compressed data give accidental matches
        for hit in facts.hits:
            if hit.id == "endpoints.url":
                found = read_endpoint(node, hit)
                if found is not None:
                    yield found


def read_endpoint(node: Node, hit: Hit, *, reserved: bool = False) -> Endpoint | None:
    """Return the endpoint that *hit* names, or None for documentation, local and broken ones.

    With *reserved*, the names that are reserved for examples (RFC 2606) count as endpoints: a
    program that writes firmware does not hold them as documentation.
    """
    match = _URL.match(hit.span.text)
    if match is None:
        return None
    host = match[2].lower().rstrip(".")
    kept = reserved and host.endswith(_RESERVED)
    if "%" not in host and not kept and not _is_outside(host):
        return None
    if any(match[4].lower().endswith(end) for end in _CERTIFICATE_PATHS):
        return None
    return Endpoint(node, hit, match[1], host, match[3] or "", match[4])


def _is_outside(host: str) -> bool:
    if _NUMBERS.fullmatch(host):
        parts = [int(part) for part in host.split(".")]
        local = parts[0] in {0, 10, 127, 255} or parts[0] >= 224
        local |= parts[:2] in ([192, 168], [169, 254]) or (parts[0] == 172 and 16 <= parts[1] < 32)
        return not local and max(parts) < 256
    if host.startswith("["):
        return host[1:5] not in {"fe80", "::1]", "::]"} and not host.startswith("[f")
    if (
        not _NAME.fullmatch(host)
        or set(host) <= {"x", "."}
        or host.endswith((".local", ".lan", ".localdomain", ".invalid"))
    ):
        return False
    return not any(host == one or host.endswith(f".{one}") for one in documentation_hosts())


@lru_cache(maxsize=1)
def documentation_hosts() -> frozenset[str]:
    """Return the host suffixes that stand for documentation."""
    text = files("assay.checks.data").joinpath("documentation-hosts.txt").read_text("utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return frozenset(line for line in lines if line)


def _is_documentation(node: Node) -> bool:
    inner = node.inner.lower()
    folders = (
        "/doc/",
        "/docs/",
        "/man/",
        "/licenses/",
        "/license/",
        "/usr/lib/opkg/",
        "/var/lib/dpkg/",
    )
    return any(folder in inner for folder in folders) or node.name.lower().startswith(
        ("license", "copying", "copyright", "readme", "changelog")
    )
