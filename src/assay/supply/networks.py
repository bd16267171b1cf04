"""A network judged: every item of an inventory against the measures of a country on a day.

Items that differ in nothing the answer depends on are judged once. "Clean" is never said: the best
statement is that no restricted vendor was found in this inventory under these measures.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from assay.model.record import Digest, replace
from assay.supply.addresses import LISTING_DATE, Assignee
from assay.supply.answers import Question, Result, Ruling, Screening, Subject, worst
from assay.supply.catalogue import Catalogue
from assay.supply.firmware_marks import FirmwareMarks
from assay.supply.gaps import gaps_of
from assay.supply.inventories.items import Inventory, InventoryItem
from assay.supply.lists.intake import address_table
from assay.supply.network_answers import CrossCheck, ItemVerdict, NetworkReport
from assay.supply.network_plan import domain_verdicts, plan_of, within_caps
from assay.supply.opposition import oppositions
from assay.supply.questions import make_question
from assay.supply.register import Register
from assay.supply.screener import RESULT_SAYS, Screener, result_of
from assay.supply.screening import load_catalogue
from assay.supply.vendors import address_of, same_maker, with_vendor

SCHEMA = "https://assay.invalid/network/1"
DEFAULT_ROLES = ("operator",)
IN_PLACE = "installed"

Judged = tuple[Result, str, str, int, tuple[int, ...], str]


def network(
    inventory: Inventory,
    *,
    date: str,
    country: str = "",
    known: str = "",
    roles: Sequence[str] = DEFAULT_ROLES,
    uses: Sequence[str] = (IN_PLACE,),
    firmware: Mapping[Digest, FirmwareMarks] | None = None,
    lists: Path | None = None,
) -> NetworkReport:
    """Return what the measures of *country* say of every item of *inventory* on *date*.

    An item's own country counts where it states one. *firmware* maps image digests to the makers'
    marks of their evaluations. Raises UsageError when the question is not one.
    """
    question = make_question(
        date=date,
        known=known,
        jurisdictions=(country,) if country else (),
        roles=roles,
        uses=uses,
    )
    table = address_table(lists, question.known) if lists is not None else None
    judge = NetworkJudge(load_catalogue(lists, question.known), question, table, firmware or {})
    return judge.report(inventory)


class NetworkJudge:
    """Judges items for one question; keeps what it found out about vendors and their rulings."""

    def __init__(
        self,
        catalogue: Catalogue,
        question: Question,
        table: dict[str, str] | None,
        firmware: Mapping[Digest, FirmwareMarks],
    ) -> None:
        self._catalogue = catalogue
        self._register = Register(catalogue)
        self._question = question
        self._table = table
        self._firmware = firmware
        self._screeners: dict[tuple[str, ...], Screener] = {}
        self._screened: dict[tuple[tuple[str, ...], str], Screening] = {}
        self._judged: dict[tuple[object, ...], Judged] = {}
        self._rulings: dict[Ruling, int] = {}
        self._alike: dict[tuple[str, str], bool] = {}

    def report(self, inventory: Inventory) -> NetworkReport:
        """Return the report on all items."""
        known = [(item, address_of(item, self._table)) for item in inventory.items]
        named = [(with_vendor(item, seen), seen) for item, seen in known]
        self._screen_vendors([item for item, _ in named])
        verdicts = [self._verdict(item, seen) for item, seen in named]
        rulings = tuple(self._rulings)
        verdicts = within_caps(verdicts, rulings)
        domains = domain_verdicts(verdicts)
        result = worst([verdict.result for verdict in verdicts]) if verdicts else "unknown"
        return NetworkReport(
            schema=SCHEMA,
            question=self._question,
            result=result,
            statement=self._statement(result, verdicts),
            items=tuple(verdicts),
            rulings=rulings,
            domains=domains,
            plan=plan_of(verdicts, rulings),
            problems=inventory.problems,
            problem_count=inventory.problem_count,
            gaps=(*self._item_gaps(verdicts), *gaps_of(self._catalogue, self._question)),
            opposing=oppositions(self._catalogue, rulings),
            lists=self._catalogue.lists,
            catalogue=self._catalogue.digest,
        )

    def _screen_vendors(self, items: list[InventoryItem]) -> None:
        """Screen every vendor once for each law that its items stand under."""
        wanted: dict[tuple[str, ...], set[str]] = {}
        for item in items:
            if item.vendor:
                wanted.setdefault(self._law(item), set()).add(item.vendor)
        for law, vendors in wanted.items():
            subjects = [Subject(name=name) for name in sorted(vendors)]
            for screening in self._screener(law).screen_all(subjects, workers=2):
                self._screened[(law, screening.subject.name)] = screening

    def _law(self, item: InventoryItem) -> tuple[str, ...]:
        return (item.country,) if item.country else self._question.jurisdictions

    def _screener(self, law: tuple[str, ...]) -> Screener:
        if law not in self._screeners:
            question: Question = replace(self._question, jurisdictions=law)
            self._screeners[law] = Screener(self._register, question)
        return self._screeners[law]

    def _verdict(self, item: InventoryItem, seen: Assignee | None) -> ItemVerdict:
        law = self._law(item)
        key = (law, item.vendor, item.domain, item.in_service, item.produced_in)
        if key not in self._judged:
            self._judged[key] = self._judge(item, law)
        result, says, party, score, rulings, due = self._judged[key]
        checks = self._checks(item, law, seen)
        if result in {"clear", "permitted"}:
            contrary = [check for check in checks if check.result in {"restricted", "deadline"}]
            if contrary:
                result, says = "unknown", f"{says}; but {contrary[0].says}"
        return ItemVerdict(
            item=item,
            result=result,
            says=says,
            party=party,
            score=score,
            rulings=rulings,
            due=due,
            checks=checks,
        )

    def _judge(self, item: InventoryItem, law: tuple[str, ...]) -> Judged:
        screener = self._screener(law)
        question: Question = replace(
            screener.question,
            domain=item.domain,
            in_service=item.in_service,
            produced_in=item.produced_in,
        )
        categories = screener.categories(question)
        if not item.vendor:
            return "unknown", "no vendor is stated", "", 0, self._numbers(categories), ""
        screening = self._screened[(law, item.vendor)]
        same = [match for match in screening.matches if match.decision == "same"]
        rulings = [
            ruling for match in same for ruling in screener.rulings(match.party, question)
        ] + categories
        result = worst([result_of(ruling) for ruling in rulings])
        says = _says(result, rulings)
        if result in {"clear", "permitted"} and screening.result == "possible":
            other = screening.matches[0]
            result, says = "unknown", f"the name is like that of {other.name}: check which it is"
        elif result in {"clear", "permitted"} and screener.stale():
            result, says = "unknown", "the lists are too old for that day"
        ahead = [
            due.on
            for ruling in rulings
            if ruling.outcome == "deadline"
            for due in ruling.dues
            if due.action != "no-new" and due.days_left >= 0
        ]
        best = same[0] if same else None
        return (
            result,
            says,
            best.party if best else "",
            best.score if best else 0,
            self._numbers(rulings),
            min(ahead, default=""),
        )

    def _numbers(self, rulings: Sequence[Ruling]) -> tuple[int, ...]:
        kept = [ruling for ruling in rulings if ruling.outcome != "not-in-force"]
        return tuple(self._rulings.setdefault(ruling, len(self._rulings)) for ruling in kept)

    def _checks(
        self, item: InventoryItem, law: tuple[str, ...], seen: Assignee | None
    ) -> tuple[CrossCheck, ...]:
        found = []
        if seen and seen.organisation and item.vendor_source == "claimed":
            agrees = self._same(item.vendor, seen.organisation)
            says = f"the address prefix {seen.prefix} belongs to {seen.organisation}"
            if not agrees:
                found.append(self._check("address-prefix", seen.organisation, law, says))
        if item.firmware and item.firmware in self._firmware:
            found.extend(self._firmware_checks(item, law))
        return tuple(found)

    def _firmware_checks(self, item: InventoryItem, law: tuple[str, ...]) -> list[CrossCheck]:
        marks: dict[str, list[int]] = {}
        seen = self._firmware[item.firmware].marks
        for place, mark in enumerate(seen):
            marks.setdefault(mark.maker, []).append(place)
        checks = []
        for maker, places in sorted(marks.items()):
            if self._same(item.vendor, maker):
                continue
            says = f"its firmware carries marks of {maker} ({seen[places[0]].kind})"
            check = self._check("firmware", maker, law, says)
            checks.append(replace(check, marks=tuple(seen[place] for place in places)))
        return checks

    def _check(self, kind: str, maker: str, law: tuple[str, ...], says: str) -> CrossCheck:
        key = (law, maker)
        if key not in self._screened:
            (self._screened[key],) = self._screener(law).screen_all([Subject(name=maker)])
        result = self._screened[key].result
        return CrossCheck(
            kind=kind,  # type: ignore[arg-type] # callers pass the literal's words
            seen=maker,
            agrees=False,
            result=result,
            says=f"{says}, {RESULT_SAYS[result]}",
        )

    def _same(self, claimed: str, seen: str) -> bool:
        key = (claimed, seen)
        if key not in self._alike:
            self._alike[key] = same_maker(claimed, seen)
        return self._alike[key]

    def _statement(self, result: Result, verdicts: list[ItemVerdict]) -> str:
        day = self._question.date
        laws = {self._law(verdict.item) for verdict in verdicts}
        places = sorted({place for law in laws for place in law})
        place = ", ".join(places) if () not in laws else "all jurisdictions loaded"
        if not verdicts:
            return "the inventory is empty: nothing can be said of this network"
        units = sum(verdict.item.quantity for verdict in verdicts)
        if result in {"clear", "permitted"}:
            return (
                f"no restricted vendor found in this inventory of {units} units under the loaded "
                f"measures of {place} on {day}; see the gaps"
            )
        parts = [
            f"{count} {RESULT_SAYS[kind]}"
            for kind in ("restricted", "deadline", "unknown")
            if (count := sum(v.item.quantity for v in verdicts if v.result == kind))
        ]
        return f"of {units} units under the loaded measures of {place} on {day}: " + "; ".join(
            parts
        )

    def _item_gaps(self, verdicts: list[ItemVerdict]) -> list[str]:
        wanting = (
            ("no network domain", lambda v: not v.item.domain),
            ("no vendor", lambda v: not v.item.vendor),
            ("no country of production", lambda v: not v.item.produced_in),
            ("no firmware that was evaluated", lambda v: v.item.firmware not in self._firmware),
        )
        counts = [(text, sum(map(test, verdicts))) for text, test in wanting]
        gaps = [f"{count} of {len(verdicts)} items state {text}" for text, count in counts if count]
        if self._table is None and any(verdict.item.mac for verdict in verdicts):
            gaps.append(f"hardware addresses are read by the MA-L listing of {LISTING_DATE}")
        return gaps


def _says(result: Result, rulings: list[Ruling]) -> str:
    """Return the reason of the ruling that decides, or what the result means."""
    for ruling in rulings:
        if result_of(ruling) == result and result != "clear":
            return f"{ruling.title}: {'; '.join(ruling.why)}"
    return RESULT_SAYS[result]
