"""What the machine code of programs and libraries does that matters for who may come in.

Files are chosen by `inventory.elf.concern`: those that take input and can run commands, decide on
access, run code when they are loaded, or are linked statically so that nothing else tells.
"""

from assay.code import (
    Access,
    CodeIndex,
    CodeSummary,
    NotAnElf,
    accesses_and_places,
    changed_standards,
    index,
    summarise,
)
from assay.code.emulate.confirm import confirmed
from assay.code.render import rows_as_text
from assay.inventory.elf.concern import MOST_OFFERED, concern
from assay.inventory.kind import Kind
from assay.inventory.kinds import elf
from assay.model.record import Record

MOST = 3 << 19
MOST_BOUND = 40
AT_LOAD = frozenset({"loading", "unexpected"})
"""Libraries that are read for what they do by themselves, not for what input does."""


class Bound(Record, array_like=True):
    """A port that a program binds as a constant: where in the file, -1 unknown, and the code."""

    port: int
    offset: int
    code: tuple[str, ...]


class CodeFacts(Record):
    """Ways into a program, and for exposed ones the summary of their code.

    `concern` says why the file was chosen; it is empty where only its constants tell. A file
    that is too large to be read whole has no summary; `size` is its size in bytes. `problems` are
    what the index could not follow; `bound` the ports.
    """

    size: int
    concern: str
    read: bool = True
    summary: CodeSummary | None = None
    accesses: tuple[Access, ...] = ()
    problems: tuple[str, ...] = ()
    bound: tuple[Bound, ...] = ()


KIND = Kind(
    name="machine_code",
    version=18,
    facts=CodeFacts,
    about="ways into programs, unsafe calls of exposed ones; files up to 1.5 MiB",
    magic=(b"\x7fELF",),
)


def prepare() -> None:
    """Make what all files are compared with, for workers to share."""
    changed_standards(bytes(64))


def examine(content: bytes) -> CodeFacts | None:
    """Return what the code of the ELF file *content* does, or None when it need not be read."""
    facts = elf.examine(content)
    why = concern(facts, content) if facts is not None else ""
    changed = changed_standards(content)
    if not why:
        return CodeFacts(size=len(content), concern="", accesses=changed) if changed else None
    if len(content) > MOST:
        return CodeFacts(size=len(content), concern=why, read=False, accesses=changed)
    try:
        found = index(content)
    except NotAnElf:
        return None
    summary = summarise(found) if why == "exposed" else None
    general = why in AT_LOAD and len(found.program.exports) > MOST_OFFERED
    plain, places = accesses_and_places(found, takes_input=why not in AT_LOAD, general=general)
    ways = confirmed(found, plain)
    stated = CodeFacts(
        size=len(content),
        concern=why,
        summary=summary,
        accesses=(*ways, *changed, *places),
        problems=tuple(found.problems[:10]),
        bound=_bound(found),
    )
    found.release()
    return stated


def _bound(found: CodeIndex) -> tuple[Bound, ...]:
    if found.calls is None or found.functions is None:
        return ()
    address = found.listing.address
    return tuple(
        Bound(
            port=port,
            offset=found.program.memory.offset(int(address[row])),
            code=tuple(rows_as_text(found, row, 3)),
        )
        for port, row in found.network.bound[:MOST_BOUND]
    )
