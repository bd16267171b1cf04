"""Calls to functions whose careless use is a weakness: how many, and the worst places.

Direct calls are counted by family. Wrappers are looked through: a function of the program that
hands its own arguments to an unsafe one counts as that one wherever it is called.
"""

from collections.abc import Iterator

import numpy as np

from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.code.families import ALLOCATE, COPY, UNSAFE
from assay.code.index import CodeIndex
from assay.code.listing import ADDI
from assay.code.memory import Ints, distinct, listed, where
from assay.code.stackuse import stack_address_rows
from assay.code.study import Called, Study
from assay.code.symbolic import study

MAX_WRAPPER_ROWS = 48
MAX_WRAPPERS = 200
WRAPPED = ("strcpy", "sprintf", "gets")
_WHOLE_COPIES = frozenset({"strcpy", "__strcpy_chk"})


class Site(Value):
    """A call: its number in the index, the family, a rank (higher is worse) and why."""

    call: int
    family: str
    rank: int
    why: str


def family_calls(index: CodeIndex) -> dict[str, Ints]:
    """Return the numbers of the calls to each family of UNSAFE."""
    return {family: index.calls_to(names) for family, names in UNSAFE.items()}


def wrappers(index: CodeIndex) -> dict[int, tuple[str, str]]:
    """Return the addresses of functions that only pass their arguments to an unsafe one.

    The value is (family, name of the unsafe function).
    """
    if index.calls is None or index.functions is None:
        return {}
    small = index.functions.last - index.functions.first <= MAX_WRAPPER_ROWS
    found: dict[int, tuple[str, str]] = {}
    for family in WRAPPED:
        owners = index.owner[index.calls.row[index.calls_to(UNSAFE[family])]]
        owners = distinct(owners[owners >= 0])
        for function in owners[small[owners]].tolist()[:MAX_WRAPPERS]:
            name = _passes_on(index, function, family)
            if name:
                found[int(index.functions.starts[function])] = (family, name)
    return found


def _passes_on(index: CodeIndex, function: int, family: str) -> str:
    """Return the unsafe function that gets two arguments of *function* unchanged, or nothing."""
    for call in study(index, function).calls:
        if call.name in UNSAFE[family] and _own(call, 0) and (family == "gets" or _own(call, 1)):
            return call.name
    return ""


def _own(call: Called, number: int) -> bool:
    value = call.arguments[number]
    return value is not None and value.kind == "argument" and value.offset == 0


def worst_sites(index: CodeIndex, limit: int, passing: dict[int, tuple[str, str]]) -> list[Site]:
    """Return the *limit* worst unsafe calls, worst first, then in order of address.

    *passing* are the program's own wrappers, as `wrappers` returns them.
    """
    if index.calls is None:
        return []
    received, formed = _received_calls(index), stack_address_rows(index)
    fitting = {row for one, _ in index.received for row in fitting_copies(one)}
    sites: dict[int, Site] = {}
    for family, calls in family_calls(index).items():
        for site in _rank(index, family, calls, received, formed):
            if int(index.calls.row[site.call]) in fitting:
                continue
            if site.rank > sites.get(site.call, site).rank - 1:
                sites[site.call] = site
    for target, (family, name) in passing.items():
        for call in where(index.calls.target == target).tolist():
            why = f"calls a wrapper that passes its arguments to {name} and adds no bound"
            sites.setdefault(call, Site(call, family, 35, why))
    ordered = sorted(sites.values(), key=lambda site: (-site.rank, site.call))
    return [site for site in ordered if site.rank > 0][:limit]


def fitting_copies(one: Study) -> Iterator[int]:
    """Yield the rows that copy a text to memory asked for by the text's own length and more."""
    by_row = {call.row: call for call in one.calls}
    copies = [call for call in one.calls if call.name in _WHOLE_COPIES]
    # A call is noted once for each way there.
    open_ = {call.row for call in copies if not _fits(call, by_row)}
    yield from sorted({call.row for call in copies} - open_)


