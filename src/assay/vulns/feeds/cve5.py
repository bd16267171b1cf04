"""CVE List V5: what the numbering authority (CNA) and the enrichers (ADP) say is affected.

Ranges keep their status and the record's default. Commit ids say nothing of a release and are
left out. Reference: CVE JSON record format 5.1, https://cveproject.github.io/cve-schema/schema/.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from assay._kernel import lazy_re
from assay.vulns.advisory import Advisory, Affected, Platform, Span, State, Status, shortened
from assay.vulns.feeds import cpe
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.phrases import by_branch, ended, spans_of
from assay.vulns.feeds.records import records
from assay.vulns.feeds.stream import Document
from assay.vulns.identities import cpe_key, name_key

FEED = Feed(
    name="cve5",
    title="CVE List",
    about="CVE JSON 5.x records with CNA and ADP containers, also those of the Linux kernel's "
    "and OpenSSL's authorities",
    references=("https://cveproject.github.io/cve-schema/schema/",),
)
MOST_PRODUCTS = 400
MOST_VERSIONS = 5000
MOST_FILES = 12
MOST_VECTORS = 6
_IS_RECORD = lazy_re.compile(rb'"(?:cveMetadata|CVE_RECORD)"')
_VAGUE = {"", "n/a", "-", "unspecified", "unknown", "not specified", "none", "na", "tbd"}
_SYSTEMS = {"windows", "macos", "linux", "android", "ios", "freebsd", "unix", "solaris"}
_SCHEMES = {"rpm": "rpm", "deb": "debian", "dpkg": "debian", "apk": "apk"}

_COMMIT = lazy_re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{8,40}")


class _Version(msgspec.Struct, rename="camel"):
    version: str = ""
    status: str = "affected"
    version_type: str = ""
    less_than: str = ""
    less_than_or_equal: str = ""
    changes: list[dict[str, str]] = []


class _Product(msgspec.Struct, rename="camel"):
    vendor: str = ""
    product: str = ""
    package_name: str = ""
    collection_url: str = msgspec.field(default="", name="collectionURL")
    cpes: list[str] = []
    platforms: list[str] = []
    program_files: list[str] = []
    default_status: str = "unknown"
    versions: list[_Version] = []


class _Text(msgspec.Struct, rename="camel"):
    lang: str = ""
    value: str = ""
    cwe_id: str = ""


class _Problem(msgspec.Struct):
    descriptions: list[_Text] = []


class _Provider(msgspec.Struct, rename="camel"):
    short_name: str = ""


class _Container(msgspec.Struct, rename="camel"):
    affected: list[_Product] = []
    descriptions: list[_Text] = []
    metrics: list[dict[str, Any]] = []
    problem_types: list[_Problem] = []
    provider_metadata: _Provider = msgspec.field(default_factory=_Provider)
    tags: list[str] = []


class _Containers(msgspec.Struct):
    cna: _Container = msgspec.field(default_factory=_Container)
    adp: list[_Container] = []


class _Metadata(msgspec.Struct, rename="camel"):
    cve_id: str
    state: str = ""
    date_published: str = ""
    date_updated: str = ""


class _Record(msgspec.Struct, rename="camel"):
    containers: _Containers
    cve_metadata: _Metadata


_DECODER = msgspec.json.Decoder(_Record)


def recognises(head: bytes) -> bool:
    """Return whether a document that begins with *head* is of this format."""
    return _IS_RECORD.search(head) is not None


def read(document: Document, tally: Tally) -> Iterator[Advisory]:
    """Yield the advisories of *document*."""
    for raw in records(document, 0):
        try:
            record = _DECODER.decode(raw)
            if not re.fullmatch(r"CVE-\d{4}-\d{4,10}", record.cve_metadata.cve_id):
                raise ValueError("it has no CVE number")  # noqa: TRY301 - counted like the others
        except (msgspec.DecodeError, ValueError) as error:
            found = re.search(rb"CVE-\d{4}-\d{4,10}", raw[:100_000])
            tally.refuse(found[0].decode() if found else "a record", str(error))
            continue
        tally.read += 1
        tally.saw_day(record.cve_metadata.date_updated)
        yield _advisory(record)


def _advisory(record: _Record) -> Advisory:
    meta, cna = record.cve_metadata, record.containers.cna
    every = (cna, *record.containers.adp)
    text = next((one.value for one in cna.descriptions if one.lang.startswith("en")), "")
    return Advisory(
        id=meta.cve_id,
        source="cve",
        affected=tuple(_affected(every)),
        summary=shortened(text),
        published=meta.date_published[:10],
        modified=meta.date_updated[:10],
        state=_state(meta, cna, text),
        vectors=_vectors(every),
        cwe=_weaknesses(every),
    )


def _state(meta: _Metadata, cna: _Container, text: str) -> State:
    if meta.state.upper() == "REJECTED":
        return "rejected"
    told = "disputed" in cna.tags or text.startswith("** DISPUTED **")
    return "disputed" if told else "published"


def _vectors(containers: tuple[_Container, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for container in containers:
        for metric in container.metrics:
            for name, value in sorted(metric.items(), reverse=True):
                if name.startswith("cvssV") and isinstance(value, dict):
                    vector = value.get("vectorString")
                    if isinstance(vector, str):
                        found[vector[:200]] = None
    return tuple(found)[:MOST_VECTORS]


def _weaknesses(containers: tuple[_Container, ...]) -> tuple[int, ...]:
    texts = {
        text.cwe_id
        for container in containers
        for problem in container.problem_types
        for text in problem.descriptions
    }
    return tuple(sorted(int(text[4:]) for text in texts if re.fullmatch(r"CWE-\d{1,5}", text)))


def _affected(containers: tuple[_Container, ...]) -> Iterator[Affected]:
    for container in containers:
        by = container.provider_metadata.short_name[:40] or "CVE"
        for product in container.affected[:MOST_PRODUCTS]:
            spans = by_branch(tuple(_spans(product.versions[:MOST_VERSIONS])))
            if not spans and any(map(_is_commits, product.versions)):
                continue  # commits only: the same container states the releases elsewhere
            for key in _keys(product):
                yield Affected(
                    product=key,
                    by=by,
                    spans=spans,
                    default=_default(product, spans),
                    scheme=_scheme(product),
                    platforms=_platforms(product),
                    files=tuple(one[:120] for one in product.program_files[:MOST_FILES]),
                )


def _keys(product: _Product) -> list[str]:
    """Return the keys of *product*: its CPE names, or the names of vendor and product."""
    names = [cpe.parse(text) for text in product.cpes[:50]]
    keys = [cpe_key(one.vendor, one.product) for one in names if one is not None]
    title = product.package_name or product.product
    if title.strip().lower() not in _VAGUE:
        vendor = "" if product.vendor.strip().lower() in _VAGUE else product.vendor
        keys.append(name_key(vendor, title))
        if product.package_name and product.product.strip().lower() not in _VAGUE:
            keys.append(name_key(vendor, product.product))
    return list(dict.fromkeys(keys))


def _default(product: _Product, spans: tuple[Span, ...]) -> Status:
    """Return the status outside all spans: unstated is unaffected where spans are stated.

    A default of affected beside a list of nothing but affected versions is an author's slip.
    """
    if product.default_status == "affected" and not (
        spans and all(span.status == "affected" for span in spans)
    ):
        return "affected"
    if product.default_status == "unknown" and not spans:
        return "unknown"
    return "unaffected"


def _platforms(product: _Product) -> tuple[tuple[Platform, ...], ...]:
    """Return the operating systems to which the authority limits it, where it names only such."""
    names = [text.strip().lower() for text in product.platforms[:20]]
    if not names or not set(names) <= _SYSTEMS:
        return ()
    return (tuple(Platform(part="sw", vendor="", product=name) for name in names),)


def _scheme(product: _Product) -> str:
    types = {one.version_type.lower() for one in product.versions} - {"git"}
    known = {_SCHEMES[one] for one in types if one in _SCHEMES}
    return known.pop() if len(known) == 1 and len(types) == 1 else ""


def _spans(versions: list[_Version]) -> Iterator[Span]:
    for one in versions:
        status = _status(one.status)
        end = one.less_than or one.less_than_or_equal
        if _is_commits(one):
            continue
        if not end and not one.changes:
            yield from _single(one.version.strip(), status)
            continue
        yield from _changed(one, end or "*", status)


def _is_commits(one: _Version) -> bool:
    """Return whether a range is of commits, whatever its type says: they have no order."""
    texts = (one.version, one.less_than, one.less_than_or_equal)
    return (one.version_type == "git" and not _looks_like_release(one)) or any(
        _COMMIT.fullmatch(text) for text in texts
    )


def _looks_like_release(one: _Version) -> bool:
    return all(
        not text or text in {"0", "*"} or "." in text
        for text in (one.version, one.less_than, one.less_than_or_equal)
    )


def _status(word: str) -> Status:
    return "affected" if word == "affected" else "unaffected" if word == "unaffected" else "unknown"


def _single(version: str, status: Status) -> Iterator[Span]:
    if version.lower() in _VAGUE:
        yield Span(status="unknown")
    elif version.endswith((".*", ".x")):
        yield ended(version, version, below=False, status=status)
    else:
        yield from spans_of(version, status) or ()


def _changed(one: _Version, end: str, status: Status) -> Iterator[Span]:
    """Yield a range cut where its `changes` say that the status turns."""
    low, now = one.version, status
    for change in one.changes[:50]:
        at = change.get("at", "")
        yield ended(low, at, below=True, status=now)
        low, now = at, _status(change.get("status", ""))
    yield ended(low, end, below=bool(one.less_than), status=now)
