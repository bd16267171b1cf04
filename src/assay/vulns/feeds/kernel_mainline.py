"""The Linux kernel's mainline: which release brought a flaw and which one fixed it.

Two forms of the linux_kernel_cves data: a table of ranges, and `kernel_cves.json`, which also has
scores and texts. Mainline says nothing of what a stable release or a vendor took over.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from assay._kernel import lazy_re
from assay.vulns.advisory import Advisory, Affected, Span, shortened
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.stream import Document
from assay.vulns.identities import cpe_key

FEED = Feed(
    name="kernel-mainline",
    title="Linux kernel flaws in mainline",
    about="mainline releases that brought and fixed a flaw, as table or JSON",
    references=("https://github.com/nluedtke/linux_kernel_cves",),
)
HEADER = b"cve\tbroken_by\tfixed_by\taffected_from\tfixed_in\tnote"
BY = "kernel mainline"
_JSON = lazy_re.compile(
    rb'\s*\{\s*"CVE-\d{4}-\d+"\s*:\s*\{\s*"(?:affected_versions|backport|breaks|cmt_msg)"'
)
_KEY = lazy_re.compile(rb'"(CVE-\d{4}-\d{4,10})"\s*:\s*$')
_TAG = lazy_re.compile(r"v?(\d{1,3}(?:\.\d{1,4}){1,3}(?:-rc\d{1,3})?)")
_NOT_MAINLINE = "CVE Caused by Backporting"


class _Entry(msgspec.Struct):
    affected_versions: str = ""
    nvd_text: str = ""
    cvss2: dict[str, Any] = {}
    cvss3: dict[str, Any] = {}
    rejected: bool = False
    backport: bool = False
    vendor_specific: bool = False


_DECODER = msgspec.json.Decoder(_Entry)


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
        if found is None:
            continue
        try:
            entry = _DECODER.decode(raw)
        except (msgspec.DecodeError, ValueError) as error:
            tally.refuse(found[1].decode(), str(error))
            continue
        tally.read += 1
        yield _of_entry(found[1].decode(), entry)


def _table(document: Document, tally: Tally) -> Iterator[Advisory]:
    lines = document.lines()
    next(lines, None)
    for line in lines:
        row = line.decode("utf-8", "replace").rstrip("\r").split("\t")
        if len(row) != 6 or not re.fullmatch(r"CVE-\d{4}-\d{4,10}", row[0]):
            tally.refuse(row[0], "the row has not six fields that begin with a CVE number")
            continue
        tally.read += 1
        known = row[5] != _NOT_MAINLINE and bool(row[4] or row[3])
        affected = _affected(row[3], row[4]) if known else ()
        yield Advisory(id=row[0], source="kernel-mainline", affected=affected)


def _of_entry(identity: str, entry: _Entry) -> Advisory:
    low, _, high = entry.affected_versions.partition(" to ")
    mainline = bool(high) and not (entry.backport or entry.vendor_specific)
    return Advisory(
        id=identity,
        source="kernel-texts",
        affected=_affected(low, high) if mainline else (),
        summary=shortened(entry.nvd_text),
        state="rejected" if entry.rejected else "published",
        vectors=tuple(one for one in (_vector3(entry.cvss3), _vector2(entry.cvss2)) if one),
    )


def _affected(low: str, high: str) -> tuple[Affected, ...]:
    first, fixed = _TAG.fullmatch(low.strip()), _TAG.fullmatch(high.strip())
    if first is None and fixed is None:
        return ()
    span = Span(
        status="affected",
        low=first[1] if first else "",
        high=fixed[1] if fixed else "",
        below=fixed is not None,
    )
    return (
        Affected(product=cpe_key("linux", "linux_kernel"), by=BY, spans=(span,), scheme="kernel"),
    )


def _vector3(words: dict[str, Any]) -> str:
    """Return the CVSS 3 vector that the words describe, empty when one is missing."""
    fields = (
        ("AV", "Attack Vector"), ("AC", "Attack Complexity"), ("PR", "Privileges Required"),
        ("UI", "User Interaction"), ("S", "Scope"), ("C", "Confidentiality"), ("I", "Integrity"),
        ("A", "Availability"),
    )  # fmt: skip
    letters = _letters(words, fields)
    return f"CVSS:3.0/{letters}" if letters else ""


def _vector2(words: dict[str, Any]) -> str:
    fields = (
        ("AV", "Access Vector"), ("AC", "Access Complexity"), ("Au", "Authentication"),
        ("C", "Confidentiality Impact"), ("I", "Integrity Impact"), ("A", "Availability Impact"),
    )  # fmt: skip
    return _letters(words, fields)


def _letters(words: dict[str, Any], fields: tuple[tuple[str, str], ...]) -> str:
    """Return `AV:N/AC:L/…` from the first letters of the words, empty when one is missing."""
    found = [(short, str(words.get(name, ""))[:1].upper()) for short, name in fields]
    return (
        "/".join(f"{short}:{letter}" for short, letter in found)
        if all(letter for _, letter in found)
        else ""
    )
