"""From item verdicts to domains and a plan: shares, caps, what must go by when."""

from collections import Counter
from collections.abc import Sequence

from assay.model.record import replace
from assay.supply.answers import RESULT_ORDER, Due, Result, Ruling, worst
from assay.supply.domains import relation, title_of
from assay.supply.network_answers import DomainVerdict, ItemVerdict, PlanStep, ResultCount

AFFECTED: frozenset[Result] = frozenset({"restricted", "deadline"})
MOST_NAMED = 10_000


def within_caps(verdicts: list[ItemVerdict], rulings: Sequence[Ruling]) -> list[ItemVerdict]:
    """Return *verdicts* with those permitted whose only hindrance is a share that is kept.

    The share is that of the measure's items among all units of the domain, in this inventory.
    """
    units: Counter[str] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    for verdict in verdicts:
        units[verdict.item.domain] += verdict.item.quantity
        for measure in {ruling.measure for ruling in _capped(verdict, rulings)}:
            held[(measure, verdict.item.domain)] += verdict.item.quantity
    changed = []
    for verdict in verdicts:
        capped = _capped(verdict, rulings)
        if capped and verdict.result in AFFECTED and _nothing_else(verdict, rulings):
            ruling = capped[0]
            domain = verdict.item.domain
            share = 1000 * held[(ruling.measure, domain)] // max(1, units[domain])
            says = f"{ruling.title}: {_percent(share)} of {title_of(domain)} in this inventory"
            if share <= ruling.cap_permille:
                kept = f"{says}, {_percent(ruling.cap_permille)} may stay"
                changed.append(replace(verdict, result="permitted", says=kept, due=""))
                continue
            says += f", more than the {_percent(ruling.cap_permille)} that may stay"
            changed.append(replace(verdict, says=says))
            continue
        changed.append(verdict)
    return changed


def _capped(verdict: ItemVerdict, rulings: Sequence[Ruling]) -> list[Ruling]:
    return [rulings[n] for n in verdict.rulings if rulings[n].cap_permille]


def _nothing_else(verdict: ItemVerdict, rulings: Sequence[Ruling]) -> bool:
    return all(
        rulings[n].cap_permille or rulings[n].outcome not in {"restricted", "deadline"}
        for n in verdict.rulings
    )


def domain_verdicts(verdicts: Sequence[ItemVerdict]) -> tuple[DomainVerdict, ...]:
    """Return the verdict on every domain that the items stand in, by domain id."""
    counts: dict[str, Counter[Result]] = {}
    for verdict in verdicts:
        counts.setdefault(verdict.item.domain, Counter())[verdict.result] += verdict.item.quantity
    found = []
    for domain in sorted(counts):
        of = counts[domain]
        units = sum(of.values())
        affected = sum(of[result] for result in AFFECTED)
        found.append(
            DomainVerdict(
                domain=domain,
                title=title_of(domain),
                result=worst(list(of)),
                units=units,
                counts=tuple(
                    ResultCount(result=result, units=of[result])
                    for result in RESULT_ORDER
                    if of[result]
                ),
                affected_permille=1000 * affected // units,
            )
        )
    return tuple(found)


def plan_of(verdicts: Sequence[ItemVerdict], rulings: Sequence[Ruling]) -> tuple[PlanStep, ...]:
    """Return what must happen by when, the earliest first, with the items it concerns."""
    steps: dict[tuple[Due, str, str, bool], list[ItemVerdict]] = {}
    for verdict in verdicts:
        if verdict.result not in AFFECTED:
            continue
        found = (rulings[number] for number in verdict.rulings)
        keys = [
            (due, ruling.title, ruling.jurisdiction, ruling.verified)
            for ruling in found
            for due in _dues_for(ruling, verdict)
        ]
        for key in dict.fromkeys(keys):
            steps.setdefault(key, []).append(verdict)
    ordered = sorted(
        steps.items(), key=lambda step: (step[0][0].on, step[0][0].measure, step[0][0].domain)
    )
    return tuple(
        PlanStep(
            due=due,
            title=title,
            jurisdiction=jurisdiction,
            overdue=due.days_left < 0,
            units=sum(one.item.quantity for one in concerned),
            items=tuple(one.item.id for one in concerned[:MOST_NAMED]),
            sites=tuple(sorted({one.item.site for one in concerned if one.item.site})),
            verified=verified,
        )
        for (due, title, jurisdiction, verified), concerned in ordered
    )


def _dues_for(ruling: Ruling, verdict: ItemVerdict) -> list[Due]:
    """Return the dues that ask for something to be done with equipment in service."""
    if ruling.outcome not in {"restricted", "deadline"}:
        return []
    return [
        due
        for due in ruling.dues
        if due.action != "no-new" and relation(verdict.item.domain, due.domain) == "inside"
    ]


def _percent(permille: int) -> str:
    return f"{permille // 10}.{permille % 10} %" if permille % 10 else f"{permille // 10} %"
