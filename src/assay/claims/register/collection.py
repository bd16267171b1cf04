"""The register in memory: adding extractions, finding records, joining what belongs together.

Re-reading a document replaces what the rules proposed; what a reviewer decided stays.
"""

from collections.abc import Iterable
from typing import Any

from assay.claims.records import (
    Actor,
    Assertion,
    Bearing,
    Claim,
    Decision,
    Document,
    Extraction,
    Measure,
    Relation,
    Statement,
)
from assay.claims.relations import relate
from assay.errors import UnknownName
from assay.model.record import Record, replace

SHAPES: dict[str, type[Record]] = {
    "documents": Document,
    "actors": Actor,
    "statements": Statement,
    "claims": Claim,
    "relations": Relation,
    "measures": Measure,
    "bearings": Bearing,
    "decisions": Decision,
}


class Register:
    """All records, by kind and id."""

    def __init__(self) -> None:
        self._records: dict[str, dict[str, Any]] = {kind: {} for kind in SHAPES}

    def put(self, kind: str, record: Record) -> None:
        """Keep *record* among those of *kind*, in place of one with the same id."""
        self._records[kind][record.id] = record  # type: ignore[attr-defined]

    def drop(self, kind: str, identity: str) -> None:
        """Forget the record of *kind* with the id *identity*, if there is one."""
        self._records[kind].pop(identity, None)

    def all(self, kind: str) -> list[Any]:
        """Return the records of *kind*, sorted by id."""
        return [record for _, record in sorted(self._records[kind].items())]

    def find(self, identity: str) -> tuple[str, Any]:
        """Return the kind and the record whose id begins with *identity*.

        Raises UnknownName when there is none or more than one.
        """
        hits = [
            (kind, record)
            for kind in SHAPES
            for key, record in self._records[kind].items()
            if key.startswith(identity)
        ]
        if len(hits) == 1:
            return hits[0]
        problem = "several records begin" if hits else "no record begins"
        raise UnknownName(
            f"{problem} with the id {identity!r}", advice="Ids are listed by `assay claims report`."
        )

    def get(self, kind: str, identity: str) -> Any:  # noqa: ANN401 - a value of no one type
        """Return the record of *kind* with exactly the id *identity*, or nothing."""
        return self._records[kind].get(identity)

    def add(self, extraction: Extraction) -> None:
        """Take in *extraction*; earlier proposals of the same document give way, decisions stay."""
        document = extraction.document
        self._forget(document.id)
        self.put("documents", document)
        for actor in extraction.actors:
            self.put("actors", _joined_actor(self.get("actors", actor.id), actor))
        for kind, rows in (
            ("statements", extraction.statements),
            ("measures", extraction.measures),
        ):
            for row in rows:
                if self.get(kind, row.id) is None:
                    self.put(kind, row)
        for claim in extraction.claims:
            self.put("claims", _joined_claim(self.get("claims", claim.id), claim))

    def relate(self) -> None:
        """Find the relations among claims and statements again; decided ones stay."""
        decided = {row.id: row for row in self.all("relations") if row.status != "proposed"}
        self._records["relations"] = dict(decided)
        claims = tuple(row for row in self.all("claims") if row.status != "rejected")
        statements = tuple(row for row in self.all("statements") if row.status != "rejected")
        for relation in relate(claims, statements):
            self._records["relations"].setdefault(relation.id, relation)

    def _forget(self, document: str) -> None:
        """Drop what the rules proposed for *document* before, and claims left without a voice."""
        gone = set()
        for kind in ("statements", "measures"):
            for row in self.all(kind):
                if row.document == document and row.status == "proposed":
                    self.drop(kind, row.id)
                    gone.add(row.id)
        for claim in self.all("claims"):
            rest = tuple(item for item in claim.assertions if item.statement not in gone)
            if not rest and claim.status == "proposed":
                self.drop("claims", claim.id)
            elif rest != claim.assertions:
                self.put("claims", replace(claim, assertions=rest))


def _joined_actor(known: Actor | None, new: Actor) -> Actor:
    if known is None:
        return new
    names = tuple(sorted({*known.names, *new.names}))
    roles = tuple(sorted({*known.roles, *new.roles}, key=lambda role: (role.title, role.of)))
    kind = new.kind if known.kind == "unknown" else known.kind
    joined: Actor = replace(known, names=names, roles=roles, kind=kind)
    return joined


def _joined_claim(known: Claim | None, new: Claim) -> Claim:
    if known is None:
        return new
    assertions = in_order({*known.assertions, *new.assertions})
    joined: Claim = replace(known, assertions=assertions)
    return joined


def in_order(assertions: Iterable[Assertion]) -> tuple[Assertion, ...]:
    """Return *assertions* sorted by statement and place."""
    return tuple(
        sorted(assertions, key=lambda item: (item.statement, item.start, item.end, item.act))
    )
