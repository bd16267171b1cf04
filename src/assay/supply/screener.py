"""The screener: names and identifiers looked up in a catalogue, each hit ruled by each measure.

Uses `names` to find parties, `ownership` to follow owners, `ruling` to decide. One screener answers
many subjects; equal subjects are answered once.
"""

from collections.abc import Iterator, Sequence

from assay.model.record import replace
from assay.supply.answers import (
    Match,
    Question,
    Result,
    Ruling,
    Screening,
    Subject,
    worst,
)
from assay.supply.catalogue import SHIPPED, ListState
from assay.supply.dates import add_days, within
from assay.supply.domains import relation_to_any
from assay.supply.jurisdictions import reaches
from assay.supply.names.compare import Comparison, ScorePart, calibration, compare
from assay.supply.ownership import Affiliation
from assay.supply.records import Listing, Measure, Party, PartyName
from assay.supply.register import Register
from assay.supply.ruling import as_provisional, rule
from assay.supply.states import is_listed, is_public, state_on

MOST_MATCHES = 10
EXACT_ID = 1000
CLEARLY = 985
NOT_THEN = -1000

RESULT_SAYS: dict[Result, str] = {
    "restricted": "restricted by the loaded lists",
    "deadline": "permitted until a deadline",
    "unknown": "cannot be told from the loaded lists",
    "possible": "a listed party has a similar name: check whether it is the same",
    "permitted": "named by a measure, but not restricted for what was asked",
    "clear": "not restricted by the loaded lists",
}


