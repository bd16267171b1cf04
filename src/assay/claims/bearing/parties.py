"""Actors joined with the parties of the lists: the screener decides, only a sure match counts."""

from collections.abc import Iterable

from assay.claims.records import Actor


def parties_of(actors: Iterable[Actor], date: str) -> dict[str, str]:
    """Return actor name -> party id for the organisations among *actors* that the lists name."""
    from assay.supply.screening import screen  # noqa: PLC0415 - optional, or heavy at start-up

    names = sorted(
        {
            actor.name
            for actor in actors
            if actor.kind in {"organisation", "unknown"} and actor.name[:1].isupper()
        }
    )
    if not names:
        return {}
    report = screen(names, date=date)
    found = {}
    for screening in report.screenings:
        sure = [match.party for match in screening.matches if match.decision == "same"]
        if sure:
            found[screening.subject.name] = sure[0]
    return found
