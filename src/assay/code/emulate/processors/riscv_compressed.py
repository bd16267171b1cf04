"""RISC-V's 16-bit instructions as the 32-bit ones that they stand for.

Reference: The RISC-V Instruction Set Manual, volume I, chapter "C" extension.
"""

from assay.code.emulate.machine import unknown

LOAD, STORE, CONSTANT, WORD_CONSTANT = 0x03, 0x23, 0x13, 0x1B
REGISTER, WORD_REGISTER, UPPER = 0x33, 0x3B, 0x37
BRANCH, JUMP, JUMP_REGISTER = 0x63, 0x6F, 0x67
FLOAT_LOAD, FLOAT_STORE = 0x07, 0x27


def full_form(c: int, bits: int) -> int:
    """Return the 32-bit instruction for the compressed *c*; raises `Ended`."""
    kind = c & 3
    if kind == 0:
        return _memory(c, bits)
    if kind == 1:
        return _arithmetic(c, bits)
    return _stack(c, bits)


def _immediate(code: int, target: int, function: int, source: int, value: int) -> int:
    return code | target << 7 | function << 12 | source << 15 | (value & 0xFFF) << 20


def _stored(code: int, function: int, base: int, source: int, value: int) -> int:
    low, high = value & 31, value >> 5 & 0x7F
    return code | low << 7 | function << 12 | base << 15 | source << 20 | high << 25


def _registers(code: int, target: int, function: int, sources: tuple[int, int], top: int) -> int:
    return code | target << 7 | function << 12 | sources[0] << 15 | sources[1] << 20 | top << 25


def _six(c: int) -> int:
    """Return the signed constant of six bits."""
    value = c >> 7 & 32 | c >> 2 & 31
    return value - 64 if value & 32 else value


def _memory(c: int, bits: int) -> int:
    """Return the loads and stores relative to a register, and the address on the stack."""
    kind, base, other = c >> 13, 8 + (c >> 7 & 7), 8 + (c >> 2 & 7)
    word = c >> 7 & 0x38 | c >> 4 & 4 | c << 1 & 0x40
    double = c >> 7 & 0x38 | c << 1 & 0xC0
    if kind == 0 and c:
        value = c >> 7 & 0x30 | c >> 1 & 0x3C0 | c >> 4 & 4 | c >> 2 & 8
        return _immediate(CONSTANT, other, 0, 2, value)
    if kind == 2:
        return _immediate(LOAD, other, 2, base, word)
    if kind == 6:
        return _stored(STORE, 2, base, other, word)
    if kind in (1, 5) or (bits == 64 and kind in (3, 7)):
        if kind in (1, 3):
            return _immediate(FLOAT_LOAD if kind == 1 else LOAD, other, 3, base, double)
        return _stored(FLOAT_STORE if kind == 5 else STORE, 3, base, other, double)
    raise unknown(c)


def _jump_distance(c: int) -> int:
    value = (
        c >> 1 & 0x800 | c << 2 & 0x400 | c >> 1 & 0x300 | c << 1 & 0x80
        | c >> 1 & 0x40 | c << 3 & 0x20 | c >> 7 & 0x10 | c >> 2 & 0xE
    )  # fmt: skip
    return value - 0x1000 if value & 0x800 else value


def _jump(link: int, distance: int) -> int:
    word = (distance >> 20 & 1) << 31 | (distance >> 1 & 0x3FF) << 21
    return JUMP | link << 7 | word | (distance >> 11 & 1) << 20 | (distance >> 12 & 0xFF) << 12


def _branch(c: int) -> int:
    value = c >> 4 & 0x100 | c << 1 & 0xC0 | c << 3 & 0x20 | c >> 7 & 0x18 | c >> 2 & 6
    distance = value - 0x200 if value & 0x100 else value
    word = (distance >> 12 & 1) << 31 | (distance >> 5 & 63) << 25 | (distance >> 11 & 1) << 7
    low = (distance >> 1 & 15) << 8
    return BRANCH | word | low | (c >> 13 & 1) << 12 | 8 + (c >> 7 & 7) << 15


def _arithmetic(c: int, bits: int) -> int:
    kind, target = c >> 13, c >> 7 & 31
    if kind in (0, 2):
        return _immediate(CONSTANT, target, 0, 0 if kind else target, _six(c))
    if kind == 1:
        return (
            _immediate(WORD_CONSTANT, target, 0, target, _six(c))
            if bits == 64
            else _jump(1, _jump_distance(c))
        )
    if kind == 3 and target == 2:
        value = c >> 3 & 0x200 | c >> 2 & 0x10 | c << 1 & 0x40 | c << 4 & 0x180 | c << 3 & 0x20
        return _immediate(CONSTANT, 2, 0, 2, value - 0x400 if value & 0x200 else value)
    if kind == 3:
        return UPPER | target << 7 | (_six(c) & 0xFFFFF) << 12
    if kind == 5:
        return _jump(0, _jump_distance(c))
    return _of_eight(c) if kind == 4 else _branch(c)


def _of_eight(c: int) -> int:
    """Return the arithmetic on the eight registers that three bits name."""
    kind, target, other = c >> 10 & 3, 8 + (c >> 7 & 7), 8 + (c >> 2 & 7)
    amount = c >> 7 & 32 | c >> 2 & 31
    if kind < 2:
        return _immediate(CONSTANT, target, 5, target, amount | kind << 10)
    if kind == 2:
        return _immediate(CONSTANT, target, 7, target, _six(c))
    which = c >> 5 & 3
    if c >> 12 & 1:
        if which > 1:
            raise unknown(c)
        return _registers(WORD_REGISTER, target, 0, (target, other), 0 if which else 0x20)
    function = (0, 4, 6, 7)[which]
    return _registers(REGISTER, target, function, (target, other), 0 if which else 0x20)


def _stack(c: int, bits: int) -> int:
    """Return the loads and stores on the stack, moves, and jumps to registers."""
    kind, target, other = c >> 13, c >> 7 & 31, c >> 2 & 31
    if kind == 0:
        return _immediate(CONSTANT, target, 1, target, c >> 7 & 32 | c >> 2 & 31)
    if kind == 2:
        return _immediate(LOAD, target, 2, 2, c >> 7 & 0x20 | c >> 2 & 0x1C | c << 4 & 0xC0)
    if kind == 6:
        return _stored(STORE, 2, 2, other, c >> 7 & 0x3C | c >> 1 & 0xC0)
    if kind == 4:
        return _moves(c, target, other)
    if kind in (1, 5) or bits == 64:
        if kind in (1, 3):
            place = c >> 7 & 0x20 | c >> 2 & 0x18 | c << 4 & 0x1C0
            return _immediate(FLOAT_LOAD if kind == 1 else LOAD, target, 3, 2, place)
        place = c >> 7 & 0x38 | c >> 1 & 0x1C0
        return _stored(FLOAT_STORE if kind == 5 else STORE, 3, 2, other, place)
    raise unknown(c)


def _moves(c: int, target: int, other: int) -> int:
    if other:
        source = target if c >> 12 & 1 else 0
        return _registers(REGISTER, target, 0, (source, other), 0)
    if not target:
        return 0x00100073
    return _immediate(JUMP_REGISTER, c >> 12 & 1, 0, target, 0)
