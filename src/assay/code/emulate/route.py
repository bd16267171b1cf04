"""How far a decision is from what a finding names: which one to turn next.

Static distances over the blocks of the functions that lie between where a run begins and the
named place; only the order of the attempts depends on them, never a claim.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable

import msgspec
import numpy as np

from assay.code.emulate.words import Decision
from assay.code.listing import CALLM, CALLR, JUMPM, JUMPR
from assay.code.memory import Ints, member, where
from assay.code.sources import Network
from assay.code.study import Study

FAR = 10_000
HIGHEST = 5
MOST_ABOVE = 40

Nearness = tuple[int, int]


class Route(msgspec.Struct):
    """The functions that lead to function `target`, by levels, and the distances inside them."""

    network: Network
    target: int
    sinks: tuple[int, ...]
    levels: dict[int, int] = msgspec.field(default_factory=dict)
    _distances: dict[int, dict[int, int]] = msgspec.field(default_factory=dict)
    _heads: dict[int, list[int]] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        self.levels = {self.target: 0}
        frontier = [self.target]
        for level in range(1, HIGHEST):
            above = {up for one in frontier for up in self.network.callers.get(one, ())}
            if level == 1 and not above:
                above = self._dispatchers()
            frontier = sorted(above - self.levels.keys())[:MOST_ABOVE]
            self.levels |= dict.fromkeys(frontier, level)

    def _dispatchers(self) -> set[int]:
        """Return the functions that call what a register says: who reaches what a table names."""
        owners = self.network.index.owner[self._computed()]
        return set(owners[owners >= 0].tolist())

    def _computed(self) -> Ints:
        """Return the rows that call or jump to what a register or memory says, imports left out.

        Such a call in a loop may seem to have one target: that of the first round.
        """
        index = self.network.index
        rows = where(member(CALLR, CALLM, JUMPR, JUMPM)[index.listing.op])
        calls = index.calls
        starts = index.functions.starts if index.functions is not None else rows
        kept = [
            row
            for row, owner in zip(rows.tolist(), index.owner[rows].tolist(), strict=True)
            if (calls is None or calls.target_at(row) not in index.program.externs)
            and (owner < 0 or int(starts[owner]) not in index.stubs)
        ]
        return np.array(kept, dtype=np.int64)

    def roots(self, sources: frozenset[int]) -> list[int]:
        """Return the functions that lead to the target and take input, the nearest first."""
        found = [(level, one) for one, level in self.levels.items() if one in sources]
        return [one for _, one in sorted(found)]

    def nearness(self, decision: Decision) -> Nearness:
        """Return how near *decision* is; smaller is nearer."""
        for place in (decision.place, *reversed(decision.frame)):
            function = self._function(place)
            if function in self.levels:
                return self.levels[function], self._distance(function, place)
        return FAR, FAR

    def _function(self, address: int) -> int:
        functions = self.network.index.functions
        if functions is None:
            return -1
        place = int(functions.starts.searchsorted(address & ~1, side="right")) - 1
        inside = place >= 0 and address < int(functions.ends[place])
        return place if inside else -1

    def _distance(self, function: int, address: int) -> int:
        row = int(self.network.index.listing.address.searchsorted(address & ~1))
        study = self.network.study(function)
        if function not in self._distances:
            self._distances[function] = self._measured(function, study)
        if function not in self._heads:
            self._heads[function] = sorted(study.blocks)
        block = _block_of(self._heads[function], row)
        return self._distances[function].get(block, FAR)

    def _measured(self, function: int, study: Study) -> dict[int, int]:
        goals = self._goals(function, study)
        before: dict[int, list[int]] = {}
        for block, following in study.blocks.items():
            for one in following:
                before.setdefault(one, []).append(block)
        found = dict.fromkeys(goals, 0)
        waiting = deque(goals)
        while waiting:
            block = waiting.popleft()
            for one in before.get(block, ()):
                if one not in found:
                    found[one] = found[block] + 1
                    waiting.append(one)
        return found

    def _goals(self, function: int, study: Study) -> list[int]:
        """Return the blocks of *function* that lead on: to the sink, or to the next function."""
        if function == self.target:
            rows = set(self._rows(self.sinks))
        else:
            nearer = {one for one, level in self.levels.items() if level < self.levels[function]}
            rows = {
                call.row for call in study.calls if self.network.function_at(call.target) in nearer
            }
            if not rows and self.levels[function] == 1:
                owner = self.network.index.owner
                rows = {row for row in self._computed().tolist() if owner[row] == function}
        heads = sorted(study.blocks)
        found = {_block_of(heads, row) for row in rows}
        return sorted(found - {-1})

    def _rows(self, addresses: Iterable[int]) -> list[int]:
        table: Ints = self.network.index.listing.address
        return [int(table.searchsorted(one)) for one in addresses if one >= 0]


def _block_of(heads: list[int], row: int) -> int:
    """Return the last of *heads*, ascending, that is not behind *row*, -1 where there is none."""
    place = bisect_right(heads, row) - 1
    return heads[place] if place >= 0 else -1
