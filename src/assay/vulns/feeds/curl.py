"""curl's own table of flaws: first and last affected release, both included.

Reference: https://curl.se/docs/vulnerabilities.html; the project also publishes OSV records.
"""

from collections.abc import Iterator

import msgspec

from assay._kernel import lazy_re
from assay.vulns.advisory import Advisory, Affected, Span, shortened
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.stream import Document
from assay.vulns.identities import cpe_key

FEED = Feed(
    name="project-table",
    title="Table of a project",
    about="a project's own table (vendor, product, vulnerabilities with first and last affected "
    "release), as curl's can be written",
    references=("https://curl.se/docs/vulnerabilities.html",),
)
_PRODUCT = lazy_re.compile(rb'"vendor"\s*:\s*"([^"]{1,60})"\s*,\s*"product"\s*:\s*"([^"]{1,60})"')


class _Entry(msgspec.Struct):
    id: str
    title: str = ""
    first_affected: str | None = None
    last_affected: str | None = None
    severity: str | None = None
    cwe: int | None = None
    announced: str | None = None
    applies_to: str | None = None
    advisory: str | None = None


_DECODER = msgspec.json.Decoder(_Entry)


def recognises(head: bytes) -> bool:
    """Return whether a document that begins with *head* is of this format."""
    return _PRODUCT.search(head[:2000]) is not None and b'"last_affected"' in head


def read(document: Document, tally: Tally) -> Iterator[Advisory]:
    """Yield the advisories of the table."""
    product = _PRODUCT.search(document.head[:2000])
    if product is None:
        return
    vendor, name = product[1].decode("utf-8", "replace"), product[2].decode("utf-8", "replace")
    for _, raw in document.elements(2):
        try:
            entry = _DECODER.decode(raw)
        except (msgspec.DecodeError, ValueError) as error:
            tally.refuse(document.name, str(error))
            continue
        tally.read += 1
        tally.saw_day(entry.announced or "")
        yield _advisory(vendor, name, entry)


def _advisory(vendor: str, name: str, entry: _Entry) -> Advisory:
    span = Span(status="affected", low=entry.first_affected or "", high=entry.last_affected or "")
    note = "in the command-line tool only" if entry.applies_to == "tool" else ""
    return Advisory(
        id=entry.id[:60],
        source=f"project:{name}",
        affected=(
            Affected(product=cpe_key(vendor, name), by=f"{name} project", spans=(span,), note=note),
        ),
        summary=shortened(entry.title),
        published=(entry.announced or "")[:10],
        severity=(entry.severity or "")[:20].lower(),
        cwe=(entry.cwe,) if entry.cwe else (),
        url=(entry.advisory or "")[:200],
    )
