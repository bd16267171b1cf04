"""The parties of a catalogue made searchable: by name, by identifier, by who owns them.

Built once for a catalogue and shared by every screener that asks another question of it.
"""

from collections.abc import Sequence

from assay.supply.catalogue import Catalogue
from assay.supply.names.compare import calibration
from assay.supply.names.index import Candidate, NameIndex
from assay.supply.names.search import search_all
from assay.supply.ownership import OwnershipGraph
from assay.supply.records import Party, PartyName


class Register:
    """All parties with their names; remembers what it was asked."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.parties: dict[str, Party] = {party.id: party for party in catalogue.parties}
        self.graph = OwnershipGraph(self.parties)
        self._names = [(party.id, name) for party in catalogue.parties for name in party.names]
        self._index = NameIndex([name.text for _, name in self._names])
        self._by_identifier = {
            (one.scheme, one.value): party.id for party in catalogue.parties for one in party.ids
        }
        self._found: dict[str, list[Candidate]] = {}

    def look_up(self, names: Sequence[str], *, workers: int = 1) -> None:
        """Search all *names* at once, in several processes where that pays."""
        new = sorted(set(names) - self._found.keys())
        # Half the limit: a country that agrees can still lift a score over it.
        limit = calibration().review // 2
        found = search_all(new, self._index, at_least=limit, workers=workers)
        self._found.update(zip(new, found, strict=True))

    def candidates(self, name: str) -> dict[str, PartyName]:
        """Return the parties that *name* may mean, each with its closest name."""
        if name not in self._found:
            self.look_up([name])
        best: dict[str, PartyName] = {}
        for _, position in self._found[name]:
            party, known = self._names[position]
            best.setdefault(party, known)
        return best

    def by_identifier(self, scheme: str, value: str) -> Party | None:
        """Return the party with an identifier, None where there is none."""
        found = self._by_identifier.get((scheme, value))
        return self.parties[found] if found else None
