"""Which functions keep buffers on the stack and which of them check a canary.

Measured from code: a function uses a stack buffer when it forms the address of one and hands it
on, and is protected when it calls the routine that reports an overrun.
"""

import numpy as np

from assay._kernel.value import Value
from assay.code.index import CodeIndex
from assay.code.listing import ADDI
from assay.code.memory import Ints, distinct, where

GUARD = frozenset({"__stack_chk_fail", "__stack_chk_fail_local", "__stack_smash_handler"})


class StackUse(Value):
    """Function numbers: those with stack buffers, and those that check a canary."""

    buffers: Ints
    checked: Ints


def stack_use(index: CodeIndex) -> StackUse:
    """Return which functions of *index* have stack buffers and which check them."""
    nothing = np.zeros(0, dtype=np.int64)
    if index.calls is None or index.isa is None:
        return StackUse(nothing, nothing)
    owners = index.owner[stack_address_rows(index)]
    guards = index.owner[index.calls.row[index.calls_to(GUARD)]]
    return StackUse(distinct(owners[owners >= 0]), distinct(guards[guards >= 0]))


def stack_address_rows(index: CodeIndex) -> Ints:
    """Return the rows that leave the address of a stack buffer in a register."""
    if index.isa is None:
        return np.zeros(0, dtype=np.int64)
    table, isa = index.listing, index.isa
    bases = np.zeros(256, dtype=np.bool_)
    bases[[isa.stack, *isa.frames]] = True
    formed = (table.op == ADDI) & bases[table.ra] & ~bases[table.rd]
    # `add rd, fp, #0` copies a register that only sometimes is a frame pointer.
    formed &= (table.ra == isa.stack) | (table.imm != 0)
    return where(formed)
