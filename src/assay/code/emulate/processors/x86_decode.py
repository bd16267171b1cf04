"""The parts of an x86 instruction: prefixes, opcode, operands, constants, as numbers.

Reference: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, chapter 2.
"""

from typing import Final

import msgspec

from assay.code.emulate.machine import Ended, Machine, unknown

PREFIXES: Final = frozenset({0x66, 0x67, 0xF2, 0xF3, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65, 0xF0})
LONGEST: Final = 15


class Instruction(msgspec.Struct):
    """One instruction. `opcode` has 0xF00 added behind 0x0F; `size` is that of the operands.

    `mode` is 3 for a register as the second operand, -1 without operands; memory is at
    `base` + `index` * `scale` + `place` (-1 for no register). `repeat` is 0, 0xF2 or 0xF3.
    """

    address: int
    opcode: int = 0
    size: int = 4
    rex: int = 0
    repeat: int = 0
    narrow: bool = False
    segment: int = 0
    mode: int = -1
    reg: int = 0
    rm: int = 0
    base: int = -1
    index: int = -1
    scale: int = 1
    place: int = 0
    constant: int = 0
    length: int = 0
    wide: bool = False
    shrunk: bool = False

    @property
    def following(self) -> int:
        """The address of the next instruction."""
        return self.address + self.length


class _Bytes:
    """The bytes of an instruction, read one after the other."""

    def __init__(self, machine: Machine, address: int) -> None:
        self.machine, self.address, self.at = machine, address, 0

    def take(self, size: int, *, sign: bool = False) -> int:
        if self.at + size > LONGEST:
            raise Ended("no instruction")
        value = int(self.machine.space.load(self.address + self.at, size))
        self.at += size
        return value - (1 << 8 * size) if sign and value >> 8 * size - 1 else value


def read_instruction(machine: Machine, address: int) -> Instruction:
    """Return the instruction at *address*; raises `Ended` and Fault."""
    found, source = Instruction(address, wide=machine.size == 8), _Bytes(machine, address)
    opcode = _prefixes(found, source)
    if opcode == 0x0F:
        opcode = 0xF00 | source.take(1)
        if opcode in (0xF38, 0xF3A):
            raise unknown(opcode)
    elif opcode in (0xC4, 0xC5) and found.wide:
        raise Ended("a vector instruction")
    found.opcode = opcode
    if found.rex & 8:
        found.size = 8
    elif found.narrow:
        found.size = 2
    if _has_operands(opcode):
        _operands(found, source)
    size = _constant_size(found)
    if size:
        found.constant = source.take(size, sign=True)
    found.length = source.at
    if found.mode in (0, 1, 2) and found.base == -2:
        found.base, found.place = -1, found.place + found.following
    return found


def _prefixes(found: Instruction, source: _Bytes) -> int:
    while True:
        byte = source.take(1)
        if byte in PREFIXES:
            found.narrow |= byte == 0x66
            found.shrunk |= byte == 0x67
            if byte in (0xF2, 0xF3):
                found.repeat = byte
            if byte in (0x64, 0x65):
                found.segment = byte
        elif found.wide and byte & 0xF0 == 0x40:
            found.rex = byte
            return source.take(1)
        else:
            return byte


_PLAIN: Final = frozenset(
    [*range(0xF80, 0xF90), *range(0xFC8, 0xFD0), 0xF05, 0xF0B, 0xF31, 0xFA2, 0xF77, 0xF34]
)
_WITH: Final = frozenset(
    [*range(0x80, 0x90), 0x62, 0x63, 0x69, 0x6B, 0xC0, 0xC1, 0xC6, 0xC7, *range(0xD0, 0xD4),
     *range(0xD8, 0xE0), 0xF6, 0xF7, 0xFE, 0xFF]
)  # fmt: skip


def _has_operands(opcode: int) -> bool:
    if opcode >= 0xF00:
        return opcode not in _PLAIN
    return opcode in _WITH or (opcode < 0x40 and opcode & 7 < 4)


def _operands(found: Instruction, source: _Bytes) -> None:
    byte = source.take(1)
    found.mode = byte >> 6
    found.reg = byte >> 3 & 7 | (found.rex & 4) << 1
    low = byte & 7
    found.rm = low | (found.rex & 1) << 3
    if found.mode == 3:
        return
    if found.shrunk:
        raise Ended("an address of another size")
    found.base = found.rm
    if low == 4:
        _scaled(found, source)
    elif low == 5 and found.mode == 0:
        found.base = -2 if found.wide else -1
        found.place = source.take(4, sign=True)
    if found.mode == 1:
        found.place = source.take(1, sign=True)
    elif found.mode == 2:
        found.place = source.take(4, sign=True)


def _scaled(found: Instruction, source: _Bytes) -> None:
    byte = source.take(1)
    index = byte >> 3 & 7 | (found.rex & 2) << 2
    found.index = index if index != 4 else -1
    found.scale = 1 << (byte >> 6)
    found.base = byte & 7 | (found.rex & 1) << 3
    if byte & 7 == 5 and found.mode == 0:
        found.base = -1
        found.place = source.take(4, sign=True)


def _constant_size(found: Instruction) -> int:
    """Return how many bytes of a constant follow the operands."""
    opcode, usual = found.opcode, 2 if found.size == 2 else 4
    if opcode < 0x40:
        return {4: 1, 5: usual}.get(opcode & 7, 0)
    if 0xB8 <= opcode < 0xC0:
        return found.size
    if opcode in (0xF6, 0xF7):
        size = (1 if opcode == 0xF6 else usual) if found.reg & 7 < 2 else 0
    elif opcode in (0x68, 0x69, 0x81, 0xA9, 0xC7):
        size = usual
    elif opcode in (0xE8, 0xE9) or 0xF80 <= opcode < 0xF90:
        size = 4
    elif 0xA0 <= opcode < 0xA4:
        size = 8 if found.wide else 4
    else:
        single = opcode in _SINGLE or 0x70 <= opcode < 0x80 or 0xB0 <= opcode < 0xB8
        size = 2 if opcode == 0xC2 else int(single)
    return size


_SINGLE: Final = frozenset(
    {0x6A, 0x6B, 0x80, 0x82, 0x83, 0xA8, 0xC0, 0xC1, 0xC6, 0xEB, 0xE3, 0xF70, 0xFA4, 0xFAC, 0xFBA,
     0xFC6, 0xF71, 0xF72, 0xF73, 0xFC4, 0xFC5, 0xFC2}
)  # fmt: skip
