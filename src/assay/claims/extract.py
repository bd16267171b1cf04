"""The extraction: one document in, all its records out; a pure function of bytes, hints and rules."""

import re
from collections.abc import Callable
from typing import NamedTuple

from assay.claims import acts, evidence, lexicon
from assay.claims.actors import Cast, Resolved
from assay.claims.assertions import Topic, find_topic, likeness, make_claims, parts_of
from assay.claims.dates import names_date, resolve_date, said_when
from assay.claims.grammar.phrases import clause_subject, named_or_speaking
from assay.claims.grammar.sentences import Sentence, split_sentences
from assay.claims.identity import excerpt, identify
from assay.claims.measures import find_measures
from assay.claims.measures_by_verb import Told
from assay.claims.mentions import parse_mention
from assay.claims.reading.document import Reading, read_document
from assay.claims.reading.metadata import Hints
from assay.claims.records import (
    Act,
    Assertion,
    ChainLink,
    Claim,
    EvidenceCited,
    Extraction,
    Measure,
    Mode,
    Span,
    Spans,
    Statement,
    When,
)
from assay.claims.relations import link_answers, relate
from assay.claims.scan import TextScan
from assay.claims.speech.attribution import read_sentence
from assay.claims.speech.found import Attribution
from assay.claims.speech.headlines import dialogue_tags, read_headline
from assay.claims.speech.loose import Paragraph, read_loose
from assay.claims.speech.nouns import read_nouns
from assay.claims.speech.unmarked import read_unmarked
from assay.model.record import replace

MOST_STATEMENTS = 5_000
Proposer = Callable[[list[Paragraph]], None]
_QUOTE_MARKS = frozenset("\"“”'‘’„«»")
_FULL_NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}\b")


def extract(data: bytes, hints: Hints = Hints(), *, more: Proposer | None = None) -> Extraction:
    """Return the records of the document *data*.

    *more* may add proposals of its own, such as those of a trained model. Raises UnreadableInput for what is too large or no text.
    """
    reading = read_document(data, hints)
    if not reading.document.supported:
        return Extraction(
            document=reading.document,
            actors=(),
            statements=(),
            claims=(),
            relations=(),
            measures=(),
        )
    return _Work(reading, more).run()


class _Draft(NamedTuple):
    """A statement with what later steps need beside the record."""

    record: Statement
    found: Attribution
    texts: str


