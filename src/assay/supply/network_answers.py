"""What the network command answers: a verdict for each item and domain, a plan, cross-checks."""

from typing import Literal

from assay.model.record import Digest, Record
from assay.supply.answers import DISCLAIMER, Due, Opposition, Question, Result, Ruling
from assay.supply.catalogue import ListState
from assay.supply.firmware_marks import MarkSeen
from assay.supply.inventories.items import InventoryItem

CheckKind = Literal["address-prefix", "firmware"]


class CrossCheck(Record):
    """What something other than the inventory says of an item's maker.

    `agrees` is False when the maker seen is not the vendor claimed; `result` is what the loaded
    measures say of the maker seen.
    """

    kind: CheckKind
    seen: str
    agrees: bool
    result: Result
    says: str
    marks: tuple[MarkSeen, ...] = ()


class ItemVerdict(Record):
    """The verdict on one item. `rulings` are positions in the report's list of rulings."""

    item: InventoryItem
    result: Result
    says: str
    party: str = ""
    score: int = 0
    rulings: tuple[int, ...] = ()
    due: str = ""
    checks: tuple[CrossCheck, ...] = ()


class ResultCount(Record):
    """How many units have a result."""

    result: Result
    units: int


class DomainVerdict(Record):
    """The verdict on a network domain: its units by result, and the share that is affected.

    `affected_permille` counts restricted and deadline units.
    """

    domain: str
    title: str
    result: Result
    units: int
    counts: tuple[ResultCount, ...]
    affected_permille: int


class PlanStep(Record):
    """What must go, be capped or be asked by a day: the items, their units and sites."""

    due: Due
    title: str
    jurisdiction: str
    overdue: bool
    units: int
    items: tuple[str, ...]
    sites: tuple[str, ...]
    verified: bool


class NetworkReport(Record):
    """The answer for an inventory, with what it rests on and what it could not see."""

    schema: str
    question: Question
    result: Result
    statement: str
    items: tuple[ItemVerdict, ...]
    rulings: tuple[Ruling, ...]
    domains: tuple[DomainVerdict, ...]
    plan: tuple[PlanStep, ...]
    problems: tuple[str, ...]
    problem_count: int
    gaps: tuple[str, ...]
    opposing: tuple[Opposition, ...]
    lists: tuple[ListState, ...]
    catalogue: Digest
    disclaimer: str = DISCLAIMER
