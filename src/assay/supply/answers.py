"""What the supply part answers: rulings with their reasons, sources and doubts.

Canonical JSON of these records is the result; nothing in them depends on clock, host or order.
"""

from typing import Literal

from assay.model.record import Digest, Record
from assay.supply.catalogue import ListState
from assay.supply.names.compare import ScorePart
from assay.supply.ownership import Step
from assay.supply.records import Follows, Identifier, Kind, Source, State

Outcome = Literal[
    "restricted",
    "deadline",
    "unknown",
    "permitted",
    "not-bound",
    "not-in-force",
]
Result = Literal["restricted", "deadline", "unknown", "possible", "permitted", "clear"]

DISCLAIMER = (
    "Not legal advice. Says what the loaded measures and lists say on the given date; "
    "unverified rows are marked. Nothing found is not clearance."
)


class Question(Record):
    """What is asked: the day, as known on which day, for which law, role, use and domain.

    Empty `known` means: with everything that is loaded. Empty `jurisdictions` means all.
    """

    date: str
    known: str = ""
    jurisdictions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    domain: str = ""
    produced_in: str = ""
    in_service: str = ""


class Due(Record):
    """Something that must have happened in a domain by the end of a day."""

    measure: str
    domain: str
    action: str
    on: str
    days_left: int
    cap_permille: int = 0
    note: str = ""


class Ruling(Record):
    """What one measure says of one party on the day asked.

    `provisional`: the day lies beyond what the data can know; `verified`: all decisive facts were
    read in the source named. `cap_permille`: the outcome rests on a share that may stay.
    """

    measure: str
    title: str
    jurisdiction: str
    act: str
    kind: Kind
    outcome: Outcome
    state: State
    follows: Follows
    binds: tuple[str, ...]
    why: tuple[str, ...]
    source: Source
    verified: bool
    provisional: bool = False
    listed_since: str = ""
    reference: str = ""
    dues: tuple[Due, ...] = ()
    cap_permille: int = 0
    exemption: str = ""
    opposed_by: tuple[str, ...] = ()
    through: tuple[Step, ...] = ()
    note: str = ""


class Match(Record):
    """A party of a list that the asked name may mean, with the score's explanation."""

    party: str
    name: str
    matched_name: str
    name_kind: str
    country: str
    list: str
    score: int
    decision: Literal["same", "possible"]
    parts: tuple[ScorePart, ...]
    rulings: tuple[Ruling, ...]


class Subject(Record):
    """Who is asked about: a name, with what else the input said; `row` is its place there."""

    name: str
    country: str = ""
    ids: tuple[Identifier, ...] = ()
    row: int = 0
    origin: str = ""


class Screening(Record):
    """The answer for one subject; `category` are measures on what it is, not on who made it."""

    subject: Subject
    result: Result
    says: str
    matches: tuple[Match, ...]
    category: tuple[Ruling, ...] = ()


class Side(Record):
    """One of two measures that pull in different directions, in its own words."""

    measure: str
    title: str
    jurisdiction: str
    act: str
    says: str
    source: Source
    verified: bool


class Opposition(Record):
    """A measure that applies or may, and one in force that may forbid complying with it."""

    one: Side
    other: Side


class ScreeningReport(Record):
    """The answer to a screening, with what it rests on and what it could not see."""

    schema: str
    question: Question
    screenings: tuple[Screening, ...]
    lists: tuple[ListState, ...]
    catalogue: Digest
    gaps: tuple[str, ...]
    opposing: tuple[Opposition, ...]
    disclaimer: str = DISCLAIMER


RESULT_ORDER: tuple[Result, ...] = (
    "restricted",
    "deadline",
    "unknown",
    "possible",
    "permitted",
    "clear",
)


def worst(results: list[Result]) -> Result:
    """Return the result that weighs most; `clear` when there is none."""
    return min(results, key=RESULT_ORDER.index, default="clear")
