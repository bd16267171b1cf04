"""Code that runs when a file is loaded: constructors and IFUNC resolvers that do more than that.

A resolver may ask what the processor can do; a constructor may fill tables. Starting a command,
opening a socket or changing the code of others at that moment needs an explanation.
Reference: ELF gABI, `DT_INIT_ARRAY`; STT_GNU_IFUNC in the GNU extensions of each psABI.
"""

from collections.abc import Iterator

from assay.code.access.payloads import text_of
from assay.code.access.record import Access, access
from assay.code.sources import Network
from assay.code.study import Called

SHAPE = "code-at-load"
DEPTH = 3
MAX_VISITED = 40
RUNS = frozenset(
    {
        "system", "popen", "execl", "execlp", "execle", "execv", "execvp", "execve", "fork",
        "posix_spawn", "posix_spawnp", "socket", "connect", "bind", "dlopen", "ptrace",
    }
)  # fmt: skip
GRAVE = RUNS - {"fork", "dlopen", "socket"}
SETS_UP = frozenset(
    {
        "pthread_create", "setuid", "seteuid", "setresuid", "chmod", "chown", "unlink", "rename",
        "mprotect", "signal", "sigaction", "setenv", "putenv", "kill", "mount", "prctl",
    }
)  # fmt: skip
"""What a constructor seldom does: a place to read, no more."""

RESOLVER_ONLY = frozenset({"mprotect", "getenv", "open", "fopen", "dlsym", "strcmp", "memcmp"})


def load_time_acts(
    network: Network, constructors: tuple[int, ...], resolvers: tuple[int, ...]
) -> Iterator[Access]:
    """Yield what *constructors* and *resolvers* (their addresses) do beyond their purpose."""
    for addresses, kind, telling in (
        (constructors, "constructor", RUNS | SETS_UP),
        (resolvers, "IFUNC resolver", RUNS | RESOLVER_ONLY),
    ):
        for address in addresses:
            function = network.function_at(address)
            if function < 0:
                continue
            found = _reached(network, function, telling)
            if found is not None:
                yield _access(network, function, found, kind)


def _reached(network: Network, function: int, telling: frozenset[str]) -> tuple[int, Called] | None:
    """Return the first telling call behind *function* and the function it stands in."""
    waiting, seen = [(function, 0)], {function}
    found: list[tuple[int, Called]] = []
    while waiting and len(seen) < MAX_VISITED:
        current, depth = waiting.pop(0)
        for call in network.study(current).calls:
            if call.name in telling:
                found.append((current, call))
            callee = network.function_at(call.target)
            if callee >= 0 and callee not in seen and depth < DEPTH:
                seen.add(callee)
                waiting.append((callee, depth + 1))
    return min(found, key=lambda one: (one[1].name not in GRAVE, one[1].row), default=None)


def _access(network: Network, function: int, found: tuple[int, Called], kind: str) -> Access:
    inside, call = found
    command = (text_of(network, call, 0) or b"").decode("latin-1")
    says = f"calls {call.name}" + (f" with `{command}`" if command else "")
    grave = call.name in GRAVE or kind != "constructor"
    return access(
        network.index,
        SHAPE,
        function=inside if inside >= 0 else function,
        rows=(call.row, call.row),
        source=f"loading the file: a {kind}",
        trigger="the file is loaded",
        payload=f"{says} in every process that loads it",
        rank=780 if grave else 500,
        confidence="firm" if grave else "tentative",
    )
