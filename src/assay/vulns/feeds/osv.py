"""OSV: the dumps of an ecosystem (ZIP of records), one record, or a list of them.

Commit ranges count only with the releases that the record lists for them. Reference: OSV schema
1.7, https://ossf.github.io/osv-schema/.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from assay._kernel import lazy_re
from assay.vulns.advisory import Advisory, Affected, Span, shortened
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.records import records
from assay.vulns.feeds.stream import Document
from assay.vulns.identities import name_key, package_key

FEED = Feed(
    name="osv",
    title="OSV",
    about="OSV records: the ZIP of an ecosystem, a single record, an array or lines",
    references=("https://ossf.github.io/osv-schema/",),
)
MOST_PACKAGES = 500
MOST_EVENTS = 2000
MOST_VERSIONS = 5000
MOST_ALIASES = 30
_IS_RECORD = lazy_re.compile(rb'"(?:affected|withdrawn|aliases|upstream)"\s*:')
_HAS_ID = lazy_re.compile(rb'"modified"\s*:\s*"[^"]*[TZ]')
_NOT = lazy_re.compile(rb'"(?:cveMetadata|vulnStatus|cve_items|sourceIdentifier)"\s*:')
_TAG = lazy_re.compile(r"(?:^|[^0-9.])(\d+(?:[._-]\d+)*(?:[._-]?[a-z]+[._-]?\d*)?)$", re.IGNORECASE)
_SYSTEMS = {"debian": "deb", "ubuntu": "deb-ubuntu", "alpine": "apk", "crates.io": "cargo",
            "rubygems": "gem", "go": "golang", "packagist": "composer"}  # fmt: skip
_LOOSE = {"", "oss-fuzz", "git", "linux", "uve"}
_DISTRIBUTIONS = {"debian": "debian", "ubuntu": "debian", "alpine": "apk", "wolfi": "apk",
                  "chainguard": "apk", "red hat": "rpm", "rocky linux": "rpm", "opensuse": "rpm",
                  "suse": "rpm", "almalinux": "rpm", "mageia": "rpm", "openeuler": "rpm",
                  }  # fmt: skip


class _Range(msgspec.Struct):
    type: str = ""
    events: list[dict[str, str]] = []
    database_specific: dict[str, Any] = {}


class _Package(msgspec.Struct):
    name: str = ""
    ecosystem: str = ""


class _Affected(msgspec.Struct):
    package: _Package = msgspec.field(default_factory=_Package)
    ranges: list[_Range] = []
    versions: list[str] = []


class _Severity(msgspec.Struct):
    score: str = ""


class _Record(msgspec.Struct):
    id: str
    modified: str = ""
    published: str = ""
    withdrawn: str = ""
    aliases: list[str] = []
    upstream: list[str] = []
    summary: str = ""
    details: str = ""
    severity: list[_Severity] = []
    affected: list[_Affected] = []


_DECODER = msgspec.json.Decoder(_Record)


def recognises(head: bytes) -> bool:
    """Return whether a document that begins with *head* is of this format."""
    shaped = _IS_RECORD.search(head) is not None and _HAS_ID.search(head) is not None
    return shaped and _NOT.search(head) is None


def read(document: Document, tally: Tally) -> Iterator[Advisory]:
    """Yield the advisories of *document*, one for each CVE number of a record."""
    for raw in records(document, 0):
        try:
            record = _DECODER.decode(raw)
        except (msgspec.DecodeError, ValueError) as error:
            tally.refuse(document.name, str(error))
            continue
        tally.read += 1
        tally.saw_day(record.modified)
        yield from _advisories(record)


def _advisories(record: _Record) -> Iterator[Advisory]:
    others = list(dict.fromkeys((*record.aliases, *record.upstream)))[:MOST_ALIASES]
    numbers = [one for one in (record.id, *others) if re.fullmatch(r"CVE-\d{4}-\d{4,10}", one)]
    wide = re.fullmatch(r"[A-Z]+-(CVE-\d{4}-\d{4,10})", record.id)
    if wide:
        numbers = [wide[1]]
    affected = tuple(_affected(record))
    for number in dict.fromkeys(numbers) or (record.id[:60],):
        yield Advisory(
            id=number,
            source=f"osv:{record.id[:60]}",
            affected=affected,
            summary=shortened(record.summary or record.details),
            published=record.published[:10],
            modified=record.modified[:10],
            state="rejected" if record.withdrawn else "published",
            vectors=tuple(one.score[:200] for one in record.severity[:6] if "/" in one.score),
            aliases=tuple(one for one in (record.id, *others) if one != number)[:MOST_ALIASES],
        )


def _affected(record: _Record) -> Iterator[Affected]:
    for one in record.affected[:MOST_PACKAGES]:
        ecosystem, _, release = one.package.ecosystem.partition(":")
        lower = ecosystem.lower()
        spans = tuple(_spans(one))
        if not one.package.name or not spans:
            continue
        loose = lower in _LOOSE
        name = one.package.name
        if loose:
            key = name_key("", "linux" if lower == "linux" else name)
        else:
            key = package_key(_SYSTEMS.get(lower, lower), name)
        semantic = any(ranged.type == "SEMVER" for ranged in one.ranges)
        yield Affected(
            product=key,
            by=f"OSV {ecosystem}".strip(),
            spans=spans,
            scheme=_DISTRIBUTIONS.get(lower, "semver" if semantic and not loose else ""),
            release=release[:40],
        )


def _spans(one: _Affected) -> Iterator[Span]:
    usable = [ranged for ranged in one.ranges if ranged.type != "GIT"]
    for ranged in usable:
        yield from _of_events(ranged.events)
    for ranged in one.ranges:
        stated = ranged.database_specific.get("versions")
        if ranged.type == "GIT" and isinstance(stated, list):
            yield from _of_events([event for event in stated if isinstance(event, dict)])
            usable.append(ranged)
    if not usable:
        for text in one.versions[:MOST_VERSIONS]:
            version = version_of_tag(text)
            if version:
                yield Span(status="affected", low=version, high=version)


def _of_events(events: list[dict[str, str]]) -> Iterator[Span]:
    """Yield the runs that a list of introduced, fixed and last_affected events describes."""
    low, pending = "", False
    for event in events[:MOST_EVENTS]:
        introduced, fixed = event.get("introduced"), event.get("fixed") or event.get("limit")
        last = event.get("last_affected")
        if introduced is not None:
            if pending:
                yield Span(status="affected", low=low)
            low, pending = "" if introduced == "0" else str(introduced), True
        elif fixed is not None and pending:
            yield Span(status="affected", low=low, high=str(fixed), below=True)
            pending = False
        elif last is not None and pending:
            yield Span(status="affected", low=low, high=str(last))
            pending = False
    if pending:
        yield Span(status="affected", low=low)


def version_of_tag(tag: str) -> str:
    """Return the release that a tag names: `7.50.0` of `curl-7_50_0`; empty for none."""
    found = _TAG.search(tag.strip()[:100])
    return re.sub(r"(?<=\d)[_-](?=\d)", ".", found[1]) if found else ""
