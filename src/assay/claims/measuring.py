"""Measure records from what sentences tell: offsets, dates, the firm behind `the company`."""

from assay.claims.dates import resolve_date
from assay.claims.drafting import MOST_STATEMENTS, Draft, Drafter
from assay.claims.grammar.sentences import Sentence, split_sentences
from assay.claims.identity import excerpt, identify
from assay.claims.measures import find_measures, may_tell
from assay.claims.measures_by_verb import Told
from assay.claims.records import Measure, When

_NOT_STATED = When(date="", precision="none", basis="not stated")
_THE_FIRM = frozenset(
    ["company", "firm", "corporation", "vendor", "giant", "manufacturer", "maker", "supplier"]
)


class MeasureBook:
    """The measures of one document, in order."""

    def __init__(self, drafter: Drafter) -> None:
        self._drafter = drafter
        self._found: dict[str, Measure] = {}

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures found so far."""
        return tuple(self._found.values())

    def read(self, sentence: Sentence, made: list[Draft]) -> None:
        """Add the measures that *sentence* tells, and those told in the quotations of *made*."""
        if len(self._found) >= MOST_STATEMENTS:
            return
        view = self._drafter.view
        for told in find_measures(view, sentence):
            self._add(told, _holder(told, made))
        for draft in made:
            for quote in sentence.quotes:
                inside = any(start <= quote.inner_start < end for start, end in draft.found.content)
                if inside and may_tell(self._drafter.lower[quote.inner_start : quote.inner_end]):
                    for inner in split_sentences(view, quote.inner_start, quote.inner_end):
                        for told in find_measures(view, inner):
                            self._add(told, draft.record.id)

    def _add(self, told: Told, statement: str) -> None:
        drafter = self._drafter
        text = drafter.view[told.start : told.end]
        first, last = drafter.byte(told.start), drafter.byte(told.end)
        identity = identify("measure", drafter.document.id, told.kind, first, last)
        if identity in self._found:
            return
        # "applauded the move to ban" on a day says nothing of the day of the ban.
        dated = None if told.rule.endswith(".noun") else text
        effective = resolve_date(dated or "", drafter.document.published) or _NOT_STATED
        self._found[identity] = Measure(
            id=identity,
            document=drafter.document.id,
            kind=told.kind,
            authority=self._who(told.authority),
            target=self._who(told.target),
            instrument=told.instrument,
            effective=effective,
            affiliates=told.affiliates,
            excerpt=excerpt(text, first, last),
            statement=statement,
            rule=told.rule,
        )

    def _who(self, words: str) -> str:
        """Name the firm behind `the company`; leave all else as it stands."""
        words = words.strip(" .,;:'\"").encode("utf-8", "replace").decode()
        low = words.lower()
        if low == "it" or (low.startswith("the ") and low.split()[-1] in _THE_FIRM):
            return self._drafter.topic.subject or words
        return words


def _holder(told: Told, made: list[Draft]) -> str:
    """Return the statement in whose words the measure stands, if in any."""
    size = max(1, told.end - told.start)
    for draft in made:
        spans = draft.found.content
        covered = sum(max(0, min(end, told.end) - max(start, told.start)) for start, end in spans)
        if covered * 2 > size:
            return draft.record.id
    return ""
