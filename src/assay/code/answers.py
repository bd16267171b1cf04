"""What the index answers when a person asks: functions, calls, references, one function's code."""

from collections.abc import Iterator

import numpy as np

from assay._kernel.printable import printable
from assay.code.arity import arguments_of
from assay.code.index import CodeIndex
from assay.code.listing import BRANCH, JUMP
from assay.code.lookup import function_label, words_that_hold
from assay.code.memory import within
from assay.code.notation import Notation, number
from assay.model.record import Record

LONGEST_TEXT = 60
MOST_CALLERS = 8


class FunctionLine(Record):
    """A function: addresses, size in bytes, and how many calls it makes and gets."""

    address: int
    offset: int
    size: int
    name: str
    named: bool
    certain: bool
    calls: int
    callers: int


class CallLine(Record):
    """A call: where, in which function, to what, with which constants (empty when unknown)."""

    address: int
    function: str
    target: int
    callee: str
    tail: bool
    arguments: tuple[str, ...]


class ReferenceLine(Record):
    """A place that refers to an address: how, in which function, and the instruction."""

    to: int
    address: int
    how: str
    function: str
    says: str


class InstructionLine(Record):
    """One instruction: its bytes, what it does, what is known of it; `label` for targets."""

    address: int
    bytes: str
    says: str
    comment: str
    label: str


def functions(index: CodeIndex) -> list[FunctionLine]:
    """Return all functions in order of address."""
    if index.functions is None or index.calls is None:
        return []
    table, count = index.functions, len(index.functions)
    owners = index.owner[index.calls.row]
    makes = np.bincount(owners[owners >= 0], minlength=count).tolist()
    called, times = np.unique(index.calls.target, return_counts=True)
    gets = dict(zip(called.tolist(), times.tolist(), strict=True))
    rows = zip(table.starts.tolist(), table.ends.tolist(), table.certain.tolist(), strict=True)
    return [
        FunctionLine(
            address=start,
            offset=index.program.memory.offset(start),
            size=end - start,
            name=function_label(index, place),
            named=bool(index.name(start)),
            certain=certain,
            calls=makes[place],
            callers=gets.get(start, 0),
        )
        for place, (start, end, certain) in enumerate(rows)
    ]


def calls(index: CodeIndex, function: int | None = None) -> list[CallLine]:
    """Return all calls, or those of *function*, in order of address."""
    if index.calls is None:
        return []
    chosen = np.arange(len(index.calls))
    if function is not None:
        chosen = chosen[index.owner[index.calls.row] == function]
    return [
        CallLine(
            address=int(index.calls.site[call]),
            function=function_label(index, int(index.owner[index.calls.row[call]])),
            target=int(index.calls.target[call]),
            callee=_callee(index, call),
            tail=bool(index.calls.tail[call]),
            arguments=shown,
        )
        for call, shown in zip(chosen.tolist(), argument_texts(index, chosen), strict=True)
    ]


def argument_texts(
    index: CodeIndex, chosen: "np.typing.NDArray[np.int64]"
) -> list[tuple[str, ...]]:
    """Return the constant arguments of each of the calls *chosen*; unknown ones are empty."""
    columns = [index.arguments(chosen, place) for place in range(4)]
    found = []
    for at, call in enumerate(chosen.tolist()):
        most = arguments_of(index.callee_names[call])
        shown = [
            _value(index, int(values[at])) if known[at] else "" for values, known in columns[:most]
        ]
        while shown and not shown[-1]:
            shown.pop()
        found.append(tuple(shown))
    return found


def references(index: CodeIndex, places: list[int]) -> list[ReferenceLine]:
    """Return what calls, jumps to, forms, reads, writes or holds one of *places*."""
    if index.calls is None or index.references is None:
        return []
    note = Notation(index)
    found: dict[tuple[int, int], ReferenceLine] = {}
    for to in places:
        for row, how in _rows_that_refer(index, to):
            address = int(index.listing.address[row])
            owner = function_label(index, int(index.owner[row]))
            line = ReferenceLine(
                to=to, address=address, how=how, function=owner, says=note.statement(row)
            )
            found.setdefault((address, to), line)
        for address in words_that_hold(index, to):
            line = ReferenceLine(to=to, address=address, how="data", function="", says="")
            found.setdefault((address, to), line)
    return [found[key] for key in sorted(found)]


