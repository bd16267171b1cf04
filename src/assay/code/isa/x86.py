"""x86 and x86-64: instructions to a Listing.

Lengths come from `x86_length`, loads and stores from `x86_operands`. Reference: Intel 64 and
IA-32 Architectures Software Developer's Manual, volume 2.
"""

import numpy as np

from assay.code.isa import Isa
from assay.code.isa.x86_length import followed
from assay.code.isa.x86_operands import Fields, decode_operands, fields_of
from assay.code.listing import (
    BAD,
    BRANCH,
    CALL,
    CALLM,
    CALLR,
    CONST,
    EQ,
    JUMP,
    JUMPM,
    JUMPR,
    MEMORY,
    NE,
    NONE,
    NOP,
    POP,
    PUSH,
    RELATIVE,
    RET,
    SOMETIMES,
    STOP,
    Listing,
    blank,
    join,
)
from assay.code.memory import Ints, among, listed, where
from assay.code.program import Program
from assay.code.symbols import DT_PLTGOT

RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI = range(8)


def decode(program: Program) -> Listing:
    """Return the instructions of all code ranges of *program*."""
    parts = []
    for start, end in program.code:
        area = program.memory.area(start)
        if area is None:
            continue
        code = area.data[start - area.start : end - area.start]
        inside = program.starts[(program.starts > start) & (program.starts < end)]
        places, shape = followed(code, program.bits, [0, *(inside - start).tolist()])
        parts.append(_decode_range(fields_of(code, shape, places, start, program.bits)))
    return join(parts)


def _decode_range(fields: Fields) -> Listing:
    size = np.maximum(fields.length, 1).astype(np.uint8)
    listing = blank(fields.address, size)
    listing.op[fields.length == 0] = BAD
    decode_operands(listing, fields)
    _stack(listing, fields)
    _transfers(listing, fields)
    _indirect(listing, fields)
    _thunks(listing, fields)
    return listing


def _rows(fields: Fields, low: int, high: int) -> Ints:
    code = fields.opcode
    return where((code >= low) & (code <= high) & (fields.length > 0))


def _stack(listing: Listing, fields: Fields) -> None:
    size = fields.bits // 8
    pushes = _rows(fields, 0x50, 0x57)
    listing.op[pushes], listing.rb[pushes] = PUSH, fields.coded[pushes]
    pops = _rows(fields, 0x58, 0x5F)
    listing.op[pops], listing.rd[pops] = POP, fields.coded[pops]
    for code in (0x68, 0x6A):
        constant = _rows(fields, code, code)
        listing.op[constant] = PUSH
        listing.imm[constant] = (
            fields.immediate(constant, 1) if code == 0x6A else fields.word(constant)
        )
    stored = np.concatenate([pushes, _rows(fields, 0x68, 0x68), _rows(fields, 0x6A, 0x6A)])
    listing.width[stored] = listing.width[pops] = size
    leave = _rows(fields, 0xC9, 0xC9)
    listing.rd[leave] = RSP
    listing.overwrite(leave, np.full(leave.size, RBP))


def _transfers(listing: Listing, fields: Fields) -> None:
    size = 4
    following = fields.address + fields.length
    for code, operation, width in (
        (0xE8, CALL, size),
        (0xE9, JUMP, size),
        (0xEB, JUMP, 1),
    ):
        rows = _rows(fields, code, code)
        listing.op[rows] = operation
        listing.imm[rows] = following[rows] + fields.immediate(rows, width)
    for low, width in ((0x70, 1), (0x180, size)):
        rows = _rows(fields, low, low + 15)
        kind = fields.opcode[rows] & 15
        listing.op[rows] = BRANCH
        listing.cond[rows] = np.where(kind == 4, EQ, np.where(kind == 5, NE, SOMETIMES))
        listing.imm[rows] = following[rows] + fields.immediate(rows, width)
    loops = _rows(fields, 0xE0, 0xE3)
    listing.op[loops], listing.cond[loops] = BRANCH, SOMETIMES
    listing.imm[loops] = following[loops] + fields.immediate(loops, 1)
    if fields.bits == 32:
        near = where(among(listing.op, (CALL, JUMP, BRANCH)))
        listing.imm[near] &= 0xFFFFFFFF
    for code in (0xC2, 0xC3, 0xCA, 0xCB, 0xCF):
        listing.op[_rows(fields, code, code)] = RET
    listing.op[_rows(fields, 0xF4, 0xF4)] = STOP
    listing.op[_rows(fields, 0x10B, 0x10B)] = STOP
    for code in (0x90, 0xCC):
        listing.op[_rows(fields, code, code)] = NOP
    # `rep` turns NOP into PAUSE, which pads nothing.
    idle = _rows(fields, 0x11F, 0x11F)
    listing.op[idle[fields.reg[idle] & 7 == 0]] = NOP
    listing.rd[where(listing.op == NOP)] = NONE


