"""NVD JSON 2.0: API answers, yearly feeds, one record per file or line, and corrections to it.

Only matches that NVD calls vulnerable become products; the rest of an AND becomes what must be
there too. Reference: https://nvd.nist.gov/developers/vulnerabilities (schema 2.0).
"""

import re
from collections.abc import Iterator

import msgspec

from assay._kernel import lazy_re
from assay.vulns.advisory import LAST, Advisory, Affected, Platform, Span, State, shortened
from assay.vulns.feeds import cpe
from assay.vulns.feeds.feed import Feed, Tally
from assay.vulns.feeds.records import records
from assay.vulns.feeds.stream import Document
from assay.vulns.identities import cpe_key

FEED = Feed(
    name="nvd",
    title="National Vulnerability Database",
    about="NVD JSON 2.0 (API, yearly files, one record per file or line), also with corrections "
    "of configurations in the same form",
    references=("https://nvd.nist.gov/developers/vulnerabilities",),
)
MOST_PLATFORMS = 30
MOST_GROUPS = 6
MOST_MATCHES = 20_000
MOST_VECTORS = 6
_IS_ITEM = lazy_re.compile(
    rb'"(?:vulnStatus|sourceIdentifier|cveTags)"\s*:|"cve"\s*:\s*\{\s*"configurations"'
    rb'|"format"\s*:\s*"NVD_CVE"|"cve_items"\s*:'
)
_IS_OTHER = lazy_re.compile(rb'"(?:cveMetadata|dataType|schema_version|catalogVersion)"\s*:')
_LIST = lazy_re.compile(rb'\s*\{[^{}]{0,4000}"(?:vulnerabilities|cve_items)"\s*:\s*\[')


class _Match(msgspec.Struct, rename="camel"):
    criteria: str
    vulnerable: bool = True
    version_start_including: str = ""
    version_start_excluding: str = ""
    version_end_including: str = ""
    version_end_excluding: str = ""


class _Node(msgspec.Struct, rename="camel"):
    cpe_match: list[_Match] = []
    operator: str = "OR"
    negate: bool = False


class _Configuration(msgspec.Struct):
    nodes: list[_Node] = []
    operator: str = "OR"
    negate: bool = False


class _Text(msgspec.Struct):
    lang: str = ""
    value: str = ""


class _Weakness(msgspec.Struct):
    description: list[_Text] = []


class _Score(msgspec.Struct, rename="camel"):
    vector_string: str = ""


class _Metric(msgspec.Struct, rename="camel"):
    cvss_data: _Score = msgspec.field(default_factory=_Score)
    type: str = ""


class _Metrics(msgspec.Struct):
    v40: list[_Metric] = msgspec.field(default=[], name="cvssMetricV40")
    v31: list[_Metric] = msgspec.field(default=[], name="cvssMetricV31")
    v30: list[_Metric] = msgspec.field(default=[], name="cvssMetricV30")
    v2: list[_Metric] = msgspec.field(default=[], name="cvssMetricV2")


class _Tags(msgspec.Struct):
    tags: list[str] = []


class _Cve(msgspec.Struct, rename="camel"):
    id: str = ""
    vuln_status: str = ""
    published: str = ""
    last_modified: str = ""
    descriptions: list[_Text] = []
    metrics: _Metrics = msgspec.field(default_factory=_Metrics)
    weaknesses: list[_Weakness] = []
    configurations: list[_Configuration] = []
    cve_tags: list[_Tags] = []


class _Annotation(msgspec.Struct):
    cve_id: str = ""
    description: str = ""


class _Item(msgspec.Struct):
    cve: _Cve | None = None
    annotation: _Annotation | None = msgspec.field(default=None, name="_annotation")


_BARE = msgspec.json.Decoder(_Cve)
_WRAPPED = msgspec.json.Decoder(_Item)


def recognises(head: bytes) -> bool:
    """Return whether a document that begins with *head* is of this format."""
    return _IS_ITEM.search(head[:20_000]) is not None and _IS_OTHER.search(head[:2000]) is None


def read(document: Document, tally: Tally) -> Iterator[Advisory]:
    """Yield the advisories of *document*."""
    depth = 2 if _LIST.match(document.head) else 0
    for raw in records(document, depth):
        try:
            yield _advisory(raw, tally)
        except (msgspec.DecodeError, ValueError) as error:
            tally.refuse(_name(raw), str(error))


def _name(raw: bytes) -> str:
    found = re.search(rb"CVE-\d{4}-\d{4,10}", raw[:100_000])
    return found[0].decode() if found else "a record"


