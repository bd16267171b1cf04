"""An equivalence attestation: an in-toto Statement about both sides, in a DSSE envelope.

The payload follows from the comparison alone, so a second lab makes the same bytes. References:
in-toto Attestation Framework, Statement v1; DSSE 1.0, as in `assay.seal.signature`.
"""

import hashlib

from assay._kernel import canonical
from assay.compare.levels import LIMIT, TITLES
from assay.compare.records import Comparison
from assay.seal.keys import SigningKey
from assay.seal.signature import STATEMENT_TYPE, sign


def statement(comparison: Comparison) -> bytes:
    """Return the statement: both subjects, level, causes, sums and the digest of the result."""
    result = hashlib.sha256(canonical.encode(comparison)).hexdigest()
    return canonical.encode(
        {
            "_type": STATEMENT_TYPE,
            "subject": [
                {"name": "first", "digest": {"sha256": comparison.a.sha256}},
                {"name": "second", "digest": {"sha256": comparison.b.sha256}},
            ],
            "predicateType": comparison.schema,
            "predicate": {
                "tool": comparison.tool,
                "level": comparison.level,
                "means": TITLES[comparison.level],
                "reason": comparison.reason,
                "identical": comparison.identical,
                "sums": comparison.sums,
                "comparison": {"sha256": result},
                "limit": LIMIT,
            },
        }
    )


def attestation(comparison: Comparison, key: SigningKey | None) -> dict[str, bytes]:
    """Return the files of an attestation: comparison, statement, and its signature with *key*."""
    payload = statement(comparison)
    files = {"comparison.json": canonical.encode(comparison), "statement.json": payload}
    return {**files, **sign(payload, key)} if key is not None else files
