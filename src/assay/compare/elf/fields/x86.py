"""Address fields of x86: distances of branches, displacements and constants of four bytes.

Reference: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, chapter 2.
"""

import numpy as np
import numpy.typing as npt

from assay.code.isa.x86_length import shapes_at
from assay.code.isa.x86_operands import fields_of as operand_fields
from assay.code.listing import ZERO
from assay.code.memory import Ints
from assay.compare.elf.fields import Fields, leaving
from assay.compare.elf.half import Half

MACHINES = (3, 62)
Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Operands = tuple[Ints, Ints, Mask]
"""Rows, where their operands lead, and which of them may be numbers."""


def fields(half: Half) -> Fields:
    """Return the address fields of the code of *half*."""
    code = half.code
    size = half.index.listing.size[code.rows].astype(np.int64)
    whole, found = _of_operands(half)
    mask = whole.copy()
    rows, targets = leaving(half)
    _hide_distance(mask, code.pos[rows], size[rows])
    soft = np.concatenate([np.zeros(rows.size, dtype=np.bool_), found[2]])
    nothing = np.zeros(0, dtype=np.int64)
    return Fields(
        mask, np.concatenate([rows, found[0]]), np.concatenate([targets, found[1]]), soft,
        nothing, nothing, nothing,
    )  # fmt: skip


def _of_operands(half: Half) -> tuple[Bytes, Operands]:
    """Return what does not depend on where chunks begin, read once: the mask and the operands."""
    known: tuple[Bytes, Operands] | None = half.__dict__.get("x86_operands")
    if known is None:
        code = half.code
        mask = np.zeros(code.bytes.size, dtype=np.uint8)
        covered = np.zeros(code.bytes.size + 16, dtype=np.bool_)
        size = half.index.listing.size[code.rows].astype(np.int64)
        for step in range(15):
            here = step < size
            covered[code.pos[here] + step] = True
        mask[~covered[: mask.size]] = 0xFF
        known = half.__dict__["x86_operands"] = mask, _operands(half, mask)
    return known


def _hide_distance(mask: Bytes, pos: Ints, size: Ints) -> None:
    """Mask the distance that ends a branch: one byte in short forms, else four."""
    for step in range(1, 5):
        here = (size > 4) | (step == 1)
        mask[(pos + size - step)[here]] = 0xFF


def _operands(half: Half, mask: Bytes) -> Operands:
    """Return the operands that are addresses, and mask them."""
    code, bits = half.code, half.elf.bits
    rows: list[Ints] = []
    targets: list[Ints] = []
    soft: list[Mask] = []
    first = 0
    for start, end in code.spans:
        inside = np.flatnonzero((code.address >= start) & (code.address < end))
        body = code.bytes[first : first + end - start]
        places = code.address[inside] - start
        shape = shapes_at(body, bits, places)
        fields = operand_fields(body, shape, places, start, bits)
        known = fields.length > 0
        has_modrm = shape.immediate > shape.at
        memory = known & has_modrm & ~fields.direct
        displaced = _long_displacement(fields.code, shape.at)
        plain = displaced == shape.at + 1
        relative = memory & (fields.base == ZERO) & plain
        for chosen, is_soft in (
            (relative, bits == 32),
            (memory & ~relative & (displaced >= 0) & _mapped(half, fields.offset), True),
        ):
            here = np.flatnonzero(chosen)
            _hide(mask, first + displaced[here])
            rows.append(inside[here])
            targets.append(fields.offset[here] & (-1 if bits == 64 else 0xFFFFFFFF))
            soft.append(np.full(here.size, is_soft))
        ends = places + fields.length
        constant = known & (ends - shape.immediate == 4)
        values = _unsigned(fields.code, np.maximum(ends - 4, 0))
        constant &= _mapped(half, values) & ~_is_branch(half, code.rows[inside])
        here = np.flatnonzero(constant)
        _hide(mask, first + ends[here] - 4)
        rows.append(inside[here])
        targets.append(values[here])
        soft.append(np.ones(here.size, dtype=np.bool_))
        first += end - start
    nothing = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([nothing, *rows]),
        np.concatenate([nothing, *targets]),
        np.concatenate([nothing.astype(np.bool_), *soft]),
    )


def _is_branch(half: Half, rows: Ints) -> Mask:
    from assay.code.listing import BRANCH, CALL, JUMP  # noqa: PLC0415

    op = half.index.listing.op[rows]
    return np.asarray((op == BRANCH) | (op == CALL) | (op == JUMP))


def _mapped(half: Half, values: Ints) -> Mask:
    """Return which of *values* can be addresses: only a fixed program has them in its code."""
    if not half.index.program.fixed:
        return np.zeros(values.shape, dtype=np.bool_)
    return half.index.program.memory.mapped(values)


def _long_displacement(data: Bytes, at: Ints) -> Ints:
    """Return where the displacement of four bytes behind the ModRM byte at *at* is, or -1."""
    modrm = data[at].astype(np.int64)
    mod, low = modrm >> 6, modrm & 7
    sib = (mod != 3) & (low == 4)
    base = np.where(sib, data[at + 1] & 7, low)
    long = (mod == 2) | ((mod == 0) & (base == 5))
    return np.where(long, at + 1 + sib, -1)


def _unsigned(data: Bytes, places: Ints) -> Ints:
    value = np.zeros(places.size, dtype=np.int64)
    for step in range(4):
        value |= data[places + step].astype(np.int64) << (8 * step)
    return value


def _hide(mask: Bytes, places: Ints) -> None:
    for step in range(4):
        mask[places + step] = 0xFF
