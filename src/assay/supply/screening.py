"""The public screening call: subjects in, a report out, with everything it rests on.

The date is always part of the question: nothing here looks at a clock.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from assay.model.record import replace
from assay.supply.answers import Question, Ruling, Screening, ScreeningReport, Subject
from assay.supply.catalogue import Catalogue, shipped
from assay.supply.gaps import gaps_of
from assay.supply.lists.intake import catalogue_with_lists
from assay.supply.opposition import oppositions
from assay.supply.questions import make_question
from assay.supply.register import Register
from assay.supply.screener import Screener

SCHEMA = "https://assay.invalid/screening/1"


def screen(
    subjects: str | Sequence[str | Subject],
    *,
    date: str,
    known: str = "",
    jurisdictions: Sequence[str] = (),
    roles: Sequence[str] = (),
    uses: Sequence[str] = (),
    domain: str = "",
    produced_in: str = "",
    lists: Path | None = None,
    workers: int = 1,
) -> ScreeningReport:
    """Return whether the *subjects* are restricted on *date*, by which law, for whom, and why.

    *date* and *known* (what was public by then; default: all that is loaded) are ISO days.
    *lists* is a folder of snapshots; without it only the shipped measures and parties count.
    Raises UsageError when the question is not one.
    """
    question = make_question(
        date=date,
        known=known,
        jurisdictions=jurisdictions,
        roles=roles,
        uses=uses,
        domain=domain,
        produced_in=produced_in,
    )
    return screen_with(load_catalogue(lists, question.known), question, subjects, workers=workers)


def load_catalogue(lists: Path | None, known: str = "") -> Catalogue:
    """Return the shipped catalogue, with the snapshots in the folder *lists* if one is given."""
    return catalogue_with_lists(lists, known) if lists is not None else shipped()


def screen_with(
    catalogue: Catalogue,
    question: Question,
    subjects: str | Sequence[str | Subject],
    *,
    workers: int = 1,
) -> ScreeningReport:
    """Return the report of *subjects* screened against *catalogue*."""
    rows = [subjects] if isinstance(subjects, str) else list(subjects)
    asked = [_subject(row, number) for number, row in enumerate(rows, 1)]
    screener = Screener(Register(catalogue), question)
    screenings = tuple(screener.screen_all(asked, workers=workers))
    return ScreeningReport(
        schema=SCHEMA,
        question=question,
        screenings=screenings,
        lists=catalogue.lists,
        catalogue=catalogue.digest,
        gaps=gaps_of(catalogue, question),
        opposing=oppositions(catalogue, _rulings(screenings)),
    )


def _rulings(screenings: Sequence[Screening]) -> Iterator[Ruling]:
    for screening in screenings:
        yield from screening.category
        for match in screening.matches:
            yield from match.rulings


def _subject(row: str | Subject, number: int) -> Subject:
    if isinstance(row, str):
        return Subject(name=row, row=number)
    numbered: Subject = replace(row, row=row.row or number)
    return numbered
