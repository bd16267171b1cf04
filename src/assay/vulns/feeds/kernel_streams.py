"""The Linux kernel by stable stream: in which release of each stream a flaw was fixed.

Two forms of the linux_kernel_cves data: `stream_fixes.json` (CVE -> stream -> fixed release) and
a table `cve, stream, status, fixed_in`. A stream called open has no fix that was seen.
"""

import re
from collections.abc import Iterator
from itertools import groupby, islice

import msgspec

from assay._kernel import lazy_re
from assay.vulns.advisory import LAST, Advisory, Affected, Span
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.stream import Document
from assay.vulns.identities import cpe_key
from assay.vulns.versions import kernel

FEED = Feed(
    name="kernel-streams",
    title="Linux kernel flaws by stable stream",
    about="first fixed release of each stable stream, as JSON or table",
    references=("https://github.com/nluedtke/linux_kernel_cves",),
)
HEADER = b"cve\tstream\tstatus\tfixed_in"
_JSON = lazy_re.compile(rb'\s*\{\s*"CVE-\d{4}-\d+"\s*:\s*\{\s*"\d+\.\d+[\d.]*"\s*:\s*\{\s*"cmt_id"')
_KEY = lazy_re.compile(rb'"(CVE-\d{4}-\d{4,10})"\s*:\s*$')
_RELEASE = lazy_re.compile(r"\d{1,3}(?:\.\d{1,4}){1,3}(?:-rc\d{1,3})?")
MOST_STREAMS = 500
MOST_ROWS = 5_000_000


class _Fix(msgspec.Struct):
    fixed_version: str = ""


_DECODER = msgspec.json.Decoder(dict[str, _Fix])


def recognises(head: bytes) -> bool:
    """Return whether a document that begins with *head* is of this format."""
    return head.startswith(HEADER) or _JSON.match(head) is not None


def read(document: Document, tally: Tally) -> Iterator[Advisory]:
    """Yield one advisory for each flaw."""
    if document.head.startswith(HEADER):
        yield from _table(document, tally)
        return
    for lead, raw in document.elements(1):
        found = _KEY.search(lead)
        try:
            fixes = _DECODER.decode(raw)
        except (msgspec.DecodeError, ValueError) as error:
            tally.refuse(document.name, str(error))
            continue
        if found:
            rows = [("fixed", stream, fix.fixed_version) for stream, fix in fixes.items()]
            tally.read += 1
            yield _advisory(found[1].decode(), "kernel-fixes", rows)


def _table(document: Document, tally: Tally) -> Iterator[Advisory]:
    lines = [
        tuple(line.decode("ascii", "replace").rstrip("\r").split("\t"))
        for line in islice(document.lines(), 1, MOST_ROWS)
    ]
    latest = _latest(lines)
    for identity, rows in groupby(lines, key=lambda row: row[0]):
        kept: list[tuple[str, str, str]] = []
        for row in rows:
            if len(row) == 4 and len(kept) < MOST_STREAMS:
                kept.append((row[2], row[1], row[3] or latest.get(row[1], "")))
            else:
                tally.refuse(identity, "a row has not four fields, or there are too many")
        if re.fullmatch(r"CVE-\d{4}-\d{4,10}", identity) and kept:
            tally.read += 1
            yield _advisory(identity, "kernel-streams", kept)


def _latest(rows: list[tuple[str, ...]]) -> dict[str, str]:
    """Return the latest release of each stream that any row names: until there the data goes."""
    found: dict[str, str] = {}
    for row in rows:
        if len(row) == 4 and _RELEASE.fullmatch(row[3]):
            found[row[1]] = max(found.get(row[1], ""), row[3], key=kernel.key)
    return found


def _advisory(identity: str, source: str, rows: list[tuple[str, str, str]]) -> Advisory:
    spans = tuple(span for status, stream, fixed in rows for span in _spans(status, stream, fixed))
    return Advisory(
        id=identity,
        source=source,
        affected=(
            Affected(
                product=cpe_key("linux", "linux_kernel"),
                by="kernel stable streams",
                spans=spans,
                default="unknown",
                scheme="kernel",
            ),
        ),
    )


def _spans(status: str, stream: str, fixed: str) -> Iterator[Span]:
    if not _RELEASE.fullmatch(stream):
        return
    last = f"{stream}.{LAST}"
    if status == "fixed" and _RELEASE.fullmatch(fixed):
        yield Span(status="affected", low=stream, high=fixed, below=True)
        yield Span(status="unaffected", low=fixed, high=last)
    elif status == "open" and _RELEASE.fullmatch(fixed):  # no fix up to this release
        yield Span(status="affected", low=stream, high=fixed)
        yield Span(status="unknown", low=fixed, high=last, above=True)
    elif status == "open":
        yield Span(status="affected", low=stream, high=last)
    else:
        yield Span(status="unknown", low=stream, high=last)
