"""Alpine's secdb: the revision of a package in which each flaw was fixed.

Reference: https://secdb.alpinelinux.org/ (one JSON file for a release and repository).
"""

from collections.abc import Iterator

import msgspec

from assay._kernel import lazy_re
from assay.vulns.advisory import Advisory, Affected, Span
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.stream import Document
from assay.vulns.identities import package_key

FEED = Feed(
    name="alpine",
    title="Alpine secdb",
    about="fixed revisions of packages, one JSON file for a release and repository",
    references=("https://secdb.alpinelinux.org/",),
)
_CVE = lazy_re.compile(r"CVE-\d{4}-\d{4,10}")
_VERSION = lazy_re.compile(rb'"distroversion"\s*:\s*"([\w.-]{1,30})"')


class _Package(msgspec.Struct):
    name: str = ""
    secfixes: dict[str, list[str] | None] = {}


class _Entry(msgspec.Struct):
    pkg: _Package = msgspec.field(default_factory=_Package)


_DECODER = msgspec.json.Decoder(_Entry)


def recognises(head: bytes) -> bool:
    """Return whether a document that begins with *head* is of this format."""
    return (b'"distroversion"' in head and b'"packages"' in head) or b'"secfixes"' in head


def read(document: Document, tally: Tally) -> Iterator[Advisory]:
    """Yield an advisory for each flaw that a package fixed."""
    stated = _VERSION.search(document.head)
    release = stated[1].decode() if stated else ""
    for _, raw in document.elements(2):
        try:
            package = _DECODER.decode(raw).pkg
        except (msgspec.DecodeError, ValueError) as error:
            tally.refuse(document.name, str(error))
            continue
        for version, texts in package.secfixes.items():
            for number in dict.fromkeys(_CVE.findall(" ".join(texts or ())[:20_000])):
                tally.read += 1
                yield _advisory(package.name, release, version, number)


def _advisory(name: str, release: str, version: str, number: str) -> Advisory:
    spans = () if version == "0" else (Span(status="affected", high=version, below=True),)
    return Advisory(
        id=number,
        source=f"alpine:{release}:{name}"[:100],
        affected=(
            Affected(
                product=package_key("apk", name),
                by=f"Alpine {release}".strip(),
                spans=spans,
                scheme="apk",
                release=release,
            ),
        ),
    )
