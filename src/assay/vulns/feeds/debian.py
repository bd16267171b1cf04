"""Debian's security tracker: in which revision of a source package each release is fixed.

Reference: https://security-tracker.debian.org/tracker/data/json (source -> CVE -> releases).
"""

from collections.abc import Iterator

import msgspec

from assay._kernel import lazy_re
from assay.vulns.advisory import Advisory, Affected, Span, shortened
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.stream import Document
from assay.vulns.identities import package_key

FEED = Feed(
    name="debian",
    title="Debian security tracker",
    about="the tracker's JSON: fixed revisions of source packages by release",
    references=("https://security-tracker.debian.org/tracker/",),
)
_SHAPE = lazy_re.compile(
    rb'\s*\{\s*"[a-z0-9][a-z0-9+.-]*"\s*:\s*\{\s*"(?:CVE|TEMP)-[0-9A-Fa-f-]+"\s*:\s*\{'
)
_KEY = lazy_re.compile(rb'"((?:[^"\\]|\\.){1,200})"\s*:\s*$')
MOST_RELEASES = 40


class _Release(msgspec.Struct):
    status: str = ""
    fixed_version: str = ""
    urgency: str = ""
    nodsa_reason: str | None = None


class _Entry(msgspec.Struct):
    description: str = ""
    releases: dict[str, _Release] = {}


_DECODER = msgspec.json.Decoder(dict[str, _Entry])


def recognises(head: bytes) -> bool:
    """Return whether a document that begins with *head* is of this format."""
    return _SHAPE.match(head) is not None and b'"releases"' in head


def read(document: Document, tally: Tally) -> Iterator[Advisory]:
    """Yield an advisory for each flaw of each source package."""
    for lead, raw in document.elements(1):
        found = _KEY.search(lead)
        source = found[1].decode("utf-8", "replace") if found else ""
        try:
            entries = _DECODER.decode(raw)
        except (msgspec.DecodeError, ValueError) as error:
            tally.refuse(source or document.name, str(error))
            continue
        for identity, entry in entries.items():
            if source and identity.startswith("CVE-"):
                tally.read += 1
                yield Advisory(
                    id=identity[:30],
                    source=f"debian:{source}"[:100],
                    affected=tuple(_affected(source, entry)),
                    summary=shortened(entry.description),
                )


def _affected(source: str, entry: _Entry) -> Iterator[Affected]:
    for name, release in list(entry.releases.items())[:MOST_RELEASES]:
        yield Affected(
            product=package_key("deb", source),
            by="Debian",
            spans=_spans(release),
            default="unaffected" if release.status in {"resolved", "open"} else "unknown",
            scheme="debian",
            release=name[:40],
            note=f"urgency {release.urgency}"[:60] if release.urgency == "unimportant" else "",
        )


def _spans(release: _Release) -> tuple[Span, ...]:
    if release.status == "open":
        return (Span(status="affected"),)
    if release.status != "resolved":
        return (Span(status="unknown"),)
    if release.fixed_version in {"", "0"}:
        return ()
    return (Span(status="affected", high=release.fixed_version, below=True),)
