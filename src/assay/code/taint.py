"""Which values of a studied function come from outside: buffers that the network fills.

A region is an origin and a range of distances from it. The set grows over copies until it is
stable; the order of calls is not regarded.
"""

from typing import NamedTuple

import msgspec

from assay.code.families import COPY, FORMAT, POINTS_INTO
from assay.code.semantics import Value
from assay.code.study import Called, Study

WIDEST = 1 << 16
GUESS = 256
ROUNDS = 4


class Region(NamedTuple):
    """Memory from *start* on, *size* bytes, filled by the function *source*."""

    start: Value
    size: int
    source: str

    def holds(self, value: Value | None) -> bool:
        """Say whether *value* points into this region."""
        start = self[0]
        if value is None or value[0] != start[0] or value[1] != start[1]:
            return False
        return 0 <= value[2] - start[2] < self[1]


class Taint(msgspec.Struct):
    """The regions of one function that hold bytes from outside."""

    regions: list[Region] = msgspec.field(default_factory=list)

    def add(self, start: Value | None, size: int, source: str) -> bool:
        """Add a region; say whether it was new."""
        if start is None or start.kind == "unknown" or self.source(start) or not size:
            return False
        if start.kind == "const" and not start.offset:
            return False
        self.regions.append(Region(start, min(size, WIDEST), source))
        return True

    def source(self, value: Value | None) -> str:
        """Return the source of what *value* points to, empty when it is not from outside."""
        if value is None:
            return ""
        for one in self.regions:
            if one.holds(value):
                return one.source
        return ""

    def content(self, value: Value | None) -> str:
        """Return the source when *value* was itself read from such memory."""
        if value is None or value.kind != "memory" or not isinstance(value.key, tuple):
            return ""
        address = value.key[0]
        return self.source(address) if isinstance(address, Value) else ""

    def spread(self, study: Study) -> None:
        """Follow copies within *study* until nothing is added."""
        for _ in range(ROUNDS):
            if not sum(self._through(call) for call in study.calls):
                return

    def _through(self, call: Called) -> bool:
        given = call.arguments
        if call.name in COPY:
            to, origin = COPY[call.name]
            return self._copy(given[to], given[origin])
        if call.name in POINTS_INTO:
            pointed = self.source(given[0])
            return bool(pointed) and self.add(Value("result", call.row, 0), GUESS, pointed)
        if call.name in FORMAT:
            first = FORMAT[call.name] + 1
            printed = next((one for one in map(self.source, given[first:]) if one), "")
            return bool(printed) and self.add(given[0], GUESS, printed)
        if call.name.endswith("sscanf") and self.source(given[0]):
            scanned = self.source(given[0])
            return sum(self.add(one, 64, scanned) for one in given[2:]) > 0
        return False

    def _copy(self, to: Value | None, source: Value | None) -> bool:
        origin = self.source(source)
        return bool(origin) and self.add(to, GUESS, origin)
