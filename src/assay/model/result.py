"""What was found and judged: evidence, findings, check results, verdicts, the evaluation."""

from typing import Literal

from assay.model.flaws import FlawSearch, KnownFlaw
from assay.model.record import Digest, Record
from assay.model.tree import Container, Node, Problem

EvidenceKind = Literal["bytes", "text", "disassembly", "attribute", "absence"]
Severity = Literal["critical", "high", "medium", "low", "info"]
Confidence = Literal["certain", "firm", "tentative"]
Outcome = Literal["found", "clear", "inconclusive", "not-applicable"]
Judgement = Literal["pass", "fail", "inconclusive", "not-applicable", "not-assessed"]

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")


class Evidence(Record):
    """The bytes behind a finding.

    `offset` and `length` are in bytes of the blob. `excerpt` is printable text, or hex for
    kind `bytes`; at most 400 characters. For `attribute` (a mode, an owner) and `absence` the
    offset is 0 and the excerpt says what was read or looked for.
    """

    kind: EvidenceKind
    blob: Digest
    path: str
    offset: int
    length: int
    excerpt: str


class Finding(Record):
    """One thing that a check found.

    `subject` is the path of the node concerned. `id` is a digest of check, subject and
    statement, so that the same finding has the same id in every evaluation.
    """

    id: str
    check: str
    version: int
    title: str
    subject: str
    blob: Digest | None
    says: str
    severity: Severity
    confidence: Confidence
    cwe: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    advice: str = ""


class CheckResult(Record):
    """What one check did: its outcome, what it examined, and its findings.

    `scope` says in a sentence what was looked at; `examined` counts the subjects. A check that
    found nothing is `clear` only when its scope was complete; otherwise `inconclusive`, and
    `gaps` says what could not be looked at.
    """

    check: str
    version: int
    outcome: Outcome
    scope: str
    examined: int
    gaps: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class Verdict(Record):
    """The judgement of one requirement."""

    requirement: str
    title: str
    mandatory: bool
    verdict: Judgement
    reason: str
    against: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    id_verified: bool = True


class Occurrence(Record):
    """Where a component was seen and the bytes that show it; `confidence` is in permille."""

    path: str
    blob: Digest
    offset: int
    length: int
    excerpt: str
    method: str
    confidence: int = 0


class Component(Record):
    """A piece of third-party or vendor software in the image.

    `version` is empty when unknown. Where versions cannot be told apart, `version` is the nearest
    known one and the true one lies between `version_low` and `version_high`, both included; one
    of them empty is an open end, both empty say that `version` is exact. `method` names the
    strongest method that identified it and `confidence` is in permille. `needs` are the purls of
    the components whose libraries its files load.
    """

    name: str
    version: str
    purl: str
    cpe: str
    kind: Literal[
        "package",
        "full-copy",
        "partial-copy",
        "modified-copy",
        "fragment",
        "kernel",
        "module",
        "program",
    ]
    method: str
    confidence: int
    licence: str = ""
    occurrences: tuple[Occurrence, ...] = ()
    version_low: str = ""
    version_high: str = ""
    needs: tuple[str, ...] = ()


class Coverage(Record):
    """How much of the image was accounted for, in bytes.

    The four accounts are of the image's own bytes, nested containers resolved; they add up to
    `size`. `derived` counts bytes that came out of decompression, `derived_unknown` those of
    them that no format claimed.
    """

    size: int
    parsed: int
    padding: int
    encrypted: int
    unknown: int
    derived: int = 0
    derived_unknown: int = 0
    files: int = 0
    files_unread: int = 0

    @property
    def permille(self) -> int:
        """The share of the image's bytes that were parsed or are padding, in permille."""
        return (self.parsed + self.padding) * 1000 // self.size if self.size else 0


class Subject(Record):
    """What was handed in. Its name is in the run record: the same bytes give the same result."""

    sha256: Digest
    size: int
    kind: Literal["image", "directory"]


class Tool(Record):
    """Which Assay with which data made the evaluation."""

    name: str
    version: str
    digest: Digest


class Option(Record):
    """An option that can change the result."""

    name: str
    value: str


class Evaluation(Record):
    """The result of an evaluation: the thing that is sealed, byte for byte reproducible."""

    schema: str
    subject: Subject
    tool: Tool
    profile: str
    profile_title: str
    options: tuple[Option, ...]
    verdict: Judgement
    coverage: Coverage
    containers: tuple[Container, ...]
    nodes: tuple[Node, ...]
    components: tuple[Component, ...]
    results: tuple[CheckResult, ...]
    verdicts: tuple[Verdict, ...]
    problems: tuple[Problem, ...]
    flaw_search: FlawSearch | None = None
    flaws: tuple[KnownFlaw, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, most severe first, then by subject and check."""
        order = {severity: place for place, severity in enumerate(SEVERITIES)}
        everything = (finding for result in self.results for finding in result.findings)
        return tuple(
            sorted(everything, key=lambda f: (order[f.severity], f.check, f.subject, f.id))
        )
