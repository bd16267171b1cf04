"""Which ways through a script reach a write of firmware although no signature was verified.

Follows a script's statements with sets of states: was a signature verified, did it fail, which
variables hold the outcome, and which choice led past the check. Nothing is executed; loops are
gone through once, calls are followed to a depth, and all is bounded.
"""

import re
from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec.structs import replace

from assay._kernel import lazy_re
from assay.checks.backdoors.scripts.outcomes import Status, of_case, value_of
from assay.checks.backdoors.scripts.states import (
    Choice,
    Source,
    Way,
    Write,
    blamed,
    builtin,
    few,
    leaves,
    opposite,
    stopped,
)
from assay.checks.backdoors.scripts.verification import (
    by_tool,
    command_name,
    stops,
    verifies,
    writes,
)
from assay.inventory.shell.inside import extent, simple_commands
from assay.inventory.shell.statements import (
    Arm,
    Background,
    Body,
    Branch,
    Case,
    Chain,
    Function,
    Group,
    Loop,
    Pipeline,
    Simple,
    Statement,
)
from assay.inventory.shell.tokens import expanded, unquoted

MOST_STEPS = 20_000
MOST_CALLS = 8
_ASSIGNMENT = lazy_re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_DECLARERS = frozenset({"export", "local", "readonly", "declare", "typeset"})
_READERS = frozenset({"grep", "egrep", "fgrep"})


