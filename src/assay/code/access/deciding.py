"""Which functions decide who may come in, and what their success looks like.

Evidence are calls to account and hash functions, texts that speak of passwords or refusals, and
names. What success is, is read from the function's own check: the effects behind the edge that a
stored secret opens and the other one does not.
"""

from collections.abc import Iterator
from functools import cached_property

import msgspec
import numpy as np

from assay._kernel.printable import printable
from assay.code.access.inputs import Inputs
from assay.code.access.paths import Effect, Outcome, Paths
from assay.code.access.rarity import is_rare_text
from assay.code.access.words import (
    ACCOUNTS,
    AUTH_NAME,
    AUTH_NAME_PARTS,
    AUTH_PARTS,
    AUTH_TEXT,
    HASHES,
    SECRET_TEXT,
    VERIFIERS,
)
from assay.code.families import COMPARE, CONTAINS
from assay.code.holding import names_holding
from assay.code.memory import listed, where
from assay.code.semantics import Value
from assay.code.sources import Network
from assay.code.study import Called, Decision, Study
from assay.code.taint import Taint

MAX_CANDIDATES = 40
MAX_ROWS = 4_000
STRONG, WEAK = 2, 1
LARGEST_STATE = 256
VERIFYING = COMPARE | frozenset(VERIFIERS)
GIVING = ACCOUNTS | HASHES
RETURNS_ZERO: Effect = ("return", 0)
RETURNS_ONE: Effect = ("return", 1)


class Check(msgspec.Struct, frozen=True):
    """A decision on a stored secret: the row of the comparison and the edges it leads to.

    Without edges the comparison's result is what the function returns. `strong` is a secret of
    known origin; otherwise input is compared with something else that is no constant.
    `subjects` are the roots of the values checked.
    """

    row: int
    block: int
    passes: tuple[int, int] | None
    fails: tuple[int, int] | None
    strong: bool
    subjects: frozenset[object]


