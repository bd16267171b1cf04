"""What the program's own functions answer: yes when an argument equals a constant.

A comparison often stands in a small function whose result its caller decides on. `Answers` says,
for a function, which argument it compares with what, and the result that means equality.
"""

from assay.code.access.conditions import Condition, conditions, undecided
from assay.code.access.deciding import Deciders
from assay.code.access.inputs import Inputs
from assay.code.families import COMPARE, COMPARISONS
from assay.code.semantics import Value
from assay.code.sources import Network
from assay.code.taint import Taint

MAX_ROWS = 400
MAX_ASKED = 200

Answer = tuple[int, Condition, int]
"""The number of the argument, the condition on it, and the result when it holds."""


class Answers:
    """The answers of the functions of one program, worked out when first asked for."""

    def __init__(self, network: Network, deciders: Deciders) -> None:
        self.network, self.deciders = network, deciders
        self._known: dict[int, tuple[Answer, ...]] = {}
        self.reading = False

    def of(self, target: int) -> tuple[Answer, ...]:
        """Return what the function at *target* answers; empty for others and large ones."""
        function = self.network.function_at(target)
        if function not in self.network.reaching(COMPARISONS, 1):
            return ()
        if function not in self._known:
            self._known[function] = ()  # it may call itself
            if len(self._known) <= MAX_ASKED:
                outer, self.reading = self.reading, True
                self._known[function] = self._read(function)
                self.reading = outer
        return self._known[function]

    def _read(self, function: int) -> tuple[Answer, ...]:
        functions = self.network.index.functions
        if functions is None or functions.last[function] - functions.first[function] > MAX_ROWS:
            return ()
        paths = self.deciders.paths(function)
        study = paths.reader.found
        inputs = Inputs(study, _arguments(), own=True)
        found: list[Answer] = []
        asked = conditions(self.network, study, inputs, self)
        edges = frozenset(one.edge for one in asked)
        for condition in asked:
            argument = _argument(condition.subject)
            if argument < 0:
                continue
            effects = paths.behind(condition.edge).effects
            returned = {one[1] for one in effects if one[0] == "return"}
            if len(returned) != 1 or ("return", *returned) in paths.returned_without(edges):
                continue
            value = returned.pop()
            if isinstance(value, int):
                found.append((argument, condition, value))
        return (*found, *self._returned(function))

    def _returned(self, function: int) -> list[Answer]:
        """Return the comparisons whose own result the function returns, in one way or another."""
        paths = self.deciders.paths(function)
        study = paths.reader.found
        inputs = Inputs(study, _arguments(), own=True)
        found = []
        for condition, call in undecided(self.network, study, inputs):
            argument = _argument(condition.subject)
            effects = paths.after(call.block).effects if argument >= 0 else set()
            if ("returned", call.row) in effects:
                found.append((argument, condition, 0 if call.name in COMPARE else 1))
            elif ("return", None) in effects:
                found.append((argument, condition, 1))
        return found


def _arguments() -> Taint:
    return Taint()


def _argument(subject: Value | None) -> int:
    """Return the number of the argument that *subject* is or lies behind, -1 for others."""
    while subject is not None and subject.kind == "memory" and isinstance(subject.key, tuple):
        inner = subject.key[0]
        subject = inner if isinstance(inner, Value) else None
    if subject is not None and subject.kind == "argument" and isinstance(subject.key, int):
        return subject.key
    return -1
