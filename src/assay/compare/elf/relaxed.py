"""MIPS calls through `$t9` that a linker made direct, or did not, by how far the callee is.

GNU ld writes `bal f` for `jalr $t9` and `b f` for `jr $t9` where a relocation R_MIPS_JALR names
`f` and it is near enough. `$t9` is loaded all the same. Reference: System V ABI, MIPS RISC
Processor Supplement, and the GNU linker's option --relax.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from assay.code.listing import ADDI
from assay.compare.elf.fields import words_of
from assay.compare.elf.fields.mips import BY_REGISTER, CALL, TAIL, TAIL_BY_REGISTER
from assay.compare.elf.half import Half
from assay.compare.elf.paths import reaching
from assay.compare.elf.state import State

Mask = npt.NDArray[np.bool_]
MIPS, COPIES = 8, 3


def relaxed_calls(state: State, changed: Mask) -> Mask:
    """Return the changed rows that are a call of one function in its two forms."""
    rows = state.rows
    found = np.zeros(rows.a.size, dtype=np.bool_)
    for number, one, two in _changed_words(state, changed):
        if _form(one) is None or _form(one) != _form(two) or _direct(one) == _direct(two):
            continue
        first = _target(state.a, int(rows.a[number]), direct=_direct(one))
        second = _target(state.b, int(rows.b[number]), direct=_direct(two))
        if first is not None and second is not None:
            found[number] = state.same_one(first, second)
    return found


def other_forms(state: State, changed: Mask) -> Mask:
    """Return the changed rows that are a call or a jump of these forms on one side only.

    All of their bits are compared by meaning, and where they lead is only a part of it.
    """
    found = np.zeros(state.rows.a.size, dtype=np.bool_)
    for number, one, two in _changed_words(state, changed):
        found[number] = _form(one) != _form(two)
    return found


def _changed_words(state: State, changed: Mask) -> Iterator[tuple[int, int, int]]:
    """Yield the changed rows with their words on both sides, of MIPS programs alone."""
    if state.a.elf.machine == MIPS:
        numbers = np.flatnonzero(changed)
        left = words_of(state.a)[state.rows.a[numbers]].tolist()
        right = words_of(state.b)[state.rows.b[numbers]].tolist()
        yield from zip(numbers.tolist(), left, right, strict=True)


def _form(word: int) -> str | None:
    """Return whether *word* is a call or a jump of one of the two forms."""
    if word == BY_REGISTER or word >> 16 == CALL:
        return "call"
    return "jump" if word in TAIL_BY_REGISTER or word >> 16 == TAIL else None


def _direct(word: int) -> bool:
    return word >> 16 in {CALL, TAIL}


def _target(half: Half, row: int, *, direct: bool) -> int | None:
    """Return where a row leads; None when `$t9` may hold something else on another path."""
    if direct:
        return int(half.index.listing.imm[half.code.rows[row]])
    values = _values(half, row, COPIES)
    return values.pop() if len(values) == 1 and -1 not in values else None


def _values(half: Half, row: int, depth: int) -> set[int]:
    """Return what the register that a row reads may hold, over all paths; -1 for unknown."""
    flow, listing, found = half.index.flow, half.index.listing, set[int]()
    for one in reaching(half, row, "ra", row) or ():
        place = half.code.rows[one]
        if flow is not None and flow.known[place]:
            found.add(int(flow.values[place]))
        elif depth and listing.op[place] == ADDI and not listing.imm[place]:
            found |= _values(half, one, depth - 1) or {-1}
        else:
            found.add(-1)
    return found
