"""What stands inside the statements of a shell text: its parts, and all simple commands.

Serves checks that look through trees of statements.
"""

from collections.abc import Iterable, Iterator

from assay.inventory.shell.statements import (
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


def parts_of(one: Statement) -> Body:
    """Return the statements directly inside *one*, in the order of the text."""
    match one:
        case Simple():
            found: Body = ()
        case Pipeline():
            found = one.parts
        case Chain():
            found = (one.left, one.right)
        case Branch():
            found = one.condition + one.then + one.otherwise
        case Loop():
            found = one.condition + one.body
        case Case():
            found = tuple(each for arm in one.arms for each in arm.body)
        case Function() | Group():
            found = one.body
        case Background():
            found = (one.statement,)
    return found


def everything(body: Iterable[Statement]) -> Iterator[Statement]:
    """Yield the statements of *body* and all inside them."""
    pending = list(body)[::-1]
    while pending:
        one = pending.pop()
        yield one
        if not isinstance(one, Simple):
            pending += parts_of(one)[::-1]


def simple_commands(one: Statement) -> Iterator[Simple]:
    """Yield the simple commands that *one* runs; those of functions that it defines are none."""
    if isinstance(one, Simple):
        yield one
    elif not isinstance(one, Function):
        for each in parts_of(one):
            yield from simple_commands(each)


def extent(one: Statement) -> tuple[int, int]:
    """Return from where to where a statement stands, as far as its simple commands tell."""
    simples = [each for each in simple_commands(one) if each.end]
    return (simples[0].start, simples[-1].end) if simples else (0, 0)
