"""Statements from attributions: speakers resolved, mode, act, date and evidence, claims made.

Second half of the extraction: the rules of speech have found who says what; here it becomes
records with byte offsets.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re

from msgspec import Struct
from msgspec.structs import replace

from assay.claims import acts, evidence, lexicon
from assay.claims.actors import Cast, Resolved
from assay.claims.assertions import Topic, make_claims, parts_of
from assay.claims.dates import names_date, said_when
from assay.claims.grammar.sentences import Sentence
from assay.claims.identity import excerpt, identify, printable, squeezed
from assay.claims.mentions import parse_mention
from assay.claims.reading.document import Reading
from assay.claims.records import (
    Act,
    Assertion,
    ChainLink,
    Claim,
    EvidenceCited,
    EvidenceClass,
    Mode,
    Span,
    Spans,
    Statement,
    When,
)
from assay.claims.scan import TextScan
from assay.claims.speech.found import Attribution, Range

MOST_STATEMENTS = 5_000
_QUOTE_MARKS = frozenset("\"“”'‘’„«»")
_FULL_NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}\b")
_OWN = re.compile(r"\b(?:our|my|we)\b")
_THEIRS = re.compile(
    r"\b(?:its|their) (?:\w+ )?"
    r"(?:equipment|products?|devices?|gear|routers?|firmware|software|cameras?)\b"
)
_TAKING_UP = frozenset(["responding", "referring", "reacting", "citing", "quoting"])
_WITNESSES = frozenset(["person", "organisation", "state", "unknown", "collective-unnamed"])
_FIRMS = frozenset(["organisation", "collective-unnamed", "unknown"])


class Draft(Struct, frozen=True, gc=False):
    """A statement with what later steps need beside the record: its attribution, its words."""

    record: Statement
    found: Attribution
    words: str


class _Saying(Struct, frozen=True, gc=False):
    """What claims take over from the statement that makes them."""

    statement: str
    act: Act
    actor: str
    evidence: EvidenceClass


class Drafter:
    """Drafts the statements of one document, in order; `claims` are those made so far."""

    def __init__(self, reading: Reading) -> None:
        self.view, self.lower, self.byte = reading.view, reading.lower, reading.to_byte
        self.document = reading.document
        self.lines = reading.lines
        self.scan = TextScan(reading.lower, lexicon.pattern_index())
        self.cast = Cast(
            self.document.id, self.document.publisher.value, self.document.author.value
        )
        self.topic = Topic("", frozenset())
        self.claims: dict[str, Claim] = {}
        self.subjects: tuple[str, ...] = ()
        self._undated = said_when("", self.document.published)
        self._resolved: dict[Range, Resolved] = {}
        self._drafted = 0
        self._told: tuple[Range, ...] = ()

    def draft_all(self, found: list[Attribution]) -> list[Draft]:
        """Return the statements of one sentence; what is nested comes after what holds it."""
        made: dict[int, Draft] = {}
        if not found:
            return []
        self._told = tuple(pair for one in found if one.parent < 0 for pair in one.content)
        outer_first = [at for at, one in enumerate(found) if one.parent < 0]
        if len(outer_first) < len(found):
            outer_first += [at for at, one in enumerate(found) if one.parent >= 0]
        for at in outer_first:
            if self._drafted >= MOST_STATEMENTS:
                break
            one = found[at]
            holder = one.parent if one.parent >= 0 else _taken_up_by(one, made)
            draft = self.draft(one, made.get(holder), alone=len(found) == 1)
            if one.group == "noun" and holder in made:
                outer = made[holder]
                made[holder] = replace(
                    outer, record=replace(outer.record, responds_to=draft.record.id)
                )
            made[at] = draft
        return list(made.values())

    def draft(self, one: Attribution, parent: Draft | None, *, alone: bool) -> Draft:
        """Return the statement that *one* stands for, inside the words of *parent* if given.

        *alone* tells that its sentence has no other attribution.
        """
        self._drafted += 1
        link = self._link(one)
        chain = (*parent.record.chain, link) if parent else (link,)
        cue_act: Act = one.act  # type: ignore[assignment] # the lexicon's acts are those of records
        act, act_rule = acts.act_of(one.group, cue_act, one.lemma, self.scan, one.content)
        mode = self._mode(one)
        spans = self._spans(one, link)
        witness = parent is not None and self._is_witness(one, link)
        hit = self._evidence(one, link, spans.content, alone=alone, nested=witness)
        key = _identity(self.document.id, spans, chain, mode)
        record = Statement(
            id=key,
            document=self.document.id,
            spans=spans,
            content=excerpt(
                _joined(self.view, one.content), spans.content[0].start, spans.content[-1].end
            ),
            cue=one.lemma,
            mode=mode,
            act=act,
            chain=chain,
            said=self._said(one),
            evidence=hit,
            claims=self._claims(_Saying(key, act, link.actor, hit.kind), one, spans.content),
            responds_to="",
            repeats="",
            rule=one.rule,
            rules=(act_rule, hit.rule),
            confidence=one.confidence,
        )
        return Draft(record, one, _joined(self.lower, one.content))

    def _spans(self, one: Attribution, link: ChainLink) -> Spans:
        cue = one.cue_range()
        return Spans(
            source=Span(start=link.start, end=link.end) if one.source else None,
            cue=self._span(cue) if cue else None,
            content=tuple(map(self._span, one.content)),
        )

    def _span(self, pair: Range) -> Span:
        return Span(start=self.byte(pair[0]), end=self.byte(pair[1]))

    def _is_witness(self, one: Attribution, link: ChainLink) -> bool:
        """Tell whether a named speaker whom another quotes is that other's evidence."""
        named = any(char.isupper() for char in link.mention)
        return one.group != "noun" and named and self.cast.kind_of(link.actor) in _WITNESSES

    def _link(self, one: Attribution) -> ChainLink:
        source = one.source_range()
        if source is None:
            at = self.byte((one.cue_range() or one.content[0])[0])
            actor = self.cast.unnamed().actor
            return ChainLink(actor=actor, mention="", start=at, end=at, resolved_by="unresolved")
        mention = squeezed(self.view[source[0] : source[1]])[:200]
        found = self._resolved.get(source) if one.carried else None
        if found is None:
            found = self._resolve(one, mention)
        self._resolved[source] = found
        if not one.carried:
            self.cast.spoke(found.actor)
        return ChainLink(
            actor=found.actor,
            mention=printable(mention),
            start=self.byte(source[0]),
            end=self.byte(source[1]),
            resolved_by="continued" if one.carried else found.by,
        )

    def _resolve(self, one: Attribution, mention: str) -> Resolved:
        if one.group != "dialogue":
            return self.cast.resolve(mention, subjects=self.subjects)
        if mention == "A":
            actor = self._interviewee() or self.cast.resolve("interviewee").actor
            return Resolved(actor, "inferred")
        name = mention.title() if mention.isupper() and len(mention) > 1 else mention
        if mention == "Q":
            name = self.document.publisher.value or "interviewer"
        return Resolved(self.cast.resolve(name).actor, "dialogue")

    def _interviewee(self) -> str:
        """Return the last person named, or the first full name that is a person's."""
        for actor in reversed(self.subjects):
            if self.cast.kind_of(actor) == "person":
                return actor
        for line in self.lines[:12]:
            end = min(line.end, line.start + 600)
            for match in _FULL_NAME.finditer(self.view, line.start, end):
                if parse_mention(match[0]).kind == "person":
                    return self.cast.introduce(match[0])
        return ""

    def _mode(self, one: Attribution) -> Mode:
        if one.rule.startswith(("headline", "speech.headline")):
            return "headline"
        if one.group in {"unmarked", "model"}:
            return "free-indirect"
        if one.group in {"dialogue", "continued"}:
            return "direct"
        quoted = size = 0
        for start, end in one.content:
            size += end - start
            quoted += self._quoted(start, end, one.sentence)
        if quoted * 10 >= size * 9:
            return "direct"
        return "mixed" if quoted else "indirect"

    def _quoted(self, start: int, end: int, sentence: Sentence) -> int:
        """Return how many characters from *start* to *end* stand in quotation marks."""
        inside = 0
        for one in sentence.quotes:
            inside += max(0, min(end, one.end) - max(start, one.start))
        if inside:
            return inside
        elsewhere = self.view[start] in _QUOTE_MARKS and self.view[end - 1] in _QUOTE_MARKS
        return end - start if elsewhere else 0

    def _said(self, one: Attribution) -> When:
        sentence = one.sentence
        if not names_date(sentence.words):
            return self._undated
        outside = self.view[sentence.start : sentence.end]
        for start, end in {*one.content, *self._told} if one.parent < 0 else one.content:
            if sentence.start <= start < end <= sentence.end:
                outside = outside.replace(self.view[start:end], " ")
        return said_when(outside, self.document.published)

    def _evidence(
        self,
        one: Attribution,
        link: ChainLink,
        content: tuple[Span, ...],
        *,
        alone: bool,
        nested: bool,
    ) -> EvidenceCited:
        ranges, searched = one.content, content
        if alone and one.group not in {"continued", "dialogue", "unmarked"}:
            beside = _beside(one)
            ranges = (*ranges, *beside)
            searched = (*searched, *map(self._span, beside))
        found, start, end, rule = evidence.cited(
            self.scan,
            ranges,
            source=link.mention.lower(),
            source_kind=self.cast.kind_of(link.actor),
            lemma=one.lemma,
            nested=nested,
        )
        shown = printable(squeezed(self.view[start:end])[:300]) if start < end else ""
        return EvidenceCited(
            kind=found,
            text=shown,
            start=self.byte(start),
            end=self.byte(end),
            rule=rule,
            searched=searched,
            ref=shown if found in {"technical-finding", "document"} else "",
        )

    def _claims(
        self, saying: _Saying, one: Attribution, content: tuple[Span, ...]
    ) -> tuple[str, ...]:
        ids: list[str] = []
        speaker = self.cast.name_of(saying.actor) or "the speaker"
        parts = parts_of(self.view, one.content)
        whole = (one.content[0][0], one.content[-1][1])
        for part in parts:
            act = saying.act if len(parts) == 1 else acts.by_content(self.scan, part.ranges)[0]
            same = (part.start, part.end) == whole
            assertion = Assertion(
                statement=saying.statement,
                start=content[0].start if same else self.byte(part.start),
                end=content[-1].end if same else self.byte(part.end),
                act=act,
                evidence=saying.evidence,
            )
            for claim in make_claims(
                part,
                self.scan,
                self.topic,
                document=self.document.id,
                speaker=speaker,
                question=act == "ask",
                owner=self._owner(saying, part.text),
                several=one.group in {"accuse", "allege", "blame"},
                assertion=assertion,
            ):
                known = self.claims.get(claim.id)
                if known:
                    claim = replace(known, assertions=(*known.assertions, assertion))  # noqa: PLW2901 - the claim that is kept
                self.claims[claim.id] = claim
                ids.append(claim.id)
        return tuple(ids) if len(ids) < 2 else tuple(dict.fromkeys(ids))

    def _owner(self, saying: _Saying, text: str) -> str:
        """Return whose equipment "our products" and "their equipment" are: the last speaker's."""
        if self.cast.kind_of(saying.actor) not in _FIRMS:
            return ""
        low = text.lower()
        owns = _OWN.search(low) or (saying.act == "admit" and _THEIRS.search(low))
        return self.cast.name_of(saying.actor) if owns else ""


