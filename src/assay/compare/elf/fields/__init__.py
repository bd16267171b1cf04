"""Which bits of the instructions may hold addresses, and where direct ones lead.

One file per instruction set with `MACHINES` and `fields(half)`. Masks are generous: what they
cover is compared by meaning, what they leave out has to be the same bytes.
"""

from collections.abc import Callable
from functools import cache

import msgspec
import numpy as np
import numpy.typing as npt

from assay._kernel.registry import modules_with
from assay.code.listing import BRANCH, CALL, JUMP
from assay.code.memory import Ints
from assay.compare.elf.half import Half


class Fields(msgspec.Struct):
    """`mask` has a set bit for every bit of `Code.bytes` that may be part of an address.

    `rows` and `targets` are the instructions (numbers into `Code.rows`) that name an address of
    their own: branches out of their chunk, calls, operands relative to the program counter.
    `soft` tells those that may be a number as well. `bases`, `base` and `offset` are the
    instructions that reach memory at a register plus a constant.
    """

    mask: npt.NDArray[np.uint8]
    rows: Ints
    targets: Ints
    soft: npt.NDArray[np.bool_]
    bases: Ints
    base: Ints
    offset: Ints


@cache
def _modules() -> dict[int, Callable[[Half], Fields]]:
    return {
        machine: module.fields
        for module in modules_with("assay.compare.elf.fields", "MACHINES")
        for machine in module.MACHINES
    }


def supported(machine: int) -> bool:
    """Say whether references of *machine* can be resolved for a proof."""
    return machine in _modules()


def fields_of(half: Half) -> Fields:
    """Return the address fields of the code of *half*."""
    return _modules()[half.elf.machine](half)


def loose_mask(half: Half) -> npt.NDArray[np.uint8]:
    """Return the mask of all bits that may be part of an address, wherever chunks begin."""
    code = half.code
    if code.loose_mask is None:
        code.loose = True
        try:
            code.loose_mask = fields_of(half).mask
        finally:
            code.loose = False
        code.loose_mask.setflags(write=False)
    return code.loose_mask


def words_of(half: Half) -> npt.NDArray[np.int64]:
    """Return the four bytes of each row as a word in the program's byte order."""
    code = half.code
    if code.words is None:
        at = np.minimum(code.pos, max(code.bytes.size - 4, 0))
        value = np.zeros(at.size, dtype=np.int64)
        for step in range(4):
            shift = 8 * (step if half.elf.order == "<" else 3 - step)
            value |= code.bytes[at + step].astype(np.int64) << shift
        value.setflags(write=False)
        code.words = value
    return code.words


def masked(half: Half, masks: Ints) -> npt.NDArray[np.uint8]:
    """Return the mask of all code bytes: *masks* are words per row; data in code is all set."""
    code = half.code
    out = np.full(code.bytes.size, 0xFF, dtype=np.uint8)
    size = half.index.listing.size[code.rows].astype(np.int64)
    if size.size and code.pos[-1] + 4 <= out.size and bool((size == 4).all()):
        order = "<u4" if half.elf.order == "<" else ">u4"
        parts = (masks & 0xFFFFFFFF).astype(order).view(np.uint8).reshape(-1, 4)
        for step in range(4):
            out[code.pos + step] = parts[:, step]
        return out
    longest = int(size.max()) if size.size else 0
    for step in range(longest):
        chosen = np.flatnonzero(step < size)
        place = np.minimum(code.pos[chosen] + step, out.size - 1)
        shift = 8 * (step if half.elf.order == "<" else 3 - step)
        out[place] = (masks[chosen] >> shift).astype(np.uint8) if step < 4 else 0
    return out


def leaving(half: Half) -> tuple[Ints, Ints]:
    """Return the direct transfers that leave their chunk, and where they lead."""
    code, listing = half.code, half.index.listing
    op = listing.op[code.rows]
    rows = np.flatnonzero((op == BRANCH) | (op == JUMP) | (op == CALL)).astype(np.int64)
    targets = listing.imm[code.rows[rows]]
    if code.loose:
        return rows, targets
    away = code.owner(targets) != code.chunk[rows]
    return rows[away], targets[away]
