"""Calls in programs without section tables, told by the name of what they lead to.

Stubs of imports move with the table of addresses. A call is the same when it leads to the same
import, or to a function of the same name. That proves nothing, and nothing is called equivalent.
"""

import numpy as np
import numpy.typing as npt

from assay.compare.elf.half import Half
from assay.compare.elf.state import State

Mask = npt.NDArray[np.bool_]


def to_same_name(state: State) -> Mask:
    """Return the paired rows that name one import, or functions of one name, on both sides."""
    rows = state.rows
    left, right = state.refs[0].direct, state.refs[1].direct
    found = left.has[rows.a] & right.has[rows.b]
    both = np.flatnonzero(found)
    names = [half.index.program.names | _stubs(half) for half in (state.a, state.b)]
    targets = left.value[rows.a[both]].tolist(), right.value[rows.b[both]].tolist()
    found[both] = [
        bool(names[0].get(one)) and names[0].get(one) == names[1].get(two)
        for one, two in zip(*targets, strict=True)
    ]
    return found


def no_functions(state: State) -> tuple[set[int], set[int]]:
    """Return the chunks of both sides that are no functions, or stubs of imports of both."""
    imports = set(_stubs(state.a).values()) & set(_stubs(state.b).values())
    return _left_out(state.a, imports), _left_out(state.b, imports)


def _left_out(half: Half, imports: set[str]) -> set[int]:
    known = half.index.functions
    starts = set(known.starts.tolist()) if known is not None else set()
    return {
        chunk
        for chunk, start in enumerate(half.code.starts.tolist())
        if start not in starts or half.name(start) in imports
    }


def _stubs(half: Half) -> dict[int, str]:
    """Return the name of the import that each stub leads to."""
    program, stubs = half.index.program, half.index.stubs
    return {stub: program.externs[at] for stub, at in stubs.items() if at in program.externs}
