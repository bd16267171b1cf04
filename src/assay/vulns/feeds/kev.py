"""CISA KEV: the catalogue of flaws that are known to be exploited. Reference: cisa.gov/kev."""

import re
from collections.abc import Iterator

import msgspec

from assay.vulns.advisory import Exploited
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.stream import Document

FEED = Feed(
    name="kev",
    title="Known Exploited Vulnerabilities",
    about="CISA's catalogue as JSON",
    references=("https://www.cisa.gov/known-exploited-vulnerabilities-catalog",),
)


class _Entry(msgspec.Struct, rename="camel"):
    cve_id: str = msgspec.field(name="cveID")
    date_added: str = ""
    known_ransomware_campaign_use: str = ""


_DECODER = msgspec.json.Decoder(_Entry)


def recognises(head: bytes) -> bool:
    """Return whether a document that begins with *head* is of this format."""
    return b'"catalogVersion"' in head or (b'"cveID"' in head and b'"dateAdded"' in head)


def read(document: Document, tally: Tally) -> Iterator[Exploited]:
    """Yield the entries of the catalogue."""
    stated = re.search(rb'"dateReleased"\s*:\s*"([0-9-]{10})', document.head)
    tally.saw_day(stated[1].decode() if stated else "")
    for _, raw in document.elements(2):
        try:
            entry = _DECODER.decode(raw)
        except (msgspec.DecodeError, ValueError) as error:
            tally.refuse(document.name, str(error))
            continue
        tally.read += 1
        tally.saw_day(entry.date_added)
        ransomware = entry.known_ransomware_campaign_use.lower() == "known"
        yield Exploited(id=entry.cve_id[:30], added=entry.date_added[:10], ransomware=ransomware)
