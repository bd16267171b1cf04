"""What the machine code of exposed programs does: unsafe calls and commands set off remotely.

Exposed are programs (not libraries) that take input from the network or a web server and can
run commands; reading every instruction of everything else would cost more than it tells.
"""

from assay.code import CodeSummary, NotAnElf, Trigger, command_triggers, index, summarise
from assay.inventory.kind import Kind
from assay.inventory.kinds import elf
from assay.model.record import Record

MOST = 1 << 20
RECEIVERS = frozenset({"recv", "recvfrom", "recvmsg", "accept", "accept4"})
COMMANDS = frozenset(
    {
        "system", "popen", "execl", "execlp", "execle", "execv", "execvp", "execve", "execvpe",
        "posix_spawn", "posix_spawnp",
    }
)  # fmt: skip
MARKS = (b"recv", b"accept", b"QUERY_STRING", b"CONTENT_LENGTH")
GATEWAY_MARKS = MARKS[2:]


class CodeFacts(Record):
    """The summary of a program's code, and commands that a received constant sets off.

    `summary` is None for an exposed program that is too large to be read whole; `size` is then
    its size in bytes.
    """

    size: int
    summary: CodeSummary | None = None
    triggers: tuple[Trigger, ...] = ()


KIND = Kind(
    name="machine_code",
    version=1,
    facts=CodeFacts,
    about="unsafe calls and network-triggered commands of exposed programs, up to 1 MiB",
    magic=(b"\x7fELF",),
)


def examine(content: bytes) -> CodeFacts | None:
    """Return what the code of the ELF file *content* does, or None when it is not exposed."""
    if not any(mark in content for mark in MARKS) or not _exposed(content):
        return None
    if len(content) > MOST:
        return CodeFacts(size=len(content))
    try:
        found = index(content)
    except NotAnElf:
        return None
    return CodeFacts(size=len(content), summary=summarise(found), triggers=command_triggers(found))


def _exposed(content: bytes) -> bool:
    facts = elf.examine(content)
    if facts is None or facts.role != "program":
        return False
    imports = set(facts.imports)
    if not imports & COMMANDS:
        return False
    return bool(imports & RECEIVERS) or any(mark in content for mark in GATEWAY_MARKS)
