"""In which state a measure or a listing was on a day, as far as was known on another day."""

from assay.supply.answers import Question
from assay.supply.dates import first_day, within
from assay.supply.records import Deadline, Exemption, Interval, Listing, Measure, State


def known_by(known: str, since: str, knowledge: str) -> bool:
    """Return whether what became public on *known* (else *since*) was public on *knowledge*."""
    public = first_day(known or since)
    return not knowledge or not public or public <= knowledge


def state_on(measure: Measure, day: str, knowledge: str = "") -> tuple[State, Interval | None]:
    """Return the state of *measure* on *day*, and the interval that says so.

    Of several intervals that cover the day, the one that became known last counts.
    """
    known = [part for part in measure.intervals if known_by(part.known, part.since, knowledge)]
    covering = [part for part in known if within(day, part.since, part.until)]
    if covering:
        latest = max(covering, key=lambda part: (first_day(part.known or part.since), part.since))
        return latest.state, latest
    if not known:
        return "not-yet", None
    if any(first_day(part.since) > day for part in known):
        return "not-yet", min(known, key=lambda part: part.since)
    return "ended", max(known, key=lambda part: part.until)


def is_public(measure: Measure, knowledge: str) -> bool:
    """Return whether anything of *measure* was public on *knowledge*."""
    return any(known_by(part.known, part.since, knowledge) for part in measure.intervals)


def is_listed(listing: Listing, day: str, knowledge: str = "") -> bool:
    """Return whether *listing* held on *day* as far as was known on *knowledge*."""
    if not known_by(listing.known, listing.since, knowledge):
        return False
    return within(day, listing.since, listing.until)


def exemption_for(measure: Measure, question: Question, party: str = "") -> Exemption | None:
    """Return the first exemption that covers *party* and the uses or day of installation asked."""
    day, knowledge, uses = question.date, question.known, frozenset(question.uses)
    in_service = question.in_service
    for exemption in measure.exemptions:
        if exemption.parties and party not in exemption.parties:
            continue
        if not known_by(exemption.known, exemption.since, knowledge):
            continue
        if not within(day, exemption.since, exemption.until):
            continue
        if exemption.in_service_before:
            if in_service and in_service < exemption.in_service_before:
                return exemption
        elif uses & frozenset(exemption.uses):
            return exemption
    return None


def deadlines_known(measure: Measure, knowledge: str = "") -> tuple[Deadline, ...]:
    """Return the deadlines of *measure* that were public on *knowledge*, the earliest first."""
    known = [part for part in measure.deadlines if known_by(part.known, "", knowledge)]
    return tuple(sorted(known, key=lambda part: (part.on, part.domain, part.action)))