def _advisory(raw: bytes, tally: Tally) -> Advisory:
    item = _WRAPPED.decode(raw)
    correction = item.annotation is not None
    one = item.cve if item.cve is not None else _BARE.decode(raw)
    identity = one.id or (item.annotation.cve_id if item.annotation else "")
    if not re.fullmatch(r"CVE-\d{4}-\d{4,10}", identity):
        raise ValueError("it has no CVE number")
    tally.read += 1
    tally.saw_day(one.last_modified)
    text = next((one.value for one in one.descriptions if one.lang.startswith("en")), "")
    by = "NVD correction" if correction else "NVD"
    return Advisory(
        id=identity,
        source="nvd-correction" if correction else "nvd",
        affected=tuple(_affected(one.configurations, by)),
        summary=shortened(text),
        published=one.published[:10],
        modified=one.last_modified[:10],
        state=_state(one, text),
        vectors=_vectors(one.metrics),
        cwe=_weaknesses(one.weaknesses),
    )


def _state(one: _Cve, text: str) -> State:
    if one.vuln_status == "Rejected":
        return "rejected"
    told = any("disputed" in tags.tags for tags in one.cve_tags)
    return "disputed" if told or text.startswith("** DISPUTED **") else "published"


def _vectors(metrics: _Metrics) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for group in (metrics.v40, metrics.v31, metrics.v30, metrics.v2):
        for metric in sorted(group, key=lambda one: one.type != "Primary"):
            if metric.cvss_data.vector_string:
                found[metric.cvss_data.vector_string[:200]] = None
    return tuple(found)[:MOST_VECTORS]


def _weaknesses(weaknesses: list[_Weakness]) -> tuple[int, ...]:
    texts = {text.value for one in weaknesses for text in one.description}
    return tuple(sorted(int(text[4:12]) for text in texts if re.fullmatch(r"CWE-\d{1,5}", text)))


def _affected(configurations: list[_Configuration], by: str) -> Iterator[Affected]:
    """Yield one entry for each product and what it needs beside it."""
    groups: dict[tuple[str, tuple[tuple[Platform, ...], ...]], list[Span]] = {}
    seen = 0
    for configuration in configurations:
        for node in configuration.nodes:
            beside = _beside(configuration, node)
            for match in node.cpe_match:
                seen += 1
                name = cpe.parse(match.criteria)
                if name is None or not match.vulnerable or seen > MOST_MATCHES:
                    continue
                span = _span(name, match)
                platforms = (*_within(node, match), *beside, *_targets(name))
                negated = node.negate or configuration.negate
                key = (cpe_key(name.vendor, name.product), platforms[:MOST_GROUPS])
                spans = groups.setdefault(key, [])
                spans.append(msgspec.structs.replace(span, status="unknown") if negated else span)
    for (product, platforms), spans in groups.items():
        yield Affected(product=product, by=by, spans=tuple(spans), platforms=platforms)


def _span(name: cpe.Cpe, match: _Match) -> Span:
    low = match.version_start_including or match.version_start_excluding
    high = match.version_end_including or match.version_end_excluding
    if low or high:
        return Span(
            status="affected",
            low=low,
            high=high,
            above=bool(match.version_start_excluding) and not match.version_start_including,
            below=bool(match.version_end_excluding) and not match.version_end_including,
        )
    if name.version == "-":
        return Span(status="unknown")
    if name.version == "*":
        return Span(status="affected")
    version = name.full_version
    if version.endswith("*"):
        return Span(status="affected", low=version.rstrip(".*"), high=f"{version[:-1]}{LAST}")
    return Span(status="affected", low=version, high=version)


def _beside(configuration: _Configuration, node: _Node) -> tuple[tuple[Platform, ...], ...]:
    """Return what the other nodes of an AND ask for."""
    if configuration.operator != "AND" or len(configuration.nodes) < 2:
        return ()
    others = [other for other in configuration.nodes if other is not node][:MOST_GROUPS]
    return tuple(group for other in others if (group := _platforms(other.cpe_match)))


def _within(node: _Node, match: _Match) -> tuple[tuple[Platform, ...], ...]:
    """Return what the other matches of an AND node ask for, each by itself."""
    if node.operator != "AND":
        return ()
    others = [other for other in node.cpe_match if other is not match][:MOST_GROUPS]
    return tuple(group for other in others if (group := _platforms([other])))


def _platforms(matches: list[_Match]) -> tuple[Platform, ...]:
    found: dict[Platform, None] = {}
    for match in matches[: MOST_PLATFORMS * 4]:
        name = cpe.parse(match.criteria)
        if name is not None:
            spans = (_span(name, match),) if name.version not in {"*", "-"} else ()
            one = Platform(
                part=name.part,
                vendor=name.vendor.lower(),
                product=name.product.lower(),
                spans=spans,
            )
            found[one] = None
    return tuple(found)[:MOST_PLATFORMS]


def _targets(name: cpe.Cpe) -> tuple[tuple[Platform, ...], ...]:
    """Return the software or machine that the name itself is bound to."""
    found = []
    for part, value in (("sw", name.target_sw), ("hw", name.target_hw)):
        if value not in {"*", "-", ""}:
            found.append((Platform(part=part, vendor="", product=value.lower()),))
    return tuple(found)
