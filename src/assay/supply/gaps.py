"""What an answer could not see: lists that are not loaded or too old, rows nobody verified."""

from assay.supply.answers import Question
from assay.supply.catalogue import SHIPPED, Catalogue
from assay.supply.dates import add_days
from assay.supply.jurisdictions import reaches


def gaps_of(catalogue: Catalogue, question: Question) -> tuple[str, ...]:
    """Return the gaps of an answer, each a sentence, in a fixed order."""
    return (
        *_missing(catalogue, question),
        *_stale(catalogue, question),
        *_before(catalogue, question),
        *_unverified(catalogue, question),
        *_ownership(catalogue),
    )


def _missing(catalogue: Catalogue, question: Question) -> list[str]:
    loaded = {state.list for state in catalogue.lists}
    wanted: dict[str, list[str]] = {}
    for measure in catalogue.measures:
        if not measure.list or measure.list in loaded:
            continue
        if reaches(measure.jurisdiction, question.jurisdictions):
            wanted.setdefault(measure.list, []).append(measure.id)
    return [
        f"list {name} is not loaded: {', '.join(sorted(ids))} know only the parties shipped"
        for name, ids in sorted(wanted.items())
    ]


def _stale(catalogue: Catalogue, question: Question) -> list[str]:
    return [
        f"list {state.list} is of {state.as_of}: it knows nothing of what came later, "
        f"and counts as too old for {question.date}"
        for state in catalogue.lists
        if not state.as_of or add_days(state.as_of, state.stale_after_days) < question.date
    ]


def _before(catalogue: Catalogue, question: Question) -> list[str]:
    """Name the lists that are younger than the day: they do not show who was taken off before."""
    return [
        f"list {state.list} is of {state.as_of}: whoever was taken off it before is not seen"
        for state in catalogue.lists
        if state.list != SHIPPED and state.as_of > question.date
    ]


def _unverified(catalogue: Catalogue, question: Question) -> list[str]:
    rows = [
        measure.id
        for measure in catalogue.measures
        if not measure.verified and reaches(measure.jurisdiction, question.jurisdictions)
    ]
    if not rows:
        return []
    return [f"{len(rows)} measures are not verified against their source: {', '.join(rows)}"]


def _ownership(catalogue: Catalogue) -> list[str]:
    known = sum(bool(party.owners) for party in catalogue.parties)
    return [f"owners are known for {known} of {len(catalogue.parties)} parties"]
