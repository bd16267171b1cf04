"""Where a studied function compares received bytes with a constant, and what equality does."""

from collections.abc import Iterator
from dataclasses import dataclass

from assay._kernel.printable import printable
from assay.code.families import COMPARE, CONTAINS
from assay.code.memory import byte_order
from assay.code.semantics import Value
from assay.code.sources import Network
from assay.code.symbolic import Called, Decision, Study
from assay.code.taint import Taint

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Comparison:
    """Bytes from `source` are compared at `row`; control takes `edge` when they are equal.

    `place` is where in the buffer a `numeric` comparison reads.
    """

    row: int
    edge: tuple[int, int]
    name: str
    source: str
    constant: bytes
    numeric: bool
    place: int = 0

    @property
    def shown(self) -> str:
        """The constant as printable text, or as a number."""
        if self.numeric and not all(32 <= byte < 127 for byte in self.constant):
            return "0x" + self.constant.hex()
        return printable(self.constant)


def comparisons(network: Network, study: Study, taint: Taint) -> Iterator[Comparison]:
    """Yield the comparisons of received bytes with constants in *study*."""
    by_row = {call.row: call for call in study.calls}
    for decision in study.decisions:
        for value, other in (
            (decision.left, decision.right),
            (decision.right, decision.left),
        ):
            if value is None or other is None or other.number is None:
                continue
            if value.kind == "result" and value.offset == 0 and isinstance(value.key, int):
                call = by_row.get(value.key)
                if call is not None and other.number == 0:
                    yield from _by_call(network, taint, decision, call)
            else:
                yield from _by_number(network, taint, decision, value, other.number)


def _by_call(
    network: Network, taint: Taint, decision: Decision, call: Called
) -> Iterator[Comparison]:
    given = call.arguments
    for mine, theirs in ((given[0], given[1]), (given[1], given[0])):
        source = taint.source(mine)
        constant = _constant(network, call, theirs)
        if not source or not constant:
            continue
        for edge in _equal_edges(network, decision, call):
            yield Comparison(call.row, edge, call.name or "?", source, constant, numeric=False)


def _equal_edges(network: Network, decision: Decision, call: Called) -> list[tuple[int, int]]:
    """Return the edge of equality; both where the program's own function does the comparing."""
    equal = (decision.block, decision.equal)
    different = (decision.block, decision.different)
    if call.name in COMPARE:
        return [equal]
    if call.name in CONTAINS:
        return [different]
    if _compares_arguments(network, call.target):
        return [equal, different]
    return []


def _compares_arguments(network: Network, target: int) -> bool:
    """Say whether the function at *target* compares two of its arguments with each other."""
    function = network.function_at(target)
    if function < 0:
        return False
    for call in network.study(function).calls:
        if call.name in COMPARE | CONTAINS:
            first, second = call.arguments[0], call.arguments[1]
            pair = [
                one.key for one in (first, second) if one is not None and one.kind == "argument"
            ]
            if len(set(map(str, pair))) == 2:
                return True
    return False


def _constant(network: Network, call: Called, value: Value | None) -> bytes:
    """Return the constant bytes at *value*: as long as the call says, or up to the NUL."""
    if value is None or value.number is None or value.number <= 0:
        return b""
    memory = network.index.program.memory
    limit = call.arguments[2] if call.name in {"memcmp", "bcmp", "strncmp", "strncasecmp"} else None
    size = limit.number if limit is not None and limit.number is not None else LONGEST
    if not 0 < size <= LONGEST:
        size = LONGEST
    held = memory.bytes_at(value.number, size)
    if call.name in {"memcmp", "bcmp"} and limit is not None and limit.number is not None:
        return held
    text = held.split(b"\0")[0]
    return text if len(text) < len(held) or len(held) == size else b""


def _by_number(
    network: Network, taint: Taint, decision: Decision, value: Value, number: int
) -> Iterator[Comparison]:
    """Yield the comparison of three or more received bytes with a number."""
    source = taint.content(value)
    if not source or not isinstance(value.key, tuple) or value.offset:
        return
    width = value.key[1]
    if width not in (4, 8) or not number & ((1 << 8 * width) - 1) > 0xFFFF:
        return
    order = byte_order(network.index.program.order)
    constant = (number & ((1 << 8 * width) - 1)).to_bytes(width, order)
    if constant.count(0) >= 2 or constant.count(255) >= 2:
        return
    edge = (decision.block, decision.equal)
    place = value.key[0].offset
    yield Comparison(decision.row, edge, "number", source, constant, numeric=True, place=place)