class Walk(msgspec.Struct):
    """A walk over a script; `functions` and `script` give what calls lead to."""

    functions: Mapping[str, tuple[Source, Body]]
    script: Callable[[str], Source | None]
    writes: list[Write] = msgspec.field(default_factory=list)
    checks: dict[tuple[str, int], tuple[int, bool]] = msgspec.field(default_factory=dict)
    called: set[str] = msgspec.field(default_factory=set)
    steps: int = 0
    depth: int = 0
    accompanied: bool = False
    """Whether verified ways come to the statements at hand that are followed by themselves."""

    def follow(self, source: Source, body: Body, ways: Iterable[Way] = (Way(),)) -> list[Way]:
        """Return the ways that *body* of *source* ends with, returns and exits included."""
        current = list(ways)
        for statement in body:
            going = [way for way in current if way.flow == "next"]
            if not going or self.steps > MOST_STEPS:
                break
            done = [way for way in current if way.flow != "next"]
            current = few([*done, *self._statement(source, statement, going)])
        return current

    def _statement(self, source: Source, one: Statement, ways: list[Way]) -> list[Way]:
        self.steps += len(ways)
        match one:
            case Simple():
                ended = self._each(source, one, ways)
            case Pipeline():
                ended = self._pipeline(source, one, ways)
            case Chain():
                ended = self._chain(source, one, ways)
            case Branch():
                ended = self._branch(source, one, ways)
            case Case():
                ended = self._case(source, one, ways)
            case Background():
                ended = self._background(source, one, ways)
            case Loop():
                inside = self.follow(source, (*one.condition, *one.body), ways)
                ended = [leaves(way, {"loop"}) for way in inside]
            case Group():
                inside = self.follow(source, one.body, ways)
                ended = [leaves(way, {"exit"}) for way in inside] if one.subshell else inside
            case Function():
                ended = ways
        return ended

    def _background(self, source: Source, one: Background, ways: list[Way]) -> list[Way]:
        check = next((each for each in simple_commands(one.statement) if _is_check(each)), None)
        if check is not None:
            job = (check.start, check.end)
            return [replace(way, status="ok", job=job) for way in ways]
        self._statement(source, one.statement, ways)
        return [replace(way, status="ok") for way in ways]

    def _each(self, source: Source, one: Simple, ways: list[Way]) -> list[Way]:
        before = self.accompanied
        self.accompanied = before or any(way.verified for way in ways)
        ended = self._simple(source, one, ways)
        self.accompanied = before
        return ended

    def _simple(self, source: Source, one: Simple, ways: list[Way]) -> list[Way]:
        words = list(one.words)
        while words and (match := _ASSIGNMENT.fullmatch(words[0])):
            if len(words) == 1:
                return [each for way in ways for each in self._assigned(source, one, way, match)]
            words.pop(0)
        plain = [expanded(word, source.values) for word in words]
        target = writes(plain, [expanded(one, source.values) for one in one.targets])
        ended: list[Way] = []
        for way in ways:
            if target:
                self.writes.append(Write(source.file, one.start, one.end, target, way))
            ended += self._after(source, one, way, words, plain)
        return ended

    def _after(
        self, source: Source, one: Simple, way: Way, words: list[str], plain: list[str]
    ) -> list[Way]:
        """Return the ways after the command *one*; *plain* are its *words* without quotes."""
        if not plain:
            return [replace(way, status="any")]
        if plain[0] in _DECLARERS:
            matches = [_ASSIGNMENT.fullmatch(word) for word in words[1:]]
            first = next((match for match in matches if match), None)
            return self._assigned(source, one, way, first) if first else [way]
        return self._command(source, one, way, plain)

    def _command(self, source: Source, one: Simple, way: Way, words: list[str]) -> list[Way]:
        name = command_name(words)
        known = builtin(name, words, way)
        if known is not None:
            return [known]
        if name in self.functions and self.depth < MOST_CALLS:
            return self._called(source, one, way, name)
        script = self.script(words[0]) if self.depth < MOST_CALLS else None
        if script is not None:
            return self._ran(source, one, way, script, words)
        return self._outside(source, one, way, words)

    def _outside(self, source: Source, one: Simple, way: Way, words: list[str]) -> list[Way]:
        """Return the ways after a program of which no script is read."""
        name = command_name(words)
        if name == "wait" and way.job != (0, 0):
            return self._checked(source, way, way.job, by_a_tool=False)
        if verifies(words) or _substitutes_check(one):
            return self._checked(source, way, (one.start, one.end), by_a_tool=_by_tool(one))
        if stops(name):
            return [replace(way, flow="exit", status="fail")]
        return [replace(way, status="any")]

    def _checked(
        self, source: Source, way: Way, place: tuple[int, int], *, by_a_tool: bool
    ) -> list[Way]:
        self.checks[source.file, place[0]] = (place[1], by_a_tool)
        return [
            replace(way, status="ok", verified=True, missed=(), job=(0, 0)),
            replace(way, status="fail", tried=True, job=(0, 0)),
        ]

    def _called(self, source: Source, one: Simple, way: Way, name: str) -> list[Way]:
        self.called.add(name)
        inner, body = self.functions[name]
        before = len(self.checks)
        self.depth += 1
        ended = self.follow(inner, body, [replace(way, left=None, status="ok")])
        self.depth -= 1
        if len(self.checks) == before and verifies([name]):
            return self._checked(source, way, (one.start, one.end), by_a_tool=False)
        return [leaves(each, {"return"}) for each in blamed(ended)]

    def _ran(
        self, source: Source, one: Simple, way: Way, script: Source, words: list[str]
    ) -> list[Way]:
        before = len(self.checks)
        self.depth += 1
        inside = replace(way, left=None, status="ok", results=frozenset())
        ended = self.follow(script, script.body, [inside])
        self.depth -= 1
        if len(self.checks) == before and verifies(words):
            return self._checked(source, way, (one.start, one.end), by_a_tool=False)
        kept = [replace(each, results=way.results) for each in blamed(ended)]
        return [leaves(each, {"return", "exit"}) for each in kept]

    def _assigned(self, source: Source, one: Simple, way: Way, match: re.Match[str]) -> list[Way]:
        name, value = match[1], unquoted(match[2])
        others = frozenset(pair for pair in way.results if pair[0] != name)
        if _substitutes_check(one):
            return [
                replace(each, results=others | {(name, each.status)})
                for each in self._checked(source, way, (one.start, one.end), by_a_tool=True)
            ]
        held = value_of(value, way.status, way.results)
        # What is set before the check is a setting, not its outcome.
        if held != "any" and (way.tried or way.verified):
            others |= {(name, held)}
        return [replace(way, results=others, status="ok")]

    def _pipeline(self, source: Source, one: Pipeline, ways: list[Way]) -> list[Way]:
        last = one.parts[-1]
        reads = isinstance(last, Simple) and command_name(last.words) in _READERS
        if len(one.parts) > 1:
            for part in one.parts[:-1]:
                self._statement(source, part, ways)
        parts = [each for part in one.parts[:-1] for each in simple_commands(part)]
        check = next((each for each in parts if _is_check(each)), None)
        if reads and check is not None:
            place, tool = (check.start, check.end), _by_tool(check)
            ended = [
                each for way in ways for each in self._checked(source, way, place, by_a_tool=tool)
            ]
        else:
            ended = self._statement(source, last, ways)
        return (
            [replace(way, status=opposite(way.status)) for way in ended] if one.negated else ended
        )

    def _chain(self, source: Source, one: Chain, ways: list[Way]) -> list[Way]:
        found: list[Way] = []
        left = self._statement(source, one.left, ways)
        start, end = extent(one.left)
        wanted = "ok" if one.both else "fail"
        for way in left:
            if way.flow != "next":
                found.append(way)
            elif way.status == "any":
                taken = self._beside(left, way, source, (one.right,), wanted)
                skipped = [replace(way, status="fail" if one.both else "ok")]
                held = Choice(source.file, start, end, one.both)
                found += self._joined(left, way, [(held, taken), (_turned(held), skipped)])
            elif way.status == wanted:
                found += self._beside(left, way, source, (one.right,), wanted)
            else:
                found.append(way)
        return few(found)

    def _branch(self, source: Source, one: Branch, ways: list[Way]) -> list[Way]:
        found: list[Way] = []
        tested = self.follow(source, one.condition, ways)
        held = Choice(source.file, one.start, one.end, holds=True)
        for way in tested:
            if way.flow != "next":
                found.append(way)
                continue
            sides = []
            if way.status != "fail":
                sides.append((held, self._beside(tested, way, source, one.then, "ok")))
            if way.status != "ok":
                ended = self._beside(tested, way, source, one.otherwise, "fail")
                sides.append((_turned(held), ended))
            found += self._joined(tested, way, sides)
        return few(found)

    def _beside(
        self, ways: list[Way], way: Way, source: Source, body: Body, side: str
    ) -> list[Way]:
        """Follow *way* into *body*, to which those of *ways* come that end on the same *side*."""
        before = self.accompanied
        others = any(each.verified and each.status in {side, "any"} for each in ways)
        self.accompanied = others or (before and way.status == "any")
        ended = self.follow(source, body, [replace(way, status="ok")])
        self.accompanied = before
        return ended

    def _case(self, source: Source, one: Case, ways: list[Way]) -> list[Way]:
        found: list[Way] = []
        asked = [replace(way, status=_asked(one, way)) for way in ways]
        for way in ways:
            sides = []
            for arm in one.arms:
                comes = of_case(one.subject, arm.patterns, way.status, way.results)
                if comes != "fail":
                    held = Choice(source.file, arm.start, arm.end, holds=True)
                    sides.append((held, self.follow(source, arm.body, [way])))
            if one.arms and not any(_catches_all(arm) for arm in one.arms):
                first = one.arms[0]
                none = Choice(source.file, first.start, first.end, holds=False)
                sides.append((none, [replace(way, status="ok")]))
            found += self._joined(asked, way, sides) if sides else [way]
        return few(found)

    def _joined(
        self, ways: list[Way], before: Way, sides: list[tuple[Choice, list[Way]]]
    ) -> list[Way]:
        """Return the ends of all *sides*; the choice is noted where it led past a check.

        It did where another side verifies, or where another side stops after a failed check and
        no verified way (of *ways* or beside them) has to make the same choice.
        """
        same = any(way.verified and way.status == "any" for way in ways)
        reacting = before.tried and not self.accompanied and not same
        found: list[Way] = []
        for place, (choice, ends) in enumerate(sides):
            others = [
                way for other, (_, each) in enumerate(sides) if other != place for way in each
            ]
            verifying = any(way.verified for way in others) and not before.verified
            stopping = bool(others) and reacting and all(stopped(way) for way in others)
            for way in ends:
                left = choice if way.flow == "return" and way.left is None else way.left
                past = not way.verified and not stopped(way) and not way.missed
                missed = (choice,) if past and (verifying or stopping) else way.missed
                found.append(replace(way, missed=missed, left=left))
        return found


def _asked(one: Case, way: Way) -> Status:
    """Return "any" where nothing tells which arm of *one* is taken."""
    return value_of(one.subject, way.status, way.results) if "$" in one.subject else "any"


def _turned(choice: Choice) -> Choice:
    return replace(choice, holds=not choice.holds)


def _catches_all(arm: Arm) -> bool:
    return "*" in arm.patterns


def _substitutes_check(one: Simple) -> bool:
    """Return whether a word of *one* takes the output of a command that verifies."""
    for word in one.words:
        for inside in re.findall(r"(?:\$\(|`)([^()`]{3,300})", word):
            parts = re.split(r"[|;&]+", inside)
            if any(verifies([unquoted(each) for each in part.split()]) for part in parts):
                return True
    return False


def _is_check(one: Simple) -> bool:
    return verifies([unquoted(word) for word in one.words]) or _substitutes_check(one)


def _by_tool(one: Simple) -> bool:
    return by_tool([unquoted(word) for word in one.words]) or _substitutes_check(one)
