"""The rules that turn a measure, a listing and a question into a ruling.

The order is fixed: was it public, in force, does it bind the role, does it touch the domain and the
use, is the use exempt, is a deadline still ahead. The code is the same for every jurisdiction.
"""

from assay.model.record import replace
from assay.supply.answers import Due, Outcome, Question, Ruling
from assay.supply.dates import days_between, first_day
from assay.supply.domains import relation, relation_to_any, title_of
from assay.supply.ownership import Affiliation
from assay.supply.records import Deadline, Exemption, Interval, Listing, Measure, State
from assay.supply.states import deadlines_known, exemption_for, is_listed, state_on

INSTALLED = "installed"
BITING: frozenset[Outcome] = frozenset({"restricted", "deadline"})

_WAITING: dict[State, str] = {
    "suspended": "suspended",
    "proposed": "only proposed",
    "repealed": "repealed",
    "not-yet": "not yet in force",
    "ended": "no longer in force",
}

Decision = tuple[Outcome, tuple[str, ...]]


def rule(
    measure: Measure,
    question: Question,
    listing: Listing | None = None,
    affiliation: Affiliation | None = None,
    *,
    party: str = "",
    seen: str = "",
) -> Ruling:
    """Return what *measure* says, for a party listed by *listing* or reached by *affiliation*.

    *seen* is the day of the list that holds the listing: where nothing says since when, the listing
    is certain only from then.
    """
    state, interval = state_on(measure, question.date, question.known)
    exemption = exemption_for(measure, question, party)
    decided = _decide(measure, question, listing, (state, interval), exemption)
    if decided[0] in BITING and listing and not _dated(listing, interval):
        decided = _since_when(decided, listing, question, seen)
    if affiliation is not None and affiliation.reach == "possible":
        decided = _share_not_stated(decided)
    outcome, why = decided
    told = exemption if outcome == "permitted" else None
    steps = affiliation.path if affiliation else ()
    verified = (
        measure.verified
        and (listing is None or listing.verified)
        and (told is None or told.verified)
        and all(step.verified for step in steps)
    )
    return Ruling(
        measure=measure.id,
        title=measure.title,
        jurisdiction=measure.jurisdiction,
        act=measure.act,
        kind=measure.kind,
        outcome=outcome,
        state=state,
        follows=measure.follows,
        binds=measure.binds,
        why=why,
        source=listing.source if listing and listing.source else measure.source,
        verified=verified,
        listed_since=listing.since if listing else "",
        reference=listing.reference if listing else "",
        cap_permille=_cap_alone(measure, question) if outcome in BITING else 0,
        dues=_dues(measure, question) if outcome in {"restricted", "deadline", "unknown"} else (),
        exemption=told.id if told else "",
        opposed_by=measure.opposes if outcome in {"restricted", "deadline", "unknown"} else (),
        through=steps,
        note=measure.note,
    )


def as_provisional(ruling: Ruling, why: str) -> Ruling:
    """Return *ruling* marked as lying beyond what its data can know."""
    changed: Ruling = replace(ruling, provisional=True, why=(*ruling.why, why))
    return changed


def _decide(
    measure: Measure,
    question: Question,
    listing: Listing | None,
    standing: tuple[State, Interval | None],
    exemption: Exemption | None,
) -> Decision:
    state, interval = standing
    if listing is not None and not is_listed(listing, question.date, question.known):
        return "not-in-force", (_not_listed(listing, question.date),)
    if state in _WAITING:
        return "not-in-force", (_waiting(state, interval),)
    if bound := _not_bound(measure, question):
        return "not-bound", (bound,)
    if exemption:
        return "permitted", (f"permitted because: {exemption.title}",)
    return _decide_bound(measure, question, state, interval)


def _decide_bound(
    measure: Measure, question: Question, state: State, interval: Interval | None
) -> Decision:
    """Decide for a measure that is in force or in doubt, binds the role and is not exempt."""
    if doubt := _doubt(measure, question, state, interval):
        return "unknown", (doubt,)
    if measure.deadlines and INSTALLED in question.uses:
        return _by_deadline(measure, question)
    if _no_new_yet(measure, question):
        return "permitted", ("new equipment is not barred before the date in the schedule",)
    return "restricted", (_follows(measure),)


def _doubt(measure: Measure, question: Question, state: State, interval: Interval | None) -> str:
    """Return why it cannot be told whether the measure applies, or nothing."""
    if state == "unknown":
        since = f" since {interval.since}" if interval and interval.since else ""
        return f"whether the measure is in force is not known{since}"
    if measure.kind == "white-list":
        return "a white list: whether this product and source are on it is not in the data"
    if doubt := _origin_doubt(measure, question):
        return doubt
    if doubt := _domain_doubt(measure, question):
        return doubt
    return _follows(measure) if measure.follows == "policy-only" else ""


def _origin_doubt(measure: Measure, question: Question) -> str:
    category = measure.category
    if category is None or not (category.produced_outside or category.produced_in):
        return ""
    return "" if question.produced_in else "the country of production is not stated"


def _since_when(decided: Decision, listing: Listing, question: Question, seen: str) -> Decision:
    """Return *decided*, or doubt on days before the listing was certain."""
    certain = first_day(listing.known) or seen
    if question.date >= certain:
        return decided
    return "unknown", (f"listed by {certain}; since when is not stated",)


def _share_not_stated(decided: Decision) -> Decision:
    """Return *decided* as a doubt where it bites: whether the owner's share is enough is open."""
    outcome, why = decided
    if outcome == "not-in-force":
        return decided
    told = (*why, "an owner is listed, but the size of its share is not stated")
    return ("unknown" if outcome in BITING else outcome), told


