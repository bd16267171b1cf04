"""Names of C library functions of a stripped static program that fingerprints leave unnamed.

They are told by what they call and refer to (a shell, the kernel's `execve`) and by how the
program's own functions use them: a constant text as one of two arguments and a decision on the
result is a comparison. The names given are those of a family (`execl` for all that run a path).
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from assay.code.index import CodeIndex
from assay.code.memory import distinct
from assay.code.semantics import Value
from assay.code.sources import Network
from assay.code.study import Called, Study

WINDOW, DENSE = 16, 5
"""The library begins where so many of the next functions have names."""

MAX_OWN = 400
MAX_LEAF = 400
MAX_VISITED = 60
SHELL_TEXTS = (b"/bin/sh", b"-c")
SMALLEST_BUFFER = 8


def name_by_use(index: CodeIndex) -> int:
    """Name unnamed library functions of *index*; return how many were named."""
    begins = _library(index)
    if begins < 0 or index.functions is None:
        return 0
    network = Network(index)
    used = _uses(network, begins)
    known = index.program.names
    given = 0
    starts = set(index.functions.starts.tolist())
    for target in sorted(used):
        if target not in known and target in starts:
            name = _role(network, target, used[target])
            if name:
                known[target] = name
                given += 1
    return given


def _library(index: CodeIndex) -> int:
    """Return the number of the first library function, or -1 where there is no library."""
    functions = index.functions
    if functions is None:
        return -1
    starts = functions.starts
    named = np.array([one in index.program.names for one in starts.tolist()], dtype=np.int64)
    entry = int(starts.searchsorted(index.program.entry))
    sums = np.concatenate([[0], named.cumsum()])
    for number in range(entry + 1, starts.size - WINDOW):
        if named[number] and sums[number + WINDOW] - sums[number] >= DENSE:
            return number
    return -1


def _uses(network: Network, begins: int) -> dict[int, list[tuple[Study, Called]]]:
    """Return the calls that functions of the program itself make, by their targets."""
    found: dict[int, list[tuple[Study, Called]]] = defaultdict(list)
    for function in range(min(begins, MAX_OWN)):
        study = network.study(function)
        for call in study.calls:
            number = network.function_at(call.target)
            if number >= begins or (number < 0 and call.target > 0):
                found[call.target].append((study, call))
    return found


def _role(network: Network, target: int, uses: list[tuple[Study, Called]]) -> str:
    function = network.function_at(target)
    if function < 0:
        return ""
    reached = list(_reached(network, function))
    if any(_refers_to_shell(network, one) for one in reached[:3]):
        return "system"
    names = {network.index.name(one) for one in _targets(network, reached)}
    if "execve" in names and _path_given(network, uses):
        return "execl"
    leaf = not _targets(network, [function])
    return _by_arguments(network, uses, leaf=leaf)


def _reached(network: Network, function: int) -> Iterator[int]:
    """Yield *function* and what it calls, two levels deep."""
    waiting, seen = [(function, 0)], {function}
    while waiting and len(seen) < MAX_VISITED:
        current, depth = waiting.pop(0)
        yield current
        for target in _targets(network, [current]) if depth < 1 else ():
            callee = network.function_at(target)
            if callee >= 0 and callee not in seen:
                seen.add(callee)
                waiting.append((callee, depth + 1))


def _targets(network: Network, functions: list[int]) -> list[int]:
    index = network.index
    if index.calls is None:
        return []
    owners = index.owner[index.calls.row]
    chosen = np.isin(owners, np.array(functions, dtype=np.int64))
    return [one for one in distinct(index.calls.target[chosen]).tolist() if one > 0]


def _refers_to_shell(network: Network, function: int) -> bool:
    references, functions = network.index.references, network.index.functions
    if references is None or functions is None:
        return False
    first, last = int(functions.first[function]), int(functions.last[function])
    inside = (references.row >= first) & (references.row < last)
    texts = {network.index.string(one) for one in references.target[inside].tolist()}
    return all(text in texts for text in SHELL_TEXTS)


def _path_given(network: Network, uses: list[tuple[Study, Called]]) -> bool:
    return any(_text(network, call.arguments[0])[:1] == b"/" for _, call in uses) or any(
        call.arguments[0] is not None for _, call in uses
    )


def _text(network: Network, value: Value | None) -> bytes:
    number = value.number if value is not None else None
    return (network.index.string(number) or b"") if number and number > 0 else b""


def _by_arguments(network: Network, uses: list[tuple[Study, Called]], *, leaf: bool) -> str:
    """Return the family that the arguments of all *uses* speak for."""
    votes: dict[str, int] = defaultdict(int)
    for study, call in uses:
        name = _of_use(network, study, call, leaf=leaf)
        if name:
            votes[name] += 1
    best = max(sorted(votes), key=lambda one: votes[one], default="")
    return best if best and votes[best] * 2 >= len(uses) else ""


def _of_use(network: Network, study: Study, call: Called, *, leaf: bool) -> str:
    first, second, third = call.arguments[:3]
    texts = _text(network, first), _text(network, second), _text(network, third)
    if b"%" in texts[2] and not texts[1] and _is_size(second):
        return "snprintf"
    if not leaf and _is_size(second) and _is_buffer(first) and _is_stream(third):
        return "fgets"
    if not leaf or not (texts[0] or texts[1]) or (texts[0] and texts[1]):
        return ""
    if not _decided(study, call):
        return ""
    size = third.number if third is not None else None
    text = texts[0] or texts[1]
    if size is not None and size in (len(text), len(text) + 1):
        return "strncmp" if size == len(text) else "memcmp"
    return "strcmp" if len(text) > 1 else ""


def _is_size(value: Value | None) -> bool:
    number = value.number if value is not None else None
    return number is not None and SMALLEST_BUFFER <= number <= 1 << 16


def _is_buffer(value: Value | None) -> bool:
    return value is not None and (value.kind == "stack" or (value.number or 0) > 1 << 12)


def _is_stream(value: Value | None) -> bool:
    return value is not None and value.kind in ("memory", "result")


def _decided(study: Study, call: Called) -> bool:
    """Say whether control depends on whether the result of *call* is zero."""
    result = Value("result", call.row, 0)
    return any(
        result in (one.left, one.right)
        and any(side is not None and side.number == 0 for side in (one.left, one.right))
        for one in study.decisions
    )
