"""CSAF 2.0 advisories of vendors: which of their products a flaw affects.

Products are known by CPE name or package URL, else by the names of vendor and product. Reference:
OASIS CSAF 2.0, https://docs.oasis-open.org/csaf/csaf/v2.0/.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from assay._kernel import lazy_re
from assay.vulns.advisory import Advisory, Affected, Span, Status, shortened
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.phrases import spans_of
from assay.vulns.feeds.stream import Document
from assay.vulns.product_tree import CsafProduct, products_of

FEED = Feed(
    name="csaf",
    title="CSAF advisories",
    about="a vendor's advisory as CSAF 2.0 JSON",
    references=("https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html",),
)
MOST_DOCUMENT = 64 << 20
MOST_IDS = 5000
_IS_CSAF = lazy_re.compile(rb'"(?:csaf_version)"\s*:|"document"\s*:\s*\{')
_STATUS: dict[str, Status] = {
    "known_affected": "affected",
    "first_affected": "affected",
    "last_affected": "affected",
    "known_not_affected": "unaffected",
    "fixed": "unaffected",
    "first_fixed": "unaffected",
    "recommended": "unaffected",
    "under_investigation": "unknown",
}


class _Tracking(msgspec.Struct):
    id: str = ""
    current_release_date: str = ""
    initial_release_date: str = ""


class _Publisher(msgspec.Struct):
    name: str = ""


class _Head(msgspec.Struct):
    category: str = ""
    title: str = ""
    tracking: _Tracking = msgspec.field(default_factory=_Tracking)
    publisher: _Publisher = msgspec.field(default_factory=_Publisher)


class _Score(msgspec.Struct):
    cvss_v3: dict[str, Any] = {}
    cvss_v2: dict[str, Any] = {}


class _Flaw(msgspec.Struct):
    cve: str = ""
    title: str = ""
    product_status: dict[str, list[str]] = {}
    scores: list[_Score] = []
    cwe: dict[str, str] = {}


class _Csaf(msgspec.Struct):
    document: _Head
    product_tree: dict[str, Any] = {}
    vulnerabilities: list[_Flaw] = []


_DECODER = msgspec.json.Decoder(_Csaf)


def recognises(head: bytes) -> bool:
    """Return whether a document that begins with *head* is of this format."""
    return _IS_CSAF.search(head) is not None and b'"bomFormat"' not in head


def read(document: Document, tally: Tally) -> Iterator[Advisory]:
    """Yield an advisory for each flaw of the document."""
    try:
        csaf = _DECODER.decode(document.whole(MOST_DOCUMENT))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        tally.refuse(document.name, str(error))
        return
    head = csaf.document
    tally.saw_day(head.tracking.current_release_date)
    known = products_of(csaf.product_tree)
    for number, flaw in enumerate(csaf.vulnerabilities[:MOST_IDS]):
        tally.read += 1
        identity = flaw.cve or f"{head.tracking.id}#{number}"
        yield Advisory(
            id=identity[:60],
            source=f"csaf:{head.tracking.id}"[:100],
            affected=tuple(_affected(flaw, known, head.publisher.name[:60])),
            summary=shortened(flaw.title or head.title),
            published=head.tracking.initial_release_date[:10],
            modified=head.tracking.current_release_date[:10],
            vectors=_vectors(flaw),
        )


def _affected(flaw: _Flaw, known: dict[str, CsafProduct], by: str) -> Iterator[Affected]:
    grouped: dict[str, dict[Span, None]] = {}
    for word, ids in flaw.product_status.items():
        status = _STATUS.get(word)
        for identity in ids[:MOST_IDS] if status else ():
            product = known.get(identity)
            if product is None or status is None:
                continue
            for key in product.keys:
                for span in _spans(product.version, status):
                    grouped.setdefault(key, {})[span] = None
    for key, spans in grouped.items():
        yield Affected(product=key, by=by, spans=tuple(spans))


def _spans(version: str, status: Status) -> tuple[Span, ...]:
    """Return the versions that a product of the tree stands for: without one, all."""
    if not version:
        return (Span(status=status),)
    if version.startswith("vers:"):
        version = version.partition("/")[2].replace("|", ", ")
    return spans_of(version, status) or ()


def _vectors(flaw: _Flaw) -> tuple[str, ...]:
    texts = [
        score.get("vectorString")
        for one in flaw.scores[:20]
        for score in (one.cvss_v3, one.cvss_v2)
    ]
    return tuple(dict.fromkeys(text[:200] for text in texts if isinstance(text, str)))[:6]
