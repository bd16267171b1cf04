"""A comparison as SARIF 2.1.0, for code-scanning systems and gates."""

from typing import Any
from urllib.parse import quote

from assay._kernel import canonical
from assay.compare.levels import LEVELS, MEANINGS, TITLES, Level
from assay.compare.records import Change, Comparison, Pair
from assay.report.sarif import SCHEMA

_GRAVITY: dict[Level, str] = {
    "E0": "none", "E1": "none", "E2": "none", "E3": "note", "I": "warning", "D": "error",
}  # fmt: skip
_KIND: dict[Level, str] = {
    "E0": "pass", "E1": "pass", "E2": "pass", "E3": "review", "I": "open", "D": "fail",
}  # fmt: skip


def render(comparison: Comparison) -> bytes:
    """Return the log with one run as canonical JSON."""
    rules = [
        {
            "id": f"compare.{level}",
            "shortDescription": {"text": TITLES[level]},
            "fullDescription": {"text": MEANINGS[level]},
        }
        for level in LEVELS
    ]
    run = {
        "tool": {"driver": {"name": "Assay", "version": comparison.tool.version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [result for pair in comparison.pairs for result in _results(pair)],
        "properties": {"level": comparison.level, "reason": comparison.reason},
    }
    return canonical.encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _results(pair: Pair) -> list[dict[str, Any]]:
    texts = [change.says for change in pair.changes] or [pair.reason]
    changes: list[Change | None] = [*pair.changes] or [None]
    return [
        {
            "ruleId": f"compare.{pair.level}",
            "kind": _KIND[pair.level],
            "level": _GRAVITY[pair.level] if _KIND[pair.level] == "fail" else "none",
            "message": {"text": text},
            "locations": [_location(pair, change)],
        }
        for text, change in zip(texts, changes, strict=True)
    ]


def _location(pair: Pair, change: Change | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": quote(pair.path, safe="/")}}
    }
    if change is not None and change.kind == "function":
        found["logicalLocations"] = [{"name": change.name, "kind": "function"}]
    return found
