"""The extraction: one document in, all its records out.

A pure function of the bytes, what the user knows of the document, and the rules.
"""

from collections.abc import Callable

from msgspec.structs import replace

from assay.claims.assertions import Topic, content_words, find_topic, likeness
from assay.claims.denials import join_denials
from assay.claims.drafting import Draft, Drafter
from assay.claims.grammar.classes import DETERMINERS, PRONOUNS
from assay.claims.grammar.phrases import Phrase, clause_subject, named_or_speaking
from assay.claims.grammar.sentences import Sentence, split_sentences
from assay.claims.identity import squeezed
from assay.claims.measuring import MeasureBook
from assay.claims.mentions import parse_mention
from assay.claims.reading.document import Reading, read_document
from assay.claims.reading.metadata import NO_HINTS, Hints
from assay.claims.records import Extraction, Statement
from assay.claims.relations import link_answers, relate
from assay.claims.speech.attribution import read_sentence
from assay.claims.speech.found import Attribution, Range
from assay.claims.speech.headlines import dialogue_tags, read_headline
from assay.claims.speech.loose import Paragraph, read_loose
from assay.claims.speech.nouns import read_nouns
from assay.claims.speech.unmarked import read_unmarked

Proposer = Callable[[list[Paragraph]], None]


def extract(data: bytes, hints: Hints = NO_HINTS, *, more: Proposer | None = None) -> Extraction:
    """Return the records of the document *data*.

    *more* may add proposals of its own, such as those of a trained model. Raises
    UnreadableInput for what is too large or no text.
    """
    reading = read_document(data, hints)
    if not reading.document.supported:
        return _nothing(reading)
    drafter = Drafter(reading)
    paragraphs = _paragraphs(reading, drafter)
    if more:
        more(paragraphs)
    title = next(((one.start, one.end) for one in reading.lines if one.role == "title"), None)
    drafter.topic = _topic(reading, paragraphs, title)
    drafter.cast.firms = drafter.topic.names
    drafts, measures = _read_all(paragraphs, drafter)
    if title:
        drafts = _headlines(drafter, title, drafts) + drafts
    words = {draft.record.id: draft.words for draft in drafts}
    statements = link_answers([draft.record for draft in drafts], words)
    statements = join_denials(statements, drafter.claims)
    claims = tuple(sorted(drafter.claims.values(), key=lambda one: one.id))
    return Extraction(
        document=reading.document,
        actors=drafter.cast.records({link.actor for one in statements for link in one.chain}),
        statements=tuple(statements),
        claims=claims,
        relations=relate(claims, statements),
        measures=measures.measures,
    )


def _nothing(reading: Reading) -> Extraction:
    return Extraction(
        document=reading.document, actors=(), statements=(), claims=(), relations=(), measures=()
    )


def _paragraphs(reading: Reading, drafter: Drafter) -> list[Paragraph]:
    view = reading.view
    body = [(line.start, line.end) for line in reading.lines if line.role == "body"]
    tags = dialogue_tags(view, body)
    found = []
    for place, (start, end) in enumerate(body):
        if place in tags:
            found.append(_dialogue(view, (start, end), *tags[place]))
            continue
        sentences = split_sentences(view, start, end)
        found.append(Paragraph(start, end, sentences, [_attributions(one) for one in sentences]))
    read_loose(view, found)
    read_unmarked(drafter.scan, found)
    return found


def _attributions(sentence: Sentence) -> list[Attribution]:
    verbs = read_sentence(sentence) if True in sentence.cues else []
    return verbs + read_nouns(sentence, verbs) if True in sentence.noun_cues else verbs


def _dialogue(view: str, whole: Range, tag: Range, start: int) -> Paragraph:
    """Read a paragraph of an interview: all of it is what the tagged speaker said."""
    sentences = split_sentences(view, start, whole[1])
    if not sentences:
        return Paragraph(*whole, [], [])
    holder = split_sentences(view, *tag)[0]
    one = Attribution(
        sentence=holder,
        source=(0, holder.size - 1),
        cue=None,
        content=((sentences[0].start, sentences[-1].end),),
        lemma=":",
        group="dialogue",
        act="assert",
        rule="speech.dialogue",
        confidence=850,
    )
    return Paragraph(*whole, sentences, [[one], *([] for _ in sentences[1:])])


