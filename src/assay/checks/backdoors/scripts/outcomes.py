"""What tests of a script say of the outcome of a command: ok, fail, or any where it is unknown.

Serves the walk over scripts that verify signatures. Reference: POSIX.1-2017, test(1).
"""

from collections.abc import Collection, Sequence
from typing import Literal

from assay._kernel import lazy_re
from assay.inventory.shell.tokens import unquoted

Status = Literal["ok", "fail", "any"]
Told = Literal["ok", "fail", "any", "unclear"]
"""What a test tells: `unclear` is a test of an outcome that does not say which one it asks for."""

Results = Collection[tuple[str, str]]
_VARIABLE = lazy_re.compile(r"\$\{?(\?|[A-Za-z_]\w*)(?::?[-=]\w*)?\}?")
_GOOD = lazy_re.compile(
    r"(?i)0|ok|true|y(?:es)?|pass(?:ed)?|success\w*|good\w*|valid\w*|verified.*"
)
_ADVERSE = lazy_re.compile(
    r"(?i)-?[1-9]\d*|bad\w*|fail\w*|false|no|error\w*|invalid\w*|.*failure.*"
)
_EQUAL = frozenset({"=", "==", "-eq"})
_UNEQUAL = frozenset({"!=", "-ne", "-gt", "-lt"})


def value_of(word: str, status: Status, results: Results) -> Status:
    """Return the outcome that *word* stands for: a number, `$?` or a variable that holds one."""
    plain = unquoted(word)
    if plain.lstrip("-").isdigit():
        return "fail" if plain.strip("-0") else "ok"
    match = _VARIABLE.fullmatch(plain)
    if match is None:
        return "any"
    if match[1] == "?":
        return status
    return next((_status(held) for name, held in results if name == match[1]), "any")


def of_test(words: Sequence[str], status: Status, results: Results) -> Told:
    """Return how the test *words* comes out."""
    inner = [word for word in words[1:] if word not in {"]", "]]"}]
    for joint, settles in (("-o", "ok"), ("-a", "fail"), ("||", "ok"), ("&&", "fail")):
        if joint in inner:
            place = inner.index(joint)
            sides = {
                of_test(["[", *inner[:place]], status, results),
                of_test(["[", *inner[place + 1 :]], status, results),
            }
            if settles in sides:
                return _status(settles)
            return "unclear" if "unclear" in sides else sides.pop() if len(sides) == 1 else "any"
    if inner[:1] == ["!"]:
        return _turned(of_test(["[", *inner[1:]], status, results))
    return _compared(inner, status, results)


def of_case(subject: str, patterns: Sequence[str], status: Status, results: Results) -> Status:
    """Return whether a `case` about *subject* comes to the arm with *patterns*."""
    held = value_of(subject, status, results) if "$" in subject else "any"
    if held == "any":
        return "any"
    plain = [unquoted(one) for one in patterns]
    if "*" in plain:
        return "any" if held == "fail" else "fail"
    good = any(_GOOD.fullmatch(one) for one in plain)
    return "ok" if good == (held == "ok") else "fail"


def _compared(words: Sequence[str], status: Status, results: Results) -> Told:
    if len(words) == 2 and words[0] in {"-z", "-n"}:
        return "any" if _held(words[1], status, results) == "any" else "unclear"
    if len(words) == 1:
        return "any" if _held(words[0], status, results) == "any" else "unclear"
    if len(words) != 3:
        return "any"
    left, operator, right = words
    held = _held(left, status, results)
    other = right
    if held == "any":
        held, other = _held(right, status, results), left
    if held == "any" or operator not in _EQUAL | _UNEQUAL:
        return "any"
    meant = held if not _ADVERSE.fullmatch(unquoted(other)) else _turned(held)
    return meant if operator in _EQUAL else _turned(meant)


def _held(word: str, status: Status, results: Results) -> Status:
    """Return the outcome that a variable holds; plain words hold none."""
    return value_of(word, status, results) if "$" in word else "any"


def _turned(told: Told) -> Told:
    return "fail" if told == "ok" else "ok" if told == "fail" else told


def _status(text: str) -> Status:
    return "ok" if text == "ok" else "fail" if text == "fail" else "any"
