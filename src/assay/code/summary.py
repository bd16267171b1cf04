"""The summary of a machine-code index: the record that the pipeline stores and seals."""

import re

from assay._kernel.printable import printable
from assay.code.families import FORTIFIED, SIZED
from assay.code.index import CodeIndex
from assay.code.stackuse import stack_use
from assay.code.unsafe import Site, family_calls, worst_sites, wrappers
from assay.model.record import Record

MAX_SITES = 20
MAX_HINTS = 8


class FamilyCount(Record):
    """How many calls go to one family of functions; `wrapped` through wrappers."""

    family: str
    calls: int
    wrapped: int = 0


class UnsafeCall(Record):
    """One call to an unsafe function. `offset` is in the file, -1 where there is none."""

    address: int
    offset: int
    callee: str
    family: str
    function: int
    function_name: str
    why: str


class CodeSummary(Record):
    """What the index says of one program, in numbers and the worst call sites.

    `stack_buffers` counts functions that hand on the address of a stack buffer,
    `stack_protected` those of them that check a canary; `protected` all that do. `fortified`
    counts calls to checked variants, `fortifiable` calls to plain functions that have one.
    `explained` is the share of `text` (bytes of code) that lies in functions, padding or known
    data, in permille.
    """

    isa: str
    bits: int
    order: str
    text: int
    explained: int
    functions: int
    calls: int
    calls_resolved: int
    strings: int
    families: tuple[FamilyCount, ...]
    worst: tuple[UnsafeCall, ...]
    stack_buffers: int
    stack_protected: int
    protected: int
    fortified: int
    fortifiable: int
    toolchain: tuple[str, ...]
    problems: tuple[str, ...]


def summarise(index: CodeIndex) -> CodeSummary:
    """Return the summary of *index*."""
    text, known = index.explained()
    calls, functions = index.calls, index.functions
    use = stack_use(index)
    checked = set(use.checked.tolist())
    passing = wrappers(index)
    return CodeSummary(
        isa=index.isa.name if index.isa else f"machine-{index.program.machine}",
        bits=index.program.bits,
        order="little" if index.program.order == "<" else "big",
        text=text,
        explained=known * 1000 // text if text else 0,
        functions=len(functions) if functions is not None else 0,
        calls=len(calls) if calls is not None else 0,
        calls_resolved=int((calls.target > 0).sum()) if calls is not None else 0,
        strings=int((index.references.length > 0).sum()) if index.references is not None else 0,
        families=_families(index, passing),
        worst=tuple(_record(index, site) for site in worst_sites(index, MAX_SITES, passing)),
        stack_buffers=int(use.buffers.size),
        stack_protected=sum(1 for one in use.buffers.tolist() if one in checked),
        protected=len(checked),
        fortified=int(index.calls_to(frozenset(FORTIFIED.values())).size),
        fortifiable=int(index.calls_to(SIZED).size),
        toolchain=_toolchain(index),
        problems=tuple(dict.fromkeys(index.problems)),
    )


def _families(index: CodeIndex, passing: dict[int, tuple[str, str]]) -> tuple[FamilyCount, ...]:
    wrapped: dict[str, int] = {}
    if index.calls is not None:
        for target, (family, _) in passing.items():
            count = int((index.calls.target == target).sum())
            wrapped[family] = wrapped.get(family, 0) + count
    return tuple(
        FamilyCount(family=family, calls=int(calls.size), wrapped=wrapped.get(family, 0))
        for family, calls in sorted(family_calls(index).items())
    )


def _record(index: CodeIndex, site: Site) -> UnsafeCall:
    if index.calls is None or index.functions is None:
        raise ValueError("an index without calls has no sites")
    address = int(index.calls.site[site.call])
    owner = int(index.owner[index.calls.row[site.call]])
    function = int(index.functions.starts[owner]) if owner >= 0 else -1
    return UnsafeCall(
        address=address,
        offset=index.program.memory.offset(address),
        callee=index.callee_names[site.call],
        family=site.family,
        function=function,
        function_name=index.name(function),
        why=site.why,
    )


def _toolchain(index: CodeIndex) -> tuple[str, ...]:
    """Return what the program says of its compiler, and what its libraries say."""
    hints = [printable(hint.encode("latin-1", "replace")) for hint in index.program.hints]
    hints += [f"needs {printable(name.encode())}" for name in index.program.dynamic.needed]
    return tuple(hint for hint in hints if re.search(r"\w", hint))[:MAX_HINTS]
