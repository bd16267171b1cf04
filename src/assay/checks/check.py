"""What a check module declares, and how it states findings.

A check is one file below `checks/<topic>/` with `CHECK` and `run(image, scope)`. Checks read
the inventory only; they never unpack and never look at a vendor's name or country.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from assay._kernel.value import Value
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.model.result import Confidence, Evidence, EvidenceKind, Finding, Severity
from assay.model.tree import Node

EXCERPT = 400
"""The most characters that an excerpt may have."""


class Scope(msgspec.Struct):
    """What a run of a check looked at: count subjects with `saw`, name gaps with `gap`."""

    examined: int = 0
    gaps: list[str] = msgspec.field(default_factory=list)

    def saw(self, count: int = 1) -> None:
        """Count *count* subjects as examined."""
        self.examined += count

    def gap(self, says: str) -> None:
        """Record that something could not be looked at; a check with gaps is never clear."""
        if says not in self.gaps:
            self.gaps.append(says)


class Check(Value):
    """The declaration of a check.

    `id` is `<topic>.<name>`; `looks_at` completes "Looked at …"; `not_a_finding` says what is
    deliberately left alone; `advice` is what the maker can do. `applies` False marks checks
    whose absence of subjects proves nothing: they are inconclusive instead of not-applicable.
    `needs_components` marks checks that look at components, known flaws or declarations; others
    can be run before these are there. `long` marks checks that take long: they are begun first.
    """

    id: str
    version: int
    title: str
    severity: Severity
    about: str
    looks_at: str
    not_a_finding: str
    cwe: tuple[int, ...] = ()
    advice: str = ""
    references: tuple[str, ...] = ()
    applies: bool = True
    needs_components: bool = False
    long: bool = False

    def finding(
        self,
        node: Node,
        says: str,
        evidence: Iterable[Evidence],
        *,
        severity: Severity | None = None,
        confidence: Confidence = "certain",
    ) -> Finding:
        """Return a finding about *node*; the same one has the same id in every evaluation."""
        key = f"{self.id}\0{node.path}\0{says}".encode()
        return Finding(
            id=hashlib.sha256(key).hexdigest()[:16],
            check=self.id,
            version=self.version,
            title=self.title,
            subject=node.path,
            blob=node.blob,
            says=says,
            severity=severity or self.severity,
            confidence=confidence,
            cwe=self.cwe,
            evidence=tuple(evidence),
            advice=self.advice,
        )


class CheckModule(Protocol):
    """The shape of a module below `checks/`."""

    CHECK: Check
    run: Callable[[Inventory, Scope], Iterator[Finding]]


def at(node: Node, span: Span, kind: EvidenceKind = "text") -> Evidence:
    """Return the evidence that *span* of the content of *node* gives."""
    return Evidence(
        kind=kind,
        blob=node.blob or node.origin.container,
        path=node.path,
        offset=span.offset,
        length=span.length,
        excerpt=span.text[:EXCERPT],
    )


def attribute(node: Node, says: str) -> Evidence:
    """Return the evidence that a recorded attribute (mode, owner, size, target) of *node* gives.

    It points at the bytes of the container that describe the node.
    """
    return Evidence(
        kind="attribute",
        blob=node.origin.container,
        path=node.path,
        offset=node.origin.offset,
        length=node.origin.length,
        excerpt=says[:EXCERPT],
    )


def absence(node: Node, looked_for: str) -> Evidence:
    """Return the evidence that *looked_for* does not occur in the content of *node*."""
    return Evidence(
        kind="absence",
        blob=node.blob or node.origin.container,
        path=node.path,
        offset=0,
        length=node.size,
        excerpt=looked_for[:EXCERPT],
    )
