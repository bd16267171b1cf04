"""x86's string instructions: moves, fills, comparisons and searches, repeated or not."""

from collections.abc import Callable
from typing import Final

from assay.code.emulate.flags import Flags, is_zero
from assay.code.emulate.machine import Machine
from assay.code.emulate.processors.x86_decode import Instruction
from assay.code.emulate.processors.x86_operands import register, set_register

RAX, RCX, RSI, RDI = 0, 1, 6, 7
MOST: Final = 20_000


def _string(m: Machine, i: Instruction) -> None:
    """Carry out a string instruction as often as its prefix and the count say."""
    size = i.size if i.opcode & 1 else 1
    kind = i.opcode & 0xFE
    for _ in range(MOST):
        if i.repeat:
            if not int(m.registers[RCX]):
                break
            m.registers[RCX] = int(m.registers[RCX]) - 1
        _once(m, i, kind, size)
        m.steps += 1
        if not i.repeat:
            break
        if kind in (0xA6, 0xAE) and is_zero(m.flags) != (i.repeat == 0xF3):
            break


def _once(m: Machine, i: Instruction, kind: int, size: int) -> None:
    source, target = int(m.registers[RSI]), int(m.registers[RDI])
    if kind == 0xA4:
        m.space.store(target, size, m.space.load(source, size))
    elif kind == 0xAA:
        m.space.store(target, size, register(m, i, RAX, size))
    elif kind == 0xAC:
        set_register(m, i, RAX, size, m.space.load(source, size))
    else:
        left = m.space.load(source, size) if kind == 0xA6 else register(m, i, RAX, size)
        m.flags = Flags("sub", left, m.space.load(target, size), 8 * size)
    if kind in (0xA4, 0xA6, 0xAC):
        m.registers[RSI] = source + size & m.mask
    if kind != 0xAC:
        m.registers[RDI] = target + size & m.mask


STRINGS: Final[dict[int, Callable[[Machine, Instruction], None]]] = dict.fromkeys(
    (0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF), _string
)
