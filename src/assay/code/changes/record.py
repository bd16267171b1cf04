"""One change of what a program can do: where it is in the new version, and how much it matters."""

from assay.code.index import CodeIndex
from assay.code.render import rows_as_text
from assay.model.record import Record
from assay.model.result import Severity

NOTED, GRAVE = 450, 700
"""Ranks from which on a person has to look, and from which on it may be a way in."""


class ProgramChange(Record):
    """Something that the new version of a program does and the old one did not.

    `sort` names what changed (`trigger`, `act`, `check-gone`, `port`, `entry`, `call`, `text`,
    `load-time`, `number`, `bytes`, `check`), `what` says it in words without addresses, `constant`
    is the value that it asks for or runs, if any. `rank` is 0 to 1000, higher is graver. `offset`
    is the place in the new file, or -1; `function` its function's address, or -1.
    """

    sort: str
    what: str
    constant: str
    rank: int
    function: int
    function_name: str
    offset: int
    code: tuple[str, ...] = ()


def change(
    index: CodeIndex,
    sort: str,
    what: str,
    rank: int,
    *,
    function: int = -1,
    row: int = -1,
    offset: int = -1,
    constant: str = "",
) -> ProgramChange:
    """Return the record of a change at *row* of the new program, or at the file's *offset*."""
    table, memory = index.listing, index.program.memory
    start = int(index.functions.starts[function]) if index.functions and function >= 0 else -1
    if row >= 0:
        offset = memory.offset(int(table.address[row]))
    elif offset < 0 and start >= 0:
        offset = memory.offset(start)
    return ProgramChange(
        sort=sort,
        what=what,
        constant=constant,
        rank=max(0, min(1000, rank)),
        function=start,
        function_name=index.name(start) if start >= 0 else "",
        offset=offset,
        code=tuple(rows_as_text(index, row, 3)) if row >= 0 else (),
    )


def severity_of(one: ProgramChange) -> Severity:
    """Return how grave a change is for who has to let an update in."""
    if one.rank >= GRAVE:
        return "high"
    return "medium" if one.rank >= NOTED else "low"
