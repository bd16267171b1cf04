"""Which functions of a program handle what the network sent, and through which values.

A function that receives is studied; so are its callers when the buffer was theirs, and the
functions that it hands the buffer to, two levels in each direction.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.code.compared import compared_numbers
from assay.code.families import COMPARE, CONTAINS, OPEN, READ, RECEIVE
from assay.code.index import CodeIndex
from assay.code.memory import Ints, distinct, listed
from assay.code.mentions import Mentions
from assay.code.semantics import Value
from assay.code.study import Called, Study
from assay.code.symbolic import Reader
from assay.code.taint import GUESS, Taint

if TYPE_CHECKING:
    from assay.code.access.referred import ReferredTexts

LEVELS = 2
MAX_FUNCTIONS = 300
MAX_CALLERS = 50
MOST_ROWS = 10_000
"""Instructions of one program that are read with care: about a fifth of a second's work."""

SERVER = frozenset({"accept", "accept4", "listen", "bind", "recv", "recvfrom", "recvmsg"})
ENVIRONMENT = (b"QUERY_STRING", b"HTTP_", b"REQUEST_URI", b"PATH_INFO", b"REMOTE_", b"CONTENT_")


class Network:
    """A program seen from the network: its studied functions, sources and ports."""

    def __init__(self, index: CodeIndex) -> None:
        self.index = index
        self._readers: dict[int, Reader] = {}
        self.asked: dict[tuple[object, ...], list[Any]] = {}
        self._rows = 0
        self._reaching: dict[tuple[frozenset[str], int], frozenset[int]] = {}

    def study(self, function: int) -> Study:
        """Return the careful study of function number *function*, made once."""
        return self.reader(function).found

    def reader(self, function: int) -> Reader:
        """Return the reader of function number *function*; it counts as read from now on."""
        if function not in self._readers:
            reader = Reader(self.index, function)
            self._rows += reader.last - reader.first
            if self._rows > MOST_ROWS:
                reader.passed_over = True
                _say(self.index, f"only {MOST_ROWS} instructions were read with care")
            self._readers[function] = reader
        return self._readers[function]

    def function_at(self, address: int) -> int:
        """Return the number of the function that begins at *address*, or -1."""
        return self._numbers.get(address, -1) if address > 0 else -1

    def functions_at(self, addresses: Ints) -> Ints:
        """Return the number of the function that begins at each of *addresses*, or -1."""
        functions = self.index.functions
        if functions is None or not len(functions):
            return np.full(addresses.size, -1, dtype=np.int64)
        place = np.minimum(functions.starts.searchsorted(addresses), len(functions) - 1)
        begins = (functions.starts[place] == addresses) & (addresses > 0)
        return np.where(begins, place, -1)

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """The number of the function that begins at each address."""
        functions = self.index.functions
        starts = functions.starts.tolist() if functions is not None else []
        return {start: number for number, start in enumerate(starts)}

    @cached_property
    def referred(self) -> "ReferredTexts":
        """The texts that the code refers to."""
        # Imported late: it is a part of the tests of access, which work on a network.
        from assay.code.access.referred import ReferredTexts  # noqa: PLC0415

        return ReferredTexts(self.index)

    @cached_property
    def mentions(self) -> Mentions:
        """The texts of the program, to ask which words they mention."""
        return Mentions(self.index.program)

    @cached_property
    def serves(self) -> bool:
        """Whether the program takes connections or datagrams at all."""
        return bool(self.index.calls_to(SERVER).size)

    @cached_property
    def handles(self) -> bool:
        """Whether it takes requests: from the network, or as a page of a web server does."""
        return self.serves or bool(_asking_for_requests(self.index))

    @cached_property
    def callers(self) -> dict[int, list[int]]:
        """The numbers of the functions that call each function number."""
        calls, functions = self.index.calls, self.index.functions
        if calls is None or functions is None or not len(functions):
            return {}
        place = np.minimum(np.searchsorted(functions.starts, calls.target), len(functions) - 1)
        caller = self.index.owner[calls.row]
        inside = (functions.starts[place] == calls.target) & (caller >= 0)
        pairs = distinct(place[inside] * len(functions) + caller[inside])
        if not pairs.size:
            return {}
        called, calling = np.divmod(pairs, len(functions))
        first = np.flatnonzero(np.diff(called, prepend=-1))
        bounds = pairwise([*first.tolist(), called.size])
        callers: list[int] = calling.tolist()
        numbers = called[first].tolist()
        return {one: callers[low:high] for one, (low, high) in zip(numbers, bounds, strict=True)}

    def reaching(self, names: frozenset[str], levels: int) -> frozenset[int]:
        """Return the functions that call one of *names*, or reach one over *levels* calls."""
        key = (names, levels)
        if key not in self._reaching:
            found = frontier = set(self.functions_calling(names))
            for _ in range(levels):
                frontier = {up for one in frontier for up in self.callers.get(one, ())} - found
                found = found | frontier
            self._reaching[key] = frozenset(found)
        return self._reaching[key]

    def functions_calling(self, names: frozenset[str]) -> list[int]:
        """Return the numbers of the functions that call one of *names*, ascending."""
        calls = self.index.calls
        if calls is None:
            return []
        owners = self.index.owner[calls.row[self.index.calls_to(names)]]
        return [int(one) for one in distinct(owners[owners >= 0])]

    def constants_compared(
        self, number: int, names: frozenset[str] = COMPARE | CONTAINS
    ) -> tuple[Ints, Ints]:
        """Return the calls to comparisons whose argument *number* is a constant, and these.

        *names* can leave out some of the comparisons.
        """
        chosen, values = self._compared[number]
        if names >= COMPARE | CONTAINS:
            return chosen, values
        kept = listed(chosen, self.index.calls_to(names))
        return chosen[kept], values[kept]

    @cached_property
    def _compared(self) -> tuple[tuple[Ints, Ints], ...]:
        """The calls to comparisons with constants as argument 0 and as argument 1."""
        chosen = self.index.calls_to(COMPARE | CONTAINS)
        if not chosen.size:
            return (chosen, chosen), (chosen, chosen)
        given = (self.index.arguments(chosen, number) for number in (0, 1))
        first, second = ((chosen[known], values[known]) for values, known in given)
        return first, second

    @cached_property
    def compared_numbers(self) -> tuple[Ints, Ints]:
        """The rows that compare with a constant, and the constants."""
        return compared_numbers(self.index)

    @cached_property
    def bound(self) -> tuple[tuple[int, int], ...]:
        """The ports that the program binds as constants, each with the row of the call."""
        found: dict[int, int] = {}
        for function in self.functions_calling(frozenset({"bind"}))[:MAX_CALLERS]:
            for call in self.study(function).calls:
                port = _port(self.index, call) if call.name == "bind" else 0
                if port:
                    found.setdefault(port, call.row)
        return tuple(sorted(found.items()))

    @cached_property
    def ports(self) -> tuple[int, ...]:
        """The ports that the program binds as constants, ascending."""
        return tuple(port for port, _ in self.bound)