def _indirect(listing: Listing, fields: Fields) -> None:
    """Handle group 5: calls and jumps through a register or memory, and pushes."""
    rows = _rows(fields, 0xFF, 0xFF)
    kind = fields.reg[rows] & 7
    for number, through_register, through_memory in ((2, CALLR, CALLM), (4, JUMPR, JUMPM)):
        chosen = rows[kind == number]
        direct = fields.direct[chosen]
        plain = chosen[direct]
        listing.op[plain], listing.ra[plain] = through_register, fields.rm[plain]
        memory = chosen[~direct]
        listing.op[memory] = through_memory
        listing.ra[memory], listing.imm[memory] = fields.base[memory], fields.offset[memory]
        indexed = memory[fields.index[memory] != NONE]
        # The address of a jump table stands in the instruction itself.
        listing.op[indexed] = through_register
        listing.ra[indexed] = NONE
        listing.rd[chosen] = NONE
    pushes = rows[kind == 6]
    listing.op[pushes], listing.width[pushes] = PUSH, fields.bits // 8
    listing.rd[pushes], listing.rb[pushes] = NONE, MEMORY
    simple = pushes[fields.index[pushes] == NONE]
    listing.ra[simple], listing.imm[simple] = fields.base[simple], fields.offset[simple]


def _thunks(listing: Listing, fields: Fields) -> None:
    """Turn calls to `mov reg,[esp]; ret` into the constant that they yield (i386 PIC)."""
    if fields.bits == 64:
        return
    returns = where((listing.op == RET) & (np.arange(len(listing)) > 0))
    loads = returns - 1
    first = fields.places[loads]
    code = fields.code
    thunk = (code[first] == 0x8B) & (code[first + 1] & 0xC7 == 0x04) & (code[first + 2] == 0x24)
    registers = dict(
        zip(
            listing.address[loads[thunk]].tolist(),
            (code[first[thunk] + 1] >> 3 & 7).tolist(),
            strict=True,
        )
    )
    if not registers:
        return
    calls = where(listing.op == CALL)
    calls = calls[listed(listing.imm[calls], np.array(sorted(registers), dtype=np.int64))]
    listing.rd[calls] = [registers[target] for target in listing.imm[calls].tolist()]
    listing.op[calls] = CONST
    listing.width[calls] = RELATIVE
    listing.imm[calls] = listing.address[calls] + listing.size[calls]


def ambient(program: Program) -> dict[int, int]:
    """Return what `%ebx` holds in position-independent code: the global offset table."""
    table = program.dynamic.get(DT_PLTGOT)
    return {RBX: table} if table else {}


def anchor(program: Program) -> int:
    """Return the global offset table: its address is kept in any register, even on the stack."""
    return 0 if program.fixed else program.dynamic.get(DT_PLTGOT)


_NAMES_32 = "eax ecx edx ebx esp ebp esi edi"
_NAMES = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15"
X86_64 = Isa(
    name="x86-64",
    machines=(62,),
    bits=64,
    registers=tuple(_NAMES.split()),
    arguments=(RDI, RSI, RDX, RCX, 8, 9),
    result=RAX,
    clobbered=frozenset({RAX, RCX, RDX, RSI, RDI, 8, 9, 10, 11}),
    stack=RSP,
    frames=(RBP,),
    decode=decode,
    align=1,
    table_sizes=(4, 8),
)
I386 = Isa(
    name="x86",
    machines=(3,),
    bits=32,
    registers=tuple(_NAMES_32.split()),
    arguments=(),
    result=RAX,
    clobbered=frozenset({RAX, RCX, RDX}),
    stack=RSP,
    frames=(RBP,),
    decode=decode,
    align=1,
    stack_arguments=4,
    local_arguments=(RAX, RDX, RCX),
    ambient=ambient,
    table_sizes=(4,),
    anchor=anchor,
)
ISAS = (X86_64, I386)