def _topic(reading: Reading, paragraphs: list[Paragraph], title: Range | None) -> Topic:
    body = " ".join(reading.view[one.start : one.end] for one in paragraphs)
    headline = reading.view[title[0] : title[1]] if title else reading.document.title
    return find_topic(headline, body, frozenset(_surnames(reading.view, paragraphs)))


def _surnames(view: str, paragraphs: list[Paragraph]) -> list[str]:
    """Return the words of the names of persons who speak: no firm is called so."""
    words: list[str] = []
    for one in (one for paragraph in paragraphs for found in paragraph.found for one in found):
        source = one.source_range()
        if source is None or one.carried:
            continue
        parsed = parse_mention(squeezed(view[source[0] : source[1]])[:200])
        if parsed.kind == "person":
            words += parsed.name.lower().split()
    return words


def _read_all(paragraphs: list[Paragraph], drafter: Drafter) -> tuple[list[Draft], MeasureBook]:
    """Go through the text in order, so that everybody is known before being taken up."""
    drafts: list[Draft] = []
    measures = MeasureBook(drafter)
    for paragraph in paragraphs:
        # A speaker without a name is forgotten with the paragraph: `…, said a manager`.
        named = [one for one in drafter.subjects if not drafter.cast.name_of(one)[:1].islower()]
        drafter.subjects = tuple(named[-2:])
        for sentence, found in zip(paragraph.sentences, paragraph.found, strict=True):
            made = drafter.draft_all(found) if found else []
            drafts += made
            measures.read(sentence, made)
            _note_subject(sentence, drafter, made)
    return drafts, measures


def _note_subject(sentence: Sentence, drafter: Drafter, made: list[Draft]) -> None:
    """Note who the sentence is about: a pronoun in the next may mean that actor."""
    subject = clause_subject(sentence, sentence.size)
    if subject and sentence.words[subject[0]] in PRONOUNS:
        return
    if subject and sentence.texts[subject[0]][0].isupper():
        actor = _named(sentence, drafter, subject)
    else:
        # `"…," a spokesman said`: nobody has a name here, but somebody speaks.
        actor = next((one.record.chain[-1].actor for one in made if _speaks(one, subject)), "")
        if drafter.cast.kind_of(actor) not in _TAKEN_UP:
            return
    if actor:
        drafter.subjects = (*drafter.subjects[-4:], actor)


_TAKEN_UP = frozenset(["person", "official-unnamed", "organisation", "document", "state"])


def _named(sentence: Sentence, drafter: Drafter, subject: Phrase) -> str:
    """Return the actor that the subject names, or an empty text."""
    mention = drafter.view[sentence.starts[subject[0]] : sentence.ends[subject[1]]]
    if len(mention) >= 200 or not named_or_speaking(sentence, subject):
        return ""
    return drafter.cast.introduce(mention)


def _speaks(one: Draft, subject: Phrase | None) -> bool:
    """Tell whether the statement is that of the sentence's *subject*, or of whoever speaks."""
    if one.found.parent >= 0 or one.found.carried or one.found.group == "noun":
        return False
    first, last = one.found.source or (0, 0)
    if first == last and one.found.sentence.words[last] in DETERMINERS:
        return False
    return one.record.chain[-1].resolved_by != "pronoun" and subject in {None, one.found.source}


def _headlines(drafter: Drafter, title: Range, drafts: list[Draft]) -> list[Draft]:
    found = []
    for one in read_headline(drafter.view, split_sentences(drafter.view, *title)):
        draft = drafter.draft(one, None, alone=True)
        twin = _twin(draft, drafts)
        record = replace(draft.record, repeats=twin.id if twin else "")
        found.append(replace(draft, record=record))
    return found


def _twin(draft: Draft, drafts: list[Draft]) -> Statement | None:
    """Return the statement of the text that the headline sums up, if one is like enough."""
    best, score = None, 119
    own = content_words(draft.words)
    for other in drafts:
        same = other.record.chain[0].actor == draft.record.chain[0].actor
        value = likeness(own, content_words(other.words)) + (200 if same else 0)
        if value > score:
            best, score = other.record, value
    return best
