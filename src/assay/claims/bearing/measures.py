"""A measure as claimed against the measure as recorded: act, date, number of affiliates.

The nearest recorded measure on the same target by the same authority is taken; what differs is
listed field by field. No difference found is not a confirmation.
"""

import re

from msgspec.structs import replace

from assay.claims import lexicon
from assay.claims.bearing.facts import MeasureFact, same_name
from assay.claims.records import Discrepancy, Measure
from assay.supply.jurisdictions import country_code

_KINDS = {
    "list-entry": {"black-list", "export-licence", "procurement", "white-list"},
    "licence-duty": {"export-licence"},
    "ban": {"black-list", "category"},
    "procurement-exclusion": {"procurement", "black-list"},
    "designation": {"black-list", "white-list"},
}
_WORD = re.compile(r"[a-z0-9]{3,}")
_COMMON = frozenset(
    [
        "the",
        "and",
        "act",
        "list",
        "trade",
        "law",
        "order",
        "for",
        "bis",
        "rule",
        "national",
        "blacklist",
        "black",
    ]
)


def compare(measure: Measure, facts: tuple[MeasureFact, ...]) -> Measure:
    """Return *measure* with the recorded one it meets and the discrepancies; unchanged if none."""
    fact = _nearest(measure, facts)
    if fact is None:
        return measure
    shown = f"{fact.act} ({fact.date})"
    compared: Measure = replace(
        measure,
        recorded=f"{fact.id}: {shown}",
        recorded_source=fact.source + ("" if fact.verified else " (unverified)"),
        discrepancies=_differences(measure, fact),
    )
    return compared


def _nearest(measure: Measure, facts: tuple[MeasureFact, ...]) -> MeasureFact | None:
    kinds = _KINDS.get(measure.kind)
    if not kinds:
        return None
    state = state_of(measure.authority)
    authority = "EU" if state == "European Union" else country_code(state)
    candidates = [
        fact
        for fact in facts
        if fact.kind in kinds
        and same_name(measure.target, fact.names)
        and (not authority or fact.authority == authority)
    ]
    if measure.kind == "list-entry":
        listed = [fact for fact in candidates if fact.affiliates] or candidates
        candidates = listed if measure.affiliates is not None else candidates
    return min(
        candidates,
        key=lambda fact: (_distance(measure.effective.date, fact.date), fact.id),
        default=None,
    )


def state_of(authority: str) -> str:
    """Return the state that *authority* is or belongs to, by its name; empty where unknown."""
    low = authority.lower()
    if low in lexicon.states():
        return lexicon.states()[low]
    return next(
        (lexicon.states()[word] for word in re.findall(r"[\w.]+", low) if word in lexicon.states()),
        "",
    )


def _distance(claimed: str, recorded: str) -> int:
    """Return how many months apart two dates are; unknown dates are far."""
    if len(claimed) < 4 or len(recorded) < 4:
        return 10_000
    first = int(claimed[:4]) * 12 + (int(claimed[5:7]) if len(claimed) >= 7 else 6)
    second = int(recorded[:4]) * 12 + (int(recorded[5:7]) if len(recorded) >= 7 else 6)
    return abs(first - second)


def _differences(measure: Measure, fact: MeasureFact) -> tuple[Discrepancy, ...]:
    found = []
    if measure.instrument and not _same_act(measure.instrument, fact.act):
        found.append(Discrepancy(field="instrument", claimed=measure.instrument, recorded=fact.act))
    date = measure.effective.date
    if date and fact.date and date != fact.date[: len(date)]:
        found.append(Discrepancy(field="date", claimed=date, recorded=fact.date))
    count = _count_near(fact, date)
    if measure.affiliates is not None and count is not None and measure.affiliates != count:
        found.append(
            Discrepancy(field="affiliates", claimed=str(measure.affiliates), recorded=str(count))
        )
    return tuple(found)


def _same_act(claimed: str, recorded: str) -> bool:
    wanted = set(_WORD.findall(claimed.lower())) - _COMMON
    return bool(wanted & set(_WORD.findall(recorded.lower())))


def _count_near(fact: MeasureFact, date: str) -> int | None:
    """Return the number of affiliates that the list named on the latest day up to *date*."""
    known = [count for on, count in fact.affiliates if not date or on[: len(date)] <= date]
    return known[-1] if known else (fact.affiliates[0][1] if fact.affiliates else None)
