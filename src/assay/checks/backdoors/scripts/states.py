"""The states in which a script can be on its ways past a check of a signature.

Serves the walk over scripts that verify signatures: what a state holds, how a function's end and
the shell's own commands change it.
"""

from msgspec.structs import replace

from assay._kernel.value import Value
from assay.checks.backdoors.scripts.outcomes import Status, of_test, value_of
from assay.checks.backdoors.scripts.verification import verifies
from assay.inventory.shell.statements import Body

MOST_WAYS = 48
_TESTS = frozenset({"[", "[[", "test"})
_CONSTANT: dict[str, Status] = {"true": "ok", ":": "ok", "false": "fail"}
_PRESENCE = frozenset({"which", "command", "type", "hash"})


class Choice(Value):
    """What decided: the text from *start* to *end* of the script *file*, and how it came out."""

    file: str
    start: int
    end: int
    holds: bool


class Way(Value):
    """The state on a way through a script.

    `tried` is set where a signature was checked and did not verify, `missed` names the choices
    that led past the check, `left` the choice with which a function was left early. `job` is
    where a check stands that runs in the background.
    """

    status: Status = "any"
    verified: bool = False
    tried: bool = False
    flow: str = "next"
    results: frozenset[tuple[str, str]] = frozenset()
    job: tuple[int, int] = (0, 0)
    missed: tuple[Choice, ...] = ()
    left: Choice | None = None


class Write(Value):
    """A write of firmware that a way reaches: where it stands, what it writes to, the way."""

    file: str
    start: int
    end: int
    target: str
    way: Way


class Source(Value):
    """A script: its name, its statements, and the variables that it sets to one plain text."""

    file: str
    body: Body
    values: dict[str, str]


def blamed(ended: list[Way]) -> list[Way]:
    """Return the ends of a function; ways that left early past its check name the choice."""
    if not any(way.verified and way.status != "fail" for way in ended):
        return ended
    return [
        replace(way, missed=(way.left,))
        if way.left is not None and not way.verified and not way.missed and way.status != "fail"
        else way
        for way in ended
    ]


def stopped(way: Way) -> bool:
    """Return whether *way* ended by stopping the script or failing the function."""
    return way.flow == "exit" or (way.flow == "return" and way.status == "fail")


def builtin(name: str, words: list[str], way: Way) -> Way | None:
    """Return *way* after a command of the shell itself, None for others."""
    if name in _TESTS:
        told = of_test(words, way.status, way.results)
        if told == "unclear":  # which outcome it asks for is not known: the check counts as made
            return replace(way, status="any", verified=True)
        return replace(way, status=told)
    if name in _CONSTANT:
        return replace(way, status=_CONSTANT[name])
    if name in {"break", "continue"}:
        return replace(way, flow="loop")
    if name in {"return", "exit"}:
        status = value_of(words[1], way.status, way.results) if len(words) > 1 else way.status
        return replace(way, flow=name, status=status)
    asks = name in _PRESENCE and any(verifies([word, "-V"]) for word in words[1:])
    return replace(way, status="ok") if asks else None


def leaves(way: Way, flows: set[str]) -> Way:
    """Return *way* going on after a loop, a function or a script that one of *flows* ended."""
    return replace(way, flow="next", left=None) if way.flow in flows else way


def few(ways: list[Way]) -> list[Way]:
    """Return *ways* without those that differ in nothing that counts, at most `MOST_WAYS`."""
    kept: dict[object, Way] = {}
    for way in ways:
        key = (way.status, way.verified, way.tried, way.flow, way.results, way.job)
        if key not in kept or (way.missed and not kept[key].missed):
            kept[key] = way
    return list(kept.values())[:MOST_WAYS]


def opposite(status: Status) -> Status:
    """Return the outcome after a `!`."""
    if status == "any":
        return "any"
    return "fail" if status == "ok" else "ok"
