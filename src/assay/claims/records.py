"""Records of the register: documents, actors, statements, claims, measures, bearings, decisions.

Offsets are into the bytes of the document as handed in; for PDF, into its extracted text.
A record says what was said and by whom; none says whether it is so.
"""

from typing import Literal

from assay.model.record import Digest, Record

Precision = Literal["minute", "day", "week", "month", "year", "none"]
Role = Literal[
    "body",
    "title",
    "dateline",
    "byline",
    "source",
    "caption",
    "related-link",
    "widget",
    "heading",
    "foreign-script",
    "duplicate",
    "furniture",
]
Mode = Literal["direct", "indirect", "mixed", "free-indirect", "headline"]
Act = Literal[
    "assert", "allege", "deny", "admit", "promise", "demand", "ask", "characterise", "announce"
]
ActorKind = Literal[
    "person",
    "organisation",
    "state",
    "document",
    "collective-unnamed",
    "official-unnamed",
    "unknown",
]
ResolvedBy = Literal[
    "exact",
    "surname",
    "alias",
    "role",
    "pronoun",
    "continued",
    "dialogue",
    "publisher",
    "inferred",
    "unresolved",
]
EvidenceClass = Literal[
    "none",
    "bare-assertion",
    "unnamed-source",
    "named-source",
    "institution",
    "document",
    "technical-finding",
]
Quantifier = Literal["one", "some", "all", "none"]
ClaimForm = Literal[
    "existential", "universal-negative", "standard", "inventory", "fulfilment", "opinion", "record"
]
Checkable = Literal["product-test", "document", "list", "inventory", "none"]
MeasureKind = Literal[
    "ban",
    "procurement-exclusion",
    "list-entry",
    "licence-duty",
    "lawsuit",
    "suspension",
    "designation",
    "treaty-offer",
]
Status = Literal["proposed", "accepted", "rejected", "edited"]
Effect = Literal["supports", "weakens", "contradicts", "none"]
ScopeMatch = Literal[
    "same-image",
    "same-product-other-version",
    "within-claim",
    "same-family",
    "vendor-only",
    "not-comparable",
]
RelationKind = Literal["denies", "repeats", "answers", "narrows", "conflicts"]

QUOTE_LIMIT = 300
"""The most characters of another's text that a record keeps."""


class Span(Record, array_like=True):
    """A byte range of a document: start included, end not."""

    start: int
    end: int


class Excerpt(Record):
    """Text of a document, cut to 300 characters, with where it stands and its whole digest."""

    text: str
    start: int
    end: int
    sha256: Digest


class Block(Record):
    """A line or paragraph of a document, what it is, and the rule that said so."""

    role: Role
    start: int
    end: int
    rule: str


class Found(Record):
    """A fact about a document and how it was found."""

    value: str
    basis: str


class When(Record):
    """A date: ISO text cut to its precision, and how it was found."""

    date: str
    precision: Precision
    basis: str


class Document(Record):
    """A text that was handed in; `id` is the SHA-256 of its bytes."""

    id: Digest
    size: int
    format: Literal["text", "html", "pdf"]
    encoding: str
    offsets: Literal["raw-bytes", "extracted-text"]
    language: str
    supported: bool
    title: str
    publisher: Found
    author: Found
    published: When
    url: str
    rules: Digest
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()


class ActorRole(Record):
    """What an actor is called besides the name, and of which body."""

    title: str
    of: str = ""


class Actor(Record):
    """Somebody who speaks or acts; persons only in their public roles."""

    id: str
    name: str
    kind: ActorKind
    names: tuple[str, ...]
    roles: tuple[ActorRole, ...] = ()
    party: str = ""


class ChainLink(Record):
    """One speaker of a chain, outermost first, and how the mention was resolved."""

    actor: str
    mention: str
    start: int
    end: int
    resolved_by: ResolvedBy


class EvidenceCited(Record):
    """What a speaker points at; for `none`, the range in which nothing was found."""

    kind: EvidenceClass
    text: str
    start: int
    end: int
    rule: str
    searched: tuple[Span, ...]
    ref: str = ""


class Spans(Record):
    """Where a statement's parts stand."""

    source: Span | None
    cue: Span | None
    content: tuple[Span, ...]


class Statement(Record):
    """One act of speech: who said what, how, when, pointing at which evidence."""

    id: str
    document: Digest
    spans: Spans
    content: Excerpt
    cue: str
    mode: Mode
    act: Act
    chain: tuple[ChainLink, ...]
    said: When
    evidence: EvidenceCited
    claims: tuple[str, ...]
    responds_to: str
    repeats: str
    rule: str
    rules: tuple[str, ...]
    confidence: int
    status: Status = "proposed"


class Scope(Record):
    """What a claim is about: names as they stand in the text."""

    vendor: str = ""
    product: str = ""
    versions: tuple[str, ...] = ()
    place: str = ""
    period: str = ""


class Assertion(Record):
    """One sentence of a statement that makes a claim."""

    statement: str
    start: int
    end: int
    act: Act
    evidence: EvidenceClass


class Claim(Record):
    """What statements assert, in neutral words; joined when speakers assert the same."""

    id: str
    text: str
    kind: str
    form: ClaimForm
    subject: str
    object: str
    negative: bool
    quantifier: Quantifier
    scope: Scope
    checkable_by: Checkable
    tests: tuple[str, ...]
    rule: str
    assertions: tuple[Assertion, ...]
    status: Status = "proposed"


class Relation(Record):
    """How one claim or statement stands to another."""

    id: str
    source: str
    kind: RelationKind
    target: str
    reason: str
    rule: str
    status: Status = "proposed"


class Discrepancy(Record):
    """A difference between a measure as claimed and as recorded."""

    field: str
    claimed: str
    recorded: str


class Measure(Record):
    """A legal or commercial step as a document tells it, and as a list records it."""

    id: str
    document: Digest
    kind: MeasureKind
    authority: str
    target: str
    instrument: str
    effective: When
    affiliates: int | None
    excerpt: Excerpt
    statement: str
    rule: str
    recorded: str = ""
    recorded_source: str = ""
    discrepancies: tuple[Discrepancy, ...] = ()
    status: Status = "proposed"


class Bearing(Record):
    """What a test result, a measure or a document does to a claim, and why not more."""

    id: str
    claim: str
    against: str
    result: str
    verdict: str
    effect: Effect
    scope_match: ScopeMatch
    reason: str
    rule: str
    decided_by: str = "rules"
    status: Status = "proposed"


class Decision(Record):
    """What a reviewer did to a record: who, when, why, and the record before."""

    id: str
    record: str
    action: Literal["accept", "edit", "reject", "merge"]
    who: str
    when: str
    why: str
    changes: tuple[tuple[str, str], ...] = ()
    into: str = ""


class Extraction(Record):
    """All that was read out of one document."""

    document: Document
    actors: tuple[Actor, ...]
    statements: tuple[Statement, ...]
    claims: tuple[Claim, ...]
    relations: tuple[Relation, ...]
    measures: tuple[Measure, ...]
