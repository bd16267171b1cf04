"""Opposing measures side by side: what one law bans, another may forbid to comply with."""

from collections.abc import Iterable

from assay.supply.answers import Opposition, Ruling, Side
from assay.supply.catalogue import Catalogue
from assay.supply.records import Measure


def oppositions(catalogue: Catalogue, rulings: Iterable[Ruling]) -> tuple[Opposition, ...]:
    """Return every measure that applies, or may, with each measure in force that opposes it."""
    known = {measure.id: measure for measure in catalogue.measures}
    pairs = {(ruling.measure, other) for ruling in rulings for other in ruling.opposed_by}
    return tuple(
        Opposition(one=_side(known[one]), other=_side(known[other]))
        for one, other in sorted(pairs)
        if one in known and other in known
    )


def _side(measure: Measure) -> Side:
    return Side(
        measure=measure.id,
        title=measure.title,
        jurisdiction=measure.jurisdiction,
        act=measure.act,
        says=measure.note,
        source=measure.source,
        verified=measure.verified,
    )