def _port(index: CodeIndex, call: Called) -> int:
    """Return the port in the socket address that *call* binds, 0 when it is not constant."""
    at = call.arguments[1]
    if at is None or at.kind != "stack":
        return 0
    big = index.program.order == ">"
    half, _ = call.stack.get(at.offset + 2, (None, 0))
    word, width = call.stack.get(at.offset, (None, 0))
    if half is not None and half.number is not None:
        number = half.number & 0xFFFF
    elif word is not None and word.number is not None and width >= 4:
        number = word.number >> (8 * width - 32 if big else 16) & 0xFFFF
    else:
        return 0
    return number if big else (number & 0xFF) << 8 | number >> 8


def tainted_functions(network: Network) -> Iterator[tuple[Study, Taint]]:
    """Yield every function that handles received bytes, with what it knows of them."""
    waiting: list[tuple[int, Taint, int]] = []
    names = frozenset(RECEIVE) | (frozenset(READ) if network.handles else frozenset())
    shared = Taint()
    functions = {*network.functions_calling(names), *_asking_for_requests(network.index)}
    if len(functions) > MAX_FUNCTIONS:
        _say_limit(network.index)
    for function in sorted(functions)[:MAX_FUNCTIONS]:
        taint = _received(network, function)
        if taint.regions:
            waiting.append((function, taint, LEVELS))
            waiting.extend(_given_to_callers(network, function, taint, LEVELS))
            _keep_shared(shared, taint)
    waiting.extend(_sharing(network, shared))
    seen: set[tuple[int, tuple[object, ...]]] = set()
    while waiting:
        function, taint, levels = waiting.pop(0)
        key = (function, tuple(taint.regions))
        if key in seen:
            continue
        if len(seen) >= MAX_FUNCTIONS:
            _say_limit(network.index)
            return
        seen.add(key)
        found = network.study(function)
        taint.spread(found)
        yield found, taint
        if levels == LEVELS or found.function in functions:
            waiting.extend(_handed_back(network, found, taint))
        if levels:
            waiting.extend(_given_to_callees(network, found, taint, levels - 1))


def _say_limit(index: CodeIndex) -> None:
    _say(index, f"data flow from the network was followed through {MAX_FUNCTIONS} functions only")


def _say(index: CodeIndex, says: str) -> None:
    if says not in index.problems:
        index.problems.append(says)


def _asking_for_requests(index: CodeIndex) -> list[int]:
    """Return the numbers of the functions that ask the environment for parts of a request."""
    calls = index.calls_to(frozenset({"getenv"}))
    if index.calls is None or not calls.size:
        return []
    values, known = index.arguments(calls, 0)
    found = []
    for call, value, sure in zip(calls.tolist(), values.tolist(), known.tolist(), strict=True):
        text = index.string(value) if sure else None
        owner = int(index.owner[index.calls.row[call]])
        if owner >= 0 and (not sure or (text or b"").startswith(ENVIRONMENT)):
            found.append(owner)
    return found


