"""The bundle of a comparison: an equivalence attestation that anybody can check offline.

Members: `comparison.json`, `run.json`, reports, manifest and signature, as in every bundle
(docs/seal.md). The signed statement is an in-toto Statement v1 that follows from the record.
"""

from collections.abc import Iterator, Mapping

from assay.compare.attest.consistency import contradictions
from assay.compare.levels import LIMIT, TITLES
from assay.compare.records import Comparison
from assay.compare.report import html, sarif
from assay.seal import sealed
from assay.seal.keys import SigningKey
from assay.seal.members import MANIFEST
from assay.seal.run import RunRecord
from assay.seal.sealed import Sort
from assay.seal.signature import digests_of, stated

COMPARISON = "comparison.json"
FILE = "bundle.assay"
"""What the bundle is called in a folder of reports."""


def statement(comparison: Comparison, members: Mapping[str, bytes]) -> bytes:
    """Return the in-toto Statement about both sides, the record and the manifest in *members*."""
    digests = digests_of(members, (MANIFEST, COMPARISON))
    digests |= {"first": comparison.a.sha256, "second": comparison.b.sha256}
    predicate = {
        "tool": comparison.tool,
        "options": comparison.options,
        "level": comparison.level,
        "means": TITLES[comparison.level],
        "reason": comparison.reason,
        "identical": comparison.identical,
        "sums": comparison.sums,
        "limit": LIMIT,
    }
    return stated(digests, comparison.schema, predicate)


SORT = Sort(
    member=COMPARISON,
    schema="https://assay.invalid/comparison-bundle/1",
    shape=Comparison,
    statement=statement,
    contradictions=contradictions,
)


def reports(comparison: Comparison) -> dict[str, bytes]:
    """Return the report files about *comparison* by name."""
    return {
        "comparison.html": html.render(comparison),
        "comparison.sarif": sarif.render(comparison),
    }


def build(comparison: Comparison, run: RunRecord, key: SigningKey | None = None) -> Iterator[bytes]:
    """Yield the bytes of the attestation; the same arguments always give the same bytes."""
    yield from sealed.build(SORT, comparison, run, reports(comparison), key)
