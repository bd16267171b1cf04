"""What the careful pass (`symbolic`) found in one function: blocks, calls, decisions, returns."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from assay.code.families import COMPARE
from assay.code.semantics import Value

ARGUMENTS = 6
"""Arguments that are followed at most."""

KEPT = COMPARE | {"bind"}
"""What is called with the known stack slots kept."""

NO_SLOTS: Mapping[int, tuple[Value, int]] = MappingProxyType({})


class Called(NamedTuple):
    """A call: its row, the callee's address (-1 unknown) and name, and what it is given.

    `stack` are the known stack slots at that moment, for calls to KEPT only.
    """

    row: int
    block: int
    target: int
    name: str
    arguments: tuple[Value | None, ...]
    stack: Mapping[int, tuple[Value, int]] = NO_SLOTS


class Decision(NamedTuple):
    """A branch on equality: what is compared, and the blocks for equal and for different."""

    row: int
    block: int
    left: Value | None
    right: Value | None
    equal: int
    different: int


class Study:
    """What the careful pass found in one function. Blocks are named by their first row."""

    def __init__(self, function: int, entry: int = 0) -> None:
        self.function, self.entry = function, entry
        self.blocks: dict[int, tuple[int, ...]] = {}
        self.calls: list[Called] = []
        self.decisions: list[Decision] = []
        self.returns: list[Value | None] = []
        self._guarded: dict[tuple[int, int], frozenset[int]] = {}
        self._given: dict[Value | int, list[Called]] | None = None
        self._all: frozenset[int] | None = None

    def guarded(self, edge: tuple[int, int]) -> frozenset[int]:
        """Return the blocks that can be reached only over *edge*."""
        if edge not in self._guarded:
            self._guarded[edge] = self._behind(edge)
        return self._guarded[edge]

    def _behind(self, edge: tuple[int, int]) -> frozenset[int]:
        if edge[1] not in self.blocks.get(edge[0], ()):
            return frozenset()
        others = self._reached(edge)
        if edge[1] in others:
            return frozenset()
        if self._all is None:
            self._all = frozenset(self._reached(None))
        return self._all - others

    def _reached(self, without: tuple[int, int] | None) -> set[int]:
        """Return the blocks reached without an edge; no more are sought once its end is."""
        seen = {self.entry}
        waiting = [self.entry]
        end = without[1] if without is not None else -1
        while waiting and end not in seen:
            block = waiting.pop()
            for following in self.blocks.get(block, ()):
                if following not in seen and (block, following) != without:
                    seen.add(following)
                    waiting.append(following)
        return seen

    def filling(self, value: Value) -> list[Called]:
        """Return the calls that make what is at *value*: as a result, or in a buffer given."""
        if self._given is None:
            self._given = self._calls_by_value()
        if value.kind == "result" and isinstance(value.key, int):
            return self._given.get(value.key, [])
        return self._given.get(value, []) if value.kind == "stack" else []

    def _calls_by_value(self) -> dict[Value | int, list[Called]]:
        """Return the calls by their rows, and by what they are given to fill."""
        found: dict[Value | int, list[Called]] = {}
        for call in self.calls:
            found.setdefault(call[0], []).append(call)
            if call[3] in COMPARE:
                continue
            places = [one for one in call[4] if one is not None and one[0] == "stack"]
            for one in dict.fromkeys(places) if len(places) > 1 else places:
                found.setdefault(one, []).append(call)
        return found