def _fits(copy: Called, by_row: dict[int, Called]) -> bool:
    target, text = copy.arguments[:2]
    if target is None or text is None or target.kind != "result" or target.offset:
        return False
    made = by_row.get(target.key)  # type: ignore[call-overload]
    size = made.arguments[0] if made is not None and made.name in ALLOCATE else None
    if size is None or size.kind != "result" or size.offset < 1:
        return False
    measured = by_row.get(size.key)
    return measured is not None and measured.name == "strlen" and measured.arguments[0] == text


def _received_calls(index: CodeIndex) -> dict[int, str]:
    """Return, by row, the calls that are handed bytes from the network, and from which source."""
    found: dict[int, str] = {}
    for one, taint in index.received:
        for call in one.calls:
            number = COPY.get(call.name, (0, 1))[1]
            values = (
                call.arguments[number:] if "printf" in call.name else call.arguments[number:][:1]
            )
            if call.name in UNSAFE["command"]:
                values = call.arguments[:1]
            source = next((text for text in map(taint.source, values) if text), "")
            if source:
                found.setdefault(call.row, source)
    return found


def _rank(
    index: CodeIndex, family: str, calls: Ints, received: dict[int, str], formed: Ints
) -> Iterator[Site]:
    if not calls.size or index.calls is None:
        return
    on_stack = _on_stack(index, calls, formed)
    first, first_known = index.arguments(calls, 0)
    second, second_known = index.arguments(calls, 1)
    third, third_known = index.arguments(calls, 2)
    for place, call in enumerate(calls.tolist()):
        texts = (
            _text(index, int(first[place])) if first_known[place] else None,
            _text(index, int(second[place])) if second_known[place] else None,
        )
        size = int(third[place]) if third_known[place] else None
        rank, why = judge(index.callee_names[call], family, texts, size)
        if not rank:
            continue
        source = received.get(int(index.calls.row[call]), "")
        if on_stack[place] and family != "command":
            rank, why = rank + 20, f"{why}; the target is on the stack"
        if source:
            rank, why = rank + 40, f"{why}; the bytes come from {source}"
        yield Site(call, family, rank, why)


def _on_stack(index: CodeIndex, calls: Ints, formed: Ints) -> list[bool]:
    """Return whether argument 0 of each of *calls* is one of *formed*, the stack addresses."""
    rows = index.argument_rows(calls, 0)
    table = index.listing
    for _ in range(2):
        safe = np.maximum(rows, 0)
        copied = (rows >= 0) & (table.op[safe] == ADDI) & (table.imm[safe] == 0)
        if index.flow is not None and copied.any():
            rows[copied] = index.flow.reach(table.ra[rows[copied]], rows[copied])
    found: list[bool] = listed(rows, formed).tolist()
    return found


def _text(index: CodeIndex, address: int) -> bytes | None:
    return index.string(address) if address > 0 else None


def judge(
    name: str, family: str, texts: tuple[bytes | None, bytes | None], size: int | None
) -> tuple[int, str]:
    """Return how bad one call is by its arguments alone; 0 when it is harmless."""
    first, second = texts
    scanned = first if name.endswith("_scanf") or name == "scanf" else second
    judged = {
        "gets": (60, "reads a line without any bound"),
        "strcpy": _judge_copy(name, second),
        "sprintf": _judge_format(name, second),
        "scanf": _judge_scan(name, scanned),
        "memcpy": (0 if size is not None else 10, f"{name} of a computed size"),
        "command": (
            0 if first is not None else 30,
            f"{name} of a command or program that is not constant",
        ),
        "temporary": (15, f"{name} makes a predictable temporary name"),
    }
    return judged.get(family, (0, ""))


def _judge_copy(name: str, text: bytes | None) -> tuple[int, str]:
    if text is not None:
        return 0, ""
    if name == "strncat":
        return 12, "strncat bounds what it adds, not what is there already"
    return 30, f"{name} without a bound, of variable text"


def _judge_format(name: str, text: bytes | None) -> tuple[int, str]:
    if text is None:
        return 25, f"{name} with a format that is not constant"
    if b"%s" in text:
        return 30, f"{name} prints text without a bound: {printable(text[:60])}"
    return 0, ""


def _judge_scan(name: str, text: bytes | None) -> tuple[int, str]:
    if text is not None and (b"%s" in text or b"%[" in text):
        return 28, f"{name} reads text without a bound: {printable(text[:60])}"
    return 0, ""