class Deciders:
    """The functions of a program that decide on access, with the evidence for it."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.index = network.index
        self._paths: dict[int, Paths] = {}
        self._answers: dict[int, int | None] = {}

    def paths(self, function: int) -> Paths:
        """Return the paths of function number *function*, made once."""
        if function not in self._paths:
            self._paths[function] = Paths(self.network.reader(function))
        return self._paths[function]

    @cached_property
    def candidates(self) -> dict[int, tuple[int, str]]:
        """Function number → (strength of the evidence, the evidence in words)."""
        found: dict[int, tuple[int, str]] = {}
        calls = self.index.calls
        if calls is None or self.index.functions is None:
            return found
        _, back, names_called = self.index.callees
        for names, words in ((ACCOUNTS, "reads accounts"), (HASHES, "makes a password hash")):
            for call in self.index.calls_to(names).tolist():
                owner = int(self.index.owner[calls.row[call]])
                name = names_called[back[call]]
                if owner >= 0:
                    found.setdefault(owner, (STRONG, f"{words} ({name})"))
        for owner, text in self._speaking():
            if owner not in found:
                found[owner] = WEAK, f"speaks of `{printable(text)}`"
        for owner, name in self._named():
            found.setdefault(owner, (STRONG, f"is called {name}"))
        for owner in self._literal():
            found.setdefault(owner, (WEAK, "compares input with a constant drawn like a password"))
        for owner in list(found):
            for caller in self.network.callers.get(owner, [])[:4]:
                found.setdefault(caller, (WEAK, "calls a function that decides on access"))
        deciding = set(found)
        for callee in self.network.functions_calling(COMPARE):
            if not deciding.isdisjoint(self.network.callers.get(callee, ())):
                found.setdefault(callee, (WEAK, "is asked by a function that decides on access"))
        comparing = self.network.reaching(VERIFYING | CONTAINS, 0)
        found = {one: why for one, why in found.items() if one in comparing}
        ordered = sorted(found, key=lambda one: (-found[one][0], one))[:MAX_CANDIDATES]
        return {one: found[one] for one in sorted(ordered) if self._rows(one) <= MAX_ROWS}

    def _rows(self, function: int) -> int:
        functions = self.index.functions
        if functions is None:
            return 0
        return int(functions.last[function] - functions.first[function])

    def _speaking(self) -> Iterator[tuple[int, bytes]]:
        """Yield the functions that refer to texts about access, each with such a text."""
        references = self.index.references
        if references is None:
            return
        texts = self._texts()
        chosen = where(listed(references.target, np.array(sorted(texts), dtype=np.int64)))
        owners = self.index.owner[references.row[chosen]].tolist()
        for owner, target in zip(owners, references.target[chosen].tolist(), strict=True):
            if owner >= 0:
                yield owner, texts[target]

    def _texts(self) -> dict[int, bytes]:
        """Return the texts that speak of access, by their addresses."""
        texts = self.network.referred
        found = {}
        for number in texts.holding(AUTH_PARTS, lower=True):
            text = texts.text(number)
            if len(text) > 1 and AUTH_TEXT.search(text.lower()):
                found[int(texts.places[number])] = text[:40]
        return found

    def _literal(self) -> list[int]:
        """Return the functions that compare with a text that mixes characters as passwords do."""
        calls = self.index.calls
        if calls is None:
            return []
        found: set[int] = set()
        for number in (0, 1):
            chosen, values = self.network.constants_compared(number, COMPARE)
            once, back = np.unique(values, return_inverse=True)
            texts = (self.index.string(value) if value > 0 else None for value in once.tolist())
            rare = np.array([bool(text and is_rare_text(text)) for text in texts], dtype=np.bool_)
            found.update(self.index.owner[calls.row[chosen[rare[back]]]].tolist())
        return sorted(found - {-1})

    def _named(self) -> Iterator[tuple[int, str]]:
        functions = self.index.functions
        if functions is None:
            return
        names = self.index.program.names
        found = [names.get(start, "") for start in functions.starts.tolist()]
        # Most names hold none of the words: they are not asked one by one.
        for number in names_holding(found, AUTH_NAME_PARTS):
            if AUTH_NAME.search(found[number]):
                yield number, found[number]

    def checks(self, study: Study, inputs: Inputs) -> list[Check]:
        """Return the decisions of *study* on a stored secret."""
        by_row = {call.row: call for call in study.calls}
        found = []
        decided = set()
        for decision in study.decisions:
            for value, other in (
                (decision.left, decision.right),
                (decision.right, decision.left),
            ):
                if value is None or other is None or other.number is None:
                    continue
                if value.kind != "result" or value.offset or value.key not in by_row:
                    continue
                call = by_row[value.key]
                decided.add(call.row)
                success, strong = self._success(study, inputs, call)
                if success is not None:
                    subjects = self._subjects(study, call)
                    found.append(
                        _check(decision, call.row, strong, subjects, success == other.number)
                    )
        for call in study.calls:
            if call.row in decided:
                continue
            strong, checks = False, False
            if call.name in COMPARE:
                success, strong = self._success(study, inputs, call)
                checks = success is not None
            if checks or (call.name not in COMPARE and self._checks_itself(call.target)):
                subjects = self._subjects(study, call)
                found.append(Check(call.row, call.block, None, None, strong, subjects))
        return found

    def _checks_itself(self, target: int) -> bool:
        """Say whether the function at *target* decides on access and compares what it is given."""
        function = self.network.function_at(target)
        if function < 0 or function not in self.candidates:
            return False
        study = self.paths(function).reader.found
        return any(call.name in VERIFYING for call in study.calls)

    def _subjects(self, study: Study, call: Called) -> frozenset[object]:
        """Return the roots of what *call* compares, and of what the secrets were looked up by."""
        asking = [one for one in study.calls if one.name in GIVING]
        for value in call.arguments:
            origin = base(value) if value is not None else None
            if value is not None and origin is not None:
                asking += study.filling(origin if origin.kind == "result" else value)
        values = [value for one in (call, *asking) for value in one.arguments[:4]]
        return frozenset(root(one) for one in values if one is not None and one.kind != "const")

    def _answer(self, target: int) -> int | None:
        """Return what the function at *target* returns when its own check passes, or None."""
        function = self.network.function_at(target)
        if function < 0 or function not in self.candidates:
            return None
        if function not in self._answers:
            self._answers[function] = None  # it may call itself
            self._answers[function] = self._found_answer(function)
        return self._answers[function]

    def _found_answer(self, function: int) -> int | None:
        paths = self.paths(function)
        study = paths.reader.found
        for check in self.checks(study, Inputs(study, Taint(), own=True)):
            if check.strong:
                returned = {
                    effect[1]
                    for effect in success_of(paths, check, frozenset())
                    if effect[0] == "return" and isinstance(effect[1], int)
                }
                if len(returned) == 1:
                    return returned.pop()
        return None

    def _success(self, study: Study, inputs: Inputs, call: Called) -> tuple[int | None, bool]:
        """Return the result of *call* that means success, None when it checks no secret."""
        if call.name in VERIFIERS:
            return VERIFIERS[call.name], True
        if call.name in COMPARE:
            first, second = call.arguments[0], call.arguments[1]
            if self._is_text(first) or self._is_text(second):
                return None, False
            if self._is_secret(study, first) or self._is_secret(study, second):
                return 0, True
            if self._is_other(inputs, first, second) or self._is_other(inputs, second, first):
                return 0, False
            return None, False
        return self._answer(call.target), True

    def _is_text(self, value: Value | None) -> bool:
        number = value.number if value is not None else None
        return bool(number) and self.index.string(number or 0) is not None

    def _is_other(self, inputs: Inputs, mine: Value | None, theirs: Value | None) -> bool:
        """Say whether *mine* is input and *theirs* neither constant nor the same input."""
        if not inputs.source(mine) or theirs is None:
            return False
        if theirs.kind == "const":
            return self.index.string(theirs.number or 0) is None
        return theirs.kind != "argument" and not inputs.taint.source(theirs)

    def _is_secret(self, study: Study, value: Value | None) -> bool:
        """Say whether *value* is a stored secret, or a hash to be compared with one."""
        if value is None or (value.kind == "const" and self.index.string(value.number or 0)):
            return False
        origin = base(value)
        if origin.kind == "result":
            made = next((call for call in study.calls if call.row == origin.key), None)
            return made is not None and self._gives_secret(made)
        into = [
            call for call in study.calls if value in call.arguments and call.name not in COMPARE
        ]
        return any(self._gives_secret(call) for call in into)

    def _gives_secret(self, call: Called) -> bool:
        if call.name in GIVING:
            return True
        texts = (
            self.index.string(value.number)
            for value in call.arguments
            if value is not None and value.number
        )
        return any(text is not None and SECRET_TEXT.search(text) for text in texts)


def base(value: Value) -> Value:
    """Return where the chain of pointers begins that leads to *value*."""
    while value.kind == "memory" and isinstance(value.key, tuple):
        inner = value.key[0]
        if not isinstance(inner, Value):
            return value
        value = inner
    return value


def root(value: Value) -> object:
    """Return what tells the origin of *value*: an argument, a call, a place on the stack."""
    origin = base(value)
    return origin if origin.kind in ("stack", "const") else (origin.kind, origin.key)


def _check(
    decision: Decision,
    row: int,
    strong: bool,  # noqa: FBT001 - handed through
    subjects: frozenset[object],
    same: bool,  # noqa: FBT001 - whether equality is success
) -> Check:
    equal = (decision.block, decision.equal)
    different = (decision.block, decision.different)
    passes, fails = (equal, different) if same else (different, equal)
    return Check(row, decision.block, passes, fails, strong, subjects)


def success_of(paths: Paths, check: Check, constants: frozenset[tuple[int, int]]) -> set[Effect]:
    """Return the effects that only passing *check* has.

    *constants* are the edges of comparisons with constants, which tell nothing of the rest.
    """
    if check.passes is None or check.fails is None:
        return _returned(paths, check, constants)
    passed, failed = paths.behind(check.passes), paths.behind(check.fails)
    return {one for one in passed.effects - failed.effects if _telling(one)}


def _returned(paths: Paths, check: Check, constants: frozenset[tuple[int, int]]) -> set[Effect]:
    """Return what a function returns for success whose result is that of the comparison."""
    effects = paths.after(check.block).effects
    name = paths.index.callee_of(check.row)
    if ("returned", check.row) in effects and name in COMPARE:
        return {RETURNS_ZERO}
    if ("return", None) not in effects and ("returned", check.row) not in effects:
        return set()
    return {RETURNS_ZERO, RETURNS_ONE} - paths.returned_without(constants)


def _telling(effect: Effect) -> bool:
    if effect[0] == "return":
        return effect[1] is not None
    if effect[0] == "store":
        return isinstance(effect[2], int) and effect[2] < LARGEST_STATE
    return effect[0] == "call"


def agrees(outcome: Outcome, success: set[Effect], *, calls: bool) -> Effect | None:
    """Return an effect of *outcome* that is a sign of success, the plainest first, or None.

    *calls* says whether the same call is sign enough.
    """
    order = {"return": 0, "store": 1, "call": 2}
    common = sorted(
        (one for one in outcome.effects & success if calls or one[0] != "call"),
        key=lambda one: (order[str(one[0])], repr(one)),
    )
    return common[0] if common else None