def _received(network: Network, function: int) -> Taint:
    taint = Taint()
    found = network.study(function)
    for call in found.calls:
        number = RECEIVE.get(call.name)
        if number is None and network.handles and call.name in READ:
            number, stream = READ[call.name]
            number = None if _opened(found, call.arguments[stream]) else number
        if number is not None:
            taint.add(call.arguments[number], _size(call, number), call.name)
        elif call.name == "getenv" and _from_request(network.index, call):
            taint.add(Value("result", call.row, 0), GUESS, "getenv")
    return taint


def _opened(found: Study, stream: Value | None) -> bool:
    """Say whether *stream* was opened by the same function: a file or a child."""
    if stream is None or stream.kind != "result":
        return False
    return any(call.row == stream.key and call.name in OPEN for call in found.calls)


def _size(call: Called, number: int) -> int:
    if call.name in {"fgets", "recv", "recvfrom", "read", "SSL_read", "BIO_read"}:
        limit = call.arguments[number + 1]
        if limit is not None and limit.number is not None and 0 < limit.number < 1 << 20:
            return limit.number
    return GUESS


def _from_request(index: CodeIndex, call: Called) -> bool:
    name = call.arguments[0]
    text = index.string(name.number) if name is not None and name.number else None
    return text is not None and text.startswith(ENVIRONMENT)


def _given_to_callers(
    network: Network, function: int, taint: Taint, levels: int
) -> Iterator[tuple[int, Taint, int]]:
    """Yield the callers whose buffers *function* fills, and theirs in turn."""
    own = [
        (region.start.key, region.source)
        for region in taint.regions
        if region.start.kind == "argument"
    ]
    if not own or not levels:
        return
    address = int(network.index.functions.starts[function]) if network.index.functions else 0
    for caller in network.callers.get(function, [])[:MAX_CALLERS]:
        theirs = Taint()
        for call in network.study(caller).calls:
            if call.target == address:
                for number, source in own:
                    if isinstance(number, int) and number < len(call.arguments):
                        theirs.add(call.arguments[number], GUESS, source)
        if theirs.regions:
            yield caller, theirs, levels
            yield from _given_to_callers(network, caller, theirs, levels - 1)


def _given_to_callees(
    network: Network, found: Study, taint: Taint, levels: int
) -> Iterator[tuple[int, Taint, int]]:
    """Yield the functions of the program that are handed what was received."""
    for call in found.calls:
        callee = network.function_at(call.target)
        if callee < 0 or callee == found.function:
            continue
        theirs = Taint()
        for number, value in enumerate(call.arguments):
            source = taint.source(value)
            if source:
                theirs.add(Value("argument", number, 0), GUESS, source)
        if theirs.regions:
            yield callee, theirs, levels


def _keep_shared(shared: Taint, taint: Taint) -> None:
    for region in taint.regions:
        if region.start.kind == "const":
            shared.add(region.start, region.size, region.source)


def _sharing(network: Network, shared: Taint) -> Iterator[tuple[int, Taint, int]]:
    """Yield the functions that refer to a static buffer which another one fills."""
    references = network.index.references
    if not shared.regions or references is None:
        return
    for region in shared.regions:
        start = region.start.offset
        inside = (references.target >= start) & (references.target < start + region.size)
        owners = network.index.owner[references.row[inside]]
        for function in distinct(owners[owners >= 0]).tolist():
            yield function, Taint([region]), 1


def _handed_back(network: Network, study: Study, taint: Taint) -> Iterator[tuple[int, Taint, int]]:
    """Yield the callers of *study* that get what was received as its result."""
    source = next((one.source for one in taint.regions), "")
    functions = network.index.functions
    if not source or functions is None or not _returns_input(network, study, taint):
        return
    address = int(functions.starts[study.function])
    for caller in network.callers.get(study.function, [])[:MAX_CALLERS]:
        theirs = Taint()
        for call in network.study(caller).calls:
            if call.target == address:
                theirs.add(Value("result", call.row, 0), GUESS, source)
        if theirs.regions:
            yield caller, theirs, LEVELS - 1


def _returns_input(network: Network, study: Study, taint: Taint) -> bool:
    """Say whether *study* returns a pointer to input, or to a buffer of its own."""
    for value in study.returns:
        if taint.source(value):
            return True
        number = value.number if value is not None else None
        if number and _is_buffer(network, number):
            return True
    return False


def _is_buffer(network: Network, address: int) -> bool:
    memory = network.index.program.memory
    if any(start <= address < end for start, end in memory.zeroed):
        return True
    area = memory.area(address)
    return area is not None and not area.fixed and not area.code
