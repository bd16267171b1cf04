"""How a call compares: which edge means equality, and the constant it is given."""

from assay.code.families import COMPARE, COMPARISONS, CONTAINS
from assay.code.semantics import Value
from assay.code.sources import Network
from assay.code.study import Called, Decision

LONGEST = 200
MEASURED = frozenset({"memcmp", "bcmp"})
LIMITED = MEASURED | {"strncmp", "strncasecmp"}


def equal_edges(network: Network, decision: Decision, call: Called) -> list[tuple[int, int]]:
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
        if call.name in COMPARISONS:
            first, second = call.arguments[0], call.arguments[1]
            pair = [
                one.key for one in (first, second) if one is not None and one.kind == "argument"
            ]
            if len(set(map(str, pair))) == 2:
                return True
    return False


def constant_of(network: Network, call: Called, value: Value | None) -> bytes:
    """Return the constant bytes at *value*: as long as the call says, or up to the NUL."""
    if value is None or value.number is None or value.number <= 0:
        return b""
    memory = network.index.program.memory
    limit = call.arguments[2] if call.name in LIMITED else None
    size = limit.number if limit is not None and limit.number is not None else LONGEST
    if not 0 < size <= LONGEST:
        size = LONGEST
    held = memory.bytes_at(value.number, size)
    if call.name in MEASURED and limit is not None and limit.number is not None:
        return held
    text = held.split(b"\0")[0]
    return text if len(text) < len(held) or len(held) == size else b""
