"""Who stands behind whom on a day: ownership and control followed to listed parties.

The rule decides how far a measure reaches: half (aggregate shares, a reached owner counts whole, as
in the 50 percent rules), subsidiaries, majority or control. Least fixed point over the ancestors,
so rings of owners end and cannot lift themselves.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from assay.model.record import Record
from assay.supply.dates import within
from assay.supply.names.prepare import prepare
from assay.supply.records import AffiliateRule, Ownership, Party

MOST_ANCESTORS = 500
HALF = 500
DISTINCTIVE = 1000

Reach = Literal["reached", "possible", "not-reached"]
Listed = Callable[[str], bool]


class Step(Record):
    """One step of a path: *owner* holds *permille* of *party* (-1: share not stated)."""

    party: str
    owner: str
    permille: int
    kind: str
    verified: bool


class Affiliation(Record):
    """How a measure reaches a party through its owners: outcome, path, and the sum that decides."""

    reach: Reach
    path: tuple[Step, ...] = ()
    permille: int = 0
    complete: bool = True


NOT_REACHED = Affiliation(reach="not-reached")


class OwnershipGraph:
    """The owners of all parties of a catalogue.

    Owners are party ids or `scheme:value`. Parties of different lists are one where an LEI is the
    same, or the name reads the same and the country is the same.
    """

    def __init__(self, parties: Mapping[str, Party]) -> None:
        self._parties = parties
        self._by_identifier = {
            f"{one.scheme}:{one.value}": key for key, party in parties.items() for one in party.ids
        }
        self._groups = _groups(parties)
        self._members: dict[str, list[str]] = {}
        for key, group in self._groups.items():
            self._members.setdefault(group, []).append(key)

    def resolve(self, reference: str) -> str:
        """Return the id under which the owner behind *reference* counts."""
        known = self._parties
        party = reference if reference in known else self._by_identifier.get(reference, reference)
        return self._groups.get(party, party)

    def same(self, party: str) -> list[str]:
        """Return the ids of all parties of the catalogue that are this party."""
        group = self._groups.get(party, party)
        found = self._members.get(group, [group])
        return [key for key in found if key in self._parties]

    def owners(self, party: str, day: str) -> list[Ownership]:
        """Return the owners of *party* on *day*, resolved, without a party that owns itself."""
        rows = {
            Ownership(
                owner=self.resolve(row.owner),
                permille=min(row.permille, 1000),
                kind=row.kind,
                verified=row.verified,
            )
            for one in self.same(party)
            for row in self._parties[one].owners
            if within(day, row.since, row.until)
        }
        group = self.resolve(party)
        return sorted((row for row in rows if row.owner != group), key=_order)

    def reach(self, party: str, listed: Listed, rule: AffiliateRule, day: str) -> Affiliation:
        """Return whether the *listed* parties reach *party* under *rule* on *day*."""
        if rule in {"none", "named"}:
            return NOT_REACHED
        party = self.resolve(party)
        nodes, complete = self._ancestors(party, day)
        if not any(listed(node) for node in nodes if node != party):
            return NOT_REACHED if complete else Affiliation(reach="not-reached", complete=False)
        certain = self._spread(nodes, listed, rule, day, doubtful=False)
        if party in certain:
            path = self._path(party, listed, certain, day)
            total = _share(self.owners(party, day), certain)
            return Affiliation(reach="reached", path=path, permille=total, complete=complete)
        possible = self._spread(nodes, listed, rule, day, doubtful=True)
        if party in possible:
            path = self._path(party, listed, possible, day)
            return Affiliation(reach="possible", path=path, complete=complete)
        return NOT_REACHED

    def _ancestors(self, party: str, day: str) -> tuple[list[str], bool]:
        """Return *party* and all its owners' owners, and whether none had to be left out."""
        nodes, seen = [party], {party}
        for node in nodes:
            for row in self.owners(node, day):
                if row.owner in seen:
                    continue
                if len(nodes) >= MOST_ANCESTORS:
                    return nodes, False
                seen.add(row.owner)
                nodes.append(row.owner)
        return nodes, True

    def _spread(
        self, nodes: list[str], listed: Listed, rule: AffiliateRule, day: str, *, doubtful: bool
    ) -> set[str]:
        """Return every node that the listed ones reach; node 0's own listing does not count."""
        reached = {node for node in nodes[1:] if listed(node)}
        changed = True
        while changed:
            changed = False
            for node in nodes:
                rows = [row for row in self.owners(node, day) if row.owner in reached]
                if node not in reached and rows and _reaches(rows, rule, doubtful=doubtful):
                    reached.add(node)
                    changed = True
        return reached

    def _path(self, party: str, listed: Listed, reached: set[str], day: str) -> tuple[Step, ...]:
        """Return the steps from *party* up to the nearest listed owner, by the largest shares."""
        paths: list[tuple[Step, ...]] = [()]
        seen = {party}
        for path in paths:
            here = path[-1].owner if path else party
            if path and listed(here):
                return path
            for row in self.owners(here, day):
                if row.owner in reached and row.owner not in seen:
                    seen.add(row.owner)
                    step = Step(
                        party=here,
                        owner=row.owner,
                        permille=row.permille,
                        kind=row.kind,
                        verified=row.verified,
                    )
                    paths.append((*path, step))
        return ()


def _groups(parties: Mapping[str, Party]) -> dict[str, str]:
    """Return party -> id of its group, for parties that more than one list names."""
    if len({party.list for party in parties.values()}) < 2:
        return {}
    leader: dict[str, str] = {}

    def find(key: str) -> str:
        while leader.get(key, key) != key:
            key = leader[key]
        return key

    first: dict[tuple[str, str], str] = {}
    for key in sorted(parties):
        for sign in _signs(parties[key]):
            one, two = sorted((find(first.setdefault(sign, key)), find(key)))
            leader[two] = one
    return {key: group for key in parties if (group := find(key)) != key or key in leader}


def _signs(party: Party) -> list[tuple[str, str]]:
    """Return what makes two rows one party: an LEI, or a full name in a country."""
    signs = [("lei", one.value) for one in party.ids if one.scheme == "lei"]
    if party.country and party.kind == "organisation":
        for name in party.names:
            prepared = prepare(name.text) if name.kind in {"name", "former", "local"} else None
            if prepared and prepared.weight >= DISTINCTIVE and prepared.forms:
                signs.append((prepared.spread, party.country))
    return signs


def _reaches(rows: list[Ownership], rule: AffiliateRule, *, doubtful: bool) -> bool:
    """Return whether the given owners, all reached, are enough under *rule*."""
    stated = sum(row.permille for row in rows if row.permille >= 0)
    if rule == "half":
        unstated = any(row.permille < 0 for row in rows)
        return stated >= HALF or (doubtful and unstated)
    if any(row.kind in {"control", "consolidation"} for row in rows) or stated > HALF:
        return True
    return doubtful and any(row.permille < 0 for row in rows)


def _share(rows: list[Ownership], reached: set[str]) -> int:
    return min(1000, sum(max(0, row.permille) for row in rows if row.owner in reached))


def _order(row: Ownership) -> tuple[int, str, str, bool]:
    return (-row.permille, row.owner, row.kind, not row.verified)
