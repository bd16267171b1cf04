"""Constant arguments that are passed on the stack (i386): pushes and stores before a call."""

import numpy as np

from assay.code.listing import ADDI, CALL, CALLM, CALLR, NONE, PUSH, STORE, STOREI
from assay.code.memory import Ints, Mask, member
from assay.code.values import Flow

FARTHEST = 24
_CALLS = member(CALL, CALLR, CALLM)
_STORES = member(STORE, STOREI)


def constants_on_stack(flow: Flow, rows: Ints, number: int) -> tuple[Ints, Mask]:
    """Return argument *number* of the calls at *rows* and which of them are constants.

    Walks back from each call; `depth` counts how far the stack has grown by pushes since.
    """
    table, isa = flow.listing, flow.isa
    width = isa.stack_arguments
    wanted = np.full(rows.size, number * width, dtype=np.int64)
    found = np.full(rows.size, -1, dtype=np.int64)
    active = np.ones(rows.size, dtype=np.bool_)
    for back in range(1, FARTHEST):
        at = np.maximum(rows - back, 0)
        active &= (rows - back >= flow.floor[rows]) & ~_CALLS[table.op[at]]
        op = table.op[at]
        pushes = active & (op == PUSH)
        hit = pushes & (wanted == 0)
        stores = active & _STORES[op] & (table.ra[at] == isa.stack)
        hit |= stores & (table.imm[at] == wanted)
        found[hit] = at[hit]
        active &= ~hit
        wanted = np.where(pushes, wanted - width, wanted)
        moved = active & (op == ADDI) & (table.rd[at] == isa.stack) & (table.ra[at] == isa.stack)
        wanted = np.where(moved, wanted + table.imm[at], wanted)
        active &= wanted >= 0
    return _stored(flow, found)


def _stored(flow: Flow, rows: Ints) -> tuple[Ints, Mask]:
    table = flow.listing
    safe = np.maximum(rows, 0)
    values, known = flow.value_of(table.rb[safe], safe)
    constant = (table.op[safe] == PUSH) & (table.rb[safe] == NONE)
    values = np.where(constant, table.imm[safe], values)
    stored = table.op[safe] == STOREI
    values = np.where(stored, table.second[safe].astype(np.int64), values)
    known = (rows >= 0) & (known | constant | stored)
    return np.where(known, values & 0xFFFFFFFF, 0), known
