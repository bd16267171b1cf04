"""EPSS: how likely each flaw is to be exploited within 30 days. Reference: first.org/epss."""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.vulns.advisory import Likelihood
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.stream import Document

FEED = Feed(
    name="epss",
    title="Exploit Prediction Scoring System",
    about="the daily scores as CSV",
    references=("https://www.first.org/epss/data_stats",),
)
_LINE = lazy_re.compile(
    rb"(CVE-\d{4}-\d{4,10}),([01](?:\.\d{1,12})?(?:[eE]-\d)?),([01](?:\.\d{1,12})?)"
)


def recognises(head: bytes) -> bool:
    """Return whether a document that begins with *head* is of this format."""
    return head.startswith((b"#model_version:", b"cve,epss,percentile"))


def read(document: Document, tally: Tally) -> Iterator[Likelihood]:
    """Yield the score of each flaw."""
    stated = re.search(rb"score_date:([0-9-]{10})", document.head[:200])
    day = stated[1].decode() if stated else ""
    tally.saw_day(day)
    for line in document.lines():
        if line.startswith((b"#", b"cve,")):
            continue
        found = _LINE.match(line.strip())
        if found is None:
            tally.refuse(line[:40].decode("ascii", "replace"), "it is no score")
            continue
        tally.read += 1
        yield Likelihood(
            id=found[1].decode(),
            chance=_millionths(found[2]),
            rank=_millionths(found[3]),
            day=day,
        )


def _millionths(text: bytes) -> int:
    return min(1_000_000, max(0, round(float(text) * 1_000_000)))