def _dated(listing: Listing, interval: Interval | None) -> bool:
    """Return whether it is known since when the party is listed, or the measure names it whole."""
    return bool(listing.since or (interval and interval.since))


def _not_listed(listing: Listing, day: str) -> str:
    if listing.since and first_day(listing.since) > day:
        return f"listed only from {listing.since}"
    if listing.until and listing.until < day:
        return f"taken off the list after {listing.until}"
    return f"the listing became public on {listing.known or listing.since}"


def _waiting(state: State, interval: Interval | None) -> str:
    text = _WAITING[state]
    if interval is None:
        return f"{text}: nothing of it was public then"
    if state == "not-yet":
        begins = f" (from the day after {interval.until})" if interval.until else ""
        return (
            f"{text}{begins}" if interval.state == "not-yet" else f"{text} (from {interval.since})"
        )
    until = f" until {interval.until}" if interval.until else ""
    since = f" since {interval.since}" if interval.since else ""
    return f"{text}{since}{until}"


def _not_bound(measure: Measure, question: Question) -> str:
    """Return why the measure does not touch the role, domain or use asked about, or nothing."""
    if (
        question.roles
        and "any" not in measure.binds
        and not set(question.roles) & set(measure.binds)
    ):
        return f"binds {', '.join(measure.binds)}, not {', '.join(question.roles)}"
    if question.domain and relation_to_any(question.domain, measure.domains) == "outside":
        meant = ", ".join(title_of(domain) for domain in measure.domains)
        return f"speaks of {meant}, not of {title_of(question.domain)}"
    if made := _made_elsewhere(measure, question):
        return made
    if INSTALLED in question.uses and INSTALLED not in measure.affects:
        return "touches new purchases or dealings, not equipment in service"
    return ""


def _made_elsewhere(measure: Measure, question: Question) -> str:
    """Return why a measure on where things are made does not touch this one, or nothing."""
    category, made = measure.category, question.produced_in
    if category is None or not made:
        return ""
    outside = category.produced_outside and made in category.produced_outside
    inside = category.produced_in and made not in category.produced_in
    return f"produced in {made}" if outside or inside else ""


def _domain_doubt(measure: Measure, question: Question) -> str:
    if not measure.domains:
        return ""
    if not question.domain:
        return "the network domain is not stated" if INSTALLED in question.uses else ""
    if relation_to_any(question.domain, measure.domains) == "wider":
        return f"only a part of {title_of(question.domain)} is meant; say which part this is"
    return ""


def _by_deadline(measure: Measure, question: Question) -> Decision:
    """Decide for equipment in service: out already, out by a day, capped, or allowed to stay."""
    relevant = [
        part
        for part in deadlines_known(measure, question.known)
        if part.action != "no-new" and _concerns(part, question)
    ]
    if not relevant:
        return "permitted", ("equipment in service may stay; new equipment is barred",)
    removals = [part for part in relevant if part.action == "remove"]
    past = [part for part in removals if part.on < question.date]
    if past:
        return "restricted", (f"had to be out of {title_of(past[0].domain)} by {past[0].on}",)
    if removals:
        first = removals[0]
        return "deadline", (f"must be out of {title_of(first.domain)} by {first.on}",)
    cap = relevant[0]
    share = f"{cap.cap_permille // 10} %"
    if cap.on < question.date:
        return "restricted", (f"may not exceed {share} of {title_of(cap.domain)} since {cap.on}",)
    return "deadline", (f"may not exceed {share} of {title_of(cap.domain)} after {cap.on}",)


def _cap_alone(measure: Measure, question: Question) -> int:
    """Return the share that is allowed, where equipment in service meets a cap and no removal."""
    if INSTALLED not in question.uses:
        return 0
    relevant = [d for d in deadlines_known(measure, question.known) if _concerns(d, question)]
    caps = [part.cap_permille for part in relevant if part.action == "cap"]
    return min(caps) if caps and all(part.action != "remove" for part in relevant) else 0


def _no_new_yet(measure: Measure, question: Question) -> bool:
    """Return whether the day before which new equipment is still allowed is ahead."""
    starts = [
        part.on
        for part in deadlines_known(measure, question.known)
        if part.action == "no-new" and _concerns(part, question)
    ]
    return bool(starts) and min(starts) > question.date


def _concerns(deadline: Deadline, question: Question) -> bool:
    return not question.domain or relation(question.domain, deadline.domain) in {"inside", "wider"}


def _follows(measure: Measure) -> str:
    return {
        "licence-needed": "a licence is needed to export, re-export or transfer to this party",
        "purchase-barred": "purchase is barred for those it binds",
        "authorisation-barred": "no new equipment authorisation and no subsidy for it",
        "funding-barred": "no subsidy may pay for it",
        "installation-barred": "new installation is barred",
        "approval-needed": "an approval is needed before it is connected",
        "assets-frozen": "assets are frozen: nothing may be made available to this party",
        "compliance-barred": "complying with certain foreign measures is itself barred",
        "policy-only": "a policy or a single decision; no statute was verified: ask the authority",
    }[measure.follows]


def _dues(measure: Measure, question: Question) -> tuple[Due, ...]:
    """Return the schedule of *measure* as far as the domain asked about is concerned."""
    return tuple(
        Due(
            measure=measure.id,
            domain=part.domain,
            action=part.action,
            on=part.on,
            days_left=days_between(question.date, part.on),
            cap_permille=part.cap_permille,
            note=part.note,
        )
        for part in deadlines_known(measure, question.known)
        if _concerns(part, question)
    )