class _Work:
    """The state of one extraction."""

    def __init__(self, reading: Reading, more: Proposer | None = None) -> None:
        self.reading = reading
        self.more = more
        self.view, self.lower, self.byte = reading.view, reading.lower, reading.to_byte
        self.document = reading.document
        self.scan = TextScan(reading.lower, lexicon.pattern_index())
        self.cast = Cast(
            self.document.id, self.document.publisher.value, self.document.author.value
        )
        self.topic = Topic("", frozenset())
        self.drafts: list[_Draft] = []
        self.claims: dict[str, Claim] = {}
        self.measures: list[Measure] = []
        self.subjects: tuple[str, ...] = ()
        self.resolved: dict[tuple[int, int], Resolved] = {}

    def run(self) -> Extraction:
        paragraphs = self._paragraphs()
        headline = [(line.start, line.end) for line in self.reading.lines if line.role == "title"][
            :1
        ]
        body = " ".join(self.view[one.start : one.end] for one in paragraphs)
        title = self.view[headline[0][0] : headline[0][1]] if headline else self.document.title
        speakers = frozenset(self._surnames(paragraphs))
        self.topic = find_topic(title, body, speakers)
        for place, paragraph in enumerate(paragraphs):
            self._paragraph(paragraph, place)
        for start, end in headline:
            self._headline(start, end)
        statements = link_answers(
            [draft.record for draft in self.drafts],
            {draft.record.id: draft.texts for draft in self.drafts},
        )
        claims = self._join_denials(statements)
        used = {link.actor for one in statements for link in one.chain}
        ordered = tuple(sorted(claims.values(), key=lambda one: one.id))
        return Extraction(
            document=self.document,
            actors=self.cast.records(used),
            statements=tuple(statements),
            claims=ordered,
            relations=relate(ordered, statements),
            measures=tuple(self.measures),
        )

    def _paragraphs(self) -> list[Paragraph]:
        body = [(line.start, line.end) for line in self.reading.lines if line.role == "body"]
        tags = dialogue_tags(self.view, body)
        found = []
        for place, (start, end) in enumerate(body):
            tag = tags.get(place)
            sentences = split_sentences(self.view, tag[1] if tag else start, end)
            if tag:
                found.append(self._dialogue(start, end, sentences, tag[0]))
                continue
            verbs = [read_sentence(sentence) for sentence in sentences]
            found.append(
                Paragraph(
                    start,
                    end,
                    sentences,
                    [
                        one + read_nouns(sentence, one)
                        for sentence, one in zip(sentences, verbs, strict=True)
                    ],
                )
            )
        read_loose(self.view, found)
        read_unmarked(self.view, self.lower, found)
        if self.more:
            self.more(found)
        return found

    def _dialogue(
        self, start: int, end: int, sentences: list[Sentence], tag: tuple[int, int]
    ) -> Paragraph:
        """A paragraph of an interview: all of it is what the tagged speaker said."""
        if not sentences:
            return Paragraph(start, end, [], [])
        holder = split_sentences(self.view, tag[0], tag[1])[0]
        content = ((sentences[0].start, sentences[-1].end),)
        one = Attribution(
            holder,
            (0, len(holder) - 1),
            None,
            content,
            ":",
            "dialogue",
            "assert",
            "speech.dialogue",
            850,
        )
        return Paragraph(start, end, sentences, [[one], *([] for _ in sentences[1:])])

    def _surnames(self, paragraphs: list[Paragraph]) -> list[str]:
        """Return the words of the names of persons who speak: no firm is called so."""
        words: list[str] = []
        for one in (one for paragraph in paragraphs for found in paragraph.found for one in found):
            source = one.source_range()
            if source is None or one.carried:
                continue
            parsed = parse_mention(" ".join(self.view[source[0] : source[1]].split())[:200])
            if parsed.kind == "person":
                words += parsed.name.lower().split()
        return words

    def _paragraph(self, paragraph: Paragraph, place: int) -> None:
        del place
        self.subjects = self.subjects[-2:]
        for sentence, found in zip(paragraph.sentences, paragraph.found, strict=True):
            made = self._statements(sentence, found)
            self._measures_of(sentence, made)
            self._note_subject(sentence)

    def _note_subject(self, sentence: Sentence) -> None:
        subject = clause_subject(sentence, len(sentence))
        if subject is None or not named_or_speaking(sentence, subject):
            return
        mention = self.view[sentence.starts[subject[0]] : sentence.ends[subject[1]]]
        actor = self.cast.introduce(mention) if mention[:1].isupper() and len(mention) < 200 else ""
        if actor:
            self.subjects = (*self.subjects[-4:], actor)

    def _statements(self, sentence: Sentence, found: list[Attribution]) -> list[_Draft]:
        made: list[_Draft] = []
        by_place: dict[int, _Draft] = {}
        order = sorted(range(len(found)), key=lambda at: (found[at].parent >= 0, at))
        for at in order:
            one = found[at]
            if len(self.drafts) + len(made) >= MOST_STATEMENTS:
                break
            parent = by_place.get(one.parent) if one.parent >= 0 else self._reported_in(one, made)
            draft = self._statement(one, parent, alone=len(found) == 1)
            if draft is None:
                continue
            by_place[at] = draft
            made.append(draft)
        self.drafts.extend(made)
        return made

    def _reported_in(self, one: Attribution, made: list[_Draft]) -> _Draft | None:
        """A noun of speech behind "responding to" is what the speaker before took up."""
        if one.group != "noun" or one.source is None:
            return None
        words = one.sentence.words[: one.source[0] + 1]
        if not {"responding", "referring", "reacting", "citing", "quoting"} & set(words[-8:]):
            return None
        return next((draft for draft in made if draft.found.group != "noun"), None)

    def _statement(self, one: Attribution, parent: _Draft | None, *, alone: bool) -> _Draft | None:
        link = self._link(one)
        if link is None:
            return None
        chain = (*parent.record.chain, link) if parent else (link,)
        source = one.source_range()
        cue = one.cue_range()
        text = " ".join(self.view[start:end] for start, end in one.content)
        lower = " ".join(self.lower[start:end] for start, end in one.content)
        cue_act: Act = one.act  # type: ignore[assignment]
        act, act_rule = acts.act_of(one.group, cue_act, one.lemma, self.scan, one.content)
        mode = self._mode(one)
        hit = self._evidence(one, link, alone=alone, nested=self._is_witness(one, parent, link))
        first, last = one.content[0][0], one.content[-1][1]
        spans = Spans(
            source=self._span(source),
            cue=self._span(cue),
            content=tuple(
                Span(start=self.byte(start), end=self.byte(end)) for start, end in one.content
            ),
        )
        identity = identify(
            "statement",
            self.document.id,
            [(span.start, span.end) for span in spans.content],
            [(item.start, item.end) for item in chain],
            mode,
        )
        record = Statement(
            id=identity,
            document=self.document.id,
            spans=spans,
            content=excerpt(text, self.byte(first), self.byte(last)),
            cue=one.lemma,
            mode=mode,
            act=act,
            chain=chain,
            said=self._said(one),
            evidence=hit,
            claims=(),
            responds_to="",
            repeats="",
            rule=one.rule,
            rules=(act_rule, hit.rule),
            confidence=one.confidence,
        )
        claims = self._claims(record, one)
        record = _changed(record, claims=tuple(claims))
        if parent and one.group == "noun":
            self._answer(parent, record)
        return _Draft(record, one, lower)

    def _is_witness(self, one: Attribution, parent: _Draft | None, link: ChainLink) -> bool:
        """A named speaker whom another quotes is that other's evidence, unless only taken up."""
        named = self.cast.kind_of(link.actor) in {
            "person",
            "organisation",
            "state",
            "unknown",
            "collective-unnamed",
        }
        return (
            parent is not None
            and one.group != "noun"
            and named
            and link.mention[:1] != ""
            and any(char.isupper() for char in link.mention)
        )

    def _answer(self, parent: _Draft, record: Statement) -> None:
        for place, draft in enumerate(self.drafts):
            if draft.record.id == parent.record.id:
                self.drafts[place] = draft._replace(
                    record=_changed(draft.record, responds_to=record.id)
                )

    def _link(self, one: Attribution) -> ChainLink | None:
        source = one.source_range()
        if source is None:
            found = self.cast.unnamed()
            cue = one.cue_range() or one.content[0]
            return ChainLink(
                actor=found.actor,
                mention="",
                start=self.byte(cue[0]),
                end=self.byte(cue[0]),
                resolved_by="unresolved",
            )
        mention = " ".join(self.view[source[0] : source[1]].split())[:200]
        known = self.resolved.get(source) if one.carried else None
        if known:
            found = known
        else:
            found = (
                self._dialogue_actor(mention)
                if one.group == "dialogue"
                else self.cast.resolve(mention, subjects=self.subjects)
            )
        self.resolved[source] = found
        by = "continued" if one.carried else found.by
        if not one.carried:
            self.cast.spoke(found.actor)
        return ChainLink(
            actor=found.actor,
            mention=mention.encode("utf-8", "replace").decode(),
            start=self.byte(source[0]),
            end=self.byte(source[1]),
            resolved_by=by,
        )

    def _dialogue_actor(self, mention: str) -> Resolved:
        if mention not in {"Q", "A"}:
            found = self.cast.resolve(mention.title() if mention.isupper() else mention)
            return Resolved(found.actor, "dialogue")
        if mention == "Q":
            name = self.document.publisher.value or "interviewer"
            return Resolved(self.cast.resolve(name).actor, "dialogue")
        person = (
            next(
                (
                    actor
                    for actor in reversed(self.subjects)
                    if self.cast.kind_of(actor) == "person"
                ),
                "",
            )
            or self._interviewee()
        )
        return Resolved(person or self.cast.resolve("interviewee").actor, "inferred")

    def _interviewee(self) -> str:
        """The first full name in the text that is a person's."""
        for line in self.reading.lines[:12]:
            for match in _FULL_NAME.finditer(
                self.view, line.start, min(line.end, line.start + 600)
            ):
                if parse_mention(match[0]).kind == "person":
                    return self.cast.introduce(match[0])
        return ""

    def _mode(self, one: Attribution) -> Mode:
        if one.group == "headline" or one.rule.startswith(("headline", "speech.headline")):
            return "headline"
        if one.group == "unmarked":
            return "free-indirect"
        if one.group == "dialogue":
            return "direct"
        quoted = total = 0
        for start, end in one.content:
            total += end - start
            quoted += sum(
                max(0, min(end, quote.end) - max(start, quote.start)) for quote in self._quotes(one)
            )
            if (
                self.view[start] in _QUOTE_MARKS
                and self.view[end - 1] in _QUOTE_MARKS
                and not any(quote.start == start for quote in self._quotes(one))
            ):
                quoted += end - start
        if quoted * 10 >= total * 9:
            return "direct"
        return "mixed" if quoted else "indirect"

    def _quotes(self, one: Attribution) -> list[tuple[int, int] | object]:  # type: ignore[type-arg]
        if one.group == "continued":
            return [_Range(start, end) for start, end in one.content]
        return list(one.sentence.quotes)

    def _span(self, pair: tuple[int, int] | None) -> Span | None:
        return Span(start=self.byte(pair[0]), end=self.byte(pair[1])) if pair else None

    def _said(self, one: Attribution) -> When:
        sentence = one.sentence
        if not names_date(sentence.words):
            return said_when("", self.document.published)
        outside = self.view[sentence.start : sentence.end]
        for start, end in one.content:
            if sentence.start <= start < end <= sentence.end:
                outside = outside.replace(self.view[start:end], " ")
        return said_when(outside, self.document.published)

    def _evidence(
        self, one: Attribution, link: ChainLink, *, alone: bool, nested: bool
    ) -> EvidenceCited:
        kind = self.cast.kind_of(link.actor)
        ranges = one.content
        if alone and one.group not in {"continued", "dialogue", "unmarked"}:
            ranges = (*one.content, *self._beside(one))
        found, start, end, rule = evidence.cited(
            self.scan,
            ranges,
            source=link.mention.lower(),
            source_kind=kind,
            lemma=one.lemma,
            nested=nested,
        )
        searched = tuple(Span(start=self.byte(a), end=self.byte(b)) for a, b in ranges)
        shown = " ".join(self.view[start:end].split())[:300].encode("utf-8", "replace").decode()
        ref = shown if found in {"technical-finding", "document"} and start < end else ""
        return EvidenceCited(
            kind=found,
            text=shown,
            start=self.byte(start),
            end=self.byte(end),
            rule=rule,
            searched=searched,
            ref=ref,
        )

    def _beside(self, one: Attribution) -> tuple[tuple[int, int], ...]:
        """The rest of the sentence: what is neither the speaker nor the verb."""
        source, cue = one.source_range(), one.cue_range()
        taken = sorted(pair for pair in (source, cue) if pair)
        parts, at = [], one.sentence.start
        for start, end in taken:
            if start > at:
                parts.append((at, start))
            at = max(at, end)
        parts.append((at, one.sentence.end))
        return tuple(parts)

    def _claims(self, record: Statement, one: Attribution) -> list[str]:
        ids = []
        speaker = self.cast.name_of(record.chain[-1].actor) or "the speaker"
        parts = parts_of(self.view, one.content)
        for part in parts:
            act = record.act if len(parts) == 1 else acts.by_content(self.scan, part.ranges)[0]
            owner = self._owner(record, part.text)
            assertion = Assertion(
                statement=record.id,
                start=self.byte(part.start),
                end=self.byte(part.end),
                act=act,
                evidence=record.evidence.kind,
            )
            made = make_claims(
                part,
                self.scan,
                self.topic,
                document=self.document.id,
                speaker=speaker,
                question=act == "ask",
                owner=owner,
                several=one.group in {"accuse", "allege", "blame"},
            )
            for claim in made:
                known = self.claims.get(claim.id, claim)
                self.claims[claim.id] = _changed(known, assertions=(*known.assertions, assertion))
                if claim.id not in ids:
                    ids.append(claim.id)
        return ids

    def _owner(self, record: Statement, text: str) -> str:
        """Whose equipment "our products" and "their equipment" are: the last speaker's."""
        own = re.search(r"\b(?:our|my)\b|\bwe\b", text.lower())
        theirs = record.act == "admit" and re.search(
            (
                r"\b(?:its|their) (?:\w+ )?(?:equipment|products?|devices?|gear|"
                r"routers?|firmware|software|cameras?)\b"
            ),
            text.lower(),
        )
        if not own and not theirs:
            return ""
        actor = record.chain[-1].actor
        return (
            self.cast.name_of(actor)
            if self.cast.kind_of(actor) in {"organisation", "collective-unnamed", "unknown"}
            else ""
        )

    def _headline(self, start: int, end: int) -> None:
        sentences = split_sentences(self.view, start, end)
        for one in read_headline(self.view, sentences):
            draft = self._statement(one, None, alone=True)
            if draft is None:
                continue
            twin = self._twin(draft)
            record = _changed(draft.record, repeats=twin.id if twin else "")
            self.drafts.insert(0, draft._replace(record=record))

    def _twin(self, draft: _Draft) -> Statement | None:
        """Return the statement of the text that the headline sums up."""
        best, score = None, 119
        for other in self.drafts:
            same = other.record.chain[0].actor == draft.record.chain[0].actor
            value = likeness(draft.texts, other.texts) + (200 if same else 0)
            if value > score:
                best, score = other.record, value
        return best

    def _measures_of(self, sentence: Sentence, made: list[_Draft]) -> None:
        if len(self.measures) >= MOST_STATEMENTS:
            return
        for told in find_measures(self.view, sentence):
            self._measure(told, self._holder(told, made))
        for draft in made:
            for quote in sentence.quotes:
                if any(start <= quote.inner_start < end for start, end in draft.found.content):
                    for inner in split_sentences(self.view, quote.inner_start, quote.inner_end):
                        for told in find_measures(self.view, inner):
                            self._measure(told, draft.record.id)

    def _holder(self, told: Told, made: list[_Draft]) -> str:
        """Return the statement in whose words the measure stands, if in any."""
        size = max(1, told.end - told.start)
        for draft in made:
            covered = sum(
                max(0, min(end, told.end) - max(start, told.start))
                for start, end in draft.found.content
            )
            if covered * 2 > size:
                return draft.record.id
        return ""

    def _measure(self, told: Told, statement: str) -> None:
        text = self.view[told.start : told.end]
        effective = resolve_date(text, self.document.published) or When(
            date="", precision="none", basis="not stated"
        )
        first, last = self.byte(told.start), self.byte(told.end)
        authority, target = self._who(told.authority), self._who(told.target)
        identity = identify("measure", self.document.id, told.kind, first, last)
        if any(one.id == identity for one in self.measures):
            return
        self.measures.append(
            Measure(
                id=identity,
                document=self.document.id,
                kind=told.kind,
                authority=authority,
                target=target,
                instrument=told.instrument,
                effective=effective,
                affiliates=told.affiliates,
                excerpt=excerpt(text, first, last),
                statement=statement,
                rule=told.rule,
            )
        )

    def _who(self, words: str) -> str:
        """Name the firm behind `the company`; leave all else as it stands."""
        words = words.strip(" .,;:'\"")
        low = words.lower()
        if low == "it" or (
            low.startswith("the ")
            and low.split()[-1]
            in {
                "company",
                "firm",
                "corporation",
                "vendor",
                "giant",
                "manufacturer",
                "maker",
                "supplier",
            }
        ):
            return self.topic.subject or words
        return words.encode("utf-8", "replace").decode()

    def _join_denials(self, statements: list[Statement]) -> dict[str, Claim]:
        """A bare denial ("denied those allegations") denies the claims of what it answers."""
        by_id = {one.id: one for one in statements}
        for place, one in enumerate(statements):
            target = by_id.get(one.responds_to)
            if target is None or one.act != "deny" or len(one.content.text) > 60:
                continue
            wanted = [self.claims[key] for key in target.claims if key in self.claims]
            plain = [
                self.claims[key]
                for key in one.claims
                if key in self.claims and self.claims[key].kind == "other"
            ]
            if not wanted or len(plain) != len(one.claims):
                continue
            for claim in plain:
                self._drop(claim, one.id)
            ids = tuple(self._denied(claim, one) for claim in wanted)
            statements[place] = _changed(one, claims=ids)
        return self.claims

    def _drop(self, claim: Claim, statement: str) -> None:
        rest = tuple(item for item in claim.assertions if item.statement != statement)
        if rest:
            self.claims[claim.id] = _changed(claim, assertions=rest)
        else:
            self.claims.pop(claim.id, None)

    def _denied(self, claim: Claim, one: Statement) -> str:
        assertion = Assertion(
            statement=one.id,
            start=one.content.start,
            end=one.content.end,
            act="deny",
            evidence=one.evidence.kind,
        )
        key = identify("claim", claim.kind, claim.subject.lower(), "denial", claim.id)
        form = "universal-negative" if claim.form == "existential" else claim.form
        known = self.claims.get(key) or _changed(
            claim,
            id=key,
            text=f"it is not so that {claim.text}",
            negative=not claim.negative,
            quantifier="none",
            form=form,
            rule="claim.denial",
            assertions=(),
        )
        self.claims[key] = _changed(known, assertions=(*known.assertions, assertion))
        return key


class _Range(NamedTuple):
    """A range that stands for a quotation."""

    start: int
    end: int


def _changed(record, **changes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN202 - the type is that of *record*
    return replace(record, **changes)