def _rows_that_refer(index: CodeIndex, to: int) -> Iterator[tuple[int, str]]:
    if index.calls is None or index.references is None:
        return
    for call in (index.calls.target == to).nonzero()[0].tolist():
        yield int(index.calls.row[call]), "tail call" if index.calls.tail[call] else "call"
    table = index.listing
    near = ((table.op == BRANCH) | (table.op == JUMP)) & (table.imm == to)
    yield from ((row, "jump") for row in near.nonzero()[0].tolist())
    touched, written = index.accesses
    for place in (touched.target == to).nonzero()[0].tolist():
        yield int(touched.row[place]), "write" if written[place] else "read"
    formed = index.references
    yield from ((int(row), "address") for row in formed.row[formed.target == to].tolist())


def disassembly(index: CodeIndex, function: int) -> list[InstructionLine]:
    """Return the instructions of *function* with what is known of them."""
    if index.functions is None:
        return []
    first, last = int(index.functions.first[function]), int(index.functions.last[function])
    note, table = Notation(index), index.listing
    labels = _labels(index, first, last)
    comments = _comments(index, first, last)
    return [
        InstructionLine(
            address=(address := int(table.address[row])),
            bytes=index.program.memory.bytes_at(address, int(table.size[row])).hex(),
            says=note.statement(row),
            comment=comments.get(row, ""),
            label=labels.get(address, ""),
        )
        for row in range(first, last)
    ]


def callers(index: CodeIndex, function: int) -> list[str]:
    """Return the functions that call *function*, at most a few, each once."""
    if index.functions is None or index.calls is None:
        return []
    rows = index.calls.row[index.calls.target == index.functions.starts[function]]
    owners = sorted(set(index.owner[rows].tolist()) - {-1})
    return [function_label(index, owner) for owner in owners[:MOST_CALLERS]]


def _labels(index: CodeIndex, first: int, last: int) -> dict[int, str]:
    """Return the marks of the addresses inside a function that something in it jumps to."""
    table = index.listing
    op = table.op[first:last]
    targets = table.imm[first:last][(op == BRANCH) | (op == JUMP)]
    span = [(int(table.address[first]), int(table.address[last - 1]) + 1)]
    inside = dict.fromkeys(targets[within(targets, span)].tolist(), ">")
    for jump in index.tables_of(first, last):
        inside |= dict.fromkeys(jump.targets.tolist(), "case")
    return inside


def _comments(index: CodeIndex, first: int, last: int) -> dict[int, str]:
    found: dict[int, str] = {}
    if index.calls is None or index.flow is None:
        return found
    flow = index.flow
    for row in (flow.known[first:last].nonzero()[0] + first).tolist():
        text = _meaning(index, int(flow.values[row]))
        if text:
            found[row] = text
    touched, _ = index.accesses
    low, high = touched.row.searchsorted((first, last))
    for row, to in zip(
        touched.row[low:high].tolist(), touched.target[low:high].tolist(), strict=True
    ):
        found.setdefault(row, index.name(to) or f"at {to:#x}")
    chosen = ((index.calls.row >= first) & (index.calls.row < last)).nonzero()[0]
    for call, shown in zip(chosen.tolist(), argument_texts(index, chosen), strict=True):
        listed = ", ".join(one or "?" for one in shown)
        found[int(index.calls.row[call])] = f"{_callee(index, call) or '?'}({listed})"
    for jump in index.tables_of(first, last):
        found[jump.row] = f"{jump.targets.size} cases"
    return found


def _callee(index: CodeIndex, call: int) -> str:
    if index.calls is None:
        return ""
    target = int(index.calls.target[call])
    return index.callee_names[call] or (f"sub_{target:x}" if target > 0 else "")


def _meaning(index: CodeIndex, value: int) -> str:
    """Return the string or the name at address *value*, empty when it has none."""
    name = index.name(value) if value > 0 else ""
    if name:
        return name
    text = index.string(value) if value > 0 else None
    return _quoted(text) if text and len(text) > 1 else ""


def _value(index: CodeIndex, value: int) -> str:
    if value > 0:
        text = index.string(value)
        if text:
            return _quoted(text)
        if index.name(value):
            return index.name(value)
    return number(value)


def _quoted(text: bytes) -> str:
    more = "…" if len(text) > LONGEST_TEXT else ""
    return f'"{printable(text[:LONGEST_TEXT])}{more}"'