class Screener:
    """Screens subjects against one register of parties for one question."""

    def __init__(self, register: Register, question: Question) -> None:
        self.register = register
        self.question = question
        catalogue = register.catalogue
        self._parties = register.parties
        self._graph = register.graph
        self._lists = {state.list: state for state in catalogue.lists}
        self._all_measures = {measure.id: measure for measure in catalogue.measures}
        self._measures = {
            measure.id: measure
            for measure in catalogue.measures
            if reaches(measure.jurisdiction, question.jurisdictions)
            and is_public(measure, question.known)
        }
        self._rulings: dict[tuple[str, Question], tuple[Ruling, ...]] = {}

    def screen_all(self, subjects: Sequence[Subject], *, workers: int = 1) -> list[Screening]:
        """Return the answer for every subject, in their order."""
        self.register.look_up([subject.name for subject in subjects], workers=workers)
        answered: dict[Subject, Screening] = {}
        answers = []
        for subject in subjects:
            key: Subject = replace(subject, row=0, origin="")
            if key not in answered:
                answered[key] = self._screen(key)
            answers.append(replace(answered[key], subject=subject))
        return answers

    def stale(self) -> list[ListState]:
        """Return the lists that are too old for the day asked about."""
        return [state for state in self._lists.values() if _is_stale(state, self.question.date)]

    def categories(self, question: Question) -> list[Ruling]:
        """Return the rulings of measures that name a category, not a party."""
        return [
            self._finish(rule(measure, question), SHIPPED)
            for measure in self._measures.values()
            if measure.category
            and relation_to_any(question.domain, measure.category.domains) == "inside"
        ]

    def _screen(self, subject: Subject) -> Screening:
        matches = self._matches(subject)
        category = tuple(self.categories(self.question)) if self.question.domain else ()
        same = [match for match in matches if match.decision == "same"]
        rulings = [*category, *(ruling for match in same for ruling in match.rulings)]
        result = worst([result_of(ruling) for ruling in rulings])
        if result in {"clear", "permitted"} and self._doubtful(matches):
            result = "possible"
        if result in {"clear", "permitted"} and self.stale():
            result = "unknown"
        return Screening(
            subject=subject,
            result=result,
            says=self._says(result),
            matches=tuple(matches),
            category=category,
        )

    def _doubtful(self, matches: list[Match]) -> bool:
        return any(
            result_of(ruling) in {"restricted", "deadline", "unknown"}
            for match in matches
            if match.decision == "possible"
            for ruling in match.rulings
        )

    def _says(self, result: Result) -> str:
        text = f"{RESULT_SAYS[result]} on {self.question.date}"
        if result == "unknown" and self.stale():
            text += "; lists too old for that day: "
            text += ", ".join(state.list for state in self.stale())
        return text

    def _matches(self, subject: Subject) -> list[Match]:
        """Return the parties that the subject may be, the likeliest first."""
        found: dict[str, Match] = {}
        for party, known in self.register.candidates(subject.name).items():
            if match := self._match(subject, self._parties[party], known):
                found[party] = match
        for one in subject.ids:
            if party_known := self.register.by_identifier(one.scheme, one.value):
                found[party_known.id] = self._match_by_id(party_known, one.scheme, one.value)
        kept = sorted(found.values(), key=lambda match: (-match.score, match.party))
        if kept and kept[0].score >= CLEARLY:
            kept = [match for match in kept if match.score >= CLEARLY]
        return kept[:MOST_MATCHES]

    def _match(self, subject: Subject, party: Party, known: PartyName) -> Match | None:
        compared = compare(
            subject.name,
            known.text,
            countries=(subject.country, party.country),
            further=_name_dates(known, self.question.date),
        )
        if compared.score < calibration().review:
            return None
        same = compared.score >= calibration().match and known.kind != "weak"
        return self._record(party, known.text, known.kind, compared, same=same)

    def _match_by_id(self, party: Party, scheme: str, value: str) -> Match:
        part = ScorePart(part="identifier", effect=0, says=f"same {scheme}: {value}")
        compared = Comparison(score=EXACT_ID, parts=(part,))
        return self._record(party, party.name, "name", compared, same=True)

    def _record(
        self,
        party: Party,
        matched: str,
        kind: str,
        compared: Comparison,
        *,
        same: bool,
    ) -> Match:
        return Match(
            party=party.id,
            name=party.name,
            matched_name=matched,
            name_kind=kind,
            country=party.country,
            list=party.list,
            score=compared.score,
            decision="same" if same else "possible",
            parts=compared.parts,
            rulings=self.rulings(party.id, self.question),
        )

    def rulings(self, party_id: str, question: Question) -> tuple[Ruling, ...]:
        """Return what every measure says of a party, by its listings and through its owners."""
        key = (party_id, question)
        if key in self._rulings:
            return self._rulings[key]
        party = self._parties[party_id]
        found = [*self._by_listing(party, question), *self._by_owner(party, question)]
        found.sort(key=lambda ruling: (ruling.jurisdiction, ruling.measure, ruling.listed_since))
        self._rulings[key] = tuple(found)
        return self._rulings[key]

    def _by_listing(self, party: Party, question: Question) -> Iterator[Ruling]:
        for listing in party.listings:
            if measure := self._measures.get(listing.measure):
                ruling = rule(measure, question, listing, party=party.id, seen=self._seen(party))
                yield self._finish(ruling, party.list)

    def _seen(self, party: Party) -> str:
        state = self._lists.get(party.list)
        return state.as_of if state else ""

    def _by_owner(self, party: Party, question: Question) -> Iterator[Ruling]:
        if not self._graph.owners(party.id, question.date):
            return
        direct = {listing.measure for listing in party.listings}
        for measure in self._measures.values():
            if measure.affiliates in {"none", "named"} or measure.id in direct:
                continue
            if party.country in measure.spares:
                continue
            affiliation = self._affiliation(party.id, measure, question)
            if affiliation.reach != "not-reached":
                listing = self._listing_at_top(affiliation, measure, question)
                top = affiliation.path[-1].owner if affiliation.path else party.id
                seen = self._seen(self._parties.get(top, party))
                ruling = rule(measure, question, listing, affiliation, party=party.id, seen=seen)
                yield self._finish(ruling, party.list)

    def _affiliation(self, party: str, measure: Measure, question: Question) -> Affiliation:
        sources = measure.affiliates_of or (measure.id,)

        def listed(other: str) -> bool:
            return bool(self._listings_now(other, sources, question))

        return self._graph.reach(party, listed, measure.affiliates, question.date)

    def _listing_at_top(
        self, affiliation: Affiliation, measure: Measure, question: Question
    ) -> Listing | None:
        if not affiliation.path:
            return None
        sources = measure.affiliates_of or (measure.id,)
        listings = self._listings_now(affiliation.path[-1].owner, sources, question)
        return listings[0] if listings else None

    def _listings_now(
        self, party: str, measures: tuple[str, ...], question: Question
    ) -> list[Listing]:
        """Return the listings of a party, under any of its ids, that hold on the day asked."""
        return [
            listing
            for one in self._graph.same(party)
            for listing in self._parties[one].listings
            if listing.measure in measures and is_listed(listing, question.date, question.known)
        ]

    def _finish(self, ruling: Ruling, source: str) -> Ruling:
        """Keep the opposing measures in force, of any jurisdiction; mark what data cannot know."""
        opposing = tuple(
            other
            for other in ruling.opposed_by
            if (measure := self._all_measures.get(other)) is not None
            and state_on(measure, self.question.date, self.question.known)[0] == "active"
        )
        finished: Ruling = replace(ruling, opposed_by=opposing)
        state = self._lists.get(source)
        if state and _is_stale(state, self.question.date):
            why = f"as scheduled: the data knows nothing after {state.as_of}"
            finished = as_provisional(finished, why)
        return finished


def _name_dates(name: PartyName, day: str) -> tuple[ScorePart, ...]:
    """Return what it says that a name was not borne on the day asked about."""
    if within(day, name.since, name.until):
        return ()
    told = f"a name borne from {name.since or 'an unknown day'} to {name.until or 'now'}"
    return (ScorePart(part="name-date", effect=NOT_THEN, says=told),)


def _is_stale(state: ListState, day: str) -> bool:
    return not state.as_of or add_days(state.as_of, state.stale_after_days) < day


def result_of(ruling: Ruling) -> Result:
    """Return what a ruling means for the party or item it is about."""
    return {
        "restricted": "restricted",
        "deadline": "deadline",
        "unknown": "unknown",
        "permitted": "permitted",
        "not-bound": "permitted",
        "not-in-force": "permitted",
    }[ruling.outcome]  # type: ignore[return-value] # the table's words are those of Result
