"""Instructions as statements that read the same for every processor: `v0 = [sp + 0x18]`.

For people: `assay show --disassemble`. The evidence in findings has its own form (`render`).
"""

from collections.abc import Callable

from assay.code import listing as op
from assay.code.index import CodeIndex
from assay.code.listing import ALWAYS, EQ, FLAGS, MEMORY, NE, NONE, REGISTERS, ZERO

_SIZES = {1: "byte ", 2: "half ", 16: "vector "}
_CONDITIONS = {EQ: "equal", NE: "not equal"}
_SIGNS = {EQ: "==", NE: "!="}


class Notation:
    """Writes the rows of one index as statements."""

    def __init__(self, index: CodeIndex) -> None:
        self.index = index
        self.table = index.listing
        self.names = index.isa.registers if index.isa else ()

    def statement(self, row: int) -> str:
        """Return what *row* does, without comments."""
        kind = int(self.table.op[row])
        write = _WRITERS.get(kind)
        text = write(self, row) if write else op.NAMES[kind]
        condition = int(self.table.cond[row])
        if condition == ALWAYS or kind == op.BRANCH:
            return text
        return f"if {_CONDITIONS.get(condition, 'flags')}: {text}"

    def register(self, number: int) -> str:
        """Return the name of register *number*, empty for none."""
        if number == ZERO:
            return "0"
        if number == FLAGS:
            return "flags"
        return self.names[number] if number < REGISTERS and number < len(self.names) else ""

    def place(self, row: int) -> str:
        """Return the memory operand of *row*."""
        base, offset = self.register(int(self.table.ra[row])), int(self.table.imm[row])
        if not base or base == "0":
            return f"[{number(offset)}]"
        return f"[{_sum(base, offset)}]"

    def sized(self, row: int) -> str:
        """Return the memory operand of *row* and how much of it is used."""
        width, whole = int(self.table.width[row]), self.index.program.memory.pointer_size()
        size = _SIZES.get(width, "")
        if width in {4, 8} and width != whole:
            size = "word " if width == 4 else "double "
        return size + self.place(row)

    def operands(self, row: int) -> tuple[str, str, str, str]:
        """Return rd, ra and rb of *row* as names and its constant as a number."""
        one = self.table
        registers = (int(one.rd[row]), int(one.ra[row]), int(one.rb[row]))
        first, second, third = (self.register(value) for value in registers)
        return first, second, third, number(int(one.imm[row]))

    def target(self, row: int) -> str:
        """Return where *row* leads: a name or an address."""
        address = int(self.table.imm[row])
        return self.index.name(address) or f"{address:#x}"


def number(value: int) -> str:
    """Return *value* as people read it: small ones decimal, others hexadecimal."""
    return str(value) if -10 < value < 10 else f"{value:#x}"


def _sum(base: str, offset: int) -> str:
    if not offset:
        return base
    return f"{base} {'-' if offset < 0 else '+'} {number(abs(offset))}"


_Writer = Callable[[Notation, int], str]


def _constant(note: Notation, row: int) -> str:
    return f"{note.operands(row)[0]} = {note.operands(row)[3]}"


def _add_constant(note: Notation, row: int) -> str:
    return f"{note.operands(row)[0]} = {_sum(note.operands(row)[1], int(note.table.imm[row]))}"


def _or_constant(note: Notation, row: int) -> str:
    to, first, _, constant = note.operands(row)
    return f"{to} = {first} | {constant}"


def _insert(note: Notation, row: int) -> str:
    to, _, _, constant = note.operands(row)
    low = 16 * int(note.table.rb[row])
    return f"{to}[{low + 15}:{low}] = {constant}"


def _add(note: Notation, row: int) -> str:
    to, first, second, _ = note.operands(row)
    return f"{to} = {first} + {second}"


def _subtract(note: Notation, row: int) -> str:
    to, first, second, _ = note.operands(row)
    return f"{to} = {first} - {second}"


def _load(note: Notation, row: int) -> str:
    return f"{note.operands(row)[0]} = {note.sized(row)}"


def _load_indexed(note: Notation, row: int) -> str:
    to, first, second, _ = note.operands(row)
    return f"{to} = [{first} + {second}]"


def _store(note: Notation, row: int) -> str:
    return f"{note.sized(row)} = {note.operands(row)[2]}"


def _store_constant(note: Notation, row: int) -> str:
    return f"{note.sized(row)} = {number(int(note.table.second[row]))}"


def _compare_constant(note: Notation, row: int) -> str:
    return f"compare {note.operands(row)[1]}, {note.operands(row)[3]}"


def _compare(note: Notation, row: int) -> str:
    return f"compare {note.operands(row)[1]}, {note.operands(row)[2]}"


def _compare_memory(note: Notation, row: int) -> str:
    other = note.operands(row)[2] or number(int(note.table.second[row]))
    return f"compare {note.sized(row)}, {other}"


def _compare_blocks(note: Notation, row: int) -> str:
    count, first, second, _ = note.operands(row)
    size = int(note.table.width[row])
    return f"compare [{first}], [{second}], {count}{f' * {size}' if size > 1 else ''} bytes"


def _branch(note: Notation, row: int) -> str:
    _, first, second, _ = note.operands(row)
    condition = int(note.table.cond[row])
    if condition == ALWAYS:
        return f"goto {note.target(row)}"
    if first and second and condition in _SIGNS:
        test = f"{first} {_SIGNS[condition]} {second}"
    elif first:
        sign = _SIGNS.get(condition)
        test = f"{first} {sign} 0" if sign else f"test of {first}"
    else:
        test = _CONDITIONS.get(condition, "flags")
    return f"if {test}: goto {note.target(row)}"


def _push(note: Notation, row: int) -> str:
    other = int(note.table.rb[row])
    if other == MEMORY:
        return f"push {note.place(row)}"
    return f"push {note.operands(row)[2] or note.operands(row)[3]}"


def _other(note: Notation, row: int) -> str:
    to = note.operands(row)[0]
    return f"{to} = …" if to and int(note.table.rd[row]) != NONE else "…"


def _through(word: str, *, memory: bool) -> _Writer:
    def write(note: Notation, row: int) -> str:
        where = note.place(row) if memory else note.operands(row)[1]
        return f"{word} {where}"

    return write


def _to(word: str) -> _Writer:
    return lambda note, row: f"{word} {note.target(row)}"


def _word(word: str) -> _Writer:
    return lambda _, __: word


_WRITERS: dict[int, _Writer] = {
    op.OTHER: _other,
    op.CONST: _constant,
    op.ADDI: _add_constant,
    op.ADD: _add,
    op.ORI: _or_constant,
    op.INSERT: _insert,
    op.LOAD: _load,
    op.STORE: _store,
    op.LOADX: _load_indexed,
    op.CALL: _to("call"),
    op.CALLR: _through("call", memory=False),
    op.CALLM: _through("call", memory=True),
    op.JUMP: _to("goto"),
    op.JUMPR: _through("goto", memory=False),
    op.JUMPM: _through("goto", memory=True),
    op.BRANCH: _branch,
    op.CMPI: _compare_constant,
    op.CMP: _compare,
    op.RET: _word("return"),
    op.STOP: _word("stop"),
    op.BAD: _word("no instruction"),
    op.CMPM: _compare_memory,
    op.CMPS: _compare_blocks,
    op.STOREI: _store_constant,
    op.TABLE: _word("goto by table"),
    op.SUB: _subtract,
    op.NOP: _word("no operation"),
    op.PUSH: _push,
    op.POP: lambda note, row: f"pop {note.operands(row)[0]}",
}
