"""Shells on a connection: a socket put in the place of standard input, then a shell started.

Both directions: bound and accepted (a bind shell), or connected to a fixed address (connect-back).
Programs whose purpose it is ask for an account first, which is looked for in the same program.
"""

from collections.abc import Iterator

from assay.code.access.payloads import text_of
from assay.code.access.record import Access, access
from assay.code.access.words import ACCOUNTS, HASHES
from assay.code.sources import Network
from assay.code.study import Called, Study

SHAPE = "shell-on-connection"
DUPLICATE = frozenset({"dup2", "dup3", "dup"})
SHELLS = (b"sh", b"bash", b"ash", b"ksh", b"zsh", b"busybox", b"login")
ASKING = b"login"
SOCKETS = {"accept": "an accepted connection", "accept4": "an accepted connection"}
NO_SOCKET = frozenset({"open", "pipe", "posix_openpt", "getpt"})
RUN = frozenset({"execl", "execlp", "execle", "execv", "execvp", "execve", "system", "popen"})
MAX_FUNCTIONS = 40


def connected_shells(network: Network) -> Iterator[Access]:
    """Yield the functions that give a shell to a socket."""
    index = network.index
    if not network.serves and not index.calls_to(frozenset({"connect", "socket"})).size:
        return
    asks = bool(index.calls_to(ACCOUNTS | HASHES).size)
    for function in network.functions_calling(DUPLICATE)[:MAX_FUNCTIONS]:
        study = network.study(function)
        duplicated = [call for call in study.calls if _is_standard(call)]
        started = [call for call in study.calls if _shell(network, call)]
        further = [] if started or not duplicated else _further(network, study)
        if not duplicated or not (started or further):
            continue
        source = _origin(network, study, duplicated)
        if source:
            first, last = duplicated[0], (started or further)[0]
            yield _access(network, function, first, last, source, asks=asks or bool(further))


def _further(network: Network, study: Study) -> list[Called]:
    """Return the shells that functions start which *study* or one of its callers calls."""
    callers = network.callers.get(study.function, [])[:4]
    around = [study, *(network.study(one) for one in callers)]
    functions = {network.function_at(call.target) for one in around for call in one.calls}
    functions |= set(callers)
    found = [network.study(one).calls for one in sorted(functions - {-1, study.function})]
    return [call for calls in found[:MAX_FUNCTIONS] for call in calls if _shell(network, call)]


def _is_standard(call: Called) -> bool:
    """Say whether *call* replaces standard input, output or error."""
    if call.name not in DUPLICATE:
        return False
    # In a loop over the three only the first is known, or none.
    number = call.arguments[1].number if call.arguments[1] is not None else None
    return call.name == "dup" or number is None or number in (0, 1, 2)


def _shell(network: Network, call: Called) -> bytes:
    """Return the path of the shell that *call* starts without asking who is there."""
    if call.name not in RUN:
        return b""
    path = text_of(network, call, 0) or b""
    program = path.split(b" ")[0].rpartition(b"/")[2]
    return path if program in SHELLS and program != ASKING else b""


def _origin(network: Network, study: Study, duplicated: list[Called]) -> str:
    """Return where the descriptor of *duplicated* comes from, empty when it is no socket."""
    names = {call.name for call in study.calls}
    by_row = {call.row: call.name for call in study.calls}
    for call in duplicated:
        value = call.arguments[0]
        if value is not None and value.kind == "result" and isinstance(value.key, int):
            made = by_row.get(value.key, "")
            if made in NO_SOCKET:
                return ""
            opened = _made_by(made, names) or _opened_by(network, study, value.key)
            if opened:
                return opened
    if names & SOCKETS.keys():
        return "an accepted connection"
    if "connect" in names:
        return "a connection it makes"
    return _handed(network, study, duplicated)


def _made_by(made: str, names: set[str]) -> str:
    """Return the origin of a descriptor that the library function *made* returned."""
    if made == "socket":
        return "a connection it makes" if "connect" in names else "a socket"
    return SOCKETS.get(made, "")


def _opened_by(network: Network, study: Study, row: int) -> str:
    """Return the origin when a function of the program makes the descriptor for the call."""
    target = next((call.target for call in study.calls if call.row == row), -1)
    function = network.function_at(target)
    if function < 0:
        return ""
    names = {call.name for call in network.study(function).calls}
    if "connect" in names:
        return "a connection it makes"
    return "an accepted connection" if names & SOCKETS.keys() else ""


def _handed(network: Network, study: Study, duplicated: list[Called]) -> str:
    """Return the origin when a caller hands the descriptor of a socket to the function."""
    value = duplicated[0].arguments[0]
    if value is None or value.kind != "argument" or not isinstance(value.key, int):
        return ""
    functions = network.index.functions
    address = int(functions.starts[study.function]) if functions is not None else 0
    for caller in network.callers.get(study.function, [])[:4]:
        theirs = network.study(caller)
        made = {call.row: call.name for call in theirs.calls}
        for call in theirs.calls:
            given = call.arguments[value.key] if value.key < len(call.arguments) else None
            if call.target == address and given is not None and given.kind == "result":
                name = made.get(given.key, "")  # type: ignore[call-overload]
                if name in SOCKETS or name == "socket":
                    return SOCKETS.get(name, "a connection it makes")
    return ""


def _access(
    network: Network, function: int, first: Called, started: Called, source: str, *, asks: bool
) -> Access:
    shell = (text_of(network, started, 0) or b"").decode("latin-1")
    return access(
        network.index,
        SHAPE,
        function=function,
        rows=(first.row, started.row),
        source=source,
        trigger="whoever is connected gets it; no account is asked for in this program"
        if not asks
        else "the connection is given to it; another part may ask for an account first",
        payload=f"`{shell}` runs with the connection as its input and output",
        rank=650 if asks else 900,
        confidence="tentative" if asks else "firm",
        ports=network.ports,
    )