def _joined(text: str, content: tuple[Range, ...]) -> str:
    if len(content) == 1:
        return text[content[0][0] : content[0][1]]
    return " ".join([text[start:end] for start, end in content])


def _identity(document: str, spans: Spans, chain: tuple[ChainLink, ...], mode: Mode) -> str:
    return identify(
        "statement",
        document,
        [(span.start, span.end) for span in spans.content],
        [(link.start, link.end) for link in chain],
        mode,
    )


def _taken_up_by(one: Attribution, made: dict[int, Draft]) -> int:
    """Return the place of the speaker who takes up the noun of speech *one*, or -1.

    A noun behind "responding to" is what the speaker of the same sentence answers.
    """
    if one.group != "noun" or one.source is None:
        return -1
    if _TAKING_UP.isdisjoint(one.sentence.words[max(0, one.source[0] - 7) : one.source[0] + 1]):
        return -1
    return next((at for at, draft in made.items() if draft.found.group != "noun"), -1)


_SHORTEST = 8
"""Fewer characters beside the speaker and the verb can cite nothing."""


def _beside(one: Attribution) -> tuple[Range, ...]:
    """Return the rest of the sentence: what is neither the speaker nor the verb."""
    at, inside = one.sentence.start, one.content[0]
    around = [pair for pair in (one.source_range(), one.cue_range()) if pair]
    around.sort()
    parts = []
    for start, end in (*around, (one.sentence.end, 0)):
        if start - at >= _SHORTEST and (at, start) != inside:
            parts.append((at, start))
        at = max(at, end)
    return tuple(parts)
