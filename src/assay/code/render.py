"""Instructions as text, in the neutral form of the listing: evidence that a reader can follow."""

from assay._kernel.printable import printable
from assay.code import listing as op
from assay.code.index import CodeIndex
from assay.code.listing import ALWAYS, EQ, NAMES, NE, NONE, REGISTERS, ZERO

_CONDITION = {ALWAYS: "", EQ: ".eq", NE: ".ne"}
_TRANSFERS = (op.CALL, op.JUMP, op.BRANCH)


def rows_as_text(index: CodeIndex, row: int, around: int) -> list[str]:
    """Return *row* and *around* rows on each side of it, one line each."""
    first, last = max(0, row - around), min(len(index.listing), row + around + 1)
    return [row_as_text(index, one) for one in range(first, last)]


def row_as_text(index: CodeIndex, row: int) -> str:
    """Return address, bytes, operation and operands of one row."""
    table = index.listing
    address, size = int(table.address[row]), int(table.size[row])
    code = index.program.memory.bytes_at(address, size).hex()
    kind = int(table.op[row])
    condition = _CONDITION.get(int(table.cond[row]), ".if")
    text = f"{address:#x}: {code:<8} {NAMES[kind]}{condition} {_operands(index, row, kind)}"
    return (text.rstrip() + _remark(index, row, kind)).rstrip()


def _operands(index: CodeIndex, row: int, kind: int) -> str:
    table = index.listing
    parts = [_register(index, int(table.rd[row]))]
    base, other = int(table.ra[row]), int(table.rb[row])
    number = _number(int(table.imm[row]))
    if kind in (op.LOAD, op.STORE, op.CALLM, op.JUMPM, op.CMPM, op.STOREI):
        parts.append(f"{number}({_register(index, base) or 'pc'})")
        parts.append(_register(index, other))
    elif kind == op.INSERT:
        parts.append(f"{number} << {16 * other}")
    else:
        parts += [_register(index, base), _register(index, other)]
        if kind in (op.CONST, op.ADDI, op.ORI, op.CMPI, *_TRANSFERS):
            parts.append(number)
    if kind in (op.CMPM, op.STOREI) and other == NONE:
        parts.append(_number(int(table.second[row])))
    return ", ".join(part for part in parts if part)


def _register(index: CodeIndex, number: int) -> str:
    if number == ZERO:
        return "zero"
    names = index.isa.registers if index.isa else ()
    return names[number] if number < REGISTERS and number < len(names) else ""


def _number(value: int) -> str:
    return str(value) if -10 < value < 10 else f"{value:#x}"


def _remark(index: CodeIndex, row: int, kind: int) -> str:
    """Return the name of what is called, or the string that is referred to."""
    target = index.calls.target_at(row) if index.calls is not None else -1
    if target > 0:
        name = index.name(target)
        return f"  <{name}>" if name else f"  <{target:#x}>"
    if kind in _TRANSFERS or index.flow is None or not index.flow.known[row]:
        return ""
    text = index.string(int(index.flow.values[row]))
    return f'  "{printable(text[:60])}"' if text and len(text) > 2 else ""
