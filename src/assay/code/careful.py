"""Constant arguments by the careful pass: constants kept on the stack, several paths to a call.

For the calls that a question selected; `CodeIndex.arguments` answers for all at once, faster
but from one path only.
"""

from assay.code.index import CodeIndex
from assay.code.memory import Ints
from assay.code.symbolic import study


def constant_arguments(index: CodeIndex, calls: Ints, number: int) -> list[tuple[int, ...]]:
    """Return, for each of *calls*, the constants that argument *number* can be, ascending.

    Empty where it is never constant.
    """
    if index.calls is None:
        return []
    rows = index.calls.row[calls].tolist()
    owners = index.owner[index.calls.row[calls]].tolist()
    fast, known = index.arguments(calls, number)
    found: dict[int, set[int]] = {row: set() for row in rows}
    for owner in sorted({owner for owner in owners if owner >= 0}):
        for call in study(index, owner).calls:
            if call.row not in found or number >= len(call.arguments):
                continue
            value = call.arguments[number]
            if value is not None and value.number is not None:
                found[call.row].add(value.number)
    for row, value, sure in zip(rows, fast.tolist(), known.tolist(), strict=True):
        if sure and not found[row]:
            found[row].add(value)
    return [tuple(sorted(found[row])) for row in rows]
