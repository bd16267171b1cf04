"""Instructions as text, in the neutral form of the listing: evidence that a reader can follow."""

from typing import NamedTuple

from assay._kernel.printable import printable
from assay.code import listing as op
from assay.code.index import CodeIndex
from assay.code.listing import ALWAYS, EQ, NAMES, NE, NONE, PARTIAL, REGISTERS, ZERO

_CONDITION = {ALWAYS: "", EQ: ".eq", NE: ".ne"}
_TRANSFERS = (op.CALL, op.JUMP, op.BRANCH)
_ADDRESSED = frozenset((op.LOAD, op.STORE, op.CALLM, op.JUMPM, op.CMPM, op.STOREI))
_NUMBERED = frozenset((op.CONST, op.ADDI, op.ORI, op.CMPI, *_TRANSFERS))


class _Row(NamedTuple):
    """What the listing holds of one row, as plain numbers."""

    address: int
    size: int
    op: int
    cond: int
    rd: int
    ra: int
    rb: int
    imm: int
    second: int


def rows_as_text(index: CodeIndex, row: int, around: int) -> list[str]:
    """Return *row* and *around* rows on each side of it, one line each."""
    first, last = max(0, row - around), min(len(index.listing), row + around + 1)
    return _lines(index, first, last)


def row_as_text(index: CodeIndex, row: int) -> str:
    """Return address, bytes, operation and operands of one row."""
    return _lines(index, row, row + 1)[0]


def _lines(index: CodeIndex, first: int, last: int) -> list[str]:
    columns = (getattr(index.listing, name)[first:last].tolist() for name in _Row._fields)
    held = enumerate(map(_Row, *columns), first)
    return [_line(index, row, one) for row, one in held]


def _line(index: CodeIndex, row: int, one: _Row) -> str:
    code = index.program.memory.bytes_at(one.address, one.size).hex()
    condition = _CONDITION.get(one.cond, ".if")
    text = f"{one.address:#x}: {code:<8} {NAMES[one.op]}{condition} {_operands(index, one)}"
    return (text.rstrip() + _remark(index, row, one.op)).rstrip()


def _operands(index: CodeIndex, one: _Row) -> str:
    kind, number = one.op, _number(one.imm)
    parts = [_register(index, one.rd)]
    if kind in _ADDRESSED:
        parts.append(f"{number}({_register(index, one.ra) or 'pc'})")
        parts.append(_register(index, one.rb))
    elif kind == op.INSERT:
        parts.append(f"{number} << {16 * one.rb}")
    else:
        parts += [_register(index, one.ra), _register(index, one.rb)]
        if kind in _NUMBERED:
            parts.append(number)
    if kind in (op.CMPM, op.STOREI) and one.rb == NONE:
        parts.append(_number(one.second))
    return ", ".join(filter(None, parts))


def _register(index: CodeIndex, number: int) -> str:
    if number == ZERO:
        return "zero"
    names = index.isa.registers if index.isa else ()
    return names[number] if number < REGISTERS and number < len(names) else ""


def _number(value: int) -> str:
    return str(value) if -10 < value < 10 else f"{value:#x}"


def text_at(index: CodeIndex, row: int) -> bytes | None:
    """Return the string to whose address a row sets its register, None for none."""
    flow = index.flow
    if flow is None or not flow.known[row] or not _is_whole(index, row):
        return None
    return index.string(int(flow.values[row]))


def _is_whole(index: CodeIndex, row: int) -> bool:
    """Say whether what a row sets can be an address, and not a part of one or a number."""
    table, flow, program = index.listing, index.flow, index.program
    kind, base = int(table.op[row]), int(table.ra[row])
    if flow is None or (kind == op.CONST and base == PARTIAL):
        return False
    # A table of addresses holds upper parts, which are completed by what uses them.
    if kind == op.LOAD and not int(flow.values[row]) & 0xFFFF:
        return False
    # Code that runs anywhere makes no address of numbers, nor finds one in its literals.
    number = flow.absolute[row] or (kind == op.LOAD and base >= REGISTERS)
    return bool(program.fixed or program.relocatable or not number)


def _remark(index: CodeIndex, row: int, kind: int) -> str:
    """Return the name of what is called, or the string that is referred to."""
    target = index.calls.target_at(row) if index.calls is not None else -1
    if target > 0:
        name = index.name(target)
        return f"  <{name}>" if name else f"  <{target:#x}>"
    text = None if kind in _TRANSFERS else text_at(index, row)
    return f'  "{printable(text[:60])}"' if text and len(text) > 2 else ""
