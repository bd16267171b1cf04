"""Menus that shell scripts make: what was typed is compared with words, each of which does a thing.

Serves the check of hidden commands. A menu is a `case` or a row of tests about one variable that
`read` fills, or about an argument.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.inventory.shell.inside import everything
from assay.inventory.shell.statements import (
    Body,
    Branch,
    Case,
    Chain,
    Function,
    Simple,
    Statement,
    statements_of,
)
from assay.inventory.shell.tokens import unquoted

MOST_INLINED, MOST_RUN, MOST_WORDS = 3, 200, 300
LEAST_WORDS = 3
_VARIABLE = lazy_re.compile(r"\"?\$\{?([A-Za-z_]\w*|[1-9])\}?\"?")
_PLAIN = lazy_re.compile(r"[\w!@#%+=:,.-]{1,40}")
_EQUAL = frozenset({"=", "=="})


class Entry(Value):
    """A word of a menu: its labels, where the first stands, and the commands that it runs."""

    labels: tuple[str, ...]
    start: int
    end: int
    commands: tuple[Simple, ...]


class Menu(Value):
    """The words that one variable is compared with; `typed` when `read` fills the variable."""

    variable: str
    typed: bool
    entries: tuple[Entry, ...]


def menus_of(text: str) -> Iterator[Menu]:
    """Yield the menus of shell *text* with at least `LEAST_WORDS` words, by variable."""
    statements = list(everything(statements_of(text)))
    functions = {one.name: one.body for one in statements if isinstance(one, Function)}
    read = {
        unquoted(word)
        for one in statements
        if isinstance(one, Simple) and one.words[:1] == ("read",)
        for word in one.words[1:]
    }
    found: dict[str, list[Entry]] = defaultdict(list)
    for statement in statements:
        for variable, entry in _entries(statement, functions):
            found[variable].append(entry)
    for variable, entries in found.items():
        if LEAST_WORDS <= len(entries) <= MOST_WORDS:
            yield Menu(variable, variable in read, tuple(entries))


def _entries(one: Statement, functions: dict[str, Body]) -> Iterator[tuple[str, Entry]]:
    if isinstance(one, Case):
        subject = _VARIABLE.fullmatch(one.subject)
        for arm in one.arms if subject else ():
            labels = tuple(unquoted(word) for word in arm.patterns)
            if subject and labels and all(_PLAIN.fullmatch(label) for label in labels):
                commands = _runs(arm.body, functions)
                yield subject[1], Entry(labels, arm.start, arm.end, commands)
    elif isinstance(one, Branch):
        for variable, label in _compared(one.condition):
            commands = _runs(one.then, functions)
            yield variable, Entry((label,), one.start, one.end, commands)
    elif isinstance(one, Chain) and one.both:
        for variable, label in _compared((one.left,)):
            commands = _runs((one.right,), functions)
            simple = next(each for each in everything((one.left,)) if isinstance(each, Simple))
            yield variable, Entry((label,), simple.start, simple.end, commands)


def _compared(condition: Body) -> Iterator[tuple[str, str]]:
    """Yield the variable and the plain word of each test `[ "$x" = word ]` in *condition*."""
    for one in everything(condition):
        words = one.words if isinstance(one, Simple) else ()
        if len(words) >= 4 and words[0] in {"[", "[[", "test"} and words[2] in _EQUAL:
            variable, label = _VARIABLE.fullmatch(words[1]), unquoted(words[3])
            if variable and _PLAIN.fullmatch(label):
                yield variable[1], label


def _runs(body: Body, functions: dict[str, Body]) -> tuple[Simple, ...]:
    return tuple(islice(_run(body, functions, MOST_INLINED), MOST_RUN))


def _run(body: Body, functions: dict[str, Body], depth: int) -> Iterator[Simple]:
    """Yield the simple commands of *body*, those of the functions that it calls included."""
    for one in everything(body):
        if isinstance(one, Simple) and one.words:
            yield one
            called = functions.get(one.words[0])
            if called is not None and depth:
                yield from _run(called, functions, depth - 1)
