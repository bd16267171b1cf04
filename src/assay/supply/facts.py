"""Measures as plain facts for other parts of Assay: who acted, under what, when, against whom.

The claims register compares what an article says of a measure with these.
"""

from assay.model.record import Record
from assay.supply.catalogue import Catalogue, shipped
from assay.supply.records import Follows, Kind, Listing, Measure, Party, Source


class MeasureFact(Record):
    """That an authority's measure names a target since a day.

    `names` are all names of the target; `affiliates` is how many companies of its group were named
    with it on that day (-1: not stated); `until` is the last day, empty while it lasts.
    """

    measure: str
    title: str
    authority: str
    act: str
    kind: Kind
    follows: Follows
    target: str
    names: tuple[str, ...]
    since: str
    until: str
    affiliates: int
    reference: str
    source: Source
    verified: bool


def measure_facts(catalogue: Catalogue | None = None) -> tuple[MeasureFact, ...]:
    """Return the facts of *catalogue* (default: the one shipped), by measure, target and day."""
    known = catalogue or shipped()
    measures = {measure.id: measure for measure in known.measures}
    facts = [
        fact
        for party in known.parties
        for listing in party.listings
        if listing.measure in measures
        for fact in _facts(measures[listing.measure], party, listing)
    ]
    return tuple(sorted(facts, key=lambda fact: (fact.measure, fact.target, fact.since)))


def _facts(measure: Measure, party: Party, listing: Listing) -> list[MeasureFact]:
    """Return one fact for the listing, or one for each day on which affiliates were named."""
    since = listing.since or _in_force_since(measure)
    rows = [(since, -1, listing.reference, True)]
    if listing.affiliates:
        rows = [(one.on, one.count, one.reference, one.verified) for one in listing.affiliates]
    return [
        MeasureFact(
            measure=measure.id,
            title=measure.title,
            authority=measure.jurisdiction,
            act=measure.act,
            kind=measure.kind,
            follows=measure.follows,
            target=party.name,
            names=tuple(name.text for name in party.names),
            since=day,
            until=listing.until,
            affiliates=count,
            reference=reference,
            source=listing.source or measure.source,
            verified=measure.verified and listing.verified and verified,
        )
        for day, count, reference, verified in rows
    ]


def _in_force_since(measure: Measure) -> str:
    days = [part.since for part in measure.intervals if part.state == "active" and part.since]
    return min(days, default="")
