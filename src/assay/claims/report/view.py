"""What a report shows, whatever its format: rows, time line, answers, gaps, measures.

Everything is read from the register; nothing is judged here. Rejected records are left out.
"""

from typing import NamedTuple

from assay.claims.records import Bearing, Claim, Document, Measure, Relation, Statement
from assay.claims.register.collection import Register
from assay.claims.report.gaps import Gap, gaps_of


class Voice(NamedTuple):
    """One statement in words."""

    statement: Statement
    chain: str
    resolved: str
    where: str
    said: str


class Row(NamedTuple):
    """One claim with everything about it."""

    claim: Claim
    voices: tuple[Voice, ...]
    evidence: tuple[str, ...]
    bearings: tuple[Bearing, ...]
    relations: tuple[str, ...]


class Event(NamedTuple):
    """One entry of the time line."""

    date: str
    precision: str
    what: str
    who: str
    text: str
    record: str


class Answer(NamedTuple):
    """Who answers whom, for the graph."""

    source: str
    target: str
    kind: str
    statement: str


class View(NamedTuple):
    """A report's content."""

    subject: str
    documents: tuple[Document, ...]
    rows: tuple[Row, ...]
    events: tuple[Event, ...]
    answers: tuple[Answer, ...]
    measures: tuple[Measure, ...]
    gaps: tuple[Gap, ...]
    names: dict[str, str]
    parties: dict[str, str]


def view_of(register: Register, subject: str = "") -> View:
    """Return what a report on *subject* shows; an empty subject means all claims."""
    names = {actor.id: actor.name for actor in register.all("actors")}
    statements = {one.id: one for one in register.all("statements") if one.status != "rejected"}
    claims = [
        claim
        for claim in register.all("claims")
        if claim.status != "rejected" and _about(claim, subject)
    ]
    documents = {one.id: one for one in register.all("documents")}
    bearings = _by_claim(register)
    relations = [one for one in register.all("relations") if one.status != "rejected"]
    rows = tuple(
        _row(claim, statements, names, documents, bearings, relations, claims) for claim in claims
    )
    rows = tuple(sorted((row for row in rows if row.voices), key=_row_order))
    shown = {voice.statement.id for row in rows for voice in row.voices}
    measures = tuple(
        one
        for one in register.all("measures")
        if one.status != "rejected" and _touches(one, subject)
    )
    return View(
        subject=subject,
        documents=tuple(documents[key] for key in sorted(documents)),
        rows=rows,
        events=_events(rows, measures),
        answers=_answers(statements, names, shown),
        measures=measures,
        gaps=gaps_of(
            [(row.claim, [voice.statement for voice in row.voices], row.bearings) for row in rows],
            measures,
        ),
        names=names,
        parties={actor.id: actor.party for actor in register.all("actors") if actor.party},
    )


def _about(claim: Claim, subject: str) -> bool:
    low = subject.lower()
    return not low or low in claim.subject.lower() or low in claim.text.lower()


def _touches(measure: Measure, subject: str) -> bool:
    low = subject.lower()
    return not low or low in f"{measure.target} {measure.authority} {measure.excerpt.text}".lower()


def _by_claim(register: Register) -> dict[str, list[Bearing]]:
    found: dict[str, list[Bearing]] = {}
    for bearing in register.all("bearings"):
        if bearing.status != "rejected":
            found.setdefault(bearing.claim, []).append(bearing)
    return found


def _row(  # noqa: PLR0917 - the parts of one record
    claim: Claim,
    statements: dict[str, Statement],
    names: dict[str, str],
    documents: dict[str, Document],
    bearings: dict[str, list[Bearing]],
    relations: list[Relation],
    claims: list[Claim],
) -> Row:
    ids = dict.fromkeys(item.statement for item in claim.assertions)
    voices = tuple(_voice(statements[key], names, documents) for key in ids if key in statements)
    evidence = tuple(
        sorted({item.evidence for item in claim.assertions if item.statement in statements})
    )
    texts = {one.id: one.text for one in claims}
    said = tuple(
        f"{one.kind}: {texts[one.target]}"
        if one.source == claim.id
        else f"{_REVERSE[one.kind]}: {texts[one.source]}"
        for one in relations
        if (one.source == claim.id and one.target in texts)
        or (one.target == claim.id and one.source in texts)
    )
    voices = tuple(
        sorted(
            voices,
            key=lambda voice: (voice.said, voice.statement.document, voice.statement.content.start),
        )
    )
    return Row(claim, voices, evidence, tuple(bearings.get(claim.id, ())), said)


_REVERSE = {
    "denies": "denied by",
    "repeats": "repeated by",
    "answers": "answered by",
    "narrows": "narrowed by",
    "conflicts": "in conflict with",
}


def _voice(one: Statement, names: dict[str, str], documents: dict[str, Document]) -> Voice:
    chain = " → ".join(names.get(link.actor, link.mention) for link in one.chain)
    weak = "; ".join(
        f"“{link.mention}” by {link.resolved_by}"
        for link in one.chain
        if link.resolved_by not in {"exact", "alias"}
    )
    document = documents.get(one.document)
    where = (
        (document.publisher.value or document.title or document.id[:12])
        if document
        else one.document[:12]
    )
    return Voice(one, chain, weak, where, one.said.date or "undated")


def _row_order(row: Row) -> tuple[bool, str, str, int]:
    first = row.voices[0]
    return (
        row.claim.kind in {"other", "question"},
        first.said,
        first.statement.document,
        first.statement.content.start,
    )


def _events(rows: tuple[Row, ...], measures: tuple[Measure, ...]) -> tuple[Event, ...]:
    found = {
        (voice.statement.id): Event(
            voice.said,
            voice.statement.said.precision,
            voice.statement.act,
            voice.chain,
            voice.statement.content.text,
            voice.statement.id,
        )
        for row in rows
        for voice in row.voices
    }
    events = list(found.values())
    for one in measures:
        text = f"{one.kind} → {one.target}" + (f" under {one.instrument}" if one.instrument else "")
        events.append(
            Event(
                one.effective.date or "undated",
                one.effective.precision,
                "measure",
                one.authority,
                text,
                one.id,
            )
        )
    return tuple(
        sorted(
            events,
            key=lambda event: (event.date == "undated", event.date, event.what, event.record),
        )
    )


def _answers(
    statements: dict[str, Statement], names: dict[str, str], shown: set[str]
) -> tuple[Answer, ...]:
    found = []
    for key in sorted(statements):
        one = statements[key]
        target = statements.get(one.responds_to)
        if target is None or not {one.id, target.id} & shown:
            continue
        kind = "denies" if one.act == "deny" else "answers"
        found.append(
            Answer(
                names.get(one.chain[-1].actor if len(one.chain) == 1 else one.chain[0].actor, ""),
                names.get(target.chain[-1].actor, ""),
                kind,
                one.id,
            )
        )
    return tuple(found)
